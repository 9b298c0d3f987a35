"""Outputs, intermediate outputs, hidden ones; events of one's own; the state as a whole."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

import pytest
from samples import run

from libworkflow import (
    InMemoryCheckpointStorage,
    ValidationTypeEnum,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowErrorDetails,
    WorkflowEvent,
    WorkflowExecutor,
    WorkflowRunnerException,
    WorkflowRunState,
    WorkflowValidationError,
    executor,
)


@executor(id="plan")
async def plan(n: int, ctx: WorkflowContext[int, str]) -> None:
    await ctx.yield_output(f"plan {n}")
    await ctx.send_message(n)


@executor(id="work")
async def work(n: int, ctx: WorkflowContext[int, str]) -> None:
    await ctx.yield_output(f"work {n}")
    await ctx.send_message(n)


@executor(id="quiet")
async def quiet(n: int, ctx: WorkflowContext[int]) -> None:
    await ctx.send_message(n)


@executor(id="answer")
async def answer(n: int, ctx: WorkflowContext[Any, str]) -> None:
    await ctx.yield_output(f"answer {n}")


def build(**options: Any) -> Workflow:
    return WorkflowBuilder(start_executor=plan, **options).add_chain([plan, work, quiet, answer]).build()


P, W, A = "plan 1", "work 1", "answer 1"


@pytest.mark.parametrize(
    ("options", "outputs", "intermediates"),
    [
        ({}, [P, W, A], []),
        ({"output_from": [answer]}, [A], []),
        ({"output_from": "all"}, [P, W, A], []),
        ({"output_from": [answer], "intermediate_output_from": [plan]}, [A], [P]),
        ({"output_from": [answer], "intermediate_output_from": "all_other"}, [A], [P, W]),
        ({"output_from": "all", "intermediate_output_from": "all_other"}, [P, W, A], []),
        ({"output_from": "all", "intermediate_output_from": []}, [P, W, A], []),
        ({"intermediate_output_from": "all_other"}, [], [P, W, A]),
        ({"output_from": [], "intermediate_output_from": "all_other"}, [], [P, W, A]),
        ({"intermediate_output_from": "all"}, [], [P, W, A]),
        ({"intermediate_output_from": [work]}, [], [W]),
    ],
)
def test_what_becomes_of_yields(options: Any, outputs: list[str], intermediates: list[str]) -> None:
    async def main() -> None:
        workflow = build(**options)
        result = await workflow.run(1)
        assert result.get_outputs() == outputs and result.get_intermediate_outputs() == intermediates
        completed = {event.executor_id: event.data for event in result if event.type == "executor_completed"}
        assert completed == {"plan": [1, P], "work": [1, W], "quiet": [1], "answer": [A]}  # also what is hidden
        names = {f"{text} 1": text for text in ("plan", "work", "answer")}
        if options:
            assert [node.id for node in workflow.get_output_executors()] == [names[text] for text in outputs]
        assert [node.id for node in workflow.get_intermediate_executors()] == [names[text] for text in intermediates]
        data = workflow.to_dict()
        assert data["output_executors"] == (sorted(names[text] for text in outputs) if options else None)
        assert workflow.graph_signature_hash == build().graph_signature_hash

    run(main())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"output_from": []}, "at least one output or intermediate executor"),
        ({"output_from": [], "intermediate_output_from": []}, "at least one"),
        ({"output_from": [answer, answer]}, "Duplicate output executor designation: answer"),
        ({"intermediate_output_from": [work, work]}, "Duplicate intermediate"),
        ({"output_from": [work], "intermediate_output_from": [work]}, "both output and intermediate"),
        ({"output_from": [quiet]}, "'quiet' must have output type annotations"),
        ({"output_from": [WorkflowExecutor(build(), "else")]}, "'else' is not present"),
    ],
)
def test_wrong_selections(options: Any, words: str) -> None:
    with pytest.raises(WorkflowValidationError, match=words) as error:
        build(**options)
    assert error.value.validation_type is ValidationTypeEnum.OUTPUT_VALIDATION


def test_wrong_and_old_parameters() -> None:
    for options in ({"output_from": "all_other"}, {"intermediate_output_from": "some"}):
        with pytest.raises(ValueError, match=r"output_from='(all_other|some)' is unknown"):
            build(**options)
    with pytest.warns(DeprecationWarning, match="use output_from"):
        assert run(build(output_executors=[work]).run(1)).get_outputs() == [W]
    with pytest.raises(TypeError, match="Cannot pass multiple"):
        build(output_executors=[work], output_from=[work])


def test_selection_of_a_workflow_inside() -> None:
    @executor(id="sink")
    async def sink(text: str, ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output(f"sink {text}")

    async def main() -> None:
        inside = build(output_from=[answer], intermediate_output_from=[plan])
        box = WorkflowExecutor(inside, "box")
        result = await WorkflowBuilder(start_executor=box, output_from=[sink]).add_edge(box, sink).build().run(1)
        assert result.get_outputs() == ["sink answer 1"]
        told = [(event.executor_id, event.data) for event in result if event.type == "intermediate"]
        assert told == [("box", P)]  # it comes up whatever is selected around it

    run(main())


# ---- Events of one's own


class Progress(WorkflowEvent[int]):
    """A class of the host's own."""


