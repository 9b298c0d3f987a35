"""The context that a sync function gets: it is used on a thread of its own."""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from contextlib import AbstractContextManager
from typing import Any, Optional

from ._context import WorkflowContext, send_small
from ._done import Done
from ._library import NUL
from ._memos import Memos
from ._registry import can_register
from ._values import small_text

Lock = AbstractContextManager[Any]


class ThreadContext(WorkflowContext[Any, Any]):
    """A `WorkflowContext` that a thread may still hold when the run was cancelled.

    A thread cannot be cancelled. The lock makes the end of the context wait for a call that is under way, so
    that the thread never uses it afterwards: it gets a RuntimeError instead. What is async in the handlers of the event
    loop happens at once here: a sync function cannot wait, and needs no `await`.
    """

    __slots__ = ("_lock", "_loop")

    def __init__(
        self, context: WorkflowContext[Any, Any], loop: asyncio.AbstractEventLoop, lock: Optional[Lock] = None
    ) -> None:
        self._loop = loop
        self._handle = context._open()
        self._host = context._host
        self._run = context._run
        self._sent = self._yielded = None
        self._lock: Lock = lock or threading.RLock()  # one method may call another

    def __enter__(self) -> ThreadContext:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        """Waits for what is under way: nothing can be done with it any more."""
        with self._lock:
            self._handle = None

    def remember(self, key: str, value: Any) -> None:
        if callable(value) and not can_register(type(value)):
            raise TypeError("a sync function cannot wait: call the function itself, unless ctx.recall knows its result")
        with self._lock:
            super().remember(key, value)

    def _wake(self) -> None:
        if self._run.is_streaming:  # else nobody looks before the end
            self._loop.call_soon_threadsafe(self._run.wake)


def _locked(member: Any) -> Any:
    """A public member of the context that holds the lock while it runs."""
    if isinstance(member, property):
        return property(_locked(member.fget))
    if inspect.iscoroutinefunction(member):

        def at_once(self: ThreadContext, *arguments: Any, **named: Any) -> Any:
            with self._lock:
                try:
                    member(self, *arguments, **named).send(None)
                except StopIteration as end:  # nothing in it really waits
                    return Done(end.value)
                raise RuntimeError(f"{member.__name__} waits for something")

        return functools.wraps(member)(at_once)

    def call(self: ThreadContext, *arguments: Any, **named: Any) -> Any:
        with self._lock:
            return member(self, *arguments, **named)

    return functools.wraps(member)(call)


_REALLY_WAITS = {"once", "remember"}
_OF_STATE = {"_read_state", "_write_state", "_append_state", "_remove_state", "_list_state", "_empty_state"}
"""What a `State` calls."""

for _name, _member in {**vars(Memos), **vars(WorkflowContext)}.items():
    _is_ours = _name in _OF_STATE or not (_name.startswith("_") or _name in _REALLY_WAITS)
    if _is_ours and (inspect.isfunction(_member) or isinstance(_member, property)):
        setattr(ThreadContext, _name, _locked(_member))

_send_message: Any = ThreadContext.send_message


@functools.wraps(_send_message)
def _send_quickly(self: ThreadContext, message: Any, target_id: Optional[str] = None) -> Any:
    """Most messages are short and go everywhere: without the detour by a coroutine."""
    payload = small_text(message) if target_id is None else None
    if payload is not None:
        with self._lock:
            if self._handle is not None and not send_small(self._handle, None, payload, NUL, None):
                if self._sent is None:
                    self._sent = [message]
                else:
                    self._sent.append(message)
                return _DONE
    return _send_message(self, message, target_id)


_DONE = Done()
ThreadContext.send_message = _send_quickly  # type: ignore[assignment,method-assign]
