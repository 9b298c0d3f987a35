"""Edges as data, and what a workflow tells of itself."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from samples import factors, two_steps

from libworkflow import (
    INTERNAL_SOURCE_ID,
    Case,
    Default,
    Edge,
    EdgeGroup,
    Executor,
    FanInEdgeGroup,
    FanOutEdgeGroup,
    InternalEdgeGroup,
    SingleEdgeGroup,
    SwitchCaseEdgeGroup,
    SwitchCaseEdgeGroupCase,
    SwitchCaseEdgeGroupDefault,
    WorkflowBuilder,
    WorkflowContext,
    handler,
)


class Node(Executor):
    @handler
    async def take(self, message: object, ctx: WorkflowContext[Any]) -> None: ...


def is_even(n: int) -> bool:
    return n % 2 == 0


async def is_odd(n: int) -> bool:
    return n % 2 == 1


def choose(n: int, targets: list[str]) -> list[str]:
    return targets[:n]


def test_edge() -> None:
    edge = Edge("a", "b", is_even)
    assert edge.id == "a->b" and edge.has_condition
    assert edge.to_dict() == {"source_id": "a", "target_id": "b", "condition_name": "is_even"}
    again = Edge.from_dict(json.loads(json.dumps(edge.to_dict())))
    assert again == edge and hash(again) == hash(edge) and not again.has_condition
    assert Edge("a", "b") != edge and Edge("a", "b").to_dict() == {"source_id": "a", "target_id": "b"}
    for condition, answer in ((is_even, False), (is_odd, True), (None, True)):
        assert asyncio.run(Edge("a", "b", condition).should_route(3)) is answer
    for ends in (("", "b"), ("a", "")):
        with pytest.raises(ValueError, match="non-empty"):
            Edge(*ends)


@pytest.mark.parametrize(
    "group",
    [
        SingleEdgeGroup("a", "b", is_even),
        FanOutEdgeGroup("a", ["b", "c"]),
        FanOutEdgeGroup("a", ["b", "c"], choose),
        FanInEdgeGroup(["a", "b"], "c"),
        InternalEdgeGroup("a"),
        SwitchCaseEdgeGroup("a", [SwitchCaseEdgeGroupCase(is_even, "b"), SwitchCaseEdgeGroupDefault("c")]),
    ],
    ids=lambda group: type(group).__name__,
)
def test_group_survives_json(group: EdgeGroup) -> None:
    plain = json.loads(json.dumps(group.to_dict()))
    again = EdgeGroup.from_dict(plain)
    assert type(again) is type(group) and again.to_dict() == plain == group.to_dict()
    assert again.edges == group.edges and again.id.startswith(f"{type(group).__name__}/")


def test_functions_do_not_survive_and_say_so() -> None:
    fan_out = EdgeGroup.from_dict(FanOutEdgeGroup("a", ["b", "c"], choose).to_dict())
    assert isinstance(fan_out, FanOutEdgeGroup) and fan_out.selection_func is not None
    with pytest.raises(RuntimeError, match="'choose' is known by name alone"):
        fan_out.selection_func(1, ["b"])
    with pytest.raises(RuntimeError, match="missing_condition"):
        SwitchCaseEdgeGroupCase(None, "b").condition(1)


def test_wrong_groups() -> None:
    case, default = SwitchCaseEdgeGroupCase(is_even, "b"), SwitchCaseEdgeGroupDefault("c")
    for make in (
        lambda: FanOutEdgeGroup("a", ["b"]),
        lambda: FanInEdgeGroup(["a"], "b"),
        lambda: SwitchCaseEdgeGroup("a", [default]),
        lambda: SwitchCaseEdgeGroup("a", [case, case]),
        lambda: SwitchCaseEdgeGroup("a", [default, default]),
        lambda: SwitchCaseEdgeGroupCase(is_even, ""),
        lambda: SwitchCaseEdgeGroupDefault(""),
    ):
        with pytest.raises(ValueError):
            make()


def test_workflow_tells_what_it_consists_of() -> None:
    a, b, c = (Node(name) for name in "abc")
    builder = WorkflowBuilder(start_executor=a, name="n", description="why").add_edge(a, b, is_even)
    builder.add_switch_case_edge_group(b, [Case(is_even, c), Default(a)]).add_multi_selection_edge_group(
        c, [a, b], choose
    )
    workflow = builder.build()
    single, switch, selection, *internal = workflow.edge_groups
    assert isinstance(single, SingleEdgeGroup) and isinstance(switch, SwitchCaseEdgeGroup)
    assert isinstance(selection, FanOutEdgeGroup) and selection.selection_func_name == "choose"
    assert [group.source_executor_ids for group in internal] == [[INTERNAL_SOURCE_ID(name)] for name in "abc"]
    data = json.loads(workflow.to_json())
    assert data == workflow.to_dict() and data["start_executor_id"] == "a" and data["description"] == "why"
    assert data["executors"]["b"] == {"id": "b", "type": "Node"} == json.loads(b.to_json())
    assert [EdgeGroup.from_dict(group).to_dict() for group in data["edge_groups"]] == data["edge_groups"]
    assert workflow.definition["name"] == "n" and [e["id"] for e in workflow.definition["executors"]] == ["a", "b", "c"]
    assert workflow.graph_signature["start"] == "a" and "name" not in workflow.graph_signature
    builder.add_edge(a, c)
    assert len(workflow.edge_groups) == 6  # the builder may go on; the workflow is what it was


def test_types_of_a_workflow() -> None:
    assert two_steps().input_types == [str] and two_steps().output_types == [str]
    assert factors(None).output_types == [dict[int, list[tuple[int, int]]]]
    assert [node.id for node in two_steps().get_output_executors()] == ["upper", "reverse"]
    assert two_steps().is_terminal_executor("upper")
    assert two_steps().get_intermediate_executors() == []
