#!/usr/bin/env python3
"""Checks that dependencies of the Swift targets point down only, and that what is dangerous stays in its place.

usage: imports.py [SOURCES]          exit 1 and one line for each violation
"""

import re
import sys
from pathlib import Path

SYSTEM = {"Glibc", "Synchronization"}

# Stands beside the house: nothing that is shipped may lean on it, and it is free in what it does.
NOT_SHIPPED = {"WorkflowTestSupport"}

# What each target may import. The order is the order of the house, from the ground up.
MAY_IMPORT = {
    "WorkflowModel": set(),
    "WorkflowKernel": {"WorkflowModel"},
    "WorkflowJSON": {"WorkflowModel", "CJansson"} | SYSTEM,
    "WorkflowStorage": {"WorkflowModel", "WorkflowJSON", "CShims", "CSQLite"} | SYSTEM,
    "WorkflowConformance": {"WorkflowModel", "WorkflowJSON", "WorkflowStorage", "CShims"} | SYSTEM,
    "WorkflowRuntime": {"WorkflowModel", "WorkflowKernel", "WorkflowJSON", "WorkflowStorage", "CShims"} | SYSTEM,
    "WorkflowABI": {"WorkflowModel", "WorkflowKernel", "WorkflowJSON", "WorkflowStorage", "WorkflowConformance", "WorkflowRuntime"}
    | {"CWorkflow", "CJansson", "CShims"}
    | SYSTEM,
    "WorkflowTestSupport": {"WorkflowModel", "WorkflowKernel", "WorkflowJSON", "WorkflowStorage", "WorkflowRuntime"}
    | SYSTEM,
}

# A module that only some files of a target may import: (target, module) -> the files.
ONLY_IN = {
    ("WorkflowABI", "CJansson"): {"Jansson+C.swift"},
    ("WorkflowStorage", "CSQLite"): {"SQLite.swift", "SQLiteStatement.swift"},
}

# Words that, in what is shipped, may stand only below these folders, and why.
CONFINED = [
    (r"pthread_\w+", ["WorkflowRuntime", "WorkflowConformance", "CShims"], "threads belong to the runtime and to who tries storages"),
    (r"Unmanaged", ["WorkflowABI/Support"], "manual reference counting is kept in one place"),
    (r"@_cdecl", ["WorkflowABI"], "only WorkflowABI exports C functions"),
    (r"\b(?:async|await|Task|actor)\b", [], "a Task never runs in a forked child"),
]

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)",
    re.MULTILINE,
)
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def violations(sources: Path) -> list:
    found = [f"{target.name}: unknown target; say in imports.py what it may import." for target in strangers(sources)]
    for path in sorted(sources.rglob("*.swift")):
        name = path.relative_to(sources).as_posix()
        target = name.split("/")[0]
        code = path.read_text()
        for module in IMPORT.findall(code):
            found += import_violations(name, target, path.name, module)
        if target not in NOT_SHIPPED:
            found += word_violations(name, NOT_CODE.sub(" ", code.replace('@_cdecl("', "@_cdecl (")))
    return found


def strangers(sources: Path) -> list:
    """Folders with Swift code that the table above does not know."""
    return [
        folder
        for folder in sorted(sources.iterdir())
        if folder.is_dir() and any(folder.rglob("*.swift")) and folder.name not in MAY_IMPORT
    ]


def import_violations(name: str, target: str, file: str, module: str) -> list:
    allowed = MAY_IMPORT.get(target, set())
    if module not in allowed:
        return [f"{name}: imports {module}; {target} may import {', '.join(sorted(allowed)) or 'nothing'}."]
    only = ONLY_IN.get((target, module))
    if only and file not in only:
        return [f"{name}: imports {module}; in {target} only {', '.join(sorted(only))} may."]
    return []


def word_violations(name: str, code: str) -> list:
    found = []
    for pattern, folders, reason in CONFINED:
        match = re.search(pattern, code)
        if match and not any(name.startswith(f"{folder}/") for folder in folders):
            places = " and ".join(folders) or "no target"
            found.append(f"{name}: `{match[0]}` may stand in {places} only: {reason}.")
    return found


def main() -> int:
    sources = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "Sources"
    found = violations(sources)
    for violation in found:
        print(violation)
    files = len(list(sources.rglob("*.swift")))
    checked = f"{files} files in {len(MAY_IMPORT)} targets, {len(CONFINED)} confined words"
    print(f"imports.py: {checked}: {len(found)} violations.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
