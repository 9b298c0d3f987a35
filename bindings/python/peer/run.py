"""Runs the public tests of `agent_framework`'s workflows against libworkflow.

    python bindings/python/peer/run.py PATH_TO_CHECKOUT

The path is a checkout of microsoft/agent-framework, or its folder `python/packages/core/tests/workflow`; the tests are
not in the packages on PyPI. `out_of_scope.txt` and `differs.txt` were made for version 1.13.0 (commit 5eb3eb74). Needs
pytest, the library, and the package graphviz for one of the tests; nothing of agent_framework has to be installed. Ends
with 1 if a test fails that is not in `differs.txt`.

What libworkflow still takes of older generations counts as an error here: that version has it no more.
"""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from libworkflow._legacy import OlderForm  # noqa: E402


class Outcomes:
    """What became of each test function in scope: None, or how it failed."""

    def __init__(self, out_of_scope: Container[str]) -> None:
        self.out_of_scope = out_of_scope
        self.found: dict[str, Any] = {}
        self.skipped: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [item for item in items if item.nodeid.split("[")[0] not in self.out_of_scope]

    def pytest_runtest_logreport(self, report: Any) -> None:
        name = report.nodeid.split("[")[0]
        if report.failed:
            self.found[name] = last_line(report)
        elif report.skipped:
            self.skipped.add(name)
        else:
            self.found.setdefault(name, None)

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.found[report.nodeid] = last_line(report)


def last_line(report: Any) -> str:
    """The exception of a failure."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else str(report.longrepr)
    return (text.strip().splitlines() or [""])[0][:160]


def entries(file: Path) -> dict[str, str]:
    """The lines `NAME  REASON` of a list."""
    lines = (line.split(None, 1) for line in file.read_text().splitlines() if line and not line.startswith("#"))
    return {name: reason.strip() for name, reason in lines}


def place(path: Path) -> Path:
    """The folder of the tests."""
    for folder in (path / "python" / "packages" / "core" / "tests" / "workflow", path / "tests" / "workflow", path):
        if next(folder.glob("test_*.py"), None) is not None:
            return folder
    raise SystemExit(f"{path} has no tests: give a checkout of microsoft/agent-framework")


def arguments(folder: Path, out_of_scope: Iterable[str]) -> Iterator[str]:
    """For pytest: nothing of the checkout but the tests counts, neither its settings nor its conftest."""
    yield from (str(folder), "-q", "--noconftest", "-c", "/dev/null", f"--rootdir={folder}")
    yield from "--continue-on-collection-errors -p alias -p no:cacheprovider --tb=no -rN --no-summary -W ignore".split()
    yield f"-Werror::{OlderForm.__module__}.{OlderForm.__name__}"
    yield from (f"--ignore={folder / name}" for name in out_of_scope if name.endswith(".py"))


def main() -> int:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = place(Path(sys.argv[1]).resolve())
    differs = entries(HERE / "differs.txt")
    out_of_scope = entries(HERE / "out_of_scope.txt")
    outcomes = Outcomes(out_of_scope)
    sys.dont_write_bytecode = True
    pytest.main(list(arguments(folder, out_of_scope)), plugins=[outcomes])
    failed = {name: how for name, how in outcomes.found.items() if how is not None}
    unexpected = [name for name in failed if name not in differs]
    total, skipped = len(outcomes.found), len(outcomes.skipped)
    passed = total - len(failed) - skipped
    print(f"\n{total} in scope, {passed} passed, {skipped} skip themselves, {len(failed)} failed")
    for name, how in failed.items():
        print(f"  {name}\n      {differs.get(name) or 'UNEXPECTED: ' + how}")
    for name in differs.keys() - failed.keys():
        what = "passes: take it out of differs.txt" if name in outcomes.found else "is not there"
        print(f"  {name}\n      {what}")
    return 1 if unexpected or not outcomes.found else 0


if __name__ == "__main__":
    sys.exit(main())
