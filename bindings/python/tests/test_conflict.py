"""Two that go on with one run: the second one stops, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from game import game, hint
from samples import FACTORS_OF_6, factors, run

from libworkflow import (
    EngineStorage,
    InMemoryCheckpointStorage,
    WorkflowBuilder,
    WorkflowCheckpointException,
    WorkflowConflictException,
    WorkflowContext,
    WorkflowRunnerException,
    WorkflowRunState,
    executor,
)
from libworkflow._abi import WF_E_CONFLICT


def test_a_run_that_went_on_elsewhere_stops(storage: EngineStorage) -> None:
    async def main() -> None:
        workflow = factors(storage)
        with pytest.raises(WorkflowConflictException, match=r"went on elsewhere.*Nothing was saved") as raised:
            async for event in workflow.run(6, stream=True):
                if event.type == "superstep_completed" and event.iteration == 2:
                    latest = await storage.get_latest(workflow_name="factors")
                    assert latest is not None
                    other = await factors(storage).run(checkpoint_id=latest.checkpoint_id)
                    assert other.get_outputs() == [FACTORS_OF_6]
                    before = await storage.list_checkpoint_ids()
        assert isinstance(raised.value, WorkflowCheckpointException)
        assert raised.value.status == WF_E_CONFLICT  # type: ignore[attr-defined]
        assert before[-1] in str(raised.value)
        assert latest.checkpoint_id in str(raised.value)
        assert workflow.status is WorkflowRunState.FAILED
        assert await storage.list_checkpoint_ids() == before
        found = [await storage.load(each) for each in before]
        assert [each.previous_checkpoint_id for each in found] == [None, *before[:-1]]  # no fork

    run(main())


def test_a_run_id_that_is_taken(storage: EngineStorage) -> None:
    calls = 0

    @executor(id="once")
    async def once(n: int, ctx: WorkflowContext[None, int]) -> None:
        nonlocal calls
        calls += 1
        await ctx.yield_output(n)

    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=once, checkpoint_storage=storage).build()
        await workflow.run(1, run_id="daily-7")
        before = await storage.list_checkpoint_ids()
        with pytest.raises(
            WorkflowConflictException, match=r"'daily-7' is there already.*resume it, or give"
        ) as raised:
            await workflow.run(2, run_id="daily-7")
        assert before[-1] in str(raised.value)
        assert (calls, await storage.list_checkpoint_ids()) == (1, before)
        assert (await workflow.run(3, run_id="daily-8")).get_outputs() == [3]

    run(main())


def test_an_answer_to_a_request_that_was_answered_elsewhere(storage: EngineStorage) -> None:
    async def main() -> None:
        here = game(storage)
        (asked,) = (await here.run(100)).get_request_info_events()
        latest = await storage.get_latest(workflow_name="game")
        assert latest is not None
        answers = {asked.request_id: hint(asked.data, 70)}
        there = await game(storage).run(checkpoint_id=latest.checkpoint_id, responses=answers)
        before = await storage.list_checkpoint_ids()
        with pytest.raises(WorkflowConflictException):
            await here.run(responses={asked.request_id: hint(asked.data, 20)})
        assert await storage.list_checkpoint_ids() == before
        # What the other has asked is there, and can be answered here too.
        (asked,) = there.get_request_info_events()
        result = await here.run(checkpoint_id=before[-1], responses={asked.request_id: hint(asked.data, 70)})
        assert await storage.list_checkpoint_ids() > before
        assert result.get_final_state() is not WorkflowRunState.FAILED

    run(main())


def test_a_run_whose_checkpoints_were_deleted(storage: EngineStorage) -> None:
    async def main() -> None:
        with pytest.raises(WorkflowConflictException, match=r"has gone from the storage.*deleted"):
            async for event in factors(storage).run(6, stream=True):
                if event.type == "superstep_completed" and event.iteration == 2:
                    for each in await storage.list_checkpoint_ids():
                        await storage.delete(each)
        assert await storage.list_checkpoint_ids() == []

    run(main())


def test_an_older_checkpoint_may_be_taken_up(storage: EngineStorage) -> None:
    async def main() -> None:
        await factors(storage).run(6)
        old = (await storage.list_checkpoint_ids())[3]
        assert (await factors(storage).run(checkpoint_id=old)).get_outputs() == [FACTORS_OF_6]

    run(main())


def test_a_conflict_in_the_state_is_another_thing() -> None:
    @executor(id="start")
    async def start(n: int, ctx: WorkflowContext[int]) -> None:
        await ctx.send_message(n)

    def writer(name: str) -> Any:
        @executor(id=name)
        async def write(n: int, ctx: WorkflowContext[int]) -> None:
            ctx.set_state("k", name)

        return write

    builder = WorkflowBuilder(start_executor=start, strict_state=True, checkpoint_storage=InMemoryCheckpointStorage())
    workflow = builder.add_fan_out_edges(start, [writer("a"), writer("b")]).build()
    with pytest.raises(WorkflowRunnerException, match="both wrote") as raised:
        run(workflow.run(1))
    assert not isinstance(raised.value, WorkflowCheckpointException)
