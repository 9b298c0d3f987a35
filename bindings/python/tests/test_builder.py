"""Which graphs are refused, and what is the same in every process."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from samples import factors, reverse, two_steps, upper

from libworkflow import (
    EdgeDuplicationError,
    Executor,
    GraphConnectivityError,
    ValidationTypeEnum,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowException,
    WorkflowValidationError,
    handler,
)


class Node(Executor):
    @handler
    async def take(self, message: object, ctx: WorkflowContext[Any]) -> None: ...


def nodes(names: str) -> list[Executor]:
    return [Node(name) for name in names]


def test_duplicate_edges() -> None:
    a, b, c = nodes("abc")
    builder = WorkflowBuilder(start_executor=a).add_edge(a, b).add_fan_out_edges(a, [b, c])
    with pytest.raises(EdgeDuplicationError, match=r"\[EDGE_DUPLICATION\] duplicate edge: a->b"):
        builder.build()
    with pytest.raises(EdgeDuplicationError) as error:
        WorkflowBuilder(start_executor=a).add_fan_out_edges(a, [b, b]).build()
    assert error.value.edge_id == "a->b"


def test_unreachable_executors_are_all_named() -> None:
    a, b, c, d = nodes("abcd")
    with pytest.raises(GraphConnectivityError) as error:
        WorkflowBuilder(start_executor=a).add_edge(a, b).add_edge(c, d).build()
    assert "'c'" in str(error.value) and "'d'" in str(error.value)
    assert error.value.validation_type is ValidationTypeEnum.GRAPH_CONNECTIVITY
    assert isinstance(error.value, WorkflowValidationError) and isinstance(error.value, WorkflowException)


def test_one_id_for_two_executors() -> None:
    a, other = nodes("aa")
    with pytest.raises(ValueError, match="Duplicate executor ID 'a'"):
        WorkflowBuilder(start_executor=a).add_edge(a, other)


def test_wrong_arguments() -> None:
    class Forgetful(Executor):
        def __init__(self) -> None:
            self.x = 1

    a, b = nodes("ab")
    builder = WorkflowBuilder(start_executor=a)
    with pytest.raises(TypeError):
        WorkflowBuilder(start_executor="a")  # type: ignore[arg-type]
    for wrong in ("a", None, Node):
        with pytest.raises(TypeError, match="is not an executor"):
            builder.add_edge(a, wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="super"):
        builder.add_edge(a, Forgetful())
    with pytest.raises(TypeError, match="cannot be called"):
        builder.add_edge(a, b, "yes")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not a storage"):
        WorkflowBuilder(start_executor=a, checkpoint_storage="memory:")  # type: ignore[arg-type]
    for call, words in (
        (lambda: builder.add_chain([a]), "chain"),
        (lambda: builder.add_fan_out_edges(a, [b]), "fan-out"),
        (lambda: builder.add_fan_in_edges([a], b), "fan-in"),
    ):
        with pytest.raises(ValueError, match=f"{words} needs at least two"):
            call()


def test_chain() -> None:
    a, b, c = nodes("abc")
    workflow = WorkflowBuilder(start_executor=a, name="n", description="d").add_chain([a, b, c]).build()
    assert list(workflow.executors) == ["a", "b", "c"] == [e.id for e in workflow.get_executors_list()]
    assert workflow.get_start_executor() is a and workflow.start_executor_id == "a"
    assert (workflow.name, workflow.description, workflow.max_iterations) == ("n", "d", 100)
    assert repr(workflow) == "Workflow(name='n', executors=['a', 'b', 'c'])"


def is_even(n: int) -> bool:
    return n % 2 == 0


def is_odd(n: int) -> bool:
    return n % 2 == 1


def local(n: int) -> Any:
    return lambda m: m > n


def conditional(*conditions: Any) -> Workflow:
    a, b, c = nodes("abc")
    builder = WorkflowBuilder(start_executor=a)
    return builder.add_edge(a, b, conditions[0]).add_edge(a, c, conditions[1]).build()


def test_signature_sees_conditions_by_name() -> None:
    same = conditional(is_even, is_odd).graph_signature_hash
    assert same == conditional(is_even, is_odd).graph_signature_hash
    assert same != conditional(is_odd, is_even).graph_signature_hash
    assert same != conditional(is_even, None).graph_signature_hash
    assert conditional(local(1), local(2)).graph_signature_hash == conditional(local(3), local(4)).graph_signature_hash
    assert conditional(is_even, is_even).graph_signature_hash != same


def test_builder_builds_again() -> None:
    a, b = nodes("ab")
    builder = WorkflowBuilder(start_executor=a).add_edge(a, b)
    first, second = builder.build(), builder.build()
    assert first.id != second.id and first.name == second.name
    assert first.executors["a"] is second.executors["a"]
    assert first.graph_signature_hash == second.graph_signature_hash


def test_names_and_signatures_are_the_same_in_every_process() -> None:
    code = "from samples import *; w = two_steps(); print(w.name, w.graph_signature_hash)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    workflow = two_steps()
    assert out.split() == [workflow.name, workflow.graph_signature_hash]
    assert factors(None).name == "factors"
    assert WorkflowBuilder(start_executor=upper).add_edge(upper, reverse).build().name == workflow.name
    assert WorkflowBuilder(start_executor=upper).build().name != workflow.name
