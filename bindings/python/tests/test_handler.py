"""Which handler takes a message, and which declarations are refused."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Literal, NewType, NoReturn, Optional, TypedDict, TypeVar, Union

import pytest
from samples import run

from libworkflow import Executor, WorkflowBuilder, WorkflowContext, WorkflowMessage, executor, handler
from libworkflow._type_check import compile_check


def chosen(target: Executor, message: Any) -> Optional[str]:
    spec = target._find_handler(message)
    return spec and spec.name


@dataclass
class Animal:
    name: str


@dataclass
class Dog(Animal):
    pass


@dataclass
class Puppy(Dog):
    pass


class Many(Executor):
    @handler
    async def anything(self, message: Any, ctx: WorkflowContext) -> None: ...
    @handler
    async def animal(self, message: Animal, ctx: WorkflowContext) -> None: ...
    @handler
    async def dog(self, message: Dog, ctx: WorkflowContext[str]) -> None: ...
    @handler
    async def number(self, message: Union[int, float], ctx: WorkflowContext[str, bytes]) -> None: ...
    @handler
    async def texts(self, message: list[str], ctx: WorkflowContext) -> None: ...
    @handler
    async def listing(self, message: list, ctx: WorkflowContext) -> None: ...  # type: ignore[type-arg]


class Shallow(Executor):
    @handler
    async def anything(self, message: object, ctx: WorkflowContext) -> None: ...
    @handler
    async def integer(self, message: int, ctx: WorkflowContext) -> None: ...


@pytest.mark.parametrize(
    ("message", "name"),
    [
        (Animal("a"), "animal"), (Dog("d"), "dog"), (Puppy("p"), "dog"), (1, "number"), (1.5, "number"),
        (True, "number"), (["a"], "texts"), (["a", 1], "listing"), ([], "texts"),
        ("text", "anything"), (None, "anything"),
    ],
)  # fmt: skip
def test_closest_type_wins(message: Any, name: str) -> None:
    assert chosen(Many("m"), message) == name


def test_choice_by_class_is_remembered_rightly() -> None:
    shallow = Shallow("s")
    for _ in range(2):
        assert [chosen(shallow, m) for m in (1, True, "x")] == ["integer", "integer", "anything"]


def test_equal_types_go_to_the_one_written_first() -> None:
    class Two(Executor):
        @handler
        async def z_first(self, message: Union[int, str], ctx: WorkflowContext) -> None: ...
        @handler
        async def a_second(self, message: Union[int, bytes], ctx: WorkflowContext) -> None: ...

    assert chosen(Two("t"), 1) == "z_first"


def test_subclass_inherits_and_overrides() -> None:
    class Child(Shallow):
        @handler
        async def text(self, message: str, ctx: WorkflowContext) -> None: ...

        async def integer(self, message: int, ctx: WorkflowContext) -> None: ...

    child = Child("c")
    assert [chosen(child, m) for m in (1, "x")] == ["anything", "text"]


Id = NewType("Id", int)


class Options(TypedDict):
    size: int


@pytest.mark.parametrize(
    ("annotation", "fits", "not_"),
    [
        (int, [1, True], ["1", 1.0]),
        (Optional[int], [1, None], ["1"]),
        (list[int], [[1], []], [["a"], (1,), [1, "a"]]),
        (list[Union[int, float]], [[1, 2.5]], [["a"]]),
        (list[list[int]], [[[1]]], [[1], [["a"]]]),
        (set[str], [{"a"}], [{1}, ["a"]]),
        (tuple[int, str], [(1, "a")], [(1,), (1, 2), [1, "a"]]),
        (tuple[int, ...], [(), (1, 2)], [("a",)]),
        (dict[str, list[int]], [{"a": [1]}, {}], [{1: [1]}, {"a": ["b"]}, []]),
        (dict[int, Any], [{1: "x"}], [{"a": 1}]),
        (Mapping[str, int], [{"a": "not looked at"}], [[1]]),
        (Sequence, [[1], "a"], [1]),
        (Literal["a", 1], ["a", 1], ["b", True]),
        (Id, [1], ["1"]),
        (Options, [{}], [[]]),
        (Any, [1, None], []),
    ],
)
def test_isinstance_rules(annotation: Any, fits: list[Any], not_: list[Any]) -> None:
    check = compile_check(annotation)
    assert all(map(check, fits))
    assert not any(map(check, not_))


def test_types_are_listed() -> None:
    many = Many("m")
    assert many.input_types[:2] == [Any, Animal]
    assert many.output_types == [str]
    assert many.workflow_output_types == [bytes]

    class Quiet(Executor):
        @handler
        async def take(self, message: int, ctx: WorkflowContext[NoReturn, str]) -> None: ...

    assert (Quiet("q").output_types, Quiet("q").workflow_output_types) == ([], [str])


def test_explicit_types_take_the_place_of_annotations() -> None:
    class Explicit(Executor):
        @handler(input="Union[int, LocalType]", output=str, workflow_output="Animal")
        async def take(self, message, ctx):  # type: ignore[no-untyped-def]
            ...

    class LocalType(enum.Enum):
        A = 1

    with pytest.raises(ValueError, match="LocalType"):
        Explicit("e")  # the class body ran before the name was there

    class Again(Executor):
        @handler(input="Union[int, LocalType]", output=str, workflow_output="Animal")
        async def take(self, message, ctx):  # type: ignore[no-untyped-def]
            ...

    assert chosen(Again("e"), LocalType.A) == "take"
    assert Again("e").workflow_output_types == [Animal]


def test_annotations_name_classes_local_to_a_function() -> None:
    @dataclass
    class Local:
        x: int

    class Uses(Executor):
        @handler
        async def take(self, message: Local, ctx: WorkflowContext[Local]) -> None: ...

    @executor
    async def also(message: list[Local], ctx: WorkflowContext[Local]) -> None: ...

    assert chosen(Uses("u"), Local(1)) == "take"
    assert also.input_types == [list[Local]]


def test_names_of_callers_do_not_count() -> None:
    def define() -> Executor:
        class Uses(Executor):
            @handler
            async def take(self, message: Later, ctx: WorkflowContext) -> None: ...

        return Uses("u")

    def call() -> Executor:
        Later = int  # noqa: F841
        return define()

    assert call().input_types == [Later]


class Before(Executor):
    @handler
    async def take(self, message: Later, ctx: WorkflowContext[Later]) -> None: ...


class Later:
    pass


def test_annotations_may_name_what_comes_later() -> None:
    assert Before("b").input_types == [Later]
    assert Before("b").output_types == [Later]


T = TypeVar("T")


def test_wrong_handlers_are_refused() -> None:
    with pytest.raises(ValueError, match="async"):

        @handler  # type: ignore[type-var]
        def sync(self, message: int, ctx: WorkflowContext) -> None: ...  # type: ignore[no-untyped-def]

    with pytest.raises(ValueError, match=r"\(self, message, ctx\)"):

        @handler
        async def short(self, message: int) -> None: ...  # type: ignore[no-untyped-def]

    with pytest.raises(ValueError, match="annotation for the message 'message'"):

        @handler
        async def bare(self, message, ctx: WorkflowContext) -> None: ...  # type: ignore[no-untyped-def]

    with pytest.raises(ValueError, match="WorkflowContext"):

        @handler
        async def context(self, message: int, ctx: int) -> None: ...  # type: ignore[no-untyped-def]

    with pytest.raises(ValueError, match="WorkflowContext"):

        @handler
        async def three(self, message: int, ctx: WorkflowContext[int, int, int]) -> None: ...  # type: ignore

    with pytest.raises(ValueError, match="unresolved TypeVar"):

        @handler
        async def generic(self, message: T, ctx: WorkflowContext) -> None: ...  # type: ignore

    with pytest.raises(ValueError, match="'input'"):

        @handler(output=int)
        async def half(self, message, ctx): ...  # type: ignore


def test_wrong_executors_are_refused() -> None:
    class Empty(Executor):
        pass

    class Twice(Executor):
        @handler
        async def one(self, message: int, ctx: WorkflowContext) -> None: ...
        @handler
        async def two(self, message: int, ctx: WorkflowContext) -> None: ...

    with pytest.raises(ValueError, match="no handler"):
        Empty("e")
    with pytest.raises(ValueError, match="two handlers for int"):
        Twice("t")
    with pytest.raises(ValueError, match="not empty"):
        Shallow("")
    with pytest.raises(ValueError, match=r"\(message: T, ctx: WorkflowContext\[U\]\)"):

        @executor
        async def none() -> None: ...

    with pytest.raises(ValueError, match="staticmethod"):

        @executor
        @staticmethod
        async def static(message: int) -> None: ...


def test_function_executors() -> None:
    @executor
    async def alone(message: int) -> None: ...

    @executor(id="named", output=str)
    def sync(message: int, ctx: WorkflowContext[int]) -> None: ...

    @executor(input=Union[int, str])
    async def loose(message, ctx):  # type: ignore[no-untyped-def]
        ...

    assert (alone.id, alone.input_types) == ("alone", [int])
    assert (sync.id, sync.input_types, sync.output_types) == ("named", [int], [str])
    assert loose.input_types == [Union[int, str]]


def test_message_without_handler_fails_with_a_sentence() -> None:
    @executor(id="source")
    async def source(message: int, ctx: WorkflowContext[Any]) -> None:
        await ctx.send_message("text")

    target = Shallow("target")
    target._set_handlers([spec for spec in target._handlers if spec.name == "integer"])

    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=source).add_edge(source, target).build()
        (warning,) = [event for event in await workflow.run(1) if event.type == "warning"]
        assert "type string from 'source' was dropped: 'target' accepts only" in warning.data
        events = []
        with pytest.raises(RuntimeError, match="'source' cannot handle input of type 'str'"):
            async for event in workflow.run("x", stream=True):
                events.append(event)
        assert events == []

    run(main())


def test_no_type_of_a_handler_may_have_an_open_variable() -> None:
    def refused(make: Callable[[], Any], decorator: str = "handler") -> None:
        with pytest.raises(ValueError, match=rf"unresolved TypeVar.*@{decorator}\(input=<concrete_type>, output=<con"):
            make()

    async def sends(self: Any, message: str, ctx: WorkflowContext[list[T]]) -> None: ...
    async def yields(self: Any, message: str, ctx: WorkflowContext[int, Optional[T]]) -> None: ...
    async def plain(self: Any, message: str, ctx: WorkflowContext[int]) -> None: ...
    async def bare(self: Any, message: T, ctx) -> None: ...  # type: ignore[no-untyped-def]
    async def echo(message: T) -> None: ...

    refused(lambda: handler(sends))
    refused(lambda: handler(yields))
    refused(lambda: handler(bare))
    refused(lambda: handler(input=str, output=T)(plain))
    refused(lambda: handler(input=str, workflow_output=T)(plain))
    refused(lambda: executor(echo), "executor")


def test_handlers_may_be_looked_for_later() -> None:
    class Late(Executor):
        def __init__(self) -> None:
            super().__init__("late", defer_discovery=True, type_="Kind", whatever=1)

        @handler
        async def take(self, message: str, ctx: WorkflowContext[NoReturn, str]) -> None:
            await ctx.yield_output(message)

    late = Late()
    assert late.type == "Kind" and late.input_types == [] and not late.can_handle(WorkflowMessage("x", "s"))
    workflow = WorkflowBuilder(start_executor=late).build()
    assert late.input_types == [str] and run(workflow.run("x")).get_outputs() == ["x"]
