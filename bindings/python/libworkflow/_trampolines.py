"""The functions that the library calls.

There are four of them for the whole process, and the library holds nothing of Python's but a number: the
place of an executor or a condition in its workflow. It calls only from inside `wf_run_next`, on the thread
that drives the run, so that `current.run` is the run in question. That leaves nothing to release.

An exception in such a function would reach C as 0. The library is told that 0 means failure, and nothing but
what is beyond our control gets that far.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Optional

from . import _abi

if TYPE_CHECKING:
    from ._run import Run

_FAILED = 0  # under WF_STRICT_RESULT


class _Current(threading.local):
    """The run that this thread is driving."""

    run: Optional[Run] = None


current = _Current()


@_abi.wf_executor_fn
def invoke(index: int, handle: int, raw: bytes, length: int) -> int:
    """Handles one message."""
    run = current.run
    if run is None:
        return _FAILED
    host = run.hosts[index - 1]
    return run.begin(host, host.invoke, handle, raw)


@_abi.wf_executor_fn
def save(index: int, handle: int, raw: bytes, length: int) -> int:
    """Saves the state of an executor."""
    run = current.run
    if run is None:
        return _FAILED
    host = run.hosts[index - 1]
    return run.begin(host, host.save, handle, raw)


@_abi.wf_executor_fn
def restore(index: int, handle: int, raw: bytes, length: int) -> int:
    """Gives an executor its state back."""
    run = current.run
    if run is None:
        return _FAILED
    host = run.hosts[index - 1]
    return run.begin(host, host.restore, handle, raw)


@_abi.wf_condition_fn
def condition(index: int, raw: bytes, length: int) -> int:
    """Says whether a message takes an edge."""
    run = current.run
    return _FAILED if run is None else run.decide(index - 1, raw)
