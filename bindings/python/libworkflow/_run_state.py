"""How far a run is."""

from __future__ import annotations

import enum

from . import _abi


class WorkflowRunState(str, enum.Enum):
    """How far a run is.

    >>> workflow.status
    <WorkflowRunState.IDLE: 'IDLE'>
    """

    STARTED = "STARTED"
    IN_PROGRESS = "IN_PROGRESS"
    IN_PROGRESS_PENDING_REQUESTS = "IN_PROGRESS_PENDING_REQUESTS"
    IDLE = "IDLE"
    IDLE_WITH_PENDING_REQUESTS = "IDLE_WITH_PENDING_REQUESTS"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


RUN_STATES: dict[int, WorkflowRunState] = {getattr(_abi, f"WF_RUN_{state.name}"): state for state in WorkflowRunState}
"""The library's number -> the state."""
