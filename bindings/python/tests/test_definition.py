"""Workflows from their JSON definition."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Callable

import pytest
from samples import run

from libworkflow import (
    Case,
    Default,
    Executor,
    InMemoryCheckpointStorage,
    Retry,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowExecutor,
    WorkflowTimeoutException,
    WorkflowValidationError,
    handler,
)


class Pass(Executor):
    """Sends what it gets, and yields its id with it."""

    @handler
    async def take(self, n: int, ctx: WorkflowContext[int, str]) -> None:
        assert ctx.executor_id == self.id
        await ctx.send_message(n)
        await ctx.yield_output(f"{self.id} {n}")


class Join(Executor):
    @handler
    async def take(self, all: list[int], ctx: WorkflowContext[int, str]) -> None:
        await ctx.yield_output(f"joined {all}")


class Inner(Executor):
    @handler
    async def take(self, n: int, ctx: WorkflowContext[int, int]) -> None:
        await (ctx.send_message(n + 1) if n < 10 else ctx.yield_output(n))


class Hurry(Executor):
    """Succeeds at its third attempt."""

    @handler
    async def take(self, n: int, ctx: WorkflowContext[int, str]) -> None:
        await ctx.yield_output(f"attempt {ctx.attempt}")
        if ctx.attempt < 3:
            raise ConnectionError


def is_big(n: int) -> bool:
    return n > 2


def is_below_10(n: int) -> bool:
    return n < 10


def both(n: int, ids: list[str]) -> list[str]:
    return ids if n > 1 else ids[:1]


def every_kind() -> Workflow:
    start, big, small, left, right = (Pass(id) for id in ("start", "big", "small", "left", "right"))
    join, inside = Join("join"), Inner("loop")
    inner = WorkflowBuilder(start_executor=inside, name="inner").add_edge(inside, inside, is_below_10).build()
    sub = WorkflowExecutor(inner, "sub", shared_state=True)
    last = Pass("last")
    builder = WorkflowBuilder(
        30, "all", start_executor=start, output_from=[big, join, last], intermediate_output_from=[left]
    )
    builder.add_switch_case_edge_group(start, [Case(is_big, big), Default(small)])
    builder.add_multi_selection_edge_group(big, [left, right], both).add_fan_in_edges([left, right], join)
    builder.add_fan_out_edges(small, [sub, last]).add_edge(sub, last, is_big)
    return builder.build()


def code() -> dict[str, Any]:
    executors: dict[str, Executor] = {id: Pass(id) for id in ("start", "big", "small", "left", "right", "last")}
    executors.update({"join": Join("join"), "sub/loop": Inner("loop")})
    return {
        "executors": executors,
        "conditions": {"is_big": is_big, "sub/is_below_10": is_below_10},
        "selectors": {"both": both},
    }


@pytest.mark.parametrize("form", [dict, json.dumps, lambda definition: json.dumps(definition).encode()])
def test_the_definition_makes_the_workflow_again(form: Callable[[Any], Any]) -> None:
    async def main() -> None:
        made = every_kind()
        again = WorkflowBuilder.from_definition(form(made.definition), **code()).build()
        assert again.definition == made.definition
        assert again.graph_signature_hash == made.graph_signature_hash
        assert (again.name, again.max_iterations, again.start_executor_id) == ("all", 30, "start")
        assert list(again.executors) == list(made.executors)
        plain, expected = again.to_dict(), made.to_dict()
        assert plain["output_executors"] == expected["output_executors"]
        assert plain["intermediate_executors"] == expected["intermediate_executors"]
        edges = [[(group["type"], group["edges"]) for group in each["edge_groups"]] for each in (plain, expected)]
        assert edges[0] == edges[1]
        for message in (1, 3):
            mine, theirs = [await workflow.run(message) for workflow in (again, made)]
            assert [(e.type, e.executor_id, e.data) for e in mine] == [(e.type, e.executor_id, e.data) for e in theirs]
        # 3 goes by the fan-in, 1 through the sub-workflow.
        assert (await again.run(3)).get_outputs() == ["big 3", "joined [3, 3]"]

    run(main())


def test_a_checkpoint_of_the_one_goes_on_in_the_other() -> None:
    async def main() -> None:
        storage, made = InMemoryCheckpointStorage(), every_kind()
        await made.run(3, checkpoint_storage=storage)
        first = min(await storage.list_checkpoints(workflow_name="all"), key=lambda c: c.iteration_count)
        builder = WorkflowBuilder.from_definition(made.definition, **code(), checkpoint_storage=storage)
        result = await builder.build().run(checkpoint_id=first.checkpoint_id)
        assert result.get_outputs()[-1:] == ["joined [3, 3]"]

    run(main())


def test_an_executor_list_is_enough_without_sub_workflows() -> None:
    definition = {
        "name": "d", "start": "a", "executors": [{"id": "b", "output": "hidden"}, {"id": "a"}],
        "edges": [{"kind": "single", "source": "a", "target": "b"}],
    }  # fmt: skip
    builder = WorkflowBuilder.from_definition(definition, [Pass("a"), Pass("b")], hidden_events=["executor_invoked"])
    workflow = builder.build()
    assert list(workflow.executors) == ["b", "a"] and workflow.max_iterations == 100
    result = run(workflow.run(1))
    assert result.get_outputs() == ["a 1"] and not [event for event in result if event.type == "executor_invoked"]
    assert [node.id for node in workflow.get_output_executors()] == ["a"]
    for change in (
        lambda: builder.add_edge(Pass("c"), Pass("d")),
        lambda: builder.set_retry(Pass("c"), Retry()),
        lambda: builder.set_timeout(Pass("c"), 1),
    ):
        with pytest.raises(RuntimeError, match="comes from a definition"):
            change()
    assert list(builder.build().executors) == ["b", "a"]


def test_the_definition_says_how_often_and_how_long() -> None:
    node = {"id": "hurry", "retry": {"attempts": 3, "delay_ms": 1}, "timeout_ms": 5000}
    definition: dict[str, Any] = {"name": "d", "start": "hurry", "executors": [node]}
    for _ in range(2):  # alone, and inside a sub-workflow
        inside = definition["start"] == "sub"
        workflow = WorkflowBuilder.from_definition(
            definition, {"sub/hurry" if inside else "hurry": Hurry("hurry")}
        ).build()
        assert run(workflow.run(1)).get_outputs()[-1:] == ["attempt 3"]  # where handlers are tasks from the start, all
        sub = {"definition": definition, "direct_output": True}
        definition = {"name": "outer", "start": "sub", "executors": [{"id": "sub", "sub_workflow": sub}]}


def test_a_time_limit_alone_is_kept_too() -> None:
    class Slow(Executor):
        timeout = 60  # the definition counts

        @handler
        async def take(self, n: int, ctx: WorkflowContext) -> None:
            await asyncio.sleep(20)

    definition = {"name": "d", "start": "slow", "executors": [{"id": "slow", "timeout_ms": 20}]}
    with pytest.raises(WorkflowTimeoutException, match="slow"):
        run(WorkflowBuilder.from_definition(definition, [Slow("slow")]).build().run(1))


def test_what_is_missing_is_told_by_name() -> None:
    definition = every_kind().definition
    with pytest.raises(ValueError) as caught:
        WorkflowBuilder.from_definition(definition, [Pass("start"), Pass("other")], {"is_bigger": is_big})
    text = str(caught.value)
    for name in ("executor 'big'", "executor 'sub/loop'", "condition 'is_big'", "condition 'sub/is_below_10'"):
        assert name in text.partition("these are not in it")[0]
    assert "selector 'both'" in text and "by its path" in text and "definition of 'all'" in text
    assert "these are not in it: executor 'other', condition 'is_bigger'" in text
    whole = code()
    whole["conditions"]["is_big"] = 7
    with pytest.raises(TypeError, match="condition 'is_big' cannot be called"):
        WorkflowBuilder.from_definition(definition, **whole)
    for executors, kind, match in (
        ([Pass("a"), Pass("a")], ValueError, "Duplicate executor ID 'a'"),
        ({"sub/a": Pass("b")}, ValueError, "'sub/a' has the id 'b'"),
        ([is_big], TypeError, "is not an executor"),
    ):
        with pytest.raises(kind, match=match):
            WorkflowBuilder.from_definition(definition, executors)  # type: ignore[arg-type]


def test_what_is_no_definition_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        WorkflowBuilder.from_definition("{", [])
    with pytest.raises(WorkflowValidationError, match="start"):
        WorkflowBuilder.from_definition({"name": "x", "executors": [{"id": "a"}]}, [Pass("a")])
    with pytest.raises(WorkflowValidationError, match=r"edges\[0\]"):
        bad = {"name": "x", "start": "a", "executors": [{"id": "a"}], "edges": [{"kind": "single", "sourc": "a"}]}
        WorkflowBuilder.from_definition(bad, [Pass("a")])
    with pytest.raises(WorkflowValidationError, match="'b'"):
        WorkflowBuilder.from_definition({"name": "x", "start": "b", "executors": [{"id": "a"}]}, [Pass("a")])
