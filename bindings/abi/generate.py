#!/usr/bin/env python3
"""Writes everything that must agree with the exported Swift functions; with --check only compares.

Reads   the compiler's header .build/release/WorkflowABI.build/include/WorkflowABI-Swift.h (make lib writes it),
        Sources/WorkflowABI/*+C.swift, include/workflow_types.h and the texts beside this file.
Writes  include/workflow.h, include/workflow_jansson.h, bindings/abi/exports.map, bindings/abi/symbols.txt and
        bindings/python/libworkflow/_abi.py.
"""

import argparse
import difflib
import sys
from pathlib import Path

from generator.assemble import read_api
from generator.problems import Problem
from generator.write_header import jansson_header, workflow_header
from generator.write_linker import exports_map, ledger
from generator.write_python import abi_module

COMPILER_HEADER = ".build/release/WorkflowABI.build/include/WorkflowABI-Swift.h"


def main() -> int:
    options = parse_options()
    root = options.root.resolve()
    compiler_header = options.compiler_header or root / COMPILER_HEADER
    if not compiler_header.exists():
        print(f"generate.py: {compiler_header} does not exist; run `make lib` first.", file=sys.stderr)
        return 1
    try:
        files = generate(root, compiler_header)
    except Problem as problem:
        for message in problem.messages:
            print(f"generate.py: {message}", file=sys.stderr)
        return 1
    return check(root, files) if options.check else write(root, files)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 with a diff if a file is stale")
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[2], help="the source tree")
    parser.add_argument("--compiler-header", type=Path, help="WorkflowABI-Swift.h, if it is elsewhere")
    return parser.parse_args()


def generate(root: Path, compiler_header: Path) -> dict:
    """The text of every generated file by its path."""
    api = read_api(root, compiler_header)
    symbols = "bindings/abi/symbols.txt"
    return {
        "include/workflow.h": workflow_header(api),
        "include/workflow_jansson.h": jansson_header(api),
        "bindings/abi/exports.map": exports_map(api),
        symbols: ledger(api, read(root / symbols)),
        "bindings/python/libworkflow/_abi.py": abi_module(api),
    }


def read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def write(root: Path, files: dict) -> int:
    for name, text in files.items():
        path = root / name
        if read(path) != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"wrote {name}")
    return 0


def check(root: Path, files: dict) -> int:
    stale = 0
    for name, text in files.items():
        old = read(root / name)
        if old != text:
            stale += 1
            lines = difflib.unified_diff(old.splitlines(True), text.splitlines(True), name, f"{name} (generated)")
            sys.stdout.writelines(lines)
    if stale:
        print(f"generate.py: {stale} generated files are stale; run `make header` and commit them.", file=sys.stderr)
        return 1
    print(f"generate.py: {len(files)} generated files are up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
