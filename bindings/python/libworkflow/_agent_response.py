"""What an agent answers, as a whole and in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Optional, TypeVar, Union

from ._chat_message import Message, Spoken, contents_of
from ._content import Content, UsageDetails
from ._joining import join_update, joined
from ._lean import Lean
from ._registry import registry

ValueT = TypeVar("ValueT")


@dataclass(init=False, eq=False, repr=False)
class AgentResponse(Spoken, Generic[ValueT]):
    """All that an agent has answered.

    >>> response = AgentResponse(messages=[Message("assistant", ["It is on its way."])], response_id="r1")
    >>> response.text
    'It is on its way.'
    >>> AgentResponse.from_json(response.to_json()).messages[0].role
    'assistant'
    """

    _TYPE = "agent_response"

    messages: list[Message] = field(default_factory=list)
    response_id: Optional[str] = None
    agent_id: Optional[str] = None
    created_at: Optional[str] = None
    finish_reason: Optional[str] = None
    usage_details: Optional[UsageDetails] = None
    value: Optional[ValueT] = None
    continuation_token: Any = None
    additional_properties: dict[str, Any] = field(default_factory=dict)
    raw_representation: Any = None
    """What it was made of. It is not in checkpoints."""

    def __init__(
        self,
        *,
        messages: Union[Message, Sequence[Union[Message, Mapping[str, Any]]], None] = None,
        response_id: Optional[str] = None,
        agent_id: Optional[str] = None,
        created_at: Optional[str] = None,
        finish_reason: Optional[str] = None,
        usage_details: Optional[UsageDetails] = None,
        value: Optional[ValueT] = None,
        continuation_token: Any = None,
        additional_properties: Optional[Mapping[str, Any]] = None,
        raw_representation: Any = None,
    ) -> None:
        """Makes a response.

        Args:
            messages: what was said; a dict stands for what `Message.to_dict` gave.
            response_id: names the response.
            agent_id: whose it is.
            created_at: when, as ISO text.
            finish_reason: why it ends: "stop", "length", "tool_calls" or the like.
            usage_details: how many tokens it took.
            value: the answer as data, if it is more than text.
            continuation_token: for an answer that is not complete yet.
            additional_properties: whatever else is to be kept.
            raw_representation: what it was made of.
        """
        given = [messages] if isinstance(messages, Message) else messages or ()
        self.messages = [Message.from_dict(one) if isinstance(one, Mapping) else one for one in given]
        self.response_id = response_id
        self.agent_id = agent_id
        self.created_at = created_at
        self.finish_reason = finish_reason
        self.usage_details = usage_details
        self.value = value
        self.continuation_token = continuation_token
        self.additional_properties = dict(additional_properties or {})
        self.raw_representation = raw_representation

    @property
    def text(self) -> str:
        """The text of all messages."""
        return "".join(message.text for message in self.messages)

    @property
    def user_input_requests(self) -> list[Content]:
        """The parts that ask the user for something."""
        return [content for message in self.messages for content in message.contents if content.user_input_request]

    @classmethod
    def from_updates(
        cls, updates: Iterable[AgentResponseUpdate], *, value: Optional[ValueT] = None
    ) -> AgentResponse[ValueT]:
        """The response that came in these pieces. Neighbouring texts of one message become one."""
        response = cls(value=value)
        for update in updates:
            join_update(response, update)
        for message in response.messages:
            message.contents = joined(message.contents)
        return response

    def __str__(self) -> str:
        return self.text


@dataclass(init=False, eq=False, repr=False)
class AgentResponseUpdate(Spoken):
    """A piece of what an agent answers. Those with one `message_id` belong to one message.

    >>> update = AgentResponseUpdate(contents=[Content.from_text("It is")], role="assistant", message_id="m1")
    >>> more = AgentResponseUpdate(contents=[Content.from_text(" here.")], role="assistant", message_id="m1")
    >>> AgentResponse.from_updates([update, more]).messages
    [Message(role='assistant', contents=[Content(type='text', text='It is here.')], message_id='m1')]
    """

    _TYPE = "agent_response_update"

    contents: list[Content] = field(default_factory=list)
    role: Optional[str] = None
    author_name: Optional[str] = None
    agent_id: Optional[str] = None
    response_id: Optional[str] = None
    message_id: Optional[str] = None
    created_at: Optional[str] = None
    finish_reason: Optional[str] = None
    continuation_token: Any = None
    additional_properties: Optional[dict[str, Any]] = None
    raw_representation: Any = None
    """What it was made of. It is not in checkpoints."""

    def __init__(
        self,
        *,
        contents: Optional[Sequence[Union[Content, str, Mapping[str, Any]]]] = None,
        role: Optional[str] = None,
        author_name: Optional[str] = None,
        agent_id: Optional[str] = None,
        response_id: Optional[str] = None,
        message_id: Optional[str] = None,
        created_at: Optional[str] = None,
        finish_reason: Optional[str] = None,
        continuation_token: Any = None,
        additional_properties: Optional[Mapping[str, Any]] = None,
        raw_representation: Any = None,
    ) -> None:
        """Makes an update.

        Args:
            contents: the parts that are new.
            role: who speaks.
            author_name: the name of who speaks.
            agent_id: whose answer it is.
            response_id: names the response that it is a piece of.
            message_id: names the message that it is a piece of.
            created_at: when, as ISO text.
            finish_reason: why it ends: "stop", "length", "tool_calls" or the like.
            continuation_token: for an answer that is not complete yet.
            additional_properties: whatever else is to be kept.
            raw_representation: what it was made of.
        """
        self.contents = contents_of(contents or ())
        self.role = role
        self.author_name = author_name
        self.agent_id = agent_id
        self.response_id = response_id
        self.message_id = message_id
        self.created_at = created_at
        self.finish_reason = finish_reason
        self.continuation_token = continuation_token
        self.additional_properties = None if additional_properties is None else dict(additional_properties)
        self.raw_representation = raw_representation

    @property
    def text(self) -> str:
        """The text of all parts that are text."""
        return "".join(content.text or "" for content in self.contents if content.type == "text")

    @property
    def user_input_requests(self) -> list[Content]:
        """The parts that ask the user for something."""
        return [content for content in self.contents if content.user_input_request]

    def __str__(self) -> str:
        return self.text


registry.put(Lean(AgentResponse, "libworkflow:agent_response"))
registry.put(Lean(AgentResponseUpdate, "libworkflow:agent_response_update"))
