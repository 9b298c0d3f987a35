"""The functions that the library calls.

There are five of them for the whole process, and the library holds nothing of Python's but a number: the place of
an executor, a condition or a selector in the `Code` of its workflow. It calls only from inside `wf_run_next`, on the
thread that drives the run, so that `current.run` is the run in question, and that keeps its workflow. The workflow
keeps those inside it. That leaves nothing for the library to release.

An exception in such a function would reach C as 0. The library is told that 0 means failure, and nothing but
what is beyond our control gets that far.
"""

from __future__ import annotations

import ctypes
import itertools
import threading
import weakref
from ctypes import CFUNCTYPE, c_char_p, c_int32, c_size_t, c_void_p, cast
from typing import TYPE_CHECKING, Any, Optional

from . import _abi

if TYPE_CHECKING:
    from ._run import Run

_FAILED = 0  # under WF_STRICT_RESULT


class _Current(threading.local):
    """The run that this thread is driving."""

    run: Optional[Run] = None


current = _Current()


places: dict[int, weakref.ref[Code]] = {}
_numbers = itertools.count(1)


_ours = ctypes.create_string_buffer(1)
KIND: int = ctypes.addressof(_ours)
"""What marks an object of this process."""
objects: dict[int, Any] = {}
"""What the library holds by number instead of as text: see `_values`. When the interpreter ends, nobody may let go of
it."""


class Code:
    """The host code of one workflow, which holds it: each `Host`, condition or selector by its number.

    Nothing else does, so that a workflow goes although its own executors, or an exception that one of them keeps, refer
    to it.
    """

    __slots__ = ("__weakref__", "items")

    def __init__(self) -> None:
        self.items: dict[int, Any] = {}

    def keep(self, item: Any) -> int:
        """Gives `item` a number."""
        number = next(_numbers)
        self.items[number] = item
        places[number] = weakref.ref(self)
        return number

    def __del__(self, places: dict[int, Any] = places) -> None:
        for number in self.items:
            places.pop(number, None)


def code(number: int) -> Any:
    """What a number means.

    Raises:
        KeyError: its workflow is gone.
    """
    found = places[number]()
    if found is None:
        raise KeyError(number)
    return found.items[number]


class Handle(c_void_p):
    """A context of the library, as functions take it that are called bare (`_library`)."""


_host_code = CFUNCTYPE(c_int32, c_void_p, Handle, c_char_p, c_size_t)
"""wf_executor_fn, but with the context as a `Handle`."""


@_host_code
def _invoke(number: int, handle: Handle, raw: Optional[bytes], length: int) -> int:
    run: Any = current.run
    try:
        host = places[number]().items[number]  # type: ignore[union-attr]
        return run.begin(host, host.invoke, handle, raw)  # type: ignore[no-any-return]
    except BaseException as error:  # Ctrl-C may come between any two lines
        return _interrupted(run, error)


@_host_code
def _save(number: int, handle: Handle, raw: Optional[bytes], length: int) -> int:
    run: Any = current.run
    try:
        host = code(number)
        return run.begin(host, host.save, handle, raw)  # type: ignore[no-any-return]
    except BaseException as error:
        return _interrupted(run, error)


@_host_code
def _restore(number: int, handle: Handle, raw: Optional[bytes], length: int) -> int:
    run: Any = current.run
    try:
        host = code(number)
        return run.begin(host, host.restore, handle, raw)  # type: ignore[no-any-return]
    except BaseException as error:
        return _interrupted(run, error)


invoke, save, restore = (cast(each, _abi.wf_executor_fn) for each in (_invoke, _save, _restore))


@_abi.wf_condition_fn
def condition(number: int, raw: bytes, length: int) -> int:
    """Says whether a message takes an edge."""
    run: Any = current.run
    try:
        return int(run.decide(code(number), raw))
    except BaseException as error:
        return _interrupted(run, error)


@_abi.wf_selector_fn
def selector(number: int, raw: bytes, length: int, selection: int) -> int:
    """Chooses the targets that get a message."""
    run: Any = current.run
    try:
        return int(run.select(code(number), raw, selection))
    except BaseException as error:
        return _interrupted(run, error)


def _interrupted(run: Optional[Run], error: BaseException) -> int:
    if run is not None:
        run.interrupt(error)
    return _FAILED
