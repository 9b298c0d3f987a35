"""What goes wrong in a workflow that is used as an agent."""

from __future__ import annotations


class ContentError(Exception):
    """A part of a message is not what it should be.

    >>> Content.from_uri("no scheme")
    Traceback (most recent call last):
    libworkflow._agent_errors.ContentError: 'no scheme' is no URI: it needs a scheme, such as https: or data:
    """


class AgentException(Exception):
    """An agent cannot do what it was asked for.

    >>> issubclass(AgentInvalidRequestException, AgentException)
    True
    """


class AgentInvalidRequestException(AgentException):
    """The call is wrong: a checkpoint without a storage, or an update where whole responses are needed.

    >>> @executor
    ... async def answer(messages: list[Message], ctx: WorkflowContext[str, str]) -> None: ...
    >>> agent = WorkflowBuilder(start_executor=answer).build().as_agent()
    >>> asyncio.run(agent.run(checkpoint_id="x"))
    Traceback (most recent call last):
    libworkflow._agent_errors.AgentInvalidRequestException: ...
    """


class AgentInvalidResponseException(AgentException):
    """A message is no answer, where the workflow waits for answers.

    >>> @executor
    ... async def ask(messages: list[Message], ctx: WorkflowContext) -> None:
    ...     await ctx.request_info("really?", str)
    >>> agent = WorkflowBuilder(start_executor=ask).build().as_agent()
    >>> request = asyncio.run(agent.run("delete it")).messages[0].contents[0]
    >>> asyncio.run(agent.run("yes"))
    Traceback (most recent call last):
    libworkflow._agent_errors.AgentInvalidResponseException: ...
    """
