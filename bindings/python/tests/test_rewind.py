"""workflow.rewind and stream.rewind: back to a checkpoint, in place."""

from __future__ import annotations

import asyncio
import copy
from pathlib import Path
from typing import Any, Optional

import pytest
from samples import run

from libworkflow import (
    CheckpointStorage,
    Executor,
    FileCheckpointStorage,
    InMemoryCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowCheckpointException,
    WorkflowContext,
    WorkflowRunState,
    handler,
    response_handler,
)


class Count(Executor):
    """Counts down one a superstep, and remembers in its own memory what it has seen."""

    def __init__(self, fails_at: Optional[int] = None, waits_at: Optional[int] = None) -> None:
        super().__init__("count")
        self.seen: list[int] = []
        self.restored: list[dict[str, Any]] = []
        self.cancelled: list[int] = []
        self.fails_at, self.waits_at = fails_at, waits_at

    @handler
    async def count(self, n: int, ctx: WorkflowContext[int, list[int]]) -> None:
        self.seen.append(n)
        if n == self.fails_at:
            raise RuntimeError("the machine is hot")
        if n == self.waits_at:
            await ctx.yield_output(["waits"])
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                self.cancelled.append(n)
                raise
        if n:
            await ctx.send_message(n - 1)
        else:
            await ctx.yield_output(self.seen)

    async def on_checkpoint_save(self) -> dict[str, Any]:
        return {"seen": self.seen}

    async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
        self.restored.append(copy.deepcopy(state))
        self.seen = state.get("seen", [])


def counting(count: Count, storage: Optional[CheckpointStorage]) -> Workflow:
    builder = WorkflowBuilder(start_executor=count, checkpoint_storage=storage, name="count")
    return builder.add_edge(count, count).build()


def test_a_run_that_has_ended_goes_back_to_any_of_its_checkpoints(tmp_path: Path) -> None:
    async def story() -> None:
        count, storage = Count(), FileCheckpointStorage(tmp_path)
        workflow = counting(count, storage)
        assert (await workflow.run(3)).get_outputs() == [[3, 2, 1, 0]]
        ids = await storage.list_checkpoint_ids(workflow_name="count")  # the input, and four supersteps
        assert (await workflow.rewind(ids[2])).get_outputs() == [[3, 2, 1, 0]]
        assert count.restored == [{"seen": [3, 2]}]
        later = await storage.list_checkpoints(workflow_name="count")
        assert [c.checkpoint_id for c in later[:5]] == ids and len(later) == 7
        assert later[5].previous_checkpoint_id == ids[2] and later[5].document["run_id"] == later[0].document["run_id"]
        assert (await workflow.restore(ids[0])).get_outputs() == [[3, 2, 1, 0]]  # the same under another name
        assert count.restored[1:] == [{"seen": []}]
        # And with a checkpoint that was loaded.
        assert (await workflow.rewind(await storage.load(ids[3]))).get_outputs() == [[3, 2, 1, 0]]
        assert count.restored[2:] == [{"seen": [3, 2, 1]}]
        # The end of a run is a checkpoint too: there is nothing left to do.
        assert (await workflow.rewind(ids[4])).get_outputs() == []

    run(story())


@pytest.mark.parametrize("stream", [False, True])
def test_a_failed_run_goes_back_and_on(stream: bool) -> None:
    async def story() -> None:
        count = Count(fails_at=1)
        workflow = counting(count, InMemoryCheckpointStorage())
        with pytest.raises(RuntimeError, match="hot"):
            await workflow.run(3, stream=stream)
        assert count.seen == [3, 2, 1] and workflow.status is WorkflowRunState.FAILED
        assert "the machine is hot" in workflow.why_waiting()["why"]
        with pytest.raises(RuntimeError, match="hot"):
            await workflow.rewind(stream=stream)
        count.fails_at = None
        result = await workflow.rewind(stream=stream)
        assert result.get_outputs() == [[3, 2, 1, 0]] and result.get_final_state() is WorkflowRunState.IDLE
        assert workflow.status is WorkflowRunState.IDLE

    run(story())


def test_a_cancelled_run_goes_back_and_on() -> None:
    async def story() -> None:
        count = Count(waits_at=1)
        workflow = counting(count, InMemoryCheckpointStorage())
        task = asyncio.ensure_future(workflow.run(3))
        while 1 not in count.seen:
            await asyncio.sleep(0)
        workflow.cancel("enough")
        assert (await task).get_final_state() is WorkflowRunState.CANCELLED
        assert count.cancelled == [1]
        count.waits_at = None
        assert (await workflow.rewind()).get_outputs() == [[3, 2, 1, 0]]

    run(story())


