"""Messages and their contents: forms, texts, checkpoints."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from samples import run

from libworkflow import (
    AgentResponse,
    AgentResponseUpdate,
    Content,
    ContentError,
    Executor,
    FileCheckpointStorage,
    Message,
    WorkflowBuilder,
    WorkflowContext,
    executor,
    handler,
    response_handler,
)
from libworkflow._codec import decode, encode

CALL = Content.from_function_call("c1", "pay", arguments={"amount": 5})
CONTENTS = [
    Content.from_text("hello", annotations=[{"type": "citation", "url": "https://x"}]),
    Content.from_text_reasoning(text="hm", id="t1", protected_data="p"),
    Content.from_data(b"\x00\xff", "image/png"),
    Content.from_uri("https://x/y.png", media_type="image/png", additional_properties={"a": [1, {"b": None}]}),
    Content.from_uri("data:text/plain;base64,YQ=="),
    Content.from_error(message="no", error_code="7"),
    Content.from_usage({"input_token_count": 1}),
    Content.from_hosted_file("f1", name="x"),
    CALL,
    Content.from_function_call("c2", "pay", arguments='{"amount": 5}', informational_only=True),
    Content.from_function_result("c1", result={"paid": True}),
    Content.from_function_approval_request("a1", CALL),
    Content.from_function_approval_request("a1", CALL).to_function_approval_response(False),
    Content("shell_command_output", stdout="x", exit_code=0, timed_out=False),
]


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.type)
def test_a_content_comes_back(content: Content) -> None:
    told = Message("user", [content], author_name="me", message_id="m1", additional_properties={"k": (1, 2)})
    for back in (decode(encode(told)), Message.from_dict(told.to_dict())):
        assert type(back) is Message and back.contents == [content] and repr(back.contents) == repr([content])
    assert decode(encode(told)).to_dict() == told.to_dict()
    assert Message.from_json(told.to_json()).contents == [content]
    response = AgentResponse(messages=told, response_id="r", usage_details={"input_token_count": 1}, value={"n": 1})
    back = decode(encode(response))
    assert back.to_dict() == response.to_dict() == AgentResponse.from_json(response.to_json()).to_dict()
    update = AgentResponseUpdate(contents=[content], role="user")
    assert (
        decode(encode(update)).to_dict()
        == update.to_dict()
        == {
            "type": "agent_response_update",
            "contents": [content.to_dict()],
            "role": "user",
        }
    )


def test_only_what_is_said_is_written() -> None:
    said = Message("user", ["hi"], raw_representation=object())
    assert json.loads(encode(said)) == {
        "$type": "libworkflow:message",
        "value": {
            "role": "user",
            "contents": [{"$type": "libworkflow:content", "value": {"type": "text", "text": "hi"}}],
        },
    }
    assert decode(encode(said)).raw_representation is None
    with pytest.raises(TypeError, match=r"additional_properties\['x'\]"):
        encode(Message("user", additional_properties={"x": object()}))


def test_what_cannot_be_a_content() -> None:
    for address in ("", "nothing", ":x", "data:image/png", "data:image/png;hex,00"):
        with pytest.raises(ContentError, match="is no"):
            Content.from_uri(address)
    with pytest.raises(TypeError):
        Content.from_data("text", "image/png")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="'type'"):
        Content.from_dict({"text": "x"})
    with pytest.raises(ContentError, match="not a 'text'"):
        Content.from_text("x").to_function_approval_response(True)
    with pytest.raises(ContentError):
        Content.from_text("x").has_top_level_media_type("image")
    with pytest.raises(TypeError, match="not int: 7"):
        Message("user", [7])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="unhashable"):
        hash(Content.from_text("x"))


def test_what_is_in_a_content() -> None:
    assert Content.from_data(b"", "image/png").has_top_level_media_type("Image")
    assert [str(one) for one in CONTENTS[:1] + CONTENTS[5:7]] == ["hello", "Error 7: no", "Content(type=usage)"]
    assert [
        Content("function_call", arguments=it).parse_arguments() for it in (None, "", "{}", "[1]", "x", {"a": 1})
    ] == [
        None,
        {},
        {},
        {"raw": [1]},
        {"raw": "x"},
        {"a": 1},
    ]
    assert Content.from_dict({"type": "text", "text": "x", "novel": 1}).additional_properties == {"novel": 1}
    results = ("x", None, 7, {"a": {1}}, [1, 2], [Content.from_text("a"), Content.from_text("b")])
    assert [Content.from_function_result("c", result=it).result for it in results] == [
        "x",
        "",
        "7",
        '{"a": "{1}"}',
        "[1, 2]",
        "a\nb",
    ]


def test_contents_are_added() -> None:
    text = Content.from_text("a", annotations=[{"url": "1"}], raw_representation=1)
    both = text + Content.from_text("b", annotations=[{"url": "2"}], raw_representation=[2])
    assert (both.text, both.annotations, both.raw_representation) == ("ab", [{"url": "1"}, {"url": "2"}], [1, 2])
    thought = Content.from_text_reasoning(text="a", id="1") + Content.from_text_reasoning(text="b")
    assert (thought.text, thought.id) == ("ab", "1")
    call = Content.from_function_call("c", "f", arguments='{"a":') + Content.from_function_call("", "", arguments="1}")
    assert (call.call_id, call.parse_arguments()) == ("c", {"a": 1})
    usage = Content.from_usage({"input_token_count": 1}) + Content.from_usage({"input_token_count": None})
    assert usage.usage_details == {"input_token_count": 1}
    for other, error in [
        (Content.from_text("b"), TypeError),
        (Content.from_text_reasoning(text="b", id="2"), ContentError),
        ("b", TypeError),
    ]:
        with pytest.raises(error):
            Content.from_text_reasoning(text="a", id="1") + other  # type: ignore[operator]
    with pytest.raises(ContentError, match="different call_ids"):
        CALL + Content.from_function_call("c2", "pay")
    with pytest.raises(TypeError, match="text in one part"):
        CALL + Content.from_function_call("c1", "pay", arguments="x")
    with pytest.raises(ContentError, match="cannot be added"):
        CONTENTS[3] + CONTENTS[3]


class Keeper(Executor):
    @handler
    async def keep(self, messages: list[Message], ctx: WorkflowContext[Any, Message]) -> None:
        ctx.set_state("messages", messages)
        await ctx.request_info(messages[0], Message)

    @response_handler
    async def answer(self, original_request: Message, response: Message, ctx: WorkflowContext[Any, Message]) -> None:
        kept: list[Message] = ctx.get_state("messages")
        texts = [one.text for one in (*kept, original_request, response)]
        await ctx.yield_output(Message("assistant", texts))


def test_messages_go_through_checkpoints(tmp_path: Path) -> None:
    """Also in a process that has not said a word of messages before it reads one."""
    storage = FileCheckpointStorage(tmp_path)

    def build() -> Any:
        return WorkflowBuilder(name="keep", start_executor=Keeper("keeper"), checkpoint_storage=storage).build()

    async def main() -> None:
        result = await build().run([Message("user", ["one"]), Message("user", ["two"])])
        (event,) = result.get_request_info_events()
        latest = await storage.get_latest(workflow_name="keep")
        result = await build().run(
            checkpoint_id=latest.checkpoint_id, responses={event.request_id: Message("user", ["three"])}
        )
        (said,) = result.get_outputs()
        assert said.text == "one two one three"

    run(main())
    code = (
        "import libworkflow, asyncio, sys; "
        f"storage = libworkflow.FileCheckpointStorage({str(tmp_path)!r}); "
        "assert 'libworkflow._content' not in sys.modules; "
        "latest = asyncio.run(storage.get_latest(workflow_name='keep')); "
        "print([one.text for one in latest.state['messages']])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['one', 'two']\n"


def test_a_message_goes_to_who_takes_messages() -> None:
    @executor(id="start")
    async def start(text: str, ctx: WorkflowContext[Any]) -> None:
        await ctx.send_message(Message("user", [text]))

    @executor(id="takes")
    async def takes(message: Message, ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output(f"message {message.text}")

    @executor(id="other")
    async def other(content: Content, ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output("content")

    builder = WorkflowBuilder(start_executor=start).add_edge(start, takes).add_edge(start, other)
    assert run(builder.build().run("hi")).get_outputs() == ["message hi"]
