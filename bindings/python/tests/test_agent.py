"""Workflows as agents: what they are told, what they answer, requests, sessions, checkpoints."""

from __future__ import annotations

import asyncio
import gc
import json
from dataclasses import dataclass
from typing import Any

import pytest
from samples import run

from libworkflow import (
    LATEST,
    AgentInvalidRequestException,
    AgentInvalidResponseException,
    AgentResponse,
    AgentResponseUpdate,
    AgentSession,
    Content,
    ContextProvider,
    Executor,
    InMemoryCheckpointStorage,
    InMemoryHistoryProvider,
    Message,
    WorkflowAgent,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowEvent,
    WorkflowExecutor,
    executor,
    handler,
    response_handler,
)


class Clerk(Executor):
    """Asks two things, and says what it hears."""

    @handler
    async def ask(self, messages: list[Message], ctx: WorkflowContext[Any, str]) -> None:
        await ctx.request_info(f"pay {messages[-1].text}?", bool)
        await ctx.request_info("why?", str)

    @response_handler
    async def paid(self, original_request: str, response: bool, ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output(f"{original_request} {response}")

    @response_handler
    async def told(self, original_request: str, response: str, ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output(f"{original_request} {response}")


@executor(id="count")
async def count(messages: list[Message], ctx: WorkflowContext[Any, str]) -> None:
    await ctx.yield_output(" ".join(f"{message.role}:{message.text}" for message in messages))


def agent_of(start: Any, **options: Any) -> WorkflowAgent:
    return WorkflowBuilder(name="flow", start_executor=start, **options).build().as_agent()


def result_for(content: Content, result: Any) -> Message:
    assert content.call_id is not None
    return Message("tool", [Content.from_function_result(content.call_id, result=result)])


def contents(response: AgentResponse[Any]) -> list[Content]:
    return [content for message in response.messages for content in message.contents]


@pytest.mark.parametrize(
    "told",
    [
        "hi",
        Content.from_text("hi"),
        Message("user", ["hi"]),
        ["hi"],
        [Content.from_text("hi")],
        [Message("user", ["hi"])],
    ],
    ids=lambda told: type(told).__name__,
)
def test_what_it_may_be_told(told: Any) -> None:
    response = run(agent_of(count).run(told))
    assert response.text == "user:hi" and response.messages[0].author_name == "count"


def test_what_it_may_not_be_told() -> None:
    with pytest.raises(TypeError, match="found int"):
        agent_of(count).run(["hi", 7])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"such as \['hi'\]"):
        Message("user", "hi")

    @executor
    async def numbers(number: int, ctx: WorkflowContext) -> None: ...

    with pytest.raises(ValueError, match=r"cannot handle list\[Message\]: add such a handler to 'numbers'"):
        agent_of(numbers)


def test_each_kind_of_output_becomes_messages() -> None:
    @executor(id="all")
    async def all_kinds(messages: list[Message], ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output({"a": 1})
        await ctx.yield_output(["b", Content.from_uri("https://x/y.png", media_type="image/png")])
        await ctx.yield_output(Message("tool", ["c"], author_name="me"))
        await ctx.yield_output([Message("user", ["d"]), Message("assistant", ["e"])])
        usage = {"input_token_count": 3}
        await ctx.yield_output(AgentResponse(messages=Message("assistant", ["f"]), usage_details=usage))  # type: ignore[arg-type]
        await ctx.yield_output(AgentResponse(usage_details={"input_token_count": 4, "output_token_count": 1}))

    agent = agent_of(all_kinds)
    response = run(agent.run("hi"))
    said = [(message.role, message.author_name, message.text) for message in response.messages]
    assert said == [
        ("assistant", "all", "{'a': 1}"),
        ("assistant", "all", "b"),
        ("tool", "me", "c"),
        ("user", None, "d"),
        ("assistant", None, "e"),
        ("assistant", None, "f"),
    ]
    assert response.messages[1].contents[1].media_type == "image/png"
    assert response.usage_details == {"input_token_count": 7, "output_token_count": 1}

    async def listen() -> list[AgentResponseUpdate]:
        return [update async for update in agent.run("hi", stream=True)]

    updates = run(listen())
    assert [(one.role, one.author_name, one.text) for one in updates] == [(r, a or "all", t) for r, a, t in said]
    assert len({update.message_id for update in updates}) == 6 and {update.response_id for update in updates} != {None}
    assert AgentResponse.from_updates(updates).text == response.text


def test_pieces_are_for_streams() -> None:
    @executor(id="pieces")
    async def pieces(messages: list[Message], ctx: WorkflowContext[Any, AgentResponseUpdate]) -> None:
        for text in ("It is", " here."):
            await ctx.yield_output(AgentResponseUpdate(contents=[text], role="assistant", message_id="m"))

    with pytest.raises(AgentInvalidRequestException, match="'pieces' has put out an AgentResponseUpdate"):
        run(agent_of(pieces).run("hi"))

    async def main() -> None:
        stream = agent_of(pieces).run("hi", stream=True)
        assert repr(stream) == "AgentResponseStream(0 updates, not begun)"
        (message,) = (await stream).messages
        assert message.contents == [Content.from_text("It is here.")] and message.author_name == "pieces"
        assert [update.text for update in stream.updates] == ["It is", " here."]
        assert (await stream.get_final_response()).text == "It is here."
        assert repr(stream) == "AgentResponseStream(2 updates, ended)"

    run(main())


def test_requests_are_calls_and_answers_their_results() -> None:
    async def main() -> None:
        agent = agent_of(Clerk("clerk"))
        first, second = contents(await agent.run("5"))
        assert first.name == agent.REQUEST_INFO_FUNCTION_NAME and first.call_id == first.parse_arguments()["request_id"]  # type: ignore[index]
        asked = WorkflowAgent.RequestInfoFunctionArgs.from_dict(json.loads(json.dumps(first.arguments)))
        assert (asked.request_event.data, asked.request_event.response_type) == ("pay 5?", bool)
        with pytest.raises(AgentInvalidResponseException, match=r"'text'\. The workflow waits for answers to 'clerk"):
            await agent.run("yes")
        # One of two: the other goes on waiting. A result is text, and JSON where no text is wanted.
        response = await agent.run(result_for(first, True))
        assert response.text == "pay 5? True"
        assert [event.request_id for event in agent.workflow.pending_requests] == [second.call_id]
        assert (await agent.run(result_for(second, "true"))).text == "why? true"
        assert agent.workflow.pending_requests == []

    run(main())


@pytest.mark.parametrize("answer", ["perhaps", "[1]", None])
def test_an_answer_of_another_type_changes_nothing(answer: Any) -> None:
    async def main() -> None:
        agent = agent_of(Clerk("clerk"))
        first, second = contents(await agent.run("5"))
        with pytest.raises(ValueError, match="bool"):
            await agent.run(result_for(first, answer))
        assert len(agent.workflow.pending_requests) == 2
        with pytest.raises(ValueError, match="nobody"):
            await agent.run(Message("tool", [Content.from_function_result("nobody", result="x")]))
        response = await agent.run([result_for(first, False), result_for(second, "because")])
        assert response.text == "pay 5? Falsewhy? because"

    run(main())


def test_an_answer_may_be_of_a_class() -> None:
    @dataclass
    class Receipt:
        number: int

    class Shop(Executor):
        @handler
        async def ask(self, messages: list[Message], ctx: WorkflowContext) -> None:
            await ctx.request_info("receipt?", Receipt)

        @response_handler
        async def hear(self, original_request: str, response: Receipt, ctx: WorkflowContext[Any, int]) -> None:
            await ctx.yield_output(response.number)

    async def main() -> None:
        agent = agent_of(Shop("shop"))
        (request,) = contents(await agent.run("7"))
        with pytest.raises(ValueError, match="Receipt"):
            await agent.run(result_for(request, {"name": 7}))
        assert (await agent.run(result_for(request, {"number": 7}))).text == "7"

    run(main())


def test_what_asks_for_itself_stays_as_it_is() -> None:
    call = Content.from_function_call("call-1", "delete", arguments={"path": "x"})

    class Approval(Executor):
        @handler
        async def ask(self, messages: list[Message], ctx: WorkflowContext) -> None:
            await ctx.request_info(Content.from_function_approval_request("asks-1", call), Content)

        @response_handler
        async def hear(self, original_request: Content, response: Content, ctx: WorkflowContext[Any, str]) -> None:
            assert original_request.function_call == call
            await ctx.yield_output(f"{response.approved}")

    async def main() -> None:
        agent = agent_of(Approval("approval"))
        response = await agent.run("delete x")
        (request,) = response.user_input_requests
        assert request == Content.from_function_approval_request("asks-1", call)
        # Its id is its own; that of the request is another.
        assert (await agent.run(Message("user", [request.to_function_approval_response(True)]))).text == "True"

    run(main())


def test_a_session_remembers_but_not_before_answers() -> None:
    async def main() -> None:
        agent, session = agent_of(count), AgentSession()
        await agent.run("one", session=session)
        await agent.run("two", session=AgentSession.from_dict(json.loads(json.dumps(session.to_dict()))))
        assert (await agent.run("three", session=session)).text == "user:one assistant:user:one user:three"
        assert [type(one) for one in agent.context_providers] == [InMemoryHistoryProvider]
        assert (await agent.run("alone")).text == "user:alone"

        asking = agent_of(Clerk("clerk"))
        first, second = contents(await asking.run("5", session=session))
        assert (await asking.run(result_for(first, True), session=session)).text.endswith("5? True")
        assert (await asking.run(result_for(second, "so"), session=session)).text == "why? so"
        assert len(session.state["in_memory"]["messages"]) == 4 + 3 + 2 + 2

    run(main())


def test_providers_are_asked_in_order_and_told_in_reverse() -> None:
    calls: list[str] = []

    class Rules(ContextProvider):
        async def before_run(self, *, context: Any, state: Any, **_: Any) -> None:
            calls.append(self.source_id)
            state["seen"] = state.get("seen", 0) + 1
            context.extend_messages(self, [Message("system", [self.source_id])])

        async def after_run(self, *, context: Any, **_: Any) -> None:
            calls.append(f"{self.source_id}: {context.response.text}")

    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=count).build()
        agent, session = workflow.as_agent(context_providers=[Rules("a"), Rules("b")]), AgentSession()
        async for _ in agent.run("hi", stream=True, session=session):
            pass
        said = "system:a system:b user:hi"
        assert calls == ["a", "b", f"b: {said}", f"a: {said}"] and session.state["a"] == {"seen": 1}

    run(main())


def test_from_a_checkpoint() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        first, second = contents(await agent_of(Clerk("clerk")).run("5", checkpoint_storage=storage))
        agent = agent_of(Clerk("clerk"), checkpoint_storage=storage)
        # Without messages it says what is waiting, with answers it goes on.
        assert contents(await agent.run(checkpoint_id=LATEST)) == [first, second]
        agent = agent_of(Clerk("clerk"))
        answers = [result_for(first, False), result_for(second, "so")]
        stream = agent.run(answers, stream=True, checkpoint_id=LATEST, checkpoint_storage=storage)
        assert [update.text async for update in stream] == ["pay 5? False", "why? so"]
        with pytest.raises(AgentInvalidRequestException, match="checkpoint_storage must be provided"):
            await agent_of(count).run(checkpoint_id="x")

    run(main())


def test_leaving_a_stream_ends_the_run() -> None:
    ended: list[str] = []

    @executor
    async def slow(messages: list[Message], ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output("begun")
        await ctx.send_message(messages[0])

    @executor
    async def slower(message: Message, ctx: WorkflowContext[Any, str]) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(message.text)

    async def main() -> None:
        agent = WorkflowBuilder(start_executor=slow).add_edge(slow, slower).build().as_agent()
        stream = agent.run("hi", stream=True)
        assert (await stream.__anext__()).text == "begun"
        waiting = asyncio.ensure_future(stream.__anext__())
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert ended == ["hi"] and [update async for update in stream] == []
        stream = agent.run("closed", stream=True)
        await stream.__anext__()
        waiting = asyncio.ensure_future(stream.__anext__())
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.wait([waiting])
        await stream.aclose()
        assert ended == ["hi", "closed"] and agent.workflow.status.value == "CANCELLED"
        assert (await agent.run("again", stream=True).__anext__()).text == "begun"  # and is dropped at once
        gc.collect()

    run(main())
    assert ended == ["hi", "closed"]


def test_what_a_handler_raises() -> None:
    @executor
    async def broken(messages: list[Message], ctx: WorkflowContext[Any, str]) -> None:
        raise LookupError(messages[0].text)

    async def main() -> None:
        agent = agent_of(broken)
        with pytest.raises(LookupError, match="first"):
            await agent.run("first")
        stream = agent.run("second", stream=True)
        with pytest.raises(LookupError, match="second"):
            await stream
        assert [update async for update in stream] == []

    run(main())


def test_updates_of_several_answers_are_merged() -> None:
    def update(text: str, response: Any, message: str, minute: int) -> AgentResponseUpdate:
        return AgentResponseUpdate(
            contents=[text],
            role="assistant",
            response_id=response,
            message_id=message,
            created_at=f"2024-01-01T12:{minute:02}:00Z",
        )

    call = update("call", "a", "call", 3)
    call.contents = [Content.from_function_call("c", "f")]
    result = update("result", None, "result", 4)
    result.contents = [Content.from_function_result("c", result="r")]
    pieces = [
        update("late", "a", "2", 5),
        update("orphan", None, "0", 0),
        update("other", "b", "1", 9),
        result,
        update("ear", "a", "1", 1),
        update("ly", "a", "1", 2),
        call,
    ]
    merged = WorkflowAgent.merge_updates(pieces, "all")
    assert [message.text or message.contents[0].type for message in merged.messages] == [
        "early",
        "function_call",
        "function_result",
        "late",
        "other",
        "orphan",
    ]
    assert merged.response_id == "all" and merged.created_at == "2024-01-01T12:09:00Z"


def test_events_that_nobody_is_told() -> None:
    @executor(id="talks")
    async def talks(messages: list[Message], ctx: WorkflowContext[Any, str]) -> None:
        await ctx.add_event(WorkflowEvent("group_chat", data={"plan": 1}))
        with pytest.warns(DeprecationWarning):
            await ctx.add_event(WorkflowEvent.emit("talks", "told"))
        await ctx.yield_output("done")

    assert [message.text for message in run(agent_of(talks).run("hi")).messages] == ["told", "done"]


def test_a_box_speaks_for_what_is_inside() -> None:
    @executor(id="inside")
    async def inside(messages: list[Message], ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output("from inside")

    @executor(id="box/not")
    async def other(text: str, ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output(text)

    async def main() -> None:
        small = WorkflowExecutor(WorkflowBuilder(start_executor=inside).build(), "small", allow_direct_output=True)
        box = WorkflowExecutor(WorkflowBuilder(start_executor=small).build(), "box", allow_direct_output=True)
        workflow = WorkflowBuilder(start_executor=box).build()
        assert [message.author_name for message in (await workflow.as_agent().run("hi")).messages] == ["box"]
        events = [event async for event in workflow.run([Message("user", ["hi"])], stream=True)]
        assert [event.executor_id for event in events if event.type == "output"] == ["box"]
        assert {event.executor_id for event in events if event.type == "executor_invoked"} == {"box/small/inside"}
        # An id may have a slash of its own.
        named = WorkflowExecutor(WorkflowBuilder(start_executor=inside).build(), "a/b")
        flow = WorkflowBuilder(start_executor=named).add_edge(named, other).build()
        assert [event.executor_id for event in await flow.run([Message("user", ["hi"])]) if event.type == "output"] == [
            "box/not"
        ]

    run(main())


def test_a_conversation_is_not_what_the_workflow_changes() -> None:
    said = Message("assistant", ["kept"])

    @executor(id="careless")
    async def careless(messages: list[Message], ctx: WorkflowContext[Any, Any]) -> None:
        messages[0].contents.clear()
        await ctx.yield_output(said)

    async def main() -> None:
        agent, session = WorkflowBuilder(start_executor=careless).build().as_agent(), AgentSession()
        mine = Message("user", ["hello"])
        response = await agent.run(mine, session=session)
        assert mine.text == "hello"
        assert [message.text for message in session.state["in_memory"]["messages"]] == ["hello", "kept"]
        response.messages[0].contents.clear()
        assert said.text == "kept"

    run(main())
