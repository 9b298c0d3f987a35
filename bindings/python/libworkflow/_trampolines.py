"""The functions that the library calls.

There are five of them for the whole process, two of which are in `_condition` and `_selector`, and the library holds
nothing of Python's but a number: the place of an executor, a condition or a selector in the `Code` of its workflow. It
calls only from inside `wf_run_next`, on the thread that drives the run, so that `current()` is the run in question, and
that keeps its workflow. The workflow keeps those inside it. That leaves nothing for the library to release.

An exception in such a function would reach C as 0. The library is told that 0 means failure, and nothing but
what is beyond our control gets that far.
"""

from __future__ import annotations

import ctypes
import itertools
import weakref
from ctypes import c_void_p
from threading import get_ident
from typing import TYPE_CHECKING, Any, Optional

from . import _abi

if TYPE_CHECKING:
    from ._run import Run

_FAILED = 0  # under WF_STRICT_RESULT


driven: dict[int, Any] = {}
"""The runs that are being driven, by the numbers of their threads: found in half the time that a `threading.local` takes."""


def current() -> Any:
    """The run that this thread is driving, or None."""
    return driven.get(get_ident())


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


class Hosts(dict[int, Any]):
    """The hosts that one run has called, by number. It keeps them: it has their workflow anyway."""

    def __missing__(self, number: int) -> Any:
        host = self[number] = code(number)
        return host


class _Handles(dict[int, Any]):
    """Contexts of the library, as functions take them that are called bare (`_library`): by their address, for the same
    few come again and again."""

    def __missing__(self, address: int) -> Any:
        if len(self) >= _MANY:
            self.clear()
        handle = self[address] = c_void_p.from_param(address)
        return handle


Handle = Any
_handles = _Handles()
_MANY = 1000


@_abi.wf_executor_fn
def invoke(number: int, context: int, raw: Optional[bytes], length: int) -> int:
    """Handles a message."""
    try:
        run = driven[get_ident()]
        return run.begin(run.hosts[number], None, _handles[context], raw)  # type: ignore[no-any-return]
    except BaseException as error:  # Ctrl-C may come between any two lines
        return interrupted(current(), error)


@_abi.wf_executor_fn
def save(number: int, context: int, raw: Optional[bytes], length: int) -> int:
    """Asks an executor for its state."""
    run = current()
    try:
        host = code(number)
        return run.begin(host, host.save, _handles[context], raw)  # type: ignore[no-any-return]
    except BaseException as error:
        return interrupted(run, error)


@_abi.wf_executor_fn
def restore(number: int, context: int, raw: Optional[bytes], length: int) -> int:
    """Gives an executor its state."""
    run = current()
    try:
        host = code(number)
        return run.begin(host, host.restore, _handles[context], raw)  # type: ignore[no-any-return]
    except BaseException as error:
        return interrupted(run, error)


def interrupted(run: Optional[Run], error: BaseException) -> int:
    """What such a function answers when something else than host code has raised."""
    if run is not None:
        run.interrupt(error)
    return _FAILED
