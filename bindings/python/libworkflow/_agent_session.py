"""What an agent remembers of a conversation: sessions, and providers of what is said before the input."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Optional, Union

from ._chat_message import Message
from ._codec import from_plain, to_plain

if TYPE_CHECKING:
    from ._agent import WorkflowAgent
    from ._agent_response import AgentResponse


State = dict[str, Any]
"""What one provider keeps in a session."""


class AgentSession:
    """A conversation: an id, and a `state` in which each provider has a dict of its own, by its `source_id`.

    >>> session = AgentSession(session_id="s1")
    >>> session.state["in_memory"] = {"messages": [Message("user", ["hello"])]}
    >>> AgentSession.from_dict(session.to_dict()).state["in_memory"]["messages"][0].text
    'hello'
    """

    def __init__(self, *, session_id: Optional[str] = None, service_session_id: Any = None) -> None:
        if session_id is None:
            from uuid import uuid4

            session_id = str(uuid4())
        self._session_id = session_id
        self.service_session_id = service_session_id
        self.state: dict[str, Any] = {}

    @property
    def session_id(self) -> str:
        """Names the session."""
        return self._session_id

    def to_dict(self) -> dict[str, Any]:
        """The session as plain JSON; the state as in checkpoints.

        Raises:
            TypeError: something in the state has no JSON form.
        """
        state = to_plain(self.state, "the state of the session")
        ids = {"session_id": self._session_id, "service_session_id": self.service_session_id}
        return {"type": "session", **ids, "state": state}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AgentSession:
        """The opposite of `to_dict`."""
        session = cls(session_id=data["session_id"], service_session_id=data.get("service_session_id"))
        session.state = from_plain(data.get("state", {}))
        return session

    def __repr__(self) -> str:
        return f"AgentSession({self._session_id!r})"


class SessionContext:
    """One call of an agent, for its providers: what was said before, what is said now and, in the end, the response.

    >>> context = SessionContext(input_messages=[Message("user", ["hello"])])
    >>> context.extend_messages("rules", [Message("system", ["be kind"])])
    >>> [message.text for message in context.get_messages(include_input=True)]
    ['be kind', 'hello']
    """

    def __init__(
        self,
        *,
        input_messages: list[Message],
        session_id: Optional[str] = None,
        service_session_id: Any = None,
        options: Optional[dict[str, Any]] = None,
        metadata: Optional[dict[str, Any]] = None,
    ) -> None:
        self.session_id = session_id
        self.service_session_id = service_session_id
        self.input_messages = input_messages
        self.context_messages: dict[str, list[Message]] = {}
        self.options: dict[str, Any] = options or {}
        self.metadata: dict[str, Any] = metadata or {}
        self.response: Optional[AgentResponse[Any]] = None
        """What the agent has answered; None before."""

    def extend_messages(self, source: Union[str, ContextProvider], messages: Sequence[Message]) -> None:
        """Puts copies of messages before the input; `source` is a provider or a name."""
        source_id = source if isinstance(source, str) else source.source_id
        origin = {"source_id": source_id}
        if not isinstance(source, str):
            origin["source_type"] = type(source).__name__
        copies = [copy.copy(message) for message in messages]
        for message in copies:
            message.additional_properties = {"_attribution": origin, **message.additional_properties}
        self.context_messages.setdefault(source_id, []).extend(copies)

    def get_messages(
        self,
        *,
        sources: Optional[set[str]] = None,
        exclude_sources: Optional[set[str]] = None,
        include_input: bool = False,
        include_response: bool = False,
    ) -> list[Message]:
        """What the sources have put before the input, in order; and the input and the response, if asked for."""
        found = [
            message
            for source, messages in self.context_messages.items()
            if (sources is None or source in sources) and source not in (exclude_sources or ())
            for message in messages
        ]
        if include_input:
            found.extend(self.input_messages)
        if include_response and self.response is not None:
            found.extend(self.response.messages)
        return found


class ContextProvider:
    """Adds messages before an agent's input, and learns what it answered. Override what you need.

    >>> class Rules(ContextProvider):
    ...     async def before_run(self, *, agent, session, context, state):
    ...         context.extend_messages(self, [Message("system", ["be kind"])])
    >>> Rules("rules").source_id
    'rules'
    """

    def __init__(self, source_id: str) -> None:
        self.source_id = source_id

    async def before_run(
        self, *, agent: WorkflowAgent, session: AgentSession, context: SessionContext, state: State
    ) -> None:
        """The agent is about to begin; `state` is the provider's own part of the session."""

    async def after_run(
        self, *, agent: WorkflowAgent, session: AgentSession, context: SessionContext, state: State
    ) -> None:
        """The agent has answered: `context.response`."""


