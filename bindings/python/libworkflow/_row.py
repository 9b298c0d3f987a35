"""Sync functions one after the other, on one thread that also drives the run between them.

A sync function may block, so it runs in a thread of the event loop's pool. The way there and back takes a hundred microseconds,
many times what the rest of a superstep takes. So as long as one sync function and nothing else is to be called next, the
thread goes on by itself: that is a row. It gives the run back to the event loop for everything else: for async handlers, when
two or more are to be called at once, at the end, and when it had the thread for long.

The event loop may take the run back at any moment, because the run was cancelled or the caller is. Then the function that is
under way is one like any other that a task waits for.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from contextvars import copy_context
from ctypes import c_int32, c_size_t
from typing import TYPE_CHECKING, Any, Callable, Optional

from ._abi import WF_DONE, WF_E_CANCELLED, WF_OK, WF_PENDING, WF_TIMEOUT
from ._begun import Begun, PlainCall
from ._library import bare
from ._pool import called
from ._thread_context import ThreadContext
from ._trampolines import Handle, Hosts, driven

if TYPE_CHECKING:
    from ._host import Host
    from ._result import Part
    from ._run import Run

_finish = bare("wf_context_finish")
_SUCCESS, _LATE = c_int32(WF_DONE), c_int32(WF_E_CANCELLED)

_LONGEST = 0.05
"""For how many seconds a row keeps its thread, when others may want it."""

_ALL = c_size_t(1 << 62)
"""All events up to where the run would wait: a batch that is full could end between two calls that belong together."""


class Row:
    """One row. What stands in the place of the run while its thread drives."""

    def __init__(self, run: Run, first: Begun, parts: list[Part]) -> None:
        self._run = run
        self.hosts: Hosts = run.hosts
        self._parts = parts
        self._variables = copy_context()
        # Protected by run.gate, which this thread has while it drives:
        self._now: Optional[Begun] = first
        self._call: Any = first.code  # of `_now`, whose own code is another one when the run was taken back
        self._next: Optional[Begun] = None
        self._shared: Optional[ThreadContext] = None
        self._lock = threading.RLock()  # of the contexts: there is one at a time
        self._is_over = False
        self._is_taken = False
        self._is_wanted = True
        self._waiter: Optional[asyncio.Future[None]] = None
        # For the event loop, when the row is over:
        self.later: list[Begun] = []
        self.has_ended = False
        self.error: Optional[BaseException] = None

    # ---- On the thread

    def work(self) -> None:
        """Goes on as long as it can."""
        end, gate = time.monotonic() + _LONGEST, self._run.gate
        try:
            with gate:
                goes_on = self._prepare()
            while goes_on:
                error = self._called()
                with gate:
                    goes_on = self._go_on(error, end)
        except BaseException as error:
            self.error = error
            with gate:
                self._end()
        with contextlib.suppress(RuntimeError):  # the loop was closed, and its runs with it
            self._run._loop.call_soon_threadsafe(self._run.wake)

    def _prepare(self) -> bool:
        """Makes the context of the function whose turn it is; False if nobody wants it any more, and it has not begun."""
        call = self._call
        if self._is_wanted:
            self._shared = ThreadContext(call.context, self._run._loop, self._lock) if call.takes_context else None
        return self._is_wanted

    def _go_on(self, error: Optional[BaseException], end: float) -> bool:
        """Lets the library go on, now that a function has ended; whether there is one more, and time for it."""
        begun: Any = self._now
        if self._is_taken:
            self._report(begun, error)
            return False
        self._now = None
        handle, begun.context._handle = begun.context._handle, None
        status = _SUCCESS if error is None else c_int32(self._run._failed(begun.host, begun.hook, handle, error))
        _finish(handle, status, None)
        if self._variables.copy().run(self._drive) and time.monotonic() < end:
            return self._prepare()
        self._end()
        return False

    def _end(self) -> None:
        self._is_over = True
        if not self._is_taken:
            self.later.extend(begun for begun in (self._now, self._next) if begun is not None)

    def _called(self) -> Optional[BaseException]:
        """Runs a function, which sees the variables of the caller and not those that other functions have set."""
        call, shared, variables = self._call, self._shared, self._variables.copy()
        try:
            if shared is None:
                variables.run(called, call.function, call.message)
            else:
                try:
                    variables.run(called, call.function, call.message, shared)
                finally:
                    shared._end()
        except BaseException as error:
            return error
        return None

    def _drive(self) -> bool:
        """Lets the library go on until it has to wait, or has ended; whether one sync function is all that it waits for."""
        run = self._run
        thread = threading.get_ident()
        previous, driven[thread] = driven.get(thread), self
        try:
            while run.failures.interrupt is None:
                status = run._take_batch(self._parts, _ALL)
                if status == WF_OK and self._next is None:
                    continue
                if status in (WF_OK, WF_TIMEOUT):  # a batch says that the run would wait
                    self._now, self._next = self._next, None
                    self._call = None if self._now is None else self._now.code
                    return self._now is not None
                self.has_ended = run._has_ended(status)
                return False
            raise run.failures.interrupt
        finally:
            if previous is None:
                driven.pop(thread, None)
            else:
                driven[thread] = previous

    def begin(self, host: Host, hook: Any, handle: Handle, raw: Optional[bytes]) -> int:
        """What the library wants to be called: noted, for `_drive` to decide."""
        run = self._run
        context = run._context_of(host, handle, raw)
        try:
            code = host.invoke(raw, context) if hook is None else hook(raw, context)
        except BaseException as error:
            context._handle = None
            return run._failed(host, hook, handle, error)
        begun = Begun(host, hook, context, code)
        if self._next is None and not self.later and code.__class__ is PlainCall:
            self._next = begun
            return WF_PENDING
        if self._next is not None:
            self.later.append(self._next)
            self._next = None
        self.later.append(begun)
        return WF_PENDING

    def ask(self, function: Callable[..., int], *arguments: Any) -> int:
        """What a function answers that calls a condition or a selector."""
        return self._run.ask(function, *arguments)

    def interrupt(self, error: BaseException) -> None:
        """Makes the run end with `error`."""
        self._run.interrupt(error)

    def _report(self, begun: Begun, error: Optional[BaseException]) -> None:
        """Tells the task that waits for a function since the run was taken back."""
        waiter = self._waiter
        if waiter is None:  # nobody does: the caller is gone
            begun.context._handle, handle = None, begun.context._handle
            if handle is not None:
                _finish(handle, _LATE, None)
            return

        def tell() -> None:
            if not waiter.done():
                waiter.set_exception(error) if error is not None else waiter.set_result(None)

        with contextlib.suppress(RuntimeError):
            self._run._loop.call_soon_threadsafe(tell)

    # ---- On the event loop

    def take_back(self, *, is_wanted: bool) -> Optional[tuple[Begun, asyncio.Future[None]]]:
        """The run is the event loop's again. Gives the call that is under way, if there is one, with a future that is done when it
        has ended, or is cancelled; none if that is not wanted, for nobody is there to wait."""
        with self._run.gate:
            begun = self._now
            if self._is_over or begun is None:
                return None
            self._is_taken = True
            if is_wanted:
                self._waiter = self._run._loop.create_future()
                self._waiter.add_done_callback(self._left)
                return begun, self._waiter
            self._leave()
        return None

    def _left(self, _: object) -> None:
        with self._run.gate:
            self._leave()

    def _leave(self) -> None:
        """The function has ended, or nobody wants to know any more: then its context has ended."""
        self._is_wanted = False
        if self._shared is not None:
            self._shared._end()
