"""Which edges fit, by the types of the handlers."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Literal, NewType, Optional, Union

import pytest

from libworkflow import (
    EdgeDuplicationError,
    Executor,
    GraphConnectivityError,
    SingleEdgeGroup,
    TypeCompatibilityError,
    ValidationTypeEnum,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowValidationError,
    executor,
    handler,
    validate_workflow_graph,
)
from libworkflow._type_fit import fits


@dataclass
class Animal: ...


class Dog(Animal): ...


Name = NewType("Name", str)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (int, int),
        (bool, int),
        (Dog, Animal),
        (int, object),
        (list[int], Any),
        (Any, int),
        (str, Union[str, int]),
        (Union[str, int], Union[str, int, float]),
        (Optional[str], Union[str, None, int]),
        (list[str], list[Union[str, int]]),
        (list, list[int]),
        (list[int], list),
        (dict[str, int], dict[str, Union[int, float]]),
        (tuple[str, int], tuple[Union[str, int], ...]),
        (tuple[str, ...], tuple[Union[str, bytes], ...]),
        (list[dict[str, tuple[int, str]]], list[dict[Union[str, bytes], tuple[int, str]]]),
        (Name, str),
        (Literal["a", "b"], str),
    ],
)
def test_fits(source: Any, target: Any) -> None:
    assert fits(source, target)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (str, int),
        (Animal, Dog),
        (float, Union[str, int]),
        (Union[str, bytes], Union[str, int]),
        (list[Union[str, int]], list[str]),
        (list[int], set[int]),
        (dict[str, Union[int, float]], dict[str, int]),
        (tuple[str, int], tuple[str, int, bool]),
        (tuple[str, ...], tuple[str, int]),
        (int, list[int]),
        (str, Literal["a"]),
    ],
)
def test_does_not_fit(source: Any, target: Any) -> None:
    assert not fits(source, target)


@executor(id="texts")
async def texts(n: int, ctx: WorkflowContext[Union[str, bytes]]) -> None: ...


@executor(id="numbers")
async def numbers(n: int, ctx: WorkflowContext[int]) -> None: ...


@executor(id="lists")
async def lists(items: list[Union[str, bytes]], ctx: WorkflowContext) -> None: ...


@executor(id="silent")
async def silent(n: str, ctx: WorkflowContext) -> None: ...


def test_edge_that_nothing_can_take() -> None:
    with pytest.raises(TypeCompatibilityError) as error:
        WorkflowBuilder(start_executor=texts).add_edge(texts, numbers).build()
    found = error.value
    assert (found.source_executor_id, found.target_executor_id) == ("texts", "numbers")
    assert (found.source_types, found.target_types) == ([str, bytes], [int])
    assert found.validation_type is ValidationTypeEnum.TYPE_COMPATIBILITY
    assert "'texts' to 'numbers'" in str(found) and "str, bytes" in str(found) and "int" in str(found)


def test_one_type_that_fits_is_enough_and_no_declaration_is_no_problem() -> None:
    class Both(Executor):
        @handler
        async def text(self, message: str, ctx: WorkflowContext) -> None: ...

        @handler
        async def number(self, message: float, ctx: WorkflowContext) -> None: ...

    both = Both("both")
    WorkflowBuilder(start_executor=texts).add_edge(texts, both).add_edge(both, silent).build()


def test_fan_in_takes_a_list() -> None:
    @executor(id="more")
    async def more(message: object, ctx: WorkflowContext[str]) -> None: ...

    builder = WorkflowBuilder(start_executor=texts).add_edge(texts, more)
    builder.add_fan_in_edges([texts, more], lists).build()
    with pytest.raises(TypeCompatibilityError, match=r"outputs types: list\[str\], list\[bytes\]"):
        WorkflowBuilder(start_executor=texts).add_edge(texts, more).add_fan_in_edges([texts, more], silent).build()


def test_all_problems_in_one_error() -> None:
    @executor(id="far")
    async def far(message: object, ctx: WorkflowContext[Any]) -> None: ...

    builder = WorkflowBuilder(start_executor=texts).add_edge(texts, numbers).add_edge(texts, silent)
    builder.add_edge(texts, silent).add_edge(far, far)
    with pytest.raises(EdgeDuplicationError) as error:
        builder.build()
    kinds = [type(problem) for problem in error.value.problems]
    assert kinds == [EdgeDuplicationError, TypeCompatibilityError, GraphConnectivityError]
    for words in ("texts->silent", "'texts' to 'numbers'", "'far'"):
        assert words in str(error.value)
    assert isinstance(error.value, WorkflowValidationError)


def test_graph_without_a_builder() -> None:
    known = {"texts": texts, "numbers": numbers}
    with pytest.raises(GraphConnectivityError, match="start executor 'silent' is not present"):
        validate_workflow_graph([SingleEdgeGroup("numbers", "texts")], known, silent)
    with pytest.raises(GraphConnectivityError, match="not in the workflow"):
        validate_workflow_graph([SingleEdgeGroup("texts", "nobody")], {"texts": texts}, texts)
    with pytest.raises(WorkflowValidationError, match="both output and intermediate") as error:
        validate_workflow_graph([], {"texts": texts}, texts, ["texts", "nobody"], ["texts"])
    assert all(p.validation_type is ValidationTypeEnum.OUTPUT_VALIDATION for p in error.value.problems)
    assert len(error.value.problems) == 4
    validate_workflow_graph([], {}, texts)


def test_what_may_be_a_mistake_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    class Typed(Executor):
        @handler
        async def take(self, message: str, ctx: WorkflowContext[str]) -> None: ...

    class Untyped(Executor):
        @handler
        async def take(self, message: str, ctx: WorkflowContext) -> None: ...

    def logged(level: str) -> list[str]:
        return [record.getMessage() for record in caplog.records if record.levelname == level]

    with caplog.at_level("DEBUG", "libworkflow"):
        a, b, c = Typed("a"), Untyped("b"), Typed("c")
        WorkflowBuilder(start_executor=a).add_edge(a, a).add_edge(a, b).add_edge(b, c).build()
    loop, silent = logged("WARNING")
    assert loop.startswith("Self-loop detected: executor 'a'") and silent.startswith("Executor 'b' has no output type")
    assert logged("INFO")[0].startswith("Dead-end executors detected (no edge leaves them): ['c']")
    assert logged("DEBUG")[1] == ("Type compatibility validated for edge 'a' -> 'b'. Compatible type pairs: str -> str")


def test_nothing_of_it_is_printed_if_nobody_listens() -> None:
    program = (
        "from libworkflow import Executor, WorkflowBuilder, WorkflowContext, handler\n"
        "class A(Executor):\n"
        "    @handler\n"
        "    async def take(self, message: str, ctx: WorkflowContext) -> None: ...\n"
        "a = A('a')\n"
        "WorkflowBuilder(start_executor=a).add_edge(a, a).build()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, check=True)
    assert done.stderr == ""