def test_own_events_come_in_order_with_outputs_and_as_they_are() -> None:
    made: list[WorkflowEvent[Any]] = [
        WorkflowEvent("progress", data={"done": object()}),
        Progress("progress", data=1, executor_id="x"),
        WorkflowEvent.warning("careful"),
        WorkflowEvent.error(ValueError("so what")),
    ]

    async def tell(n: int, ctx: WorkflowContext[Any, int]) -> None:
        await ctx.yield_output(0)
        for event in made:
            await ctx.add_event(event)
            if n:
                await asyncio.sleep(0)
        await ctx.yield_output(1)

    async def main(wait: int) -> None:
        workflow = WorkflowBuilder(start_executor=executor(id="tell")(tell)).build()
        events = [event async for event in workflow.run(wait, stream=True)]
        types = [event.type for event in events]
        first = types.index("executor_invoked") + 1
        assert types[first:-2] == ["output", "progress", "progress", "warning", "error", "output", "executor_completed"]
        assert all(seen is own for seen, own in zip(events[first + 1 :], made))

    for wait in (0, 1):
        run(main(wait))


def test_own_events_of_a_thread_and_of_a_failed_call() -> None:
    @executor(id="tell")
    def tell(n: int, ctx: WorkflowContext[Any]) -> None:
        asyncio.run(ctx.add_event(WorkflowEvent("mine", data=n)))

    @executor(id="fail")
    async def fail(n: int, ctx: WorkflowContext[Any]) -> None:
        await ctx.add_event(WorkflowEvent("mine", data=n))
        raise RuntimeError("no")

    async def main() -> None:
        result = await WorkflowBuilder(start_executor=tell).build().run(3)
        assert [event.data for event in result if event.type == "mine"] == [3]
        types: list[str] = []
        with pytest.raises(RuntimeError, match="no"):
            async for event in WorkflowBuilder(start_executor=fail).build().run(3, stream=True):
                types.append(event.type)
        # What a call tells before it waits has no effect if it fails; before Python 3.11 every call counts as one that
        # waits, and what those tell is told at once.
        assert ("mine" in types) == (sys.version_info < (3, 11))

    run(main())


