"""A workflow that is talked to: messages in, messages out."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Optional, Union, overload

from ._agent_merge import merged
from ._agent_response import AgentResponse, AgentResponseUpdate
from ._agent_session import AgentSession, ContextProvider
from ._agent_stream import AgentResponseStream
from ._agent_turn import Turn
from ._chat_message import AgentRunInputs, Message, normalize_messages
from ._codec import from_plain
from ._event import WorkflowEvent
from ._latest import CheckpointId
from ._storage import CheckpointStorage
from ._type_fit import fits

if TYPE_CHECKING:
    from ._workflow import Workflow


class WorkflowAgent:
    """A workflow as an agent, made by `Workflow.as_agent`. Its start executor takes `list[Message]`.

    What the workflow puts out becomes messages of the "assistant"; a request becomes a call of the function
    "request_info", and is answered by a message with a function result of that `call_id`.

    >>> @executor
    ... async def answer(messages: list[Message], ctx: WorkflowContext[str, str]) -> None:
    ...     await ctx.yield_output(f"You said {messages[0].text!r}.")
    >>> agent = WorkflowBuilder(start_executor=answer).build().as_agent("parrot")
    >>> asyncio.run(agent.run("hello")).text
    "You said 'hello'."
    """

    REQUEST_INFO_FUNCTION_NAME = "request_info"

    @dataclass
    class RequestInfoFunctionArgs:
        """The arguments of the call that stands for a request."""

        request_id: str
        request_event: WorkflowEvent[Any]

        def to_dict(self) -> dict[str, Any]:
            """Both by name, the event as a dict too."""
            return {"request_id": self.request_id, "request_event": self.request_event.to_dict()}

        @classmethod
        def from_dict(cls, payload: Mapping[str, Any]) -> WorkflowAgent.RequestInfoFunctionArgs:
            """The opposite of `to_dict`, also of what became of it as JSON.

            Raises:
                ValueError: one of the two is missing.
            """
            if not payload.get("request_id") or "request_event" not in payload:
                raise ValueError("the arguments of a request need a 'request_id' and a 'request_event'")
            event = dict(payload["request_event"])
            event["data"] = from_plain(event.get("data"))
            return cls(payload["request_id"], WorkflowEvent.from_dict(event))

    def __init__(
        self,
        workflow: Workflow,
        *,
        id: Optional[str] = None,
        name: Optional[str] = None,
        description: Optional[str] = None,
        context_providers: Optional[Sequence[ContextProvider]] = None,
    ) -> None:
        """Wraps a workflow.

        Args:
            workflow: what does the work.
            id: names the agent; without, it is made up.
            name: for people, and the author of requests in a stream.
            description: for people.
            context_providers: say what is said before the input. A call with a session gets an
                `InMemoryHistoryProvider` too, unless there is a provider that loads history.

        Raises:
            ValueError: the start executor has no handler that takes `list[Message]`.
        """
        start = workflow.get_start_executor()
        if not any(fits(list[Message], kind) for kind in start.input_types):
            raise ValueError(
                f"Workflow's start executor cannot handle list[Message]: add such a handler to '{start.id}', or put an "
                "executor that has one before it"
            )
        if id is None:
            from uuid import uuid4

            id = f"WorkflowAgent_{uuid4().hex[:8]}"
        self.id = id
        self.name = name
        self.description = description
        self.context_providers: list[ContextProvider] = list(context_providers or ())
        self._workflow = workflow

    @property
    def workflow(self) -> Workflow:
        """What does the work."""
        return self._workflow

    @overload
    def run(
        self,
        messages: Optional[AgentRunInputs] = None,
        *,
        stream: Literal[True],
        session: Optional[AgentSession] = None,
        checkpoint_id: Optional[CheckpointId] = None,
        checkpoint_storage: Optional[CheckpointStorage] = None,
    ) -> AgentResponseStream: ...
    @overload
    def run(
        self,
        messages: Optional[AgentRunInputs] = None,
        *,
        stream: Literal[False] = False,
        session: Optional[AgentSession] = None,
        checkpoint_id: Optional[CheckpointId] = None,
        checkpoint_storage: Optional[CheckpointStorage] = None,
    ) -> Coroutine[Any, Any, AgentResponse[Any]]: ...
    def run(
        self,
        messages: Optional[AgentRunInputs] = None,
        *,
        stream: bool = False,
        session: Optional[AgentSession] = None,
        checkpoint_id: Optional[CheckpointId] = None,
        checkpoint_storage: Optional[CheckpointStorage] = None,
    ) -> Union[AgentResponseStream, Coroutine[Any, Any, AgentResponse[Any]]]:
        """Tells the workflow something. If it waits for answers, the messages must be answers.

        An answer is a "function_result" content with the `call_id` of a request, or a
        "function_approval_response". A result is text; where the request wants something else, JSON of that.

        With a `session` the conversation so far stands before the messages, unless they are answers. With a
        `checkpoint_id` the workflow is resumed from there first; without messages that is all, and the response has
        what came of it.

        Await the answer for the response, or ask for a `stream` and iterate it for the updates.

        Raises:
            TypeError: `messages` has something else in it than texts, `Content` and `Message`.
            AgentInvalidRequestException: a checkpoint_id without a storage; or an executor put out an
                `AgentResponseUpdate`, which only a stream can pass on.
            AgentInvalidResponseException: the workflow waits for answers, and the messages are none.
            BaseException: what `Workflow.run` raises.
        """
        turn = Turn(self, normalize_messages(messages), session, checkpoint_id, checkpoint_storage)
        return AgentResponseStream(turn) if stream else turn.response()

    @staticmethod
    def merge_updates(updates: Sequence[AgentResponseUpdate], response_id: str) -> AgentResponse[Any]:
        """One response of the updates of several: by response, then by message, each in the order of time. The result
        of a function stands with its call. What belongs to no response comes last."""
        return merged(updates, response_id)

    def __repr__(self) -> str:
        return f"WorkflowAgent({self.name or self.id!r}, {self._workflow!r})"
