"""Checkpoints as Python objects."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import datetime, timezone
from typing import Any, Callable, Optional

from ._codec import from_plain, to_plain
from ._edge import INTERNAL_SOURCE_ID
from ._errors import WorkflowCheckpointException
from ._event import WorkflowEvent
from ._hand_made import MEMBER, HandMade
from ._identifier import new_identifier
from ._legacy_checkpoint import OlderCheckpoint
from ._message import MessageType, WorkflowMessage
from ._request import Question

CheckpointID = str
"""What names a checkpoint."""

_SAVED = "_executor_state"
"""The key of `WorkflowCheckpoint.state` for what the executors saved."""

_TEXTS = {
    "workflow_name": "workflow_name",
    "graph_signature_hash": "graph_signature",
    "checkpoint_id": "checkpoint_id",
    "previous_checkpoint_id": "previous_checkpoint_id",
    "timestamp": "timestamp",
    "iteration_count": "superstep",
}
"""field -> member of the document."""


@dataclass
class WorkflowCheckpoint(OlderCheckpoint):
    """The state of a run at a superstep boundary.

    `messages` maps a source to the messages of it that are not delivered yet; `state` holds the shared state
    and, under "_executor_state" if there is any, what the executors gave to `on_checkpoint_save`;
    `pending_request_info_events` maps the id of a request that waits for an answer to its "request_info" event.

    >>> WorkflowCheckpoint("hello", "signature", state={"limit": 9}).state
    {'limit': 9}
    """

    workflow_name: str
    graph_signature_hash: str
    checkpoint_id: str = field(default_factory=new_identifier)
    previous_checkpoint_id: Optional[str] = None
    timestamp: str = field(default_factory=lambda: datetime.now(timezone.utc).isoformat())
    messages: dict[str, list[WorkflowMessage]] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    pending_request_info_events: dict[str, WorkflowEvent[Any]] = field(default_factory=dict)
    iteration_count: int = 0
    metadata: dict[str, Any] = field(default_factory=dict)
    version: str = "1.0"
    document: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What the stored document has and no field here shows, such as the fan-in buffers; as plain JSON."""

    @property
    def run_id(self) -> str:
        """Of the run that made it; of a checkpoint that no run made its own id."""
        return str(self.document.get("run_id", self.checkpoint_id))

    def to_dict(self) -> dict[str, Any]:
        """The fields by name; nested objects are the same ones. `from_dict` makes an equal checkpoint of it."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

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
            document = json.loads(text)
            made = HandMade.take(document)
            messages: dict[str, list[WorkflowMessage]] = {}
            for at, message in enumerate(document["messages"]):
                request = _request_from_plain(message["request"]) if "request" in message else None
                kind = MessageType.STANDARD if request is None else MessageType.RESPONSE
                item = WorkflowMessage(from_plain(message["data"]), _source_of(message), message["target"], kind)
                item.original_request_info_event = request
                messages.setdefault(made.keys[at] if made.keys else item.source_id, []).append(item)
            made.put_messages(messages)
            executors = document.get("executor_states", {})
            saved = {name: from_plain(entry["saved"]) for name, entry in executors.items() if "saved" in entry}
            shared = document.pop("state")
            if _SAVED in shared:  # an executor may call its own value so; the field cannot hold both
                document["state"] = {_SAVED: shared.pop(_SAVED)}
            state = _each(from_plain, shared)
            if saved:
                state[_SAVED] = saved
            known = {ours: document.pop(theirs) for ours, theirs in _TEXTS.items()}
            known["metadata"] = _each(from_plain, document.pop("metadata"))
            requests = _each(_request_from_plain, document["pending_request_info_events"])
            known["pending_request_info_events"] = {**requests, **made.requests}
            return cls(messages=messages, state=state, document=document, **known)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WorkflowCheckpointException(f"the checkpoint cannot be read: {error!r}") from error

    def to_json(self) -> bytes:
        """Writes a document that can be stored.

        Raises:
            TypeError: a value in it has no JSON form.
        """
        state = {name: to_plain(value, f"state[{name!r}]") for name, value in self.state.items()}
        executors: dict[str, dict[str, Any]] = {}
        for name, entry in self.document.get("executor_states", {}).items():
            executors[name] = {key: value for key, value in entry.items() if key != "saved"}
        for name, saved in state.pop(_SAVED, {}).items():
            executors.setdefault(name, {})["saved"] = saved
        made = HandMade.of(self.checkpoint_id, self.messages, self.pending_request_info_events)
        document = {
            "format": "libworkflow.checkpoint",
            "version": 1,
            "run_id": self.checkpoint_id,
            "kind": "superstep",
            "input_superstep": 0,
            "fan_in_buffers": [],
            "sub_workflows": {},
            **self.document,
            **{theirs: getattr(self, ours) for ours, theirs in _TEXTS.items()},
            "metadata": _each(to_plain, self.metadata),
            "pending_request_info_events": self._plain_requests(),
            "messages": self._plain_messages(made),
            "state": {**state, **self.document.get("state", {})},
            "executor_states": executors,
            **({MEMBER: made.to_plain()} if made else {}),
        }
        return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()

    def _plain_messages(self, made: HandMade) -> list[dict[str, Any]]:
        """In the order of the stored document, as far as it still has the messages of a source."""
        messages = {
            name: [item for item in items if isinstance(item, WorkflowMessage)] for name, items in self.messages.items()
        }
        stored = [] if made.keys else self.document.get("messages", [])
        counts = Counter(map(_source_of, stored))
        kept = {name: iter(items) for name, items in messages.items() if len(items) == counts[name]}
        plain = [
            _message_to_plain(next(kept[source]), f"messages[{source!r}]", message)
            for source, message in zip(map(_source_of, stored), stored)
            if source in kept
        ]
        for source, items in messages.items():
            if source not in kept:
                plain += [_message_to_plain(item, f"messages[{source!r}][{at}]") for at, item in enumerate(items)]
        return plain

    def _plain_requests(self) -> dict[str, Any]:
        stored = self.document.get("pending_request_info_events", {})
        events = {
            name: event for name, event in self.pending_request_info_events.items() if isinstance(event, WorkflowEvent)
        }
        return {name: _request_to_plain(event, stored.get(name)) for name, event in events.items()}


def _each(convert: Callable[[Any], Any], members: dict[str, Any]) -> dict[str, Any]:
    return {name: convert(member) for name, member in members.items()}


def _request_from_plain(plain: dict[str, Any]) -> WorkflowEvent[Any]:
    return WorkflowEvent._asking(plain["request_id"], plain["source_executor_id"], from_plain(plain["data"]))


def _source_of(message: dict[str, Any]) -> str:
    """The key in `messages` of a message of the document."""
    return message["source"] or INTERNAL_SOURCE_ID(message["target"])


def _request_to_plain(event: WorkflowEvent[Any], stored: Optional[dict[str, Any]] = None) -> dict[str, Any]:
    """What is stored, if nobody has changed the event: it may have been asked in another language."""
    if stored is not None and _asks(event) == _asks(_request_from_plain(stored)):
        return stored
    question = Question(event.data, event.response_type).to_value()
    return {
        "request_id": event.request_id,
        "source_executor_id": event.source_executor_id,
        "response_type": None,
        "data": to_plain(question, f"request {event.request_id!r}"),
    }


def _asks(event: WorkflowEvent[Any]) -> tuple[Any, ...]:
    return event.request_id, event.source_executor_id, event.data, event.response_type


def _message_to_plain(message: WorkflowMessage, what: str, stored: Optional[dict[str, Any]] = None) -> dict[str, Any]:
    """`stored` is the message of the document that it comes from, with members that have no field here."""
    plain = {
        **(stored or {}),
        "source": None if message.source_id.startswith(INTERNAL_SOURCE_ID("")) else message.source_id,
        "target": message.target_id,
        "data": to_plain(message.data, what),
    }
    if message.original_request_info_event is not None:
        plain["request"] = _request_to_plain(message.original_request_info_event, (stored or {}).get("request"))
    return plain