@pytest.mark.parametrize("kind", ["output", "intermediate", "started", "status", "failed"])
def test_events_that_are_not_yours_to_make(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    @executor(id="cheat")
    async def cheat(n: int, ctx: WorkflowContext[Any]) -> None:
        event: WorkflowEvent[Any] = WorkflowEvent(
            kind, data=1, state=WorkflowRunState.FAILED, details=WorkflowErrorDetails("E", "m")
        )
        await ctx.add_event(event)

    async def main() -> None:
        result = await WorkflowBuilder(start_executor=cheat).build().run(1, include_status_events=True)
        (warning,) = [event for event in result if event.type == "warning"]
        assert f"reserved type '{kind}'" in warning.data and "'cheat'" in warning.data
        assert result.get_outputs() == [] and result.get_final_state() is WorkflowRunState.IDLE

    with caplog.at_level(logging.WARNING, "libworkflow"):
        run(main())
    assert "was ignored" in caplog.text


# ---- The state as a whole


def test_keys_and_clear() -> None:
    @executor(id="one")
    async def one(n: int, ctx: WorkflowContext[int]) -> None:
        for key in ("b", "ä", "a1", "a2"):
            ctx.state.set(key, n)
        ctx.state.delete("a2")
        assert ctx.state.keys() == ["a1", "b", "ä"] and ctx.state_keys("a") == ["a1"]
        await ctx.send_message(n)

    @executor(id="two")
    async def two(n: int, ctx: WorkflowContext[int]) -> None:
        ctx.state.clear()
        ctx.state.set("new", 1)
        assert ctx.state.keys() == ["new"] and ctx.get_state("b") is None
        await ctx.send_message(n)

    @executor(id="three")
    async def three(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output(ctx.state.keys())

    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        builder = WorkflowBuilder(start_executor=one, checkpoint_storage=storage)
        workflow = builder.add_chain([one, two, three]).build()
        assert (await workflow.run(1)).get_outputs() == [["new"]]
        states = [set(c.state) for c in await storage.list_checkpoints(workflow_name=workflow.name)]
        assert states == [set(), {"a1", "b", "ä"}, {"new"}, {"new"}]

    run(main())


def test_appending_to_a_list_of_the_state() -> None:
    def part(name: str) -> Any:
        @executor(id=name)
        async def append(n: int, ctx: WorkflowContext[Any]) -> None:
            ctx.append_state("log", (name, {n}))
            ctx.state.append("log", name)
            ctx.own_state.append("mine", n)
            assert ctx.get_state("log") == [0, (name, {n}), name] and ctx.own_state.get("mine") == [n]
            await ctx.send_message(n)

        return append

    @executor(id="begin")
    async def begin(n: int, ctx: WorkflowContext[int]) -> None:
        ctx.set_state("log", [0])
        ctx.set_state("pair", (1, 2))
        ctx.append_state("new", None)
        for bad, error in (("pair", ValueError), ("begin", TypeError)):
            with pytest.raises(error, match=bad):
                ctx.append_state(bad, object() if error is TypeError else 1)
        assert ctx.state.keys() == ["log", "new", "pair"] and ctx.get_state("pair") == (1, 2)
        await ctx.send_message(n)

    @executor(id="end")
    async def end(ns: list[int], ctx: WorkflowContext[Any, Any]) -> None:
        ctx.append_state("log", "end")
        ctx.own_state.append("mine", ns)
        ctx.own_state.append("mine", 8)
        await ctx.yield_output([ctx.get_state("log"), ctx.get_state("new"), ctx.own_state.get("mine")])

    @executor(id="thread")
    def thread(n: int, ctx: WorkflowContext) -> None:
        ctx.append_state("log", "thread")
        ctx.own_state.append("mine", n)
        assert ctx.state.get("log") == [0, "thread"] and ctx.own_state.get("mine") == [n]

    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        builder = WorkflowBuilder(start_executor=begin, strict_state=True, checkpoint_storage=storage)
        left, right = part("left"), part("right")
        workflow = builder.add_fan_out_edges(begin, [left, right, thread]).add_fan_in_edges([left, right], end).build()
        log = [0, ("left", {7}), "left", ("right", {7}), "right", "thread"]
        assert (await workflow.run(7)).get_outputs() == [[[*log, "end"], [None], [[7, 7], 8]]]
        last = (await storage.list_checkpoints(workflow_name=workflow.name))[-2]
        assert (await workflow.run(checkpoint_id=last.checkpoint_id)).get_outputs() == [
            [[*log, "end"], [None], [[7, 7], 8]]
        ]

    run(main())


@pytest.mark.parametrize("strict", [False, True])
def test_two_writers_of_one_key(strict: bool) -> None:
    def writer(name: str) -> Any:
        @executor(id=name)
        async def write(n: int, ctx: WorkflowContext[Any]) -> None:
            ctx.set_state("key", name)

        return write

    async def main() -> None:
        builder = WorkflowBuilder(start_executor=quiet, strict_state=strict)
        workflow = builder.add_fan_out_edges(quiet, [writer("left"), writer("right")]).build()
        if strict:
            with pytest.raises(WorkflowRunnerException, match=r"'left'.*'right'.*key|key.*'left'.*'right'"):
                await workflow.run(1)
        else:
            (warning,) = [event for event in await workflow.run(1) if event.type == "warning"]
            assert "key" in warning.data

    run(main())


def test_the_repr_of_a_result_is_short() -> None:
    @executor(id="echo")
    async def echo(text: str, ctx: WorkflowContext[int, str]) -> None:
        await ctx.yield_output(text)

    result = asyncio.run(WorkflowBuilder(start_executor=echo).build().run("x" * 10_000))
    assert repr(result) == f"<WorkflowRunResult: {len(result)} events, IDLE>"
