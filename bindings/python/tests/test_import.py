"""What importing the package costs: only what is needed to describe a graph."""

from __future__ import annotations

import subprocess
import sys

import libworkflow

COSTLY = {"asyncio", "base64", "concurrent", "logging", "multiprocessing", "pathlib", "pickle", "socket", "ssl"}
COSTLY |= {"subprocess", "tempfile", "traceback", "typing_extensions", "urllib", "_sqlite3", "sqlite3"}


def python(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_it_imports_nothing_costly() -> None:
    """By names, not by the clock: `benchmarks/import.py` takes the time."""
    before = set(python("import sys; print(*sys.modules)"))
    after = set(python("import sys, libworkflow as l; l.WorkflowBuilder, l.Executor; print(*sys.modules)"))
    found = {name.partition(".")[0] for name in after - before}
    assert "libworkflow" in found
    assert found & COSTLY == set()


def test_names_that_are_read_when_asked_for() -> None:
    assert libworkflow.WorkflowViz.__name__ == "WorkflowViz"
    assert {"check_storage", "WorkflowBuilder"} <= set(dir(libworkflow))
    assert all(getattr(libworkflow, name) is not None for name in libworkflow.__all__)
    found = python("from libworkflow import *; print(check_storage.__name__, WorkflowViz.__name__)")
    assert found == ["check_storage", "WorkflowViz"]
    try:
        libworkflow.nothing_of_that_name  # type: ignore[attr-defined]  # noqa: B018
    except AttributeError as error:
        assert "nothing_of_that_name" in str(error)
    else:
        raise AssertionError("it has every name")
