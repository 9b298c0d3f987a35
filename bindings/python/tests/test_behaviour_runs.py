"""Rows of docs/behaviour.md about runs, messages, events and state that no other test pins."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from samples import run, two_steps
from test_weak_spots import IDLE, WAITS, approvals, latest_id, loop, node, pass_on, tell

from libworkflow import (
    Executor,
    InMemoryCheckpointStorage,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowEventSource,
    WorkflowRunResult,
    handler,
)


def test_workflow_tells_what_it_is() -> None:
    a, b = node("a", pass_on), node("b", tell)
    builder = WorkflowBuilder(7, "pair", "two of a kind", start_executor=a).add_edge(a, b)
    first, second = builder.build(), builder.build()
    assert (first.name, first.description, first.max_iterations) == ("pair", "two of a kind", 7)
    assert first.start_executor_id == "a" and first.get_start_executor() is a
    assert first.executors == {"a": a, "b": b} and first.get_executors_list() == [a, b]
    assert first.id != second.id and first.graph_signature_hash == second.graph_signature_hash
    assert first.status is IDLE and first.pending_requests == []
    assert WorkflowBuilder(start_executor=a).build().max_iterations == 100


def test_next_superstep_waits_for_the_consumer() -> None:
    async def main() -> None:
        handled = []

        async def count(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            handled.append(n)
            if n:
                await ctx.send_message(n - 1)

        storage = InMemoryCheckpointStorage()
        async for event in loop(count, storage=storage).run(3, stream=True):
            if event.type == "superstep_completed":
                await asyncio.sleep(0.01)
                assert len(handled) == event.iteration
                assert len(await storage.list_checkpoint_ids()) == event.iteration + 1
        assert handled == [3, 2, 1, 0]

    run(main())


def test_what_a_handler_returns_is_ignored() -> None:
    async def main() -> None:
        async def give(n: int, ctx: WorkflowContext[Any, Any]) -> Any:
            return n + 1

        a, b = node("a", give), node("b", tell)
        result = await WorkflowBuilder(start_executor=a).add_edge(a, b).build().run(1)
        assert [event.executor_id for event in result if event.type == "executor_invoked"] == ["a"]
        assert result.get_outputs() == [] and not [event for event in result if event.type == "warning"]

    run(main())


def test_messages_are_shared_and_the_state_is_a_copy() -> None:
    async def main() -> None:
        async def change(numbers: list[int], ctx: WorkflowContext[Any, Any]) -> None:
            await ctx.send_message(numbers)
            await ctx.yield_output(numbers)
            ctx.set_state("numbers", numbers)
            numbers.append(2)
            ctx.get_state("numbers").append(3)

        async def look(numbers: list[int], ctx: WorkflowContext[Any, Any]) -> None:
            await ctx.yield_output((numbers, ctx.get_state("numbers")))
            numbers.append(4)

        a, b, c = node("a", change), node("b", look), node("c", look)
        mine = [1]
        result = await WorkflowBuilder(start_executor=a).add_fan_out_edges(a, [b, c]).build().run(mine)
        assert mine == [1, 2, 4, 4] and result.get_outputs() == [mine, (mine, [1]), (mine, [1])]
        assert result.get_outputs()[0] is mine
        # An event that was not looked at before shows what has become of the message.
        assert [event.data for event in result if event.type == "executor_invoked"] == [mine] * 3

    run(main())


def test_fan_in_list_that_no_handler_takes_fails_the_run() -> None:
    class Words(Executor):
        @handler
        async def words(self, all: list[str], ctx: WorkflowContext[Any, Any]) -> None: ...

    async def main() -> None:
        async def number(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            await ctx.send_message(n)

        async def word(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            await ctx.send_message(str(n))

        source, a, b, join = node("source", pass_on), node("a", number), node("b", word), Words("join")
        builder = (
            WorkflowBuilder(start_executor=source).add_fan_out_edges(source, [a, b]).add_fan_in_edges([a, b], join)
        )
        with pytest.raises(RuntimeError, match=r"'join' cannot handle input of type 'list'"):
            await builder.build().run(1)

    run(main())


def test_attributes_of_executors_stay_between_runs() -> None:
    class Keeps(Executor):
        def __init__(self) -> None:
            super().__init__("keeps")
            self.seen: list[int] = []

        @handler
        async def take(self, n: int, ctx: WorkflowContext[Any, Any]) -> None:
            self.seen.append(n)
            await ctx.yield_output(self.seen)

    async def main() -> None:
        it = Keeps()
        builder = WorkflowBuilder(start_executor=it)
        first, second = builder.build(), builder.build()
        assert (await first.run(1)).get_outputs() == [[1]]
        assert (await first.run(2)).get_outputs() == [[1, 2]]
        assert (await second.run(3)).get_outputs() == [[1, 2, 3]]

    run(main())


def test_events_of_the_library_say_so() -> None:
    async def main() -> None:
        events = [event async for event in two_steps().run("x", stream=True)]
        assert {event.origin for event in events} == {WorkflowEventSource.FRAMEWORK}

    run(main())


def test_failure_names_its_executor() -> None:
    async def main() -> None:
        async def fail(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            raise LookupError("gone")

        details = []
        with pytest.raises(LookupError):
            async for event in loop(fail).run(1, stream=True):
                details += [event.details] if event.details else []
        assert [(one.error_type, one.message, one.executor_id) for one in details] == [
            ("LookupError", "gone", "it")
        ] * 2

    run(main())


def test_resume_takes_the_place_of_what_waits() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = approvals(storage)
        await workflow.run("rent")
        asked = await latest_id(storage, "approvals")
        await workflow.run(responses={"anna": True})
        assert [event.request_id for event in workflow.pending_requests] == ["ben"]
        result = await workflow.run(checkpoint_id=asked)
        assert [event.request_id for event in result.get_request_info_events()] == ["anna", "ben"]
        assert [event.request_id for event in workflow.pending_requests] == ["anna", "ben"]
        assert workflow.status is WAITS

    run(main())


def test_names_may_differ_between_run_and_resume() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        a, b = node("a", pass_on), node("b", tell)
        await WorkflowBuilder(name="old", start_executor=a, checkpoint_storage=storage).add_edge(a, b).build().run(5)
        first = (await storage.list_checkpoint_ids(workflow_name="old"))[0]
        renamed = WorkflowBuilder(3, "new", start_executor=a, checkpoint_storage=storage).add_edge(a, b).build()
        assert (await renamed.run(checkpoint_id=first)).get_outputs() == [5]
        assert len(await storage.list_checkpoint_ids(workflow_name="new")) == 2

    run(main())


@pytest.mark.parametrize("key", ["_executor_state", "_workflow_run_kwargs", "_edge_state", "_"])
def test_no_state_key_is_reserved(key: str) -> None:
    """What is not shared state has places of its own in the document, also when a checkpoint is copied."""

    async def main() -> None:
        async def keep(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            ctx.set_state(key, ctx.get_state(key, 0) + 1)
            await (ctx.send_message(n - 1) if n else ctx.yield_output(ctx.get_state(key)))

        storage, other = InMemoryCheckpointStorage(), InMemoryCheckpointStorage()
        await loop(keep, storage=storage).run(2)
        second = (await storage.list_checkpoints())[2]
        await other.save(second)
        for where in (storage, other):
            assert (await loop(keep, storage=where).run(checkpoint_id=second.checkpoint_id)).get_outputs() == [3]

    run(main())


def test_final_state_needs_a_status_event() -> None:
    async def main() -> None:
        assert (await two_steps().run("x")).get_final_state() is IDLE
        with pytest.raises(RuntimeError, match="no status event"):
            WorkflowRunResult([], []).get_final_state()

    run(main())
