"""Rows of docs/behaviour.md about requests that no other test pins."""

from __future__ import annotations

from typing import Any

from samples import run
from test_weak_spots import IDLE, WAITS, approvals, latest_id, node, pass_on, tell

from libworkflow import (
    Executor,
    InMemoryCheckpointStorage,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowRunState,
    handler,
    response_handler,
)


class Asker(Executor):
    """Asks as many questions as it is told to, and tells how each answer came."""

    @handler
    async def ask(self, count: int, ctx: WorkflowContext[Any, Any]) -> None:
        for n in range(count):
            await ctx.request_info(n, str, request_id=f"q{n}")
        await ctx.yield_output("asked")

    @response_handler
    async def hear(self, original_request: int, response: str, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output((original_request, response, ctx.request_id, ctx.source_executor_ids))


def test_asking_does_not_wait_and_an_answer_says_what_it_answers() -> None:
    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=Asker("it")).build()
        result = await workflow.run(1)
        assert result.get_outputs() == ["asked"] and result.get_final_state() is WAITS
        result = await workflow.run(responses={"q0": "yes"})
        assert result.get_outputs() == [(0, "yes", "q0", ["internal:it"])]
        assert [event.iteration for event in result if event.type == "superstep_completed"] == [2]

    run(main())


def test_answers_for_one_executor_come_in_the_order_given() -> None:
    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=Asker("it")).build()
        await workflow.run(4)
        result = await workflow.run(responses={"q2": "a", "q0": "b", "q3": "c"})
        assert [output[2] for output in result.get_outputs()] == ["q2", "q0", "q3"]
        assert sum(event.type == "superstep_completed" for event in result) == 1
        assert [event.request_id for event in workflow.pending_requests] == ["q1"]

    run(main())


def test_other_branches_go_on_while_a_request_waits() -> None:
    async def main() -> None:
        async def count(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            await (ctx.send_message(n - 1) if n else ctx.yield_output("counted"))

        source, asker, counter = node("source", pass_on), Asker("it"), node("counter", count)
        builder = WorkflowBuilder(start_executor=source).add_fan_out_edges(source, [asker, counter])
        states, outputs, steps = [], [], 0
        async for event in builder.add_edge(counter, counter).build().run(3, stream=True):
            states += [event.state] if event.state else []
            outputs += [event.data] if event.type == "output" else []
            steps += event.type == "superstep_completed"
        assert outputs == ["asked", "counted"] and steps == 5
        assert states == [WorkflowRunState.IN_PROGRESS, WorkflowRunState.IN_PROGRESS_PENDING_REQUESTS, WAITS]

    run(main())


def test_answers_given_with_a_checkpoint_are_not_asked_for_again() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        await approvals(storage).run("rent")
        asked = await latest_id(storage, "approvals")
        both = {"anna": True, "ben": False}
        for responses, told in ((both, []), ({"ben": False}, ["anna"]), ({}, ["anna", "ben"])):
            result = await approvals(storage).run(checkpoint_id=asked, responses=responses)
            assert [event.request_id for event in result.get_request_info_events()] == told
            assert result.get_final_state() is (WAITS if told else IDLE)

    run(main())


def test_a_first_request_of_a_later_superstep_changes_the_state_then() -> None:
    async def main() -> None:
        source, asker, end = node("source", pass_on), Asker("it"), node("end", tell)
        builder = WorkflowBuilder(start_executor=source).add_fan_out_edges(source, [asker, end])
        rows = [
            event.state or event.type
            async for event in builder.build().run(2, stream=True)
            if event.state or event.type in ("request_info", "superstep_started")
        ]
        assert rows == [
            WorkflowRunState.IN_PROGRESS, "superstep_started", "superstep_started", "request_info",
            WorkflowRunState.IN_PROGRESS_PENDING_REQUESTS, "request_info", WAITS,
        ]  # fmt: skip

    run(main())
