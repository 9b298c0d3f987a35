"""Whether a storage keeps its promises."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from ctypes import byref, c_void_p
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional

from . import _abi
from ._library import lib, raise_for, take_error, take_text
from ._storage import handle_of

if TYPE_CHECKING:
    import subprocess


@dataclass(frozen=True)
class Clause:
    """One promise of a storage."""

    name: str
    level: str
    """`basic`, `fence`, `processes`, `memos` or `large`."""
    result: str
    """`passed`, `failed` or `skipped`."""
    why: Optional[str]
    """What was asked, what was expected and what came; or what it was skipped for. None if it passed."""


@dataclass(frozen=True)
class StorageReport:
    """What came of trying a storage. Printing it shows the levels, and each clause that did not pass.

    >>> asyncio.run(check_storage(InMemoryCheckpointStorage())).failed
    []
    """

    storage: str
    levels: dict[str, str]
    """`passed`, `failed` or `skipped` for each of `basic`, `fence`, `processes`, `memos` and `large`."""
    clauses: list[Clause]

    @property
    def failed(self) -> list[Clause]:
        return [clause for clause in self.clauses if clause.result == "failed"]

    def __str__(self) -> str:
        levels = [f"{level}: {result}" for level, result in self.levels.items()]
        others = [f"{it.result}: {it.name}: {it.why}" for it in self.clauses if it.result != "passed"]
        return "\n".join([self.storage, *levels, *others])


async def check_storage(
    storage: Any,
    *,
    second: Any = None,
    command: Optional[Sequence[str]] = None,
    name: Optional[str] = None,
    large: bool = False,
) -> StorageReport:
    """Tries whether a storage keeps its promises, one by one: for whoever writes one. It takes seconds.

    What is made on the way has ids and names that begin with `conformance-` and goes again; what else is in the storage
    stays. The storage is used by several threads at once, as runs may do. Documents have up to 2,000 levels: a storage
    that takes them apart may need a higher `sys.setrecursionlimit`.

    Args:
        storage: any object with the methods of `CheckpointStorage`, or a storage of the library.
        second: another object that keeps checkpoints in the same place; without it that is not tried.
        command: starts another process, with the task as one more argument; it opens the same place and ends with
            `sys.exit(run_storage_task(storage, sys.argv[-1]))`. It is stopped, continued and killed on the way.
        name: what the report calls it.
        large: tries documents of 64 MB too.

    Raises:
        OSError: the command cannot be started.
        TypeError: the storage is none.

    >>> print(asyncio.run(check_storage(InMemoryCheckpointStorage())).storage)
    InMemoryCheckpointStorage('memory:')
    """
    starter = _Starter(command)
    options = _abi.wf_conformance_t(
        flags=_abi.WF_CONFORM_LARGE if large else 0,
        name=(repr(storage) if name is None else name).encode("utf-8", "replace"),
        storage=handle_of(storage),
        second=handle_of(second),
    )
    if command is not None:
        options.start = starter.callback
    text, error = c_void_p(), c_void_p()
    try:
        status = await asyncio.to_thread(lib.wf_storage_conform, byref(options), byref(text), None, byref(error))
    finally:
        await asyncio.to_thread(starter.reap)
    if status:
        raise_for(status, error)
    report = json.loads(take_text(text))
    if starter.problem is not None:
        raise starter.problem
    return StorageReport(report["storage"], report["levels"], [Clause(**clause) for clause in report["clauses"]])


def run_storage_task(storage: Any, task: str) -> int:
    """In the other process: does what `check_storage` asks for, and gives the exit code. A failure is told on stderr.

    >>> run_storage_task(InMemoryCheckpointStorage(), "nonsense") == 0
    False
    """
    error = c_void_p()
    status = lib.wf_storage_conform_task(handle_of(storage), task.encode(), byref(error))
    if status:
        print(f"libworkflow: {take_error(status, error)}", file=sys.stderr)
    return -int(status)


class _Starter:
    """The other processes. They are reaped when all is over: until then the library looks at how they end."""

    def __init__(self, command: Optional[Sequence[str]]) -> None:
        self.problem: Optional[BaseException] = None
        self._command = list(command or [])
        self._processes: list[subprocess.Popen[bytes]] = []
        self.callback = _abi.wf_start_fn(self._start)

    def _start(self, _: Any, task: bytes, process_id: Any) -> int:
        import subprocess  # costs milliseconds, and few need it

        try:
            process = subprocess.Popen([*self._command, task.decode()])
        except BaseException as problem:
            self.problem = problem
            return int(_abi.WF_E_STORAGE)
        self._processes.append(process)
        process_id[0] = process.pid
        return 0

    def reap(self) -> None:
        for process in self._processes:
            process.wait()
