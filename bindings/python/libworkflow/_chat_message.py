"""Chat messages: what agents are told and what they answer. What passes between executors may be anything."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional, Union

from ._codec import to_plain
from ._content import Content
from ._lean import RAW, Lean, show, to_members
from ._registry import registry


class Spoken:
    """What messages, responses and updates have in common: their form as a dict and as JSON."""

    _TYPE = ""

    def to_dict(self, *, exclude: Optional[set[str]] = None, exclude_none: bool = True) -> dict[str, Any]:
        """The attributes by name, without the raw representation."""
        left_out = {RAW, *(exclude or ())}
        members = {name: to_members(member) for name, member in vars(self).items() if name not in left_out}
        shown = {name: member for name, member in members.items() if member is not None or not exclude_none}
        return {"type": self._TYPE, **shown}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Any:
        """The opposite of `to_dict`."""
        return cls(**{name: member for name, member in data.items() if name != "type"})

    def to_json(self, *, exclude: Optional[set[str]] = None, exclude_none: bool = True, **options: Any) -> str:
        """The same as JSON; what has no plain form in it is written as in checkpoints. The `options` are those of
        `json.dumps`."""
        members = self.to_dict(exclude=exclude, exclude_none=exclude_none)
        return json.dumps(members, **{"default": to_plain, **options})

    @classmethod
    def from_json(cls, text: Union[str, bytes]) -> Any:
        """The opposite of `to_json`.

        Raises:
            ValueError: it is no JSON.
        """
        return cls.from_dict(json.loads(text))

    def __repr__(self) -> str:
        return show(self)


@dataclass(init=False, eq=False, repr=False)
class Message(Spoken):
    """Something that somebody said: a role ("user", "assistant", "system", "tool" or any other) and contents.

    >>> message = Message("user", ["Where is", "my order?"])
    >>> message.text
    'Where is my order?'
    >>> Message.from_json(message.to_json()).contents[0]
    Content(type='text', text='Where is')
    """

    _TYPE = "message"

    role: str
    contents: list[Content] = field(default_factory=list)
    author_name: Optional[str] = None
    message_id: Optional[str] = None
    additional_properties: dict[str, Any] = field(default_factory=dict)
    raw_representation: Any = None
    """The object of another library that this was made of. It is not in checkpoints."""

    def __init__(
        self,
        role: str,
        contents: Optional[Sequence[Union[Content, str, Mapping[str, Any]]]] = None,
        *,
        author_name: Optional[str] = None,
        message_id: Optional[str] = None,
        additional_properties: Optional[Mapping[str, Any]] = None,
        raw_representation: Any = None,
    ) -> None:
        """Makes a message.

        Args:
            role: who speaks.
            contents: the parts; a text stands for a part with that text, a dict for what `Content.to_dict` gave.
            author_name: the name of who speaks.
            message_id: names the message.
            additional_properties: whatever else is to be kept.
            raw_representation: the object of another library that it was made of.

        Raises:
            TypeError: `contents` is one text, or has something else in it.
            ValueError: a dict has no "type".
        """
        self.role = role
        self.contents = contents_of(contents or ())
        self.author_name = author_name
        self.message_id = message_id
        self.additional_properties = dict(additional_properties or {})
        self.raw_representation = raw_representation

    @property
    def text(self) -> str:
        """The text of all parts that are text, with a space between."""
        return " ".join(content.text or "" for content in self.contents if content.type == "text")


AgentRunInputs = Union[str, Content, Message, Sequence[Union[str, Content, Message]]]
"""What an agent may be told."""


def contents_of(parts: Iterable[Any]) -> list[Content]:
    """The parts of a message, of texts and dicts too; None is left out."""
    if isinstance(parts, (str, bytes)):
        raise TypeError(f"contents must be a list of texts and Contents, such as [{parts!r}], not one text")
    found = []
    for part in parts:
        if isinstance(part, Content):
            found.append(part)
        elif isinstance(part, str):
            found.append(Content.from_text(part))
        elif isinstance(part, Mapping):
            found.append(Content.from_dict(part))
        elif part is not None:
            raise TypeError(f"contents must be texts, Contents or their dicts, not {type(part).__name__}: {part!r:.80}")
    return found


def normalize_messages(messages: Optional[AgentRunInputs] = None) -> list[Message]:
    """A list of messages, of whatever an agent may be told: what has no role was said by the "user".

    >>> normalize_messages(["hello", Message("system", ["be kind"])])[0]
    Message(role='user', contents=[Content(type='text', text='hello')])

    Raises:
        TypeError: there is something else in it.
    """
    if messages is None:
        return []
    if isinstance(messages, (str, Content, Message)):
        messages = [messages]
    found = []
    for item in messages:
        if isinstance(item, (str, Content)):
            item = Message("user", [item])
        elif not isinstance(item, Message):
            raise TypeError(
                f"Messages sequence must contain only str, Content, or Message instances; found {type(item).__name__}."
            )
        found.append(item)
    return found


registry.put(Lean(Message, "libworkflow:message"))
