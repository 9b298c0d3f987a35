"""One execution of a workflow, driven on the event loop of the caller.

The library decides what happens; this class lends it the thread, starts the handlers and hands out the events.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
import threading
import time
import weakref
from collections.abc import Iterable
from contextlib import AbstractContextManager
from ctypes import byref, c_int64, c_size_t, c_void_p
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Callable, Optional, Union

from ._abi import (
    WF_DONE,
    WF_DURABILITY_EXIT,
    WF_E_BUSY,
    WF_E_CANCELLED,
    WF_EVENT_BIT,
    WF_EVENT_CUSTOM,
    WF_EVENT_EXECUTOR_FAILED,
    WF_EVENT_FAILED,
    WF_EVENT_INTERMEDIATE,
    WF_EVENT_OUTPUT,
    WF_EVENT_STATUS,
    WF_OK,
    WF_PENDING,
    WF_RUN_FAILED,
    WF_RUN_IDLE,
    WF_RUN_IDLE_WITH_PENDING_REQUESTS,
    WF_TIMEOUT,
)
from ._batch import Batch
from ._begun import Begun, PlainCall, may_begin
from ._context import WorkflowContext
from ._errors import WorkflowCheckpointException
from ._event import WorkflowEvent
from ._failures import Failures
from ._host import Host
from ._library import bare, lib
from ._resting_run import RestingRun, checkpoint_id_of, requests_of, rewind
from ._result import Part
from ._steps import make_steps, running_loop
from ._trampolines import Hosts, driven, objects
from ._values import tidy

if TYPE_CHECKING:
    from ._checkpoint import WorkflowCheckpoint
    from ._clock import Clock
    from ._trampolines import Handle
    from ._workflow import Workflow

_next = bare("wf_run_next")
_next_batch = bare("wf_run_next_batch")
_kind = lib.wf_event_kind
_finish = lib.wf_context_finish
_input = lib.wf_context_input
_fail = lib.wf_context_fail
_free_event = lib.wf_event_free
_is_cancelled = lib.wf_context_is_cancelled
_state_of = lib.wf_run_state

_FAILURES = frozenset((WF_EVENT_FAILED, WF_EVENT_EXECUTOR_FAILED))
_YIELDS = frozenset((WF_EVENT_OUTPUT, WF_EVENT_INTERMEDIATE))
_SPECIAL = _FAILURES | {WF_EVENT_CUSTOM}
"""The kinds that are not simply handed out."""
_FAILED = 0  # under WF_STRICT_RESULT

_RESTING = frozenset((WF_RUN_IDLE, WF_RUN_IDLE_WITH_PENDING_REQUESTS))

_NO_ALARM = contextlib.nullcontext()
_SLICE = 0.005
"""For how many seconds handlers that never wait may keep the event loop to themselves."""
_NOW = c_int64(0)
_FEW, _MANY = 32, 128
"""After how many events that is looked at, where they are not handed out one by one."""


class Run:
    """A run of the library and the handlers that it has called."""

    def __init__(
        self,
        workflow: Workflow,
        handle: int,
        *,
        storage: Any = None,
        hidden: Iterable[int] = (),
        prelude: Iterable[WorkflowEvent[Any]] = (),
        has_news: bool = False,
        has_requests: bool = True,
    ) -> None:
        """`hidden` are kinds of events that are not handed out, of "status" only the first; `prelude` are events that
        come before those of the library; `has_news` says that a run which rests was given something to go on with,
        `has_requests` that executors of it may have asked for something."""
        self._handle: Optional[int] = handle
        self._pointer: Optional[c_void_p] = c_void_p(handle)  # the same for functions that are called bare
        self._runs = workflow._runs
        self.hosts: Hosts = Hosts()
        self._workflow = workflow
        self._storage = storage
        self._hidden, self._special, self._special_bits = _sets(tuple(hidden), workflow._has_boxes)
        self._prelude = list(prelude)
        self._has_news = has_news
        self.has_requests: bool = has_requests
        self._saves_late = workflow._settings.durability == WF_DURABILITY_EXIT
        self.is_streaming = False
        self.shares: bool = not workflow._has_native
        """Whether messages are passed on as objects. C code may let go of them on threads that are not Python's."""
        self._loop = running_loop()
        self._steps = make_steps(self._loop)
        self._tasks: set[asyncio.Future[Any]] = set()
        self._waiter: Optional[asyncio.Future[None]] = None
        self.failures: Failures = Failures()
        self.told: weakref.ref[Failures] = weakref.ref(self.failures)  # for those who outlive the run: tracebacks have much in them
        self._lent: dict[int, WorkflowEvent[Any]] = {}
        self._lendings = itertools.count()
        self._must_wait = False
        self._clock = _clock(self) if workflow._has_clock else None
        self._closed = False
        self.gate: AbstractContextManager[Any] = threading.RLock()
        """Whoever looks into the run has it, and so has a thread of a row while it drives."""
        self._lends = False
        self._lone: Optional[Begun] = None
        """A call of a sync function, as long as nothing else is under way."""
        self._looked = time.monotonic()
        self._slice_end = self._looked + _SLICE
        self._most, self._taken = c_size_t(_FEW), 0
        self._found, self._error = c_void_p(), c_void_p()
        self._found_ref, self._error_ref = byref(self._found), byref(self._error)

    # ---- Driving

    async def next(self) -> Optional[WorkflowEvent[Any]]:
        """The next event, or None at the end.

        Raises:
            BaseException: what a handler raised.
            WorkflowException: the run failed for another reason.
        """
        if self._prelude:
            return self._prelude.pop(0)
        # One at a time: what handlers do must not run ahead of what the caller has seen.
        events: list[Part] = []
        while not events and not self._drive(self._take_event, events):
            await self._others()
        return events[0] if events else None  # type: ignore[return-value]

    async def all(self) -> list[Part]:
        """All events up to the end.

        Raises:
            BaseException: what a handler raised.
            WorkflowException: the run failed for another reason.
        """
        parts: list[Part] = [*self._prelude]
        self._prelude.clear()
        self._lends = may_begin(self)
        while not self._drive(self._take_batches, parts):
            if self._lone is None or not self._must_wait:
                await self._others()
            elif await self._row(self._lone, parts):
                break
        return parts

    async def _row(self, first: Begun, parts: list[Part]) -> bool:
        """Lets a thread drive, which calls one sync function after the other; whether that was all."""
        from ._row import Row  # milliseconds, and only sync functions need it

        self._lone, self._must_wait = None, False
        row = Row(self, first, parts)
        try:
            self._loop.run_in_executor(None, row.work)
        except RuntimeError:  # it has no threads any more: the call fails as it does alone
            self._launch([first])
            return False
        self._waiter, error = self._loop.create_future(), None
        try:
            await self._waiter
        except BaseException as raised:
            error = raised
        self._waiter = None
        under_way = row.take_back(is_wanted=not isinstance(error, GeneratorExit))
        if under_way is not None:
            begun, ended = under_way
            self._follow(ended, begun.host, begun.hook, begun.context)
        error = error or row.error
        if error is not None:
            for begun in row.later:
                self._drop(begun)
            raise error
        if len(row.later) == 1 and row.later[0].code.__class__ is PlainCall and not self._tasks:
            self._lone = row.later[0]
        else:
            self._launch(row.later)
        return row.has_ended

    def _launch(self, calls: Iterable[Begun]) -> None:
        """Starts calls that have begun for the library."""
        self._steps.begin()
        try:
            for begun in calls:
                self._start(begun)
        finally:
            self._steps.end()

    def _start(self, begun: Begun) -> None:
        code: Any = begun.code
        try:
            task = self._steps.start(code.in_thread() if code.__class__ is PlainCall else code)
        except BaseException as error:
            self._conclude(begun.host, begun.hook, begun.context, error)
            return
        if task is None:
            self._conclude(begun.host, begun.hook, begun.context, None)
        else:
            self._follow(task, begun.host, begun.hook, begun.context)

    def _drop(self, begun: Begun) -> None:
        """Ends a call that was never started."""
        if begun.code.__class__ is not PlainCall:
            begun.code.close()  # type: ignore[union-attr]
        handle = begun.context._open()
        begun.context._close()
        _finish(handle, WF_E_CANCELLED, None)

    def _drive(self, take: Callable[[list[Part]], int], parts: list[Part]) -> bool:
        """Lets the library go on until it is this run's end (True), or the others' turn (False): when `take` has found
        something for `parts`, or the run has to wait."""
        self._has_news = False
        thread = threading.get_ident()
        previous, driven[thread] = driven.get(thread), self
        self._steps.begin()
        try:
            while self.failures.interrupt is None:
                status = take(parts)
                if status == WF_OK:
                    break
                if status == WF_TIMEOUT:
                    self._must_wait = True
                    break
                if status == WF_E_BUSY:  # another thread looks into the run, which takes it a moment
                    lib.wf_error_free(self._error)
                    time.sleep(0)
                    continue
                return self._has_ended(status)
            if self.failures.interrupt is not None:
                raise self.failures.interrupt
            if self._must_wait and self._clock is not None:
                self._clock.obey(self._handle)
            return False
        finally:
            self._steps.end()
            if previous is None:
                driven.pop(thread, None)
            else:
                driven[thread] = previous

    def _has_ended(self, status: int) -> bool:
        """What the library says in place of events: True, or why the run failed."""
        if status == WF_DONE or status == WF_E_CANCELLED:
            return True
        from ._storage import storage_failure  # few need it

        raise self.failures.of(status, storage_failure(status, self._error))

    def _take_event(self, parts: list[Part]) -> int:
        """The library's next event that is not hidden."""
        event: Optional[WorkflowEvent[Any]] = None
        status: int = WF_OK
        while event is None and self.failures.interrupt is None:
            status = _next(self._pointer, _NOW, self._found_ref, self._error_ref)
            if status != WF_OK:
                return status
            handle = self._found.value or 0
            kind = _kind(handle)
            event = self._special_event(handle, kind) if kind in self._special else WorkflowEvent._adopt(handle, kind)
        if event is not None:
            parts.append(event)
        return status

    def _take_batches(self, parts: list[Part]) -> int:
        """The library's next events in several pieces, until it is time for others."""
        status = self._take_batch(parts, self._most)
        while status == WF_OK and self.failures.interrupt is None and self._has_time():
            status = self._take_batch(parts, self._most)
        return status

    def _has_time(self) -> bool:
        """Whether the event loop can be kept a while longer. Between two looks at the clock there are few events, or
        many where as many came quickly."""
        now, most = time.monotonic(), self._most
        if now - self._looked > _SLICE / 10:
            most.value = _FEW
        elif self._taken >= most.value:
            most.value = min(2 * most.value, _MANY)
        self._looked = now
        return now < self._slice_end

    def _take_batch(self, parts: list[Part], most: c_size_t) -> int:
        """The library's next events in one piece."""
        status: int = _next_batch(self._pointer, _NOW, most, self._found_ref, self._error_ref)
        if status == WF_OK:
            last = parts[-1] if parts else None
            if isinstance(last, Batch) and not last.is_full:
                batch = last
            else:
                batch = Batch(self._hidden)
                parts.append(batch)
            begin = len(batch.order)
            kinds = batch.add(self._found)
            self._taken = len(batch.order) - begin
            if kinds & self._special_bits:
                for place, kind in enumerate(batch.order[begin:], begin):
                    if kind in self._special and kind not in self._hidden:
                        batch.put(place, self._special_event(batch.take(place), kind))
        return status

    def _special_event(self, handle: int, kind: int) -> Optional[WorkflowEvent[Any]]:
        """One that is not simply handed out; None for one that is hidden."""
        if kind in _FAILURES:
            event = WorkflowEvent._adopt(handle, kind)
            self.failures.explain(event)
            return event
        if kind in _YIELDS:
            event = WorkflowEvent._adopt(handle, kind)
            event.executor_id = self._workflow._outermost(event.executor_id)
            return event
        own = None
        if kind == WF_EVENT_CUSTOM:
            own = self._lent.pop(int(lib.wf_event_data(handle, None)))
            own.sequence = lib.wf_event_sequence(handle)
        _free_event(handle)
        if kind == WF_EVENT_STATUS:
            self._special -= {kind}
            self._special_bits = _bits(self._special - self._hidden)
        return own

    async def _others(self) -> None:
        """Gives the event loop to others: until a handler has something to tell, or when we had it for long."""
        if self._must_wait:
            self._must_wait = False
            if self._storage is not None:
                tidy(self.failures)
            self._waiter = self._loop.create_future()
            try:
                with _alarm(self) if self._workflow._has_native else _NO_ALARM:
                    await self._waiter
            finally:
                self._waiter = None
        elif time.monotonic() > self._slice_end:
            await asyncio.sleep(0)
        else:
            return
        self._looked = time.monotonic()
        self._slice_end = self._looked + _SLICE

    async def rewind(self, checkpoint: Union[str, WorkflowCheckpoint, None]) -> None:
        """Goes back to a checkpoint, in place; on an error everything stays as it is.

        Handlers that wait for something are cancelled first, for the library does not go back during a call. Then an
        error means that their superstep begins again.
        """
        is_inside = bool(self._tasks)
        if is_inside:
            await self._stop()
        try:
            rewind(self._handle, checkpoint)
        except BaseException:
            if is_inside:
                rewind(self._handle, None)
            raise
        finally:
            self.has_requests = True
            self._prelude.clear()
            self._lent.clear()
            self.failures.clear()

    async def _stop(self) -> None:
        """Cancels the library's run and the handlers, and waits for these."""
        self._cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    def _cancel(self) -> None:
        """Nothing of ours is called any more, and nobody wants the last events."""
        lib.wf_run_cancel(self._handle, None, None)
        while _next(self._pointer, _NOW, self._found_ref, None) == WF_OK:
            _free_event(self._found)

    def cancel(self, reason: Optional[str]) -> None:
        """Ends the run early; from any thread. It tells so by its last events."""

        def stop() -> None:
            if self._handle is not None:
                lib.wf_run_cancel(self._handle, None if reason is None else reason.encode(), None)
                self.wake()

        with contextlib.suppress(RuntimeError):  # the loop was closed, and its runs with it
            self._loop.call_soon_threadsafe(stop)

    def wake(self) -> None:
        """Says that a handler has something to tell."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # ---- Called by the library

    def begin(self, host: Host, hook: Optional[Callable[..., Any]], handle: Handle, raw: Optional[bytes]) -> int:
        """Starts the handler of a message, or a `hook` of the host: its status, or WF_PENDING if it waits for something."""
        if self._lone is not None:  # it is so no more
            lone, self._lone = self._lone, None
            self._start(lone)
        if self.failures.raised or self._saves_late:
            self._prepare(handle, raw)
        context: WorkflowContext[Any, Any] = WorkflowContext()  # see _context_of: here it is for every message
        context._handle = handle
        context._host = host
        context._run = self
        context._sent = context._yielded = None
        try:
            call = host.invoke(raw, context) if hook is None else hook(raw, context)
            if call.__class__ is PlainCall:
                if self._lends and not self._tasks:
                    self._lone = Begun(host, hook, context, call)
                    return WF_PENDING
                call = call.in_thread()
            task = self._steps.start(call)
        except BaseException as error:
            context._handle = None
            return self._failed(host, hook, handle, error)
        if task is None:
            context._handle = None
            return WF_DONE
        self._follow(task, host, hook, context)
        return WF_PENDING

    def _context_of(self, host: Host, handle: Handle, raw: Optional[bytes]) -> WorkflowContext[Any, Any]:
        """The context of a call that begins."""
        self._prepare(handle, raw)
        context: WorkflowContext[Any, Any] = WorkflowContext()  # without __init__, by which it would take twice as long
        context._handle = handle
        context._host = host
        context._run = self
        context._sent = context._yielded = None
        return context

    def _prepare(self, handle: Handle, raw: Optional[bytes]) -> None:
        """Before a call begins."""
        if raw is None and self._saves_late:
            _input(handle, None)  # makes the text, as it is before the handler changes anything
        if self.failures.raised:  # it may have failed before, and be tried again
            self.failures.forget(_executor_id(handle))

    def _follow(self, task: asyncio.Future[Any], host: Host, hook: Any, context: WorkflowContext[Any, Any]) -> None:
        """Waits for a handler that waits."""
        self._tasks.add(task)
        if self._clock is not None:
            self._clock.begin(task, context._open())
        task.add_done_callback(partial(self._finished, host, hook, context))

    def lend(self, event: WorkflowEvent[Any]) -> int:
        """Keeps an event of host code until the library says that it is its turn; answers with its number."""
        number = next(self._lendings)
        self._lent[number] = event
        return number

    def ask(self, function: Callable[..., int], *arguments: Any) -> int:
        """What a function answers that calls a condition or a selector."""
        try:
            return function(*arguments)
        except BaseException as error:
            self.failures.keep(None, error)
            return _FAILED

    def interrupt(self, error: BaseException) -> None:
        """Makes the run end with `error` as soon as the library comes back."""
        self.failures.interrupt = error

    def _finished(self, host: Host, hook: Any, context: WorkflowContext[Any, Any], task: asyncio.Future[Any]) -> None:
        """Tells the library that a handler which had to wait has ended."""
        self._tasks.discard(task)
        if self._clock is not None:
            self._clock.end(task)
        self._conclude(host, hook, context, asyncio.CancelledError() if task.cancelled() else task.exception())
        self.wake()
        if self._closed and not self._tasks:
            self._free()

    def _conclude(
        self, host: Host, hook: Any, context: WorkflowContext[Any, Any], error: Optional[BaseException]
    ) -> None:
        handle = context._open()
        context._close()
        _finish(handle, WF_DONE if error is None else self._failed(host, hook, handle, error), None)

    # ---- Failing

    def _failed(self, host: Host, hook: Any, handle: Handle, error: BaseException) -> int:
        """Keeps what host code raised, and tells the library."""
        if _is_cancelled(handle) and isinstance(error, (Exception, asyncio.CancelledError)):
            return WF_E_CANCELLED  # a call that is late, or of a cancelled run: how it ends counts no more
        if self._clock is not None:
            self._clock.expect()
        from ._error_texts import message_of
        from ._retry import GiveUp  # few need it

        if isinstance(error, GiveUp):
            lib.wf_context_give_up(handle, None)
        if hook == host.restore and isinstance(error, Exception):
            cause, error = error, WorkflowCheckpointException(f"'{host.id}' could not be restored: {message_of(error)}")
            error.__cause__ = cause
        self.failures.keep(_executor_id(handle), error)
        message = message_of(error).encode("utf-8", "backslashreplace")
        return int(_fail(handle, type(error).__name__.encode(), message, len(message)))

    # ---- Ending

    async def __aenter__(self) -> Run:
        return self

    async def __aexit__(self, kind: object, error: Optional[BaseException], _: object) -> None:
        await self.close(error)

    async def close(self, cause: Optional[BaseException] = None) -> None:
        """Cancels the handlers that still run, waits for them, and frees the run."""
        if isinstance(cause, GeneratorExit):
            self.abandon()  # our own coroutine is being thrown away: nothing can be awaited
            return
        self._end()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def abandon(self) -> None:
        """The same without waiting, from any thread."""
        self._settle()
        if self._closed or self._loop.is_closed():
            self._steps.forget()
            return
        try:
            self._loop.call_soon_threadsafe(self._end)
        except RuntimeError:
            pass  # the loop was closed just now, and its tasks with it

    def _end(self) -> None:
        self._closed = True
        if self._lone is not None:
            lone, self._lone = self._lone, None
            self._drop(lone)
        if self._clock is not None:
            self._clock.stop()
        self._lent.clear()
        self.failures.clear()
        self._steps.close()
        self._settle(cancel=True)
        for task in self._tasks:
            task.cancel()
        if not self._tasks:
            self._free()

    def _settle(self, *, cancel: bool = False) -> None:
        """Gives a run that rests or has ended back to the workflow; cancels one that is under way, if asked to."""
        if self._handle is None:
            return
        state = _state_of(self._handle)
        if state in _RESTING and not self._has_news:
            self._runs.keep(RestingRun(self._release(), self._storage))
        elif cancel:
            if state != WF_RUN_FAILED:
                self._cancel()  # the last checkpoint stays good
                state = _state_of(self._handle)
            self._runs.keep_ended(RestingRun(self._release(), self._storage))
        self._runs.note(state)

    @property
    def is_on_this_loop(self) -> bool:
        """Whether the event loop of the caller is the one that the handlers run on."""
        return asyncio.get_running_loop() is self._loop

    @property
    def is_under_way(self) -> bool:
        """Whether it can be cancelled."""
        return self._handle is not None and not self._closed

    @property
    def state(self) -> Optional[int]:
        """How far the library's run is; None when it is gone."""
        return None if self._handle is None else _state_of(self._handle)

    def checkpoint_id(self) -> Optional[str]:
        """The checkpoint of the last boundary, if there is a storage."""
        with self.gate:
            return None if self._handle is None else checkpoint_id_of(self._handle)

    def requests(self) -> list[WorkflowEvent[Any]]:
        """The requests that wait for an answer."""
        with self.gate:
            return [] if self._handle is None else requests_of(self._handle)

    def why_waiting(self) -> Optional[dict[str, Any]]:
        """What the library says that the run waits for."""
        from ._clock import why_waiting  # few need it

        with self.gate:
            return None if self._handle is None else why_waiting(self._handle)

    def _release(self) -> int:
        handle, self._handle, self._pointer = self._handle, None, None
        return handle or 0

    def _free(self, free: Any = lib.wf_run_free) -> None:
        handle, self._handle, self._pointer = self._handle, None, None
        if handle is not None:
            free(handle)

    def __del__(self, is_late: Any = sys.is_finalizing, held: Any = objects) -> None:
        if not (held and is_late()):
            self._free()


@lru_cache(maxsize=100)
def _sets(hidden: tuple[int, ...], has_boxes: bool) -> tuple[frozenset[int], frozenset[int], int]:
    """The kinds that are never handed out, those that are not simply handed out, and which of these somebody sees."""
    never = frozenset(hidden) - {WF_EVENT_STATUS}
    special = _SPECIAL.union(hidden, _YIELDS if has_boxes else ())
    return never, special, _bits(special - never)


def _clock(run: Run) -> Clock:
    from ._clock import Clock  # few need it

    return Clock(run._loop, run.wake)


def _alarm(run: Run) -> AbstractContextManager[None]:
    from ._clock import alarm  # few need it

    return alarm(run)


def _bits(kinds: Iterable[int]) -> int:
    return sum(WF_EVENT_BIT(kind) for kind in kinds)


def _executor_id(handle: Handle) -> str:
    """The executor of a call, by its path."""
    return str(lib.wf_context_executor_id(handle).decode())
