"""Time, for the runs that it makes go on: those whose executors have retries or timeouts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_int32, c_void_p
from typing import TYPE_CHECKING, Any, Callable, Optional

from ._library import lib, raise_for, take_text

if TYPE_CHECKING:
    import asyncio

    from ._run import Run
    from ._trampolines import Handle

_is_cancelled = lib.wf_context_is_cancelled


class Clock:
    """Wakes a run when a pause or the time of a call is over, and cancels the handlers that are late."""

    __slots__ = ("_alarm", "_calls", "_is_stale", "_loop", "_wake")

    def __init__(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
        self._loop = loop
        self._wake = wake
        self._alarm: Optional[asyncio.TimerHandle] = None
        self._calls: dict[asyncio.Future[Any], Handle] = {}
        self._is_stale = True

    def begin(self, task: asyncio.Future[Any], handle: Handle) -> None:
        """A handler has to wait, and may become late."""
        self._calls[task] = handle
        self._is_stale = True

    def end(self, task: asyncio.Future[Any]) -> None:
        """It has ended."""
        self._calls.pop(task, None)

    def expect(self) -> None:
        """Something happened after which the library may want to be woken earlier, or later."""
        self._is_stale = True

    def obey(self, run: Optional[int]) -> None:
        """Before the run waits. Asking the library has its price: it is asked only when its answer may be a new one."""
        if not self._is_stale:
            return
        self._is_stale = False
        for task, handle in self._calls.items():
            if _is_cancelled(handle):
                task.cancel()
        self.stop()
        seconds = _seconds_left(run)
        if seconds is not None:
            self._alarm = self._loop.call_later(seconds, self._ring)

    def stop(self) -> None:
        """Nobody is to be woken any more."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _ring(self) -> None:
        self._is_stale = True
        self._wake()


@contextmanager
def alarm(run: Run) -> Iterator[None]:
    """Wakes a run also for what finishes on a thread that is not Python's, which only the descriptor tells."""
    descriptor = c_int32(-1)
    error = c_void_p()
    status = lib.wf_run_wake_fd(run._handle, byref(descriptor), byref(error))
    if status:
        raise_for(status, error)
    run._loop.add_reader(descriptor.value, run.wake)
    try:
        yield
    finally:
        run._loop.remove_reader(descriptor.value)


def _seconds_left(run: Optional[int]) -> Optional[float]:
    """Until time makes the run go on; None if it does not."""
    waiting = why_waiting(run)
    moments = [call["deadline_in_ms"] for call in waiting["calls"] if call.get("deadline_in_ms") is not None]
    moments.extend(retry["in_ms"] for retry in waiting["retries"])
    return max(min(moments), 1) / 1000 if moments else None


def why_waiting(run: Optional[int]) -> dict[str, Any]:
    """What the library says that the run waits for."""
    text, error = c_void_p(), c_void_p()
    status = lib.wf_run_why_waiting(run, byref(text), None, byref(error))
    if status:
        raise_for(status, error)
    found: dict[str, Any] = json.loads(take_text(text))
    return found
