"""How a checkpoint was summed up in older generations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ._checkpoint import WorkflowCheckpoint
from ._event import WorkflowEvent

_SAVED = "_executor_state"


@dataclass
class WorkflowCheckpointSummary:
    """What a checkpoint is, for people."""

    checkpoint_id: str
    timestamp: str
    iteration_count: int
    targets: list[str]
    """Whose messages are not delivered yet."""
    executor_ids: list[str]
    """The executors that have saved something."""
    status: str
    """"awaiting request response", "awaiting next superstep" or "idle"."""
    pending_request_info_events: list[WorkflowEvent[Any]]

    successor = "await storage.summary(checkpoint_id)"


def get_checkpoint_summary(checkpoint: WorkflowCheckpoint) -> WorkflowCheckpointSummary:
    """Sums a checkpoint up."""
    requests = list(checkpoint.pending_request_info_events.values())
    waits = "awaiting next superstep" if checkpoint.messages else "idle"
    return WorkflowCheckpointSummary(
        checkpoint.checkpoint_id,
        checkpoint.timestamp,
        checkpoint.iteration_count,
        sorted(checkpoint.messages),
        sorted(checkpoint.state.get(_SAVED, {})),
        "awaiting request response" if requests else waits,
        requests,
    )


get_checkpoint_summary.successor = WorkflowCheckpointSummary.successor  # type: ignore[attr-defined]


class RequestInfoExecutor:
    """What is left of the executor that once asked for all others: they ask themselves now, by `ctx.request_info`."""

    successor = "ctx.request_info() to ask, and await storage.summary(checkpoint_id)"

    @staticmethod
    def checkpoint_summary(checkpoint: WorkflowCheckpoint) -> WorkflowCheckpointSummary:
        """Sums a checkpoint up."""
        return get_checkpoint_summary(checkpoint)

    @staticmethod
    def pending_requests_from_checkpoint(checkpoint: WorkflowCheckpoint) -> list[WorkflowEvent[Any]]:
        """The requests that wait for an answer."""
        return list(checkpoint.pending_request_info_events.values())
