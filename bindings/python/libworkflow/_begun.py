"""Calls of host code that have not begun, or for the library alone, and whether a row may make them."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Callable, Union

from ._storage_handle import handle_of

if TYPE_CHECKING:
    from ._context import WorkflowContext
    from ._host import Host
    from ._run import Run

    Code = Union["PlainCall", Coroutine[Any, Any, Any]]


class PlainCall:
    """A call of a sync function that has not begun."""

    __slots__ = ("context", "function", "message", "takes_context")

    def __init__(
        self, function: Callable[..., Any], message: Any, context: WorkflowContext[Any, Any], takes_context: bool
    ) -> None:
        self.function: Callable[..., Any] = function
        self.message: Any = message
        self.context: WorkflowContext[Any, Any] = context
        self.takes_context: bool = takes_context

    async def in_thread(self) -> None:
        """Runs the function in a thread of the event loop's pool."""
        import asyncio  # costs more than all of this package, and is there by now

        from ._pool import called
        from ._thread_context import ThreadContext

        if self.takes_context:
            with ThreadContext(self.context, asyncio.get_running_loop()) as shared:
                await asyncio.to_thread(called, self.function, self.message, shared)
        else:
            await asyncio.to_thread(called, self.function, self.message)


class Begun:
    """A call that has begun for the library: it waits for its end."""

    __slots__ = ("code", "context", "hook", "host")

    def __init__(self, host: Host, hook: Any, context: WorkflowContext[Any, Any], code: Code) -> None:
        """`hook` is the method of the host that `code` comes from; None for the handler of a message."""
        self.host: Host = host
        self.hook: Any = hook
        self.context: WorkflowContext[Any, Any] = context
        self.code: Code = code


def may_begin(run: Run) -> bool:
    """Whether a thread may drive the run: nothing in it needs the event loop but the handlers.

    A stream gets its events one by one; retries and timeouts are the loop's; conditions and selectors are called where the caller is, and
    may want its loop; a storage in Python may be tied to its thread; C code may end a call at any time.
    """
    if run.is_streaming or run._clock is not None or not run.shares or run._workflow._has_choices:
        return False
    storage = run._storage
    if storage is None:
        return True
    return handle_of(storage) == getattr(storage, "_handle", None)
