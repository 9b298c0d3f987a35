"""Checkpoints as Python objects."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime, timezone
from typing import Any, Optional

from ._codec import decode, encode
from ._errors import WorkflowCheckpointException
from ._identifier import new_identifier

_OUTSIDE = "internal:"
"""Before the id of an executor: the source of a message from outside the workflow."""

_RENAMED = {"iteration_count": "superstep", "graph_signature_hash": "graph_signature"}
_SAME = (
    "workflow_name",
    "checkpoint_id",
    "previous_checkpoint_id",
    "timestamp",
    "pending_request_info_events",
    "metadata",
)


@dataclass
class WorkflowMessage:
    """A message on its way."""

    data: Any
    source_id: str
    target_id: Optional[str] = None


@dataclass
class WorkflowCheckpoint:
    """The state of a run at a superstep boundary.

    `messages` maps a source to the messages of it that are not delivered yet; `state` holds the shared state
    and, under "_executor_state", what the executors gave to `on_checkpoint_save`.
    """

    workflow_name: str
    graph_signature_hash: str
    checkpoint_id: str = field(default_factory=new_identifier)
    previous_checkpoint_id: Optional[str] = None
    timestamp: str = field(default_factory=lambda: datetime.now(timezone.utc).isoformat())
    messages: dict[str, list[WorkflowMessage]] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    pending_request_info_events: dict[str, Any] = field(default_factory=dict)
    iteration_count: int = 0
    metadata: dict[str, Any] = field(default_factory=dict)
    version: str = "1.0"
    document: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The members of the stored document that have no field here, such as the fan-in buffers."""

    def to_dict(self) -> dict[str, Any]:
        """The fields by name; nested objects are the same ones."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name != "document"}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> WorkflowCheckpoint:
        """The opposite of `to_dict`.

        Raises:
            WorkflowCheckpointException: a field is missing or unknown.
        """
        try:
            return cls(**data)
        except TypeError as error:
            raise WorkflowCheckpointException(f"this is not a checkpoint: {error}") from error

    @classmethod
    def from_json(cls, text: bytes) -> WorkflowCheckpoint:
        """Reads a stored document.

        Raises:
            WorkflowCheckpointException: it is damaged.
        """
        try:
            document = decode(text)
            messages: dict[str, list[WorkflowMessage]] = {}
            for message in document.pop("messages"):
                source, target = message["source"], message["target"]
                item = WorkflowMessage(message["data"], source or f"{_OUTSIDE}{target}", target)
                messages.setdefault(item.source_id, []).append(item)
            executors = document.get("executor_states", {})
            saved = {name: entry["saved"] for name, entry in executors.items() if "saved" in entry}
            known = {name: document.pop(name) for name in _SAME}
            known.update((ours, document.pop(theirs)) for ours, theirs in _RENAMED.items())
            state = {**document.pop("state"), "_executor_state": saved}
            return cls(messages=messages, state=state, document=document, **known)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WorkflowCheckpointException(f"the checkpoint cannot be read: {error!r}") from error

    def to_json(self) -> bytes:
        """Writes a document that can be stored.

        Raises:
            TypeError: a value in it has no JSON form.
        """
        state = dict(self.state)
        saved = state.pop("_executor_state", {})
        before = self.document.get("executor_states", {})
        kept = {name: {key: value for key, value in entry.items() if key != "saved"} for name, entry in before.items()}
        executors = {
            name: {**({"saved": saved[name]} if name in saved else {}), **kept.get(name, {})}
            for name in {**before, **saved}
        }
        document = {
            "format": "libworkflow.checkpoint",
            "version": 1,
            "run_id": self.checkpoint_id,
            "kind": "superstep",
            "input_superstep": 0,
            "fan_in_buffers": [],
            "sub_workflows": {},
            **self.document,
            **{name: getattr(self, name) for name in _SAME},
            **{theirs: getattr(self, ours) for ours, theirs in _RENAMED.items()},
            "messages": [
                {
                    "source": None if item.source_id.startswith(_OUTSIDE) else item.source_id,
                    "target": item.target_id,
                    "data": item.data,
                }
                for items in self.messages.values()
                for item in items
            ],
            "state": state,
            "executor_states": executors,
        }
        return encode(document, "checkpoint")
