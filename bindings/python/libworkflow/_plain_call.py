"""Calls of sync functions, before it is decided where they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from ._pool import called

if TYPE_CHECKING:
    from ._context import WorkflowContext


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

        from ._thread_context import ThreadContext

        if self.takes_context:
            with ThreadContext(self.context, asyncio.get_running_loop()) as shared:
                await asyncio.to_thread(called, self.function, self.message, shared)
        else:
            await asyncio.to_thread(called, self.function, self.message)
