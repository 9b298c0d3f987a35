#!/usr/bin/env python3
"""Checks that docs/behaviour.md names tests that exist, one for each row, and leaves out no weak spot.

usage: behaviour.py [ROOT]          exit 1 and one line for each problem
"""

import ast
import re
import sys
from pathlib import Path

PAGE = "docs/behaviour.md"
FOLDERS = ["Tests", "bindings/python/tests"]

REFERENCE = re.compile(r"`(\w+)/(\w+)`|`(test_\w+\.py)::(\w+)`|`(test_\w+\.c)/(\w+)`")

# A heading of the page -> how many numbered rows it has, and how its numbers look in a test.
NUMBERED = {
    "Python, W1 to W34": (34, r"(?<!dotnet_)(?<!\.NET )(?<![A-Za-z0-9])[Ww]0*{}(?!\d)"),
    ".NET, W1 to W31": (31, r"(?:dotnet_w|\.NET W)0*{}(?!\d)"),
    ".NET, what is not tested there": (8, r"(?i:untested) {}(?!\d)"),
}


class NamedTests:
    """The tests of the repository, by how the page names them; each with its source and what stands above it."""

    def __init__(self, root: Path) -> None:
        self.found = {}
        for folder in FOLDERS:
            for path in sorted((root / folder).rglob("*")):
                read = {".swift": self._swift, ".py": self._python, ".c": self._c}.get(path.suffix)
                if read is not None:
                    read(path, path.read_text())

    def _swift(self, path: Path, text: str) -> None:
        if re.search(rf"\bstruct {path.stem}\b", text):
            for test in re.finditer(r"@Test\b.*?\bfunc (\w+)", text, re.DOTALL):
                self._add(f"{path.stem}/{test[1]}", test[0])

    def _python(self, path: Path, text: str) -> None:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
                self._add(f"{path.name}::{node.name}", f"{node.name} {ast.get_docstring(node) or ''}")

    def _c(self, path: Path, text: str) -> None:
        head = re.match(r"/\*.*?\*/", text, re.DOTALL)
        for test in re.finditer(r"(/\*(?:(?!\*/).)*\*/\n)?static void (\w+)\(void\)", text, re.DOTALL):
            if f"RUN({test[2]});" in text:
                self._add(f"{path.name}/{test[2]}", (test[1] or "") + (head[0] if head else ""))

    def _add(self, name: str, source: str) -> None:
        self.found[name] = self.found.get(name, "") + source


def problems(page: str, tests: NamedTests) -> list:
    found = [f"the test `{name}` is not there" for name in references(page) if name not in tests.found]
    for heading, text in sections(page):
        rows = pinned_rows(text)
        found += [f"'{heading}': no test in the row: {row}" for row in rows if not references(row)]
        if heading in NUMBERED:
            found += number_problems(heading, text, rows, tests)
    return found + [f"there is no heading '{heading}'" for heading in NUMBERED if f" {heading}\n" not in page]


def number_problems(heading: str, text: str, rows: list, tests: NamedTests) -> list:
    count, pattern = NUMBERED[heading]
    found = []
    numbers = [int(re.match(r"\| W?(\d+) ", row)[1]) for row in rows]
    prose = " ".join(line for line in text.splitlines() if line not in rows)
    told = {int(number) for number in re.findall(r"\bW?(\d+)\b", prose)}
    for number in range(1, count + 1):
        if numbers.count(number) != 1 and (numbers.count(number) > 1 or number not in told):
            found.append(f"'{heading}': {number} stands in {numbers.count(number)} rows")
    for number, row in zip(numbers, rows):
        named = re.compile(pattern.format(number))
        if not any(named.search(tests.found.get(name, "")) for name in references(row)):
            found.append(f"'{heading}': no test of {number} has that number in its name or above it")
    return found


def references(text: str) -> list:
    return [match[0].strip("`") for match in REFERENCE.finditer(text)]


def sections(page: str) -> list:
    parts = re.split(r"^#+ (.*)\n", page, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2]))


def pinned_rows(text: str) -> list:
    """The rows of those tables whose last column says what pins them."""
    rows, is_pinned = [], False
    for line in text.splitlines():
        if not line.startswith("|"):
            is_pinned = False
        elif line.endswith("| pinned by |"):
            is_pinned = True
        elif is_pinned and not line.startswith("|---"):
            rows.append(line)
    return rows


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2]
    page, tests = (root / PAGE).read_text(), NamedTests(root)
    found = problems(page, tests)
    for problem in found:
        print(f"{PAGE}: {problem}.")
    rows = sum(len(pinned_rows(text)) for _, text in sections(page))
    used = len(set(references(page)))
    print(f"behaviour.py: {rows} rows, {used} of {len(tests.found)} tests: {len(found)} problems.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