def test_a_stream_goes_back_while_it_is_under_way() -> None:
    async def story() -> None:
        count, storage = Count(), InMemoryCheckpointStorage()
        workflow = counting(count, storage)
        stream, seen, back = workflow.run(3, stream=True), [], None
        async for event in stream:
            seen.append(event.type if event.iteration is None else f"{event.type} {event.iteration}")
            if event.type == "superstep_completed" and event.iteration == 3 and back is None:
                back, *_ = await storage.list_checkpoint_ids(workflow_name="count")
                await stream.rewind(back)
        assert [line for line in seen if "superstep_completed" in line] == [
            "superstep_completed 1",
            "superstep_completed 2",
            "superstep_completed 3",
            "superstep_completed 1",
            "superstep_completed 2",
            "superstep_completed 3",
            "superstep_completed 4",
        ]
        assert seen.count("started") == 2
        result = await stream.get_final_response()
        assert result.get_outputs() == [[3, 2, 1, 0]]
        assert [event.iteration for event in result if event.type == "superstep_completed"] == [1, 2, 3, 4]

    run(story())


@pytest.mark.parametrize("works", [True, False])
def test_a_stream_goes_back_although_a_handler_waits(works: bool) -> None:
    """The handler is cancelled. If there is no such checkpoint its superstep begins again."""

    async def story() -> None:
        count = Count(waits_at=1)
        workflow = counting(count, InMemoryCheckpointStorage())
        stream = workflow.run(3, stream=True)
        async for event in stream:
            if event.type == "output":
                count.waits_at = None
                if works:
                    await stream.rewind()
                else:
                    with pytest.raises(WorkflowCheckpointException, match="nowhere"):
                        await stream.rewind("nowhere")
                break
        result = await stream.get_final_response()
        undone = [] if works else [["waits"]]
        assert result.get_outputs() == [*undone, [3, 2, 1, 0]] and count.cancelled == [1]

    run(story())


def test_nothing_changes_when_going_back_is_refused() -> None:
    async def story() -> None:
        count, storage = Count(), InMemoryCheckpointStorage()
        workflow = counting(count, storage)
        with pytest.raises(RuntimeError, match="no run of this workflow has ended"):
            await workflow.rewind()
        await workflow.run(2)
        with pytest.raises(WorkflowCheckpointException, match="nowhere"):
            await workflow.rewind("nowhere")
        other = counting(Count(), storage)
        await other.run(1)
        theirs = other.get_last_checkpoint_id()
        with pytest.raises(ValueError, match="belongs to the run"):
            await workflow.rewind(theirs)
        assert (await workflow.rewind()).get_outputs() == []
        unsafe = counting(Count(), None)
        await unsafe.run(1)
        with pytest.raises(WorkflowCheckpointException, match="no checkpoint"):
            await unsafe.rewind()
        with pytest.raises(ValueError, match="no storage"):
            await unsafe.rewind("nowhere")
        stream = unsafe.run(1, stream=True)
        with pytest.raises(RuntimeError, match="has not begun"):
            await stream.rewind()
        async for _ in stream:
            pass
        with pytest.raises(RuntimeError, match="has ended"):
            await stream.rewind()

    run(story())


class Clerk(Executor):
    """Asks before it pays."""

    @handler
    async def ask(self, amount: int, ctx: WorkflowContext[Any]) -> None:
        await ctx.request_info(f"pay {amount}?", bool, request_id="question")

    @response_handler
    async def hear(self, original_request: str, response: bool, ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output(f"{original_request} {response}")


def test_an_answer_can_be_taken_back() -> None:
    async def story() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = WorkflowBuilder(start_executor=Clerk("clerk"), checkpoint_storage=storage).build()
        await workflow.run(7)
        asked = workflow.get_last_checkpoint_id()
        assert (await workflow.run(responses={"question": True})).get_outputs() == ["pay 7? True"]
        result = await workflow.rewind(asked)
        assert [event.request_id for event in result.get_request_info_events()] == ["question"]
        assert result.get_final_state() is WorkflowRunState.IDLE_WITH_PENDING_REQUESTS
        waiting = workflow.why_waiting()
        assert "'question'" in waiting["why"] and waiting["state"] == "IDLE_WITH_PENDING_REQUESTS"
        assert (await workflow.run(responses={"question": False})).get_outputs() == ["pay 7? False"]

    run(story())


def test_a_new_message_makes_a_failed_run_forgotten() -> None:
    async def story() -> None:
        count = Count(fails_at=3)
        workflow = counting(count, InMemoryCheckpointStorage())
        with pytest.raises(RuntimeError, match="hot"):
            await workflow.run(3)
        await workflow.run(0)
        result = await workflow.rewind()  # the run of 0, which is done
        assert result.get_outputs() == [] and result.get_final_state() is WorkflowRunState.IDLE

    run(story())


def test_a_run_says_what_it_waits_for() -> None:
    async def story() -> None:
        workflow = counting(Count(), None)
        with pytest.raises(RuntimeError, match="no run of 'count'"):
            workflow.why_waiting()
        stream = workflow.run(3, stream=True)
        async for event in stream:
            if event.type == "superstep_completed" and event.iteration == 2:
                waiting = workflow.why_waiting()
                assert (waiting["superstep"], waiting["undelivered_messages"]) == (2, 1)
        assert workflow.why_waiting()["why"] == "it waits for nothing: it has finished"

    run(story())
