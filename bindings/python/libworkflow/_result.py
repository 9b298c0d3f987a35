"""The result of a run that was awaited as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional, Union

from ._abi import WF_EVENT_BIT, WF_EVENT_CUSTOM, WF_EVENT_STARTED, WF_EVENT_STATUS
from ._batch import Batch
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
        statuses = self._of("status")
        state = f", {statuses[-1].state.value}" if statuses and statuses[-1].state else ""
        return f"<{type(self).__name__}: {len(self)} event{'' if len(self) == 1 else 's'}{state}>"

    def get_outputs(self) -> list[Any]:
        """What the executors yielded, in order."""
        return [event.data for event in self._of("output")]

    def get_intermediate_outputs(self) -> list[Any]:
        """What executors of `intermediate_output_from` yielded, in order."""
        return [event.data for event in self._of("intermediate")]

    def get_request_info_events(self) -> list[WorkflowEvent[Any]]:
        """What the executors asked, in order."""
        return self._of("request_info")

    def get_final_state(self) -> WorkflowRunState:
        """How the run ended.

        Raises:
            RuntimeError: the result has no status.
        """
        statuses = self._of("status")
        if not statuses or statuses[-1].state is None:
            raise RuntimeError("the result has no status event")
        return statuses[-1].state

    def status_timeline(self) -> list[WorkflowEvent[Any]]:
        """Every "status" event, in order."""
        return self._of("status")

    def _of(self, type: str) -> list[WorkflowEvent[Any]]:
        """The events of one type; "status" also where they are not shown."""
        return [*self._status_events] if type == "status" else [event for event in self if event.type == type]


Part = Union[WorkflowEvent[Any], Batch]
"""Of what a run has told: one event, or several that are still in one piece."""


_LEFT_OUT_BITS = WF_EVENT_BIT(WF_EVENT_STARTED) | WF_EVENT_BIT(WF_EVENT_STATUS) | WF_EVENT_BIT(WF_EVENT_CUSTOM)


def result_of(parts: list[Part], include_status_events: bool) -> WorkflowRunResult:
    """The result that consists of what a run has told."""
    events: list[WorkflowEvent[Any]] = []
    statuses: list[WorkflowEvent[Any]] = []
    for part in parts:
        told = part.events() if isinstance(part, Batch) else [part]
        if not isinstance(part, Batch) or part.kinds & _LEFT_OUT_BITS:
            statuses += [event for event in told if event.type == "status"]
            told = [event for event in told if event.type != "started"]
            if not include_status_events:
                told = [event for event in told if event.type != "status"]
        events += told
    return WorkflowRunResult(events, statuses)
