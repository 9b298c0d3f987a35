"""What an agent answers, as it comes."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Generator
from typing import TYPE_CHECKING, Any, Optional

from ._agent_response import AgentResponse, AgentResponseUpdate

if TYPE_CHECKING:
    from ._agent_turn import Turn
    from ._stream import ResponseStream


class AgentResponseStream(AsyncIterator[AgentResponseUpdate]):
    """Iterate it for the updates, or await it for the response; the workflow runs as you do.

    Leaving the loop early and dropping the stream, or `aclose`, ends the run, as with the stream of a workflow.

    >>> @executor
    ... async def answer(messages: list[Message], ctx: WorkflowContext[str, str]) -> None:
    ...     await ctx.yield_output("first")
    ...     await ctx.yield_output("second")
    >>> agent = WorkflowBuilder(start_executor=answer).build().as_agent()
    >>> async def listen():
    ...     async for update in agent.run("hello", stream=True):
    ...         print(update)
    >>> asyncio.run(listen())
    first
    second
    """

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._events: Optional[ResponseStream] = None
        self._ready: deque[AgentResponseUpdate] = deque()
        self._ended = False
        self._updates: list[AgentResponseUpdate] = []

    @property
    def updates(self) -> list[AgentResponseUpdate]:
        """Those that have come."""
        return list(self._updates)

    async def __anext__(self) -> AgentResponseUpdate:
        if self._ended:
            raise StopAsyncIteration
        try:
            update = await self._next()
        except BaseException:
            await self.aclose()
            raise
        if update is None:
            self._ended = True
            await self._turn.finish(self._response())
            raise StopAsyncIteration
        self._updates.append(update)
        return update

    async def _next(self) -> Optional[AgentResponseUpdate]:
        if self._turn.is_new:
            earlier = await self._turn.begin()
            self._events = self._turn.stream()
            for event in earlier:
                self._ready.extend(self._turn.updates(event))
        while not self._ready:
            told = None if self._events is None else await anext_or_none(self._events)
            if told is None:
                return None
            self._ready.extend(self._turn.updates(told))
        return self._ready.popleft()

    def _response(self) -> AgentResponse[Any]:
        return AgentResponse.from_updates(self._updates)

    async def get_final_response(self) -> AgentResponse[Any]:
        """The response; takes the updates that nobody has iterated.

        Raises:
            BaseException: what `WorkflowAgent.run` raises.
        """
        async for _ in self:
            pass
        return self._response()

    async def aclose(self) -> None:
        """Ends the run. Harmless when it has ended."""
        self._ended = True
        if self._events is not None:
            await self._events.aclose()

    def __await__(self) -> Generator[Any, None, AgentResponse[Any]]:
        return self.get_final_response().__await__()

    def __repr__(self) -> str:
        state = "ended" if self._ended else "not begun" if self._turn.is_new else "under way"
        return f"AgentResponseStream({len(self._updates)} updates, {state})"


async def anext_or_none(events: ResponseStream) -> Any:
    """The next event, or None behind the last. (`anext` is not in Python 3.9.)"""
    try:
        return await events.__anext__()
    except StopAsyncIteration:
        return None
