"""The events of a run as they happen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from typing import TYPE_CHECKING, Any, Callable, Optional, Union

from ._event import WorkflowEvent
from ._result import WorkflowRunResult, result_of

if TYPE_CHECKING:
    from ._checkpoint import WorkflowCheckpoint
    from ._run import Run


class ResponseStream(AsyncIterator[WorkflowEvent[Any]]):
    """Iterate it for the events, or await it for the result; the run starts with the first of the two.

    Leaving the loop early and dropping the stream, or `aclose`, cancels the handlers that still run. The last
    checkpoint stays good. One task at a time.

    >>> async def listen():
    ...     async for event in workflow.run("hello", stream=True):
    ...         if event.type == "output":
    ...             print(event.data)
    >>> asyncio.run(listen())
    HELLO
    """

    def __init__(self, start: Callable[[], Run], include_status_events: bool) -> None:
        self._start = start
        self._include_status_events = include_status_events
        self._run: Optional[Run] = None
        self._ended = False
        self._is_pulling = False
        self._events: list[WorkflowEvent[Any]] = []

    async def __anext__(self) -> WorkflowEvent[Any]:
        if self._ended:
            raise StopAsyncIteration
        if self._is_pulling:
            raise RuntimeError("another task is waiting for the next event of this stream")
        if self._run is not None and not self._run.is_on_this_loop:
            raise RuntimeError("this stream began on another event loop: go on with it there, or drop it")
        self._is_pulling = True
        try:
            if self._run is None:
                self._run = self._start()
            event = await self._run.next()
        except BaseException as error:
            await self._end(error)
            raise
        finally:
            self._is_pulling = False
        if event is None:
            await self._end()
            raise StopAsyncIteration
        self._events.append(event)
        return event

    async def rewind(self, checkpoint: Union[str, WorkflowCheckpoint, None] = None) -> None:
        """Takes the run back to one of its checkpoints while it is under way; the next event is of there.

        What happened since has not happened: the result has only the events from now on. See `Workflow.rewind`, which
        is for runs that have ended. Handlers that wait for something are cancelled.

        Raises:
            RuntimeError: the stream has not begun or has ended, or another task waits for its next event.
            ValueError: the checkpoint is another run's, or the run has no storage; the run goes on as before.
            WorkflowCheckpointException: the checkpoint is unknown or damaged; the run goes on as before.
        """
        if self._is_pulling:
            raise RuntimeError("another task is waiting for the next event of this stream")
        if self._run is None:
            raise RuntimeError("the stream has not begun, or has ended: call rewind of the workflow")
        await self._run.rewind(checkpoint)
        self._events.clear()

    async def get_final_response(self) -> WorkflowRunResult:
        """The result; takes the events that nobody has iterated.

        Raises:
            BaseException: what a handler raised.
            WorkflowException: the run failed for another reason.
        """
        async for _ in self:
            pass
        return result_of([*self._events], self._include_status_events)

    async def aclose(self) -> None:
        """Ends the run: cancels its handlers, waits for them and frees it. Harmless when it has ended."""
        await self._end()

    async def _end(self, cause: Optional[BaseException] = None) -> None:
        self._ended = True
        if self._run is not None:
            run, self._run = self._run, None
            await run.close(cause)

    def __await__(self) -> Generator[Any, None, WorkflowRunResult]:
        return self.get_final_response().__await__()

    def __repr__(self) -> str:
        state = "ended" if self._ended else "under way" if self._run is not None else "not begun"
        return f"{type(self).__name__}({len(self._events)} events, {state})"

    def __del__(self) -> None:
        run = getattr(self, "_run", None)
        if run is not None:
            run.abandon()

