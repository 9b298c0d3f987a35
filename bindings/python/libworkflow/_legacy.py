"""Names and forms of older generations of the API, which published documents still teach.

Each works, and warns of what took its place. A program that turns the warnings into errors gets the TypeError that the
newest generation raises.
"""

from __future__ import annotations

import warnings
import weakref
from typing import Any

WORKFLOWS: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()
"""The workflows by `id`, as far as somebody has asked for it."""

_NAMES = {
    "ExecutorCompleteEvent": "_legacy_events",
    "ExecutorCompletedEvent": "_legacy_events",
    "ExecutorEvent": "_legacy_events",
    "ExecutorFailedEvent": "_legacy_events",
    "ExecutorInvokeEvent": "_legacy_events",
    "ExecutorInvokedEvent": "_legacy_events",
    "RequestInfoEvent": "_legacy_events",
    "RequestInfoExecutor": "_legacy_summary",
    "SuperStepCompletedEvent": "_legacy_events",
    "SuperStepEvent": "_legacy_events",
    "SuperStepStartedEvent": "_legacy_events",
    "WorkflowCheckpointSummary": "_legacy_summary",
    "WorkflowCompletedEvent": "_legacy_events",
    "WorkflowErrorEvent": "_legacy_events",
    "WorkflowFailedEvent": "_legacy_events",
    "WorkflowLifecycleEvent": "_legacy_events",
    "WorkflowOutputEvent": "_legacy_events",
    "WorkflowStartedEvent": "_legacy_events",
    "WorkflowStatusEvent": "_legacy_events",
    "WorkflowWarningEvent": "_legacy_events",
    "get_checkpoint_summary": "_legacy_summary",
}
"""name -> the module that has it."""


class OlderForm(DeprecationWarning, TypeError):
    """Something works as in an older generation of the API; the text names what to use."""


def outdated(old: str, new: str, stacklevel: int = 3) -> None:
    """Tells the caller's caller."""
    warnings.warn(f"{old} is of an older generation of the API: use {new}", OlderForm, stacklevel=stacklevel)


def older_name(name: str, stacklevel: int = 3) -> Any:
    """What the package answers for a name that it does not have.

    Raises:
        AttributeError: no generation had it.
    """
    if name not in _NAMES:
        raise AttributeError(f"module {__package__!r} has no attribute {name!r}")
    import importlib

    found = getattr(importlib.import_module(f".{_NAMES[name]}", __package__), name)
    outdated(name, found.successor, stacklevel)
    return found


def workflow_name_of(workflow_id: str) -> str:
    """The name of a workflow, of which there is the `id` or the name: checkpoints have no other id."""
    workflow = WORKFLOWS.get(workflow_id)
    return workflow_id if workflow is None else str(workflow.name)
