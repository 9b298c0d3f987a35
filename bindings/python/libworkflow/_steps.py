"""Starts the coroutines of handlers, the first step at once.

Most handlers never wait: for them a task, and the turn of the event loop that a task needs, would cost more
than all the rest. So the first step runs right away, inside a task that is kept ready. A coroutine that waits
keeps that task, and the next coroutine gets a new one; to the handler it is as if it had had a task from the
start: `asyncio.current_task`, `asyncio.timeout`, task groups and context variables work as always.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.tasks import _enter_task, _leave_task  # documented under "Extending asyncio"
from collections.abc import Coroutine, Generator
from contextvars import Context, copy_context
from typing import Any, Optional

_IDLE = object()
_ENDED = object()


class _Body(Coroutine[Any, Any, Any]):
    """What a task runs that is kept ready: it waits until it is given a coroutine, then runs that."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._gate = loop.create_future()
        self._coroutine: Optional[Coroutine[Any, Any, Any]] = None
        self._first: Any = _IDLE

    def take(self, coroutine: Coroutine[Any, Any, Any], first: Any) -> None:
        """Goes on with a coroutine whose first step has answered `first`: what it waits for."""
        self._coroutine = coroutine
        self._first = first
        self.__qualname__ = getattr(coroutine, "__qualname__", "")
        if not self._gate.done():
            self._gate.set_result(None)

    def send(self, value: Any) -> Any:
        if self._coroutine is None:
            self._gate._asyncio_future_blocking = True
            return self._gate
        if self._first is not _IDLE:
            first, self._first = self._first, _IDLE
            return first
        return self._coroutine.send(value)

    def throw(self, kind: Any, value: Any = None, traceback: Any = None) -> Any:
        if self._coroutine is None:
            raise kind if value is None else value
        first, self._first = self._first, _IDLE
        if asyncio.isfuture(first):
            if first.cancel():
                return first  # the coroutine hears of it when what it waits for is cancelled
            first._asyncio_future_blocking = False
        return self._coroutine.throw(kind if value is None else value)

    def close(self) -> None:
        if self._coroutine is not None:
            self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        raise RuntimeError("a task's body is not awaited")


def running_loop() -> asyncio.AbstractEventLoop:
    """The event loop of the caller.

    Raises:
        RuntimeError: there is none, or one that is not asyncio's.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError(
            "a workflow runs on an asyncio event loop, and this thread runs none: use asyncio.run, or under trio "
            "trio_asyncio.aio_as_trio"
        ) from None


class Steps:
    """Starts coroutines for one event loop."""

    __slots__ = ("_body", "_caller", "_context", "_entered", "_loop", "_task")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._task: Optional[asyncio.Task[Any]] = None
        self._body: Any = None
        self._context: Any = None
        self._caller: Optional[asyncio.Task[Any]] = None
        self._entered: Optional[asyncio.Task[Any]] = None

    def begin(self) -> None:
        """Coroutines may be started from now on, by the task that is running. It is not `asyncio.current_task` again before
        `end`: two steps of which one follows the other need not change it."""
        self._caller = asyncio.current_task(self._loop)
        if self._task is not None and self._task.cancelling():
            self.close()  # somebody has cancelled all tasks

    def end(self) -> None:
        """The task that called `begin` goes on by itself."""
        caller, self._caller = self._caller, None
        if self._entered is not None:
            _leave_task(self._loop, self._entered)
            self._entered = None
            if caller is not None:
                _enter_task(self._loop, caller)

    def _enter(self, task: asyncio.Task[Any]) -> None:
        now = self._entered or self._caller
        if now is not None:
            _leave_task(self._loop, now)
        _enter_task(self._loop, task)
        self._entered = task

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> Optional[asyncio.Task[Any]]:
        """Runs `coroutine` up to where it waits: the task that goes on with it, or None if it has ended.

        Raises:
            BaseException: what the coroutine raised.
        """
        context, task = copy_context(), self._task
        # A coroutine must not see what an earlier one set in its context.
        if task is None or self._context != context:
            task = self._renew(context)
        if task is not self._entered:
            self._enter(task)
        # Not `send`, whose end is an exception: making and catching that takes as long as all the rest here.
        first = self._context.run(next, coroutine.__await__(), _ENDED)
        if first is _ENDED:
            if task.cancelling():
                self.close()
                raise asyncio.CancelledError  # it cancelled itself
            return None
        self._task = None
        self._body.take(coroutine, first)
        return task

    def close(self) -> None:
        """Ends the task that is kept ready."""
        if self._task is not None:
            self._discard(self._task)
            self._task = None

    def forget(self) -> None:
        """Drops the task that is kept ready: its loop is closed, and ends nothing any more."""
        if self._task is not None:
            self._task._log_destroy_pending = False  # type: ignore[attr-defined]
            self._task = None

    def _renew(self, context: Context) -> asyncio.Task[Any]:
        """A task for the next coroutine, to be run in `context`."""
        if self._task is not None:
            self._discard(self._task)
        self._body = _Body(self._loop)
        self._context = context
        self._task = asyncio.Task(self._body, loop=self._loop, context=context)
        return self._task

    def _discard(self, task: asyncio.Task[Any]) -> None:
        task._log_destroy_pending = False  # type: ignore[attr-defined] # its loop may close before it ends
        task.cancel()


class TaskSteps(Steps):
    """The same for Python before 3.11, whose tasks cannot be given a context: each coroutine gets a task."""

    def begin(self) -> None:
        """Tasks begin when the event loop comes to them."""

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> Optional[asyncio.Task[Any]]:
        return self._loop.create_task(coroutine)


make_steps = TaskSteps if sys.version_info < (3, 11) else Steps
