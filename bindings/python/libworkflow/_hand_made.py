"""What a checkpoint that a person made may hold, and none that a run has made: messages under another name than that of
their source, and other things than messages and requests.

It stands beside the rest in a member of the document, `hand_made`, which the library keeps and does not look at: such
messages are delivered, such things are not. They come back as they were.
"""

from __future__ import annotations

from typing import Any

from ._codec import from_plain, to_plain
from ._event import WorkflowEvent
from ._message import WorkflowMessage

MEMBER = "hand_made"


class HandMade:
    """The unusual parts of one checkpoint."""

    def __init__(self, checkpoint_id: str) -> None:
        self.checkpoint_id = checkpoint_id
        self.keys: list[str] = []
        """For each message of the document, under which name it stands."""
        self.things: list[tuple[str, int, Any]] = []
        """What is no message: name, place, value."""
        self.requests: dict[str, Any] = {}
        """What is no request, by id."""

    def to_plain(self) -> dict[str, Any]:
        """The member of the document.

        Raises:
            TypeError: a value in it has no JSON form.
        """
        return {
            "checkpoint_id": self.checkpoint_id,
            "message_keys": self.keys,
            "messages": [[key, at, to_plain(value, f"messages[{key!r}][{at}]")] for key, at, value in self.things],
            "requests": {name: to_plain(value, f"request {name!r}") for name, value in self.requests.items()},
        }

    @classmethod
    def take(cls, document: dict[str, Any]) -> HandMade:
        """That of a document. One that a run has carried along belongs to a checkpoint of old, and says nothing."""
        made = cls(document["checkpoint_id"])
        plain = document.pop(MEMBER, None)
        if isinstance(plain, dict) and plain.get("checkpoint_id") == made.checkpoint_id:
            made.keys = plain["message_keys"]
            made.things = [(key, at, from_plain(value)) for key, at, value in plain["messages"]]
            made.requests = {name: from_plain(value) for name, value in plain["requests"].items()}
        return made

    def put_messages(self, messages: dict[str, list[Any]]) -> None:
        """Adds the things to the messages."""
        for key, at, value in self.things:
            messages.setdefault(key, []).insert(at, value)

    @classmethod
    def of(cls, checkpoint_id: str, messages: dict[str, list[Any]], requests: dict[str, Any]) -> HandMade:
        """What is unusual in these; `keys` only if a name differs."""
        made = cls(checkpoint_id)
        for key, items in messages.items():
            made.things += [(key, at, item) for at, item in enumerate(items) if not isinstance(item, WorkflowMessage)]
        named = [(key, item) for key, items in messages.items() for item in items if isinstance(item, WorkflowMessage)]
        if any(key != item.source_id for key, item in named):
            made.keys = [key for key, _ in named]
        made.requests = {name: item for name, item in requests.items() if not isinstance(item, WorkflowEvent)}
        return made

    def __bool__(self) -> bool:
        return bool(self.keys or self.things or self.requests)
