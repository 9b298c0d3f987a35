"""Messages between executors, as checkpoints show them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Optional

from ._event import WorkflowEvent


class MessageType(str, enum.Enum):
    """What a message is: sent by an executor, or the answer to a request.

    >>> MessageType.RESPONSE.value
    'response'
    """

    STANDARD = "standard"
    RESPONSE = "response"


@dataclass
class WorkflowMessage:
    """A message on its way.

    `trace_contexts` and `source_span_ids` are accepted and not used.

    >>> shout.can_handle(WorkflowMessage("hello", source_id="echo"))
    True
    """

    data: Any
    source_id: str
    target_id: Optional[str] = None
    type: MessageType = MessageType.STANDARD
    trace_contexts: Optional[list[dict[str, str]]] = None
    source_span_ids: Optional[list[str]] = None
    original_request_info_event: Optional[WorkflowEvent[Any]] = None
    """The request that it answers."""

    def to_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return {**vars(self), "type": self.type.value}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> WorkflowMessage:
        """The opposite of `to_dict`.

        Raises:
            KeyError: "data" or "source_id" is missing.
        """
        for name in ("data", "source_id"):
            if name not in data:
                raise KeyError(f"Missing '{name}' in the dict of a WorkflowMessage")
        known = {name: data[name] for name in WorkflowMessage.__dataclass_fields__ if name in data}
        return WorkflowMessage(**{**known, "type": MessageType(data.get("type", "standard"))})
