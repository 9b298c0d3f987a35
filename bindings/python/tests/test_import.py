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


def test_what_waits_for_its_users_is_there_when_they_are() -> None:
    """So that the first run does not wait for modules."""

    def found(statements: str) -> set[str]:
        return set(python(f"import sys; {statements}; print(*sys.modules)")) & {"libworkflow._run", "libworkflow._storage", "_sqlite3"}

    assert found("import libworkflow") == set()
    assert found("import asyncio, libworkflow") == {"libworkflow._run"}
    assert found("from libworkflow import InMemoryCheckpointStorage as storage; storage()") == {"libworkflow._storage"}


def test_a_run_of_async_functions_reads_nothing_for_sync_ones() -> None:
    code = """
import asyncio, sys
from libworkflow import WorkflowBuilder, executor
@executor
async def echo(text: str) -> None: ...
asyncio.run(WorkflowBuilder(start_executor=echo).build().run("x"))
print(*sys.modules)
"""
    assert not {"libworkflow._row", "libworkflow._thread_context", "libworkflow._storage"} & set(python(code))


def test_a_simple_run_reads_nothing_for_others() -> None:
    """Neither on import nor later: whatever is looked at of the result."""
    code = """
import asyncio, sys
from libworkflow import Executor, WorkflowBuilder, WorkflowContext, handler
class Shout(Executor):
    @handler
    async def shout(self, text: str, ctx: WorkflowContext[str, str]) -> None:
        await ctx.yield_output(text.upper())
workflow = WorkflowBuilder(start_executor=Shout("shout")).build()
for _ in range(2):
    result = asyncio.run(workflow.run("x"))
    assert result.get_outputs() == ["X"] and result.get_final_state().value == "IDLE" and str([*result])
print(*sys.modules)
"""
    others = "clock condition error_texts foreign_shapes identifier pool request response_handler selector stream"
    others += " type_text validation_errors workflow_executor"
    assert not {f"libworkflow._{name}" for name in others.split()} & set(python(code))


def test_functions_get_their_types_when_they_are_asked_for() -> None:
    code = """
import ctypes
from libworkflow import _abi
from libworkflow._library import lib
print(len(_abi.PROTOTYPES) - len(vars(lib).keys() & _abi.PROTOTYPES.keys()))
function = lib.wf_builder_add_chain
assert function is lib.wf_builder_add_chain and function.restype is ctypes.c_int32
print(*(kind.__name__ for kind in function.argtypes))
print(sorted(_abi.STRUCTS.keys() & vars(_abi).keys()))
"""
    left, *kinds = python(code)
    assert int(left) > 40
    assert kinds[:4] == ["c_void_p", "LP_c_char_p", "c_ulong", "LP_c_void_p"]
    assert "wf_conformance_t" not in "".join(kinds)


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
