"""The result of a run that was awaited as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

from ._event import WorkflowEvent
from ._run_state import WorkflowRunState


class WorkflowRunResult(list[WorkflowEvent[Any]]):
    """The events of a run, without "started" and, unless they were asked for, without "status".

    >>> result = asyncio.run(workflow.run("hello"))
    >>> result.get_outputs(), result.get_final_state().value
    (['HELLO'], 'IDLE')
    """

    def __init__(
        self, events: Iterable[WorkflowEvent[Any]], status_events: Optional[list[WorkflowEvent[Any]]] = None
    ) -> None:
        super().__init__(events)
        self._status_events = status_events or []

    def __repr__(self) -> str:
        # Not the events: asyncio.run asks for the repr of its task on the way out, and each would be read.
        state = f", {self._status_events[-1].state.value}" if self._status_events and self._status_events[-1].state else ""
        return f"<{type(self).__name__}: {len(self)} event{'' if len(self) == 1 else 's'}{state}>"

    def get_outputs(self) -> list[Any]:
        """What the executors yielded, in order."""
        return [event.data for event in self if event.type == "output"]

    def get_intermediate_outputs(self) -> list[Any]:
        """What executors of `intermediate_output_from` yielded, in order."""
        return [event.data for event in self if event.type == "intermediate"]

    def get_request_info_events(self) -> list[WorkflowEvent[Any]]:
        """What the executors asked, in order."""
        return [event for event in self if event.type == "request_info"]

    def get_final_state(self) -> WorkflowRunState:
        """How the run ended.

        Raises:
            RuntimeError: the result has no status.
        """
        if not self._status_events or self._status_events[-1].state is None:
            raise RuntimeError("the result has no status event")
        return self._status_events[-1].state

    def status_timeline(self) -> list[WorkflowEvent[Any]]:
        """Every "status" event, in order."""
        return list(self._status_events)
