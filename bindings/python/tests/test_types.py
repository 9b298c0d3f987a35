"""A message goes only to executors that have a handler for its type."""

from __future__ import annotations

import decimal
import enum
import gc
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, Optional, Protocol, TypedDict, TypeVar, Union

import pytest
from samples import run

from libworkflow import (
    Executor,
    WorkflowBuilder,
    WorkflowContext,
    executor,
    handler,
    register_type,
    response_handler,
)
from libworkflow._type_names import names_of

ItemT = TypeVar("ItemT")


@dataclass
class Letter:
    text: str


@dataclass
class Parcel(Letter):
    weight: int = 1


@register_type(name="post card")
@dataclass
class Card:
    text: str


class Point(NamedTuple):
    x: int
    y: int


class Color(str, enum.Enum):
    RED = "red"


class Box(Generic[ItemT]):
    pass


class Sized(Protocol):
    size: int


class Options(TypedDict):
    limit: int


UserId = NewType("UserId", int)
HERE = __name__


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (int, {"integer", "int", "boolean"}),
        (bool, {"boolean"}),
        (float, {"number", "float"}),
        (None, {"null"}),
        (list, {"array"}),
        (list[int], {"array"}),
        (Options, {"object", "dict", "Counter", "OrderedDict"}),
        (UserId, {"integer", "int", "boolean"}),
        (Annotated[bool, "why"], {"boolean"}),
        (Optional[bool], {"boolean", "null"}),
        (Union[None, list[int], bool], {"null", "array", "boolean"}),
        (Literal["a", None], {"string", "str", "null"}),
        (date, {"date", "datetime"}),
        (datetime, {"datetime"}),
        (decimal.Decimal, {"Decimal"}),
        (Letter, {f"{HERE}:Letter", f"{HERE}:Parcel", "__main__:Letter", "__main__:Parcel"}),
        (Parcel, {f"{HERE}:Parcel", "__main__:Parcel"}),
        (Point, {f"{HERE}:Point", "__main__:Point"}),
        (Box[int], {f"{HERE}:Box", "__main__:Box"}),
        (tuple[int, int], {"tuple", f"{HERE}:Point"}),
        (Color, {f"{HERE}:Color", "__main__:Color"}),
        (str, {"string", "str", f"{HERE}:Color"}),
    ],
)
def test_a_type_has_the_names_of_all_that_may_come(annotation: Any, expected: set[str]) -> None:
    found = set((names_of([annotation]) or b"").decode().split("|"))
    # What other tests define beneath int, str and tuple belongs to those as well.
    if annotation in (int, UserId, str, tuple[int, int], Literal["a", None]):
        assert expected - {f"{HERE}:Color"} <= found
    else:
        assert found == expected


def test_names_come_and_go_with_subclasses() -> None:
    """Also of a type that had none but the interpreter's, whose names are looked up in another way."""
    before = names_of([complex])

    class Wave(complex, enum.Enum):
        LOW = 1j

    class Deeper(float, enum.Enum):
        LOW = 0.5

    assert before is not None and b"Wave" not in before
    assert b"Wave" in (names_of([complex]) or b"") and b"Deeper" not in (names_of([complex]) or b"")
    assert b"Deeper" in (names_of([float]) or b"")
    del Wave, Deeper
    gc.collect()
    assert names_of([complex]) == before
    assert b"Deeper" not in (names_of([float]) or b"")


@pytest.mark.parametrize("annotation", [Any, object, Mapping, Mapping[str, int], Sized, Card, Union[int, Any]])
def test_a_type_that_cannot_be_listed_lets_everything_through(annotation: Any) -> None:
    assert names_of([int, annotation]) is None


class Taker(Executor):
    """Takes letters, and numbers."""

    @handler
    async def letter(self, letter: Letter, ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output(f"{self.id}: {letter}")


class Counter(Executor):
    @handler
    async def number(self, number: int, ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output(f"{self.id}: {number}")


def post() -> Any:
    @executor(id="post")
    async def office(messages: list[Any], ctx: WorkflowContext[Any]) -> None:
        for message in messages:
            await ctx.send_message(message)

    taker, counter = Taker("taker"), Counter("counter")
    return WorkflowBuilder(start_executor=office).add_fan_out_edges(office, [taker, counter]).build()


def test_each_message_goes_to_those_who_take_it() -> None:
    result = run(post().run([Letter("a"), 1, Parcel("b", 2), True, 2**80]))
    assert result.get_outputs() == [
        "taker: Letter(text='a')",
        "counter: 1",
        "taker: Parcel(text='b', weight=2)",
        "counter: True",
        f"counter: {2**80}",
    ]
    assert not [event for event in result if event.type == "warning"]


def test_a_message_that_nobody_takes_is_told() -> None:
    result = run(post().run(["text", 1.5]))
    assert result.get_outputs() == []
    warnings = [event.data for event in result if event.type == "warning"]
    assert len(warnings) == 2 and "type string from 'post'" in warnings[0] and "type number" in warnings[1]


def test_an_answer_goes_to_its_executor_whatever_it_takes() -> None:
    class Clerk(Executor):
        @handler
        async def ask(self, amount: int, ctx: WorkflowContext[Any]) -> None:
            await ctx.request_info(f"pay {amount}?", str, request_id="question")

        @response_handler
        async def hear(self, original_request: str, response: str, ctx: WorkflowContext[Any, str]) -> None:
            await ctx.yield_output(response)

    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=Clerk("clerk")).build()
        await workflow.run(7)
        assert (await workflow.run(responses={"question": "yes"})).get_outputs() == ["yes"]

    run(main())


SCRIPT = """
import asyncio, sys
from dataclasses import dataclass
from libworkflow import Executor, FileCheckpointStorage, WorkflowBuilder, WorkflowContext, executor, handler

@dataclass
class Letter:
    text: str

@executor(id="office")
async def office(text: str, ctx: WorkflowContext[Letter]) -> None:
    await ctx.send_message(Letter(text))

@executor(id="reader")
async def reader(letter: Letter, ctx: WorkflowContext[None, str]) -> None:
    await ctx.yield_output(letter.text)

async def main(folder, begins):
    storage = FileCheckpointStorage(folder)
    workflow = WorkflowBuilder(start_executor=office, checkpoint_storage=storage, name="post")
    workflow = workflow.add_edge(office, reader).build()
    if begins:
        await workflow.run("hello")
    else:
        second = (await storage.list_checkpoint_ids(workflow_name="post"))[1]
        print((await workflow.run(checkpoint_id=second)).get_outputs())

if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2] == "begins"))
"""


@pytest.mark.parametrize("script_begins", [True, False])
def test_a_message_of_a_script_is_taken_by_its_module_and_the_other_way_round(
    tmp_path: Path, script_begins: bool
) -> None:
    (tmp_path / "story.py").write_text(SCRIPT, encoding="utf-8")
    as_script = [sys.executable, "story.py", "kept"]
    as_module = [
        sys.executable,
        "-c",
        "import asyncio, story, sys; asyncio.run(story.main('kept', sys.argv[1] == 'begins'))",
    ]
    first, second = (as_script, as_module) if script_begins else (as_module, as_script)
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([*first, "begins"], cwd=tmp_path, env=path, check=True)
    done = subprocess.run([*second, "resumes"], cwd=tmp_path, env=path, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "['hello']"


def test_the_definition_has_the_types() -> None:
    nodes = {node["id"]: node for node in post().definition["executors"]}
    assert nodes["post"]["accepts"] == ["array"] and f"{HERE}:Letter" in nodes["taker"]["accepts"]
