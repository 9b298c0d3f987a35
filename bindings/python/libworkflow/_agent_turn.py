"""One call of an agent: what the workflow is asked, and how what it tells becomes messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Optional

from ._agent_answers import answers
from ._agent_errors import AgentInvalidRequestException
from ._agent_response import AgentResponse, AgentResponseUpdate
from ._agent_session import AgentSession, HistoryProvider, InMemoryHistoryProvider, SessionContext
from ._chat_message import Message
from ._content import Content
from ._event import WorkflowEvent
from ._joining import add_usage_details

if TYPE_CHECKING:
    from ._agent import WorkflowAgent
    from ._latest import CheckpointId
    from ._storage import CheckpointStorage
    from ._stream import ResponseStream

_TOLD = ("output", "intermediate", "data", "request_info")
"""The events that become messages."""


class Turn:
    """One call."""

    def __init__(
        self,
        agent: WorkflowAgent,
        messages: list[Message],
        session: Optional[AgentSession],
        checkpoint_id: Optional[CheckpointId],
        checkpoint_storage: Optional[CheckpointStorage],
    ) -> None:
        self.is_new: bool = True
        self._agent = agent
        self._messages = messages
        self._checkpoint_id = checkpoint_id
        self._storage = checkpoint_storage
        self._response_id = new_id()
        providers = agent.context_providers
        loads = any(isinstance(one, HistoryProvider) and one.load_messages for one in providers)
        if session is not None and not loads:
            providers.append(InMemoryHistoryProvider())
        self._session = session or AgentSession()
        self._context = SessionContext(
            input_messages=messages,
            session_id=self._session.session_id,
            service_session_id=self._session.service_session_id,
        )
        self._arguments: dict[str, Any] = {}

    # ---- The workflow

    async def begin(self) -> list[WorkflowEvent[Any]]:
        """Goes back to the checkpoint, if there is one, and asks the providers. Gives what came of the first."""
        self.is_new = False
        workflow, storage = self._agent.workflow, self._storage
        events: list[WorkflowEvent[Any]] = []
        if self._checkpoint_id is not None:
            if storage is None and workflow._checkpoint_storage is None:
                raise AgentInvalidRequestException(
                    "checkpoint_storage must be provided when checkpoint_id is provided: give it here or to the builder"
                )
            events = list(await workflow.run(checkpoint_id=self._checkpoint_id, checkpoint_storage=storage))
        pending = {event.request_id: event for event in workflow.pending_requests}
        if self._checkpoint_id is not None and not self._messages:
            self._arguments = {}
        elif pending:
            # What was said before is no answer, and so it does not go along.
            self._arguments = {"responses": answers(self._messages, pending)}
        else:
            for provider in self._agent.context_providers:
                if not isinstance(provider, HistoryProvider) or provider.load_messages:
                    await provider.before_run(
                        agent=self._agent,
                        session=self._session,
                        context=self._context,
                        state=self._session.state.setdefault(provider.source_id, {}),
                    )
            self._arguments = {"message": _copies(self._context.get_messages(include_input=True))}
        # Requests that the checkpoint had are answered now, or told by the run that follows.
        return [event for event in events if not self._arguments or event.type != "request_info"]

    def stream(self) -> Optional[ResponseStream]:
        """What the workflow tells; None if there is nothing to ask it."""
        if not self._arguments:
            return None
        return self._agent.workflow.run(**self._arguments, checkpoint_storage=self._storage, stream=True)

    async def finish(self, response: AgentResponse[Any]) -> None:
        """Tells the providers, last first."""
        self._context.response = response
        for provider in reversed(self._agent.context_providers):
            await provider.after_run(
                agent=self._agent,
                session=self._session,
                context=self._context,
                state=self._session.state.setdefault(provider.source_id, {}),
            )

    async def response(self) -> AgentResponse[Any]:
        """All of it."""
        events = await self.begin()
        if self._arguments:
            events += await self._agent.workflow.run(**self._arguments, checkpoint_storage=self._storage)
        response: AgentResponse[Any] = AgentResponse(response_id=self._response_id, raw_representation=[])
        for event in events:
            if event.type not in _TOLD:
                continue
            data = event.data
            if isinstance(data, AgentResponseUpdate):
                raise AgentInvalidRequestException(
                    f"'{event.executor_id}' has put out an AgentResponseUpdate, which is for run(stream=True): put out "
                    "an AgentResponse where the whole is awaited"
                )
            if isinstance(data, AgentResponse):
                response.usage_details = add_usage_details(response.usage_details, data.usage_details) or None
                response.created_at = max(filter(None, (response.created_at, data.created_at)), default=None)
            response.messages += self._said(event, event.executor_id)
            is_known = isinstance(data, (AgentResponse, Message))
            response.raw_representation.append(
                event if event.type == "request_info" else data.raw_representation if is_known else data
            )
        await self.finish(response)
        return response

    # ---- Messages

    def updates(self, event: WorkflowEvent[Any]) -> list[AgentResponseUpdate]:
        """An event as updates; most events are none."""
        if event.type not in _TOLD:
            return []
        data = event.data
        whole = data if isinstance(data, (AgentResponse, AgentResponseUpdate)) else None
        if isinstance(data, AgentResponseUpdate):
            update = AgentResponseUpdate(**vars(data))
            update.author_name = data.author_name or event.executor_id
            return [update]
        author = self._agent.name if event.type == "request_info" else event.executor_id
        return [
            AgentResponseUpdate(
                contents=list(message.contents),
                role=message.role,
                author_name=message.author_name or author,
                response_id=(whole.response_id if whole else None) or self._response_id,
                message_id=message.message_id or new_id(),
                created_at=(whole.created_at if whole else None) or _now(),
                raw_representation=message if message.raw_representation is None else message.raw_representation,
            )
            for message in self._said(event, author)
        ]

    def _said(self, event: WorkflowEvent[Any], author: Optional[str]) -> list[Message]:
        data = event.data
        if event.type == "request_info":
            contents, raw = [self._call(event)], event
        elif isinstance(data, AgentResponse):
            return _copies(data.messages)
        elif isinstance(data, Message):
            return _copies([data])
        elif isinstance(data, list) and data and all(isinstance(item, Message) for item in data):
            return _copies(data)
        else:
            contents, raw = _contents(data), data
        if not contents:
            return []
        message = Message("assistant", contents, message_id=new_id(), raw_representation=raw)
        message.author_name = author
        return [message]

    def _call(self, event: WorkflowEvent[Any]) -> Content:
        """The content that stands for a request. One that asks for itself stays as it is."""
        data = event.data
        if isinstance(data, Content) and data.user_input_request and data.type != "text":
            return data
        name = self._agent.REQUEST_INFO_FUNCTION_NAME
        arguments = self._agent.RequestInfoFunctionArgs(event.request_id, event).to_dict()
        return Content.from_function_call(event.request_id, name, arguments=arguments)


def new_id() -> str:
    """A name that nothing else has."""
    from uuid import uuid4

    return str(uuid4())


def _copies(messages: Iterable[Message]) -> list[Message]:
    """What goes in and out of the workflow is passed on as it is, but a conversation outlives the call."""
    return [Message(**vars(message)) for message in messages]


def _contents(data: Any) -> list[Content]:
    if isinstance(data, list):
        return [content for item in data for content in _contents(item)]
    return [data if isinstance(data, Content) else Content.from_text(str(data))]


def _now() -> str:
    from datetime import datetime, timezone

    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