class HistoryProvider(ContextProvider):
    """Keeps a conversation. A subclass says where: `get_messages` and `save_messages`.

    >>> InMemoryHistoryProvider(load_messages=False).store_outputs
    True
    """

    def __init__(
        self,
        source_id: str,
        *,
        load_messages: bool = True,
        store_inputs: bool = True,
        store_context_messages: bool = False,
        store_context_from: Optional[set[str]] = None,
        store_outputs: bool = True,
    ) -> None:
        """Says what is kept.

        Args:
            source_id: names the provider.
            load_messages: whether the kept messages stand before the input; without, it only keeps.
            store_inputs: whether the input is kept.
            store_context_messages: whether that of other providers is kept.
            store_context_from: only of these.
            store_outputs: whether the response is kept.
        """
        super().__init__(source_id)
        self.load_messages = load_messages
        self.store_inputs = store_inputs
        self.store_context_messages = store_context_messages
        self.store_context_from = store_context_from
        self.store_outputs = store_outputs

    async def get_messages(
        self, session_id: Optional[str], *, state: Optional[State] = None, **_: Any
    ) -> list[Message]:
        """The messages that are kept."""
        raise NotImplementedError(f"{type(self).__name__} needs a method get_messages")

    async def save_messages(
        self, session_id: Optional[str], messages: Sequence[Message], *, state: Optional[State] = None, **_: Any
    ) -> None:
        """Keeps further messages."""
        raise NotImplementedError(f"{type(self).__name__} needs a method save_messages")

    async def before_run(
        self, *, agent: WorkflowAgent, session: AgentSession, context: SessionContext, state: State
    ) -> None:
        if self.load_messages:
            context.extend_messages(self, await self.get_messages(context.session_id, state=state))

    async def after_run(
        self, *, agent: WorkflowAgent, session: AgentSession, context: SessionContext, state: State
    ) -> None:
        kept: list[Message] = []
        if self.store_context_messages:
            kept += context.get_messages(sources=self.store_context_from, exclude_sources={self.source_id})
        if self.store_inputs:
            kept += context.input_messages
        if self.store_outputs and context.response is not None:
            kept += context.response.messages
        if kept:
            await self.save_messages(context.session_id, kept, state=state)


class InMemoryHistoryProvider(HistoryProvider):
    """Keeps the conversation in the session: as `session.state["in_memory"]["messages"]`.

    >>> InMemoryHistoryProvider().source_id
    'in_memory'
    """

    DEFAULT_SOURCE_ID = "in_memory"

    def __init__(self, source_id: Optional[str] = None, **settings: Any) -> None:
        super().__init__(source_id or self.DEFAULT_SOURCE_ID, **settings)

    async def get_messages(
        self, session_id: Optional[str], *, state: Optional[State] = None, **_: Any
    ) -> list[Message]:
        return list((state or {}).get("messages", ()))

    async def save_messages(
        self, session_id: Optional[str], messages: Sequence[Message], *, state: Optional[State] = None, **_: Any
    ) -> None:
        if state is not None:
            state["messages"] = [*state.get("messages", ()), *messages]
