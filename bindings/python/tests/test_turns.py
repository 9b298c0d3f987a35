"""What a workflow object keeps between calls of `run`: the shared state, the requests, how far it is."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from typing import Any, Optional

import pytest
from game import Hint, game
from samples import run

from libworkflow import (
    CheckpointStorage,
    InMemoryCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowRunState,
    executor,
)

IN_PROGRESS, IDLE = WorkflowRunState.IN_PROGRESS, WorkflowRunState.IDLE


def counting(storage: Optional[CheckpointStorage] = None) -> Workflow:
    """Yields the sum of all messages so far."""

    @executor(id="sum")
    async def add(n: int, ctx: WorkflowContext[Any, int]) -> None:
        if n < 0:
            raise ValueError("negative")
        total = ctx.get_state("sum", 0) + n
        ctx.set_state("sum", total)
        await asyncio.sleep(0.001)
        await ctx.yield_output(total)

    return WorkflowBuilder(start_executor=add, checkpoint_storage=storage, name="sum").build()


async def sums(workflow: Workflow, *numbers: int, **arguments: Any) -> list[int]:
    return [(await workflow.run(n, **arguments)).get_outputs()[0] for n in numbers]


@pytest.mark.parametrize("stored", [False, True])
def test_shared_state_stays_from_turn_to_turn(stored: bool) -> None:
    async def main() -> None:
        workflow = counting(InMemoryCheckpointStorage() if stored else None)
        assert await sums(workflow, 1, 2, 3) == [1, 3, 6]
        assert await sums(counting(), 1) == [1]

    run(main())


def test_every_turn_begins_and_ends_alike() -> None:
    async def main() -> None:
        workflow = counting()
        turns = []
        for _ in range(2):
            events = [event async for event in workflow.run(1, stream=True)]
            turns.append([(event.type, event.state, event.origin) for event in events])
            assert events[2].iteration == len(turns)
        assert turns[0] == turns[1]
        result = await workflow.run(1, include_status_events=True)
        assert [event.state for event in result.status_timeline()] == [IN_PROGRESS, IDLE]

    run(main())


def test_turns_form_one_chain_of_checkpoints() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = counting(storage)
        await sums(workflow, 1, 2)
        checkpoints = await storage.list_checkpoints()
        assert [c.iteration_count for c in checkpoints] == [0, 1, 1, 2]
        assert [c.previous_checkpoint_id for c in checkpoints[1:]] == [c.checkpoint_id for c in checkpoints[:3]]
        # A resumed run is gone on with in the same way, from where it was resumed.
        await workflow.run(checkpoint_id=checkpoints[1].checkpoint_id)
        assert await sums(workflow, 10) == [11]
        events = [e async for e in workflow.run(1, stream=True, include_checkpoint_events=True)]
        assert sum(event.type == "checkpoint" for event in events) == 2

    run(main())


def test_other_storage_or_failure_begins_anew() -> None:
    async def main() -> None:
        workflow = counting()
        assert await sums(workflow, 5) == [5]
        assert await sums(workflow, 1, 2, checkpoint_storage=InMemoryCheckpointStorage()) == [1, 3]
        with pytest.raises(RuntimeError, match="cannot handle"):
            await workflow.run("text", checkpoint_storage=InMemoryCheckpointStorage())
        with pytest.raises(ValueError, match="negative"):
            await workflow.run(-1)
        assert workflow.status is WorkflowRunState.FAILED
        assert await sums(workflow, 1, 2) == [1, 3]

    run(main())


def test_runs_at_the_same_time_do_not_share_state() -> None:
    async def main() -> None:
        workflow = counting()
        results = await asyncio.gather(*(workflow.run(n) for n in (1, 2, 3)))
        assert [result.get_outputs() for result in results] == [[1], [2], [3]]
        assert (await sums(workflow, 0))[0] in (1, 2, 3)

    run(main())


def test_turns_on_several_loops_and_threads() -> None:
    workflow = counting()
    assert [run(sums(workflow, n))[0] for n in (1, 2)] == [1, 3]
    threads = [threading.Thread(target=lambda: run(sums(workflow, *[1] * 20))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert run(sums(workflow, 0))[0] > 0


def test_limit_counts_anew_with_every_message_and_answer() -> None:
    async def main() -> None:
        workflow = counting()
        workflow = WorkflowBuilder(1, start_executor=workflow.get_start_executor()).build()
        assert await sums(workflow, 1, 1, 1) == [1, 2, 3]

    run(main())


def test_message_that_is_refused_changes_nothing() -> None:
    async def main() -> None:
        @executor(id="sum")
        async def add(n: Any, ctx: WorkflowContext[Any, int]) -> None:
            ctx.set_state("n", ctx.get_state("n", 0) + 1)
            await ctx.yield_output(ctx.get_state("n"))

        workflow = WorkflowBuilder(start_executor=add, checkpoint_storage=InMemoryCheckpointStorage()).build()
        deep: Any = 1
        for _ in range(600):
            deep = [deep]
        assert await sums(workflow, 1) == [1]
        for wrong in (object(), deep):
            with pytest.raises(Exception, match=r"cannot be saved|deep"):
                await workflow.run(wrong)
            assert workflow.status is IDLE
        assert await sums(workflow, 1) == [2]

    run(main())


def test_message_leaves_requests_waiting(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        workflow = game()
        await workflow.run(100)
        with caplog.at_level(logging.WARNING, "libworkflow"):
            await workflow.run(10)
        assert "while 1 request_info event(s) are still pending" in caplog.text
        assert [event.request_id for event in workflow.pending_requests] == ["is-it-50", "is-it-5"]
        answers = {"is-it-50": Hint.RIGHT, "is-it-5": Hint.RIGHT}
        assert (await workflow.run(responses=answers)).get_outputs() == ["50 by is-it-50", "5 by is-it-5"]

    run(main())


def test_stream_left_at_its_last_event_can_be_answered() -> None:
    async def main() -> None:
        workflow = game()
        async for event in workflow.run(10, stream=True):
            if event.state is WorkflowRunState.IDLE_WITH_PENDING_REQUESTS:
                break
        del event
        gc.collect()
        assert (await workflow.run(responses={"is-it-5": Hint.RIGHT})).get_outputs() == ["5 by is-it-5"]

    run(main())


@pytest.mark.parametrize("responses", [{}, {"is-it-5": Hint.ABOVE}])
def test_stream_left_before_the_answer_was_taken_in(responses: dict[str, Any]) -> None:
    async def main() -> None:
        workflow = game()
        await workflow.run(10)
        async for event in workflow.run(responses=responses, stream=True):
            assert event.type == "started"
            break
        await asyncio.sleep(0.01)
        gc.collect()
        # As with any stream that is left early, what was begun is cancelled; with no answer nothing was begun.
        waiting = [] if responses else ["is-it-5"]
        assert [event.request_id for event in workflow.pending_requests] == waiting
        assert (workflow.status is WorkflowRunState.CANCELLED) == bool(responses)

    run(main())


def slow(begun: asyncio.Event) -> Workflow:
    @executor(id="slow")
    async def wait(n: int, ctx: WorkflowContext[Any]) -> None:
        begun.set()
        await asyncio.sleep(10)

    return WorkflowBuilder(start_executor=wait, checkpoint_storage=InMemoryCheckpointStorage()).build()


@pytest.mark.parametrize("way", ["cancel", "cancel stream", "aclose", "drop"])
def test_status_of_a_cancelled_run(way: str) -> None:
    async def main() -> None:
        begun = asyncio.Event()
        workflow = slow(begun)
        assert workflow.status is IDLE
        if "cancel" in way:

            async def consume() -> None:
                await workflow.run(1, stream=way == "cancel stream")  # type: ignore[call-overload]

            task = asyncio.ensure_future(consume())
            await begun.wait()
            assert workflow.status is IN_PROGRESS
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        else:
            stream = workflow.run(1, stream=True)
            async for event in stream:
                if event.type == "executor_invoked":
                    break
            if way == "aclose":
                await stream.aclose()
            del stream
            gc.collect()
            await asyncio.sleep(0.01)
        assert workflow.status is WorkflowRunState.CANCELLED
        assert workflow.pending_requests == []
        with pytest.raises(RuntimeError, match="no run of this workflow waits"):
            await workflow.run(responses={})

    run(main())


def test_status_during_and_after_a_run() -> None:
    async def main() -> None:
        seen: list[WorkflowRunState] = []

        @executor(id="look")
        async def look(n: int, ctx: WorkflowContext[Any]) -> None:
            seen.append(workflow.status)
            await ctx.request_info(n, int, request_id="r")

        workflow = WorkflowBuilder(start_executor=look).build()
        async for event in workflow.run(1, stream=True):
            if event.type == "executor_completed":
                assert [request.request_id for request in workflow.pending_requests] == ["r"]
        assert seen[0] in (IN_PROGRESS, WorkflowRunState.STARTED)
        assert workflow.status is WorkflowRunState.IDLE_WITH_PENDING_REQUESTS

    run(main())
