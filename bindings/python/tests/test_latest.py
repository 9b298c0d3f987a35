"""`checkpoint_id=LATEST`: going on where a run stands, also while others do the same."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Optional

import pytest
from game import Hint, game
from samples import run

from libworkflow import (
    LATEST,
    CheckpointStorage,
    EngineStorage,
    InMemoryCheckpointStorage,
    SQLiteCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowCheckpointException,
    WorkflowConflictException,
    WorkflowContext,
    executor,
    open_storage,
)

END = 40


def climb(storage: Optional[CheckpointStorage]) -> Workflow:
    """Counts to END, one in a superstep."""

    @executor(id="climb")
    async def step(n: int, ctx: WorkflowContext[int, int]) -> None:
        ctx.set_state("height", n)
        if n == END:
            await ctx.yield_output(n)
        else:
            await ctx.send_message(n + 1)

    return WorkflowBuilder(name="climb", start_executor=step, checkpoint_storage=storage).add_edge(step, step).build()


async def push(storage: EngineStorage, steps: int = 3) -> bool:
    """Goes on for a few supersteps and leaves the run there; whether it is done."""
    workflow = climb(storage)
    try:
        async for event in workflow.run(checkpoint_id=LATEST, stream=True, include_checkpoint_events=True):
            steps -= event.type == "checkpoint"
            if not steps:
                break
    except WorkflowConflictException:
        return False  # the other was first
    latest = await storage.get_latest(workflow_name="climb")
    return latest is not None and latest.state["height"] == END


async def until_done(storage: EngineStorage) -> None:
    while not await push(storage):
        pass


async def begin(storage: EngineStorage) -> None:
    async for event in climb(storage).run(1, stream=True, include_checkpoint_events=True):
        if event.type == "checkpoint" and event.iteration == 2:
            break


async def check_history(storage: EngineStorage) -> None:
    found = [await storage.load(each) for each in await storage.list_checkpoint_ids(workflow_name="climb")]
    parents = [each.previous_checkpoint_id for each in found]
    assert len(set(parents)) == len(parents), "two went on from one checkpoint"
    heights = [each.state["height"] for each in found if "height" in each.state]
    assert heights == list(range(1, END + 1))  # every step, once


def test_it_goes_on_where_the_run_stands(storage: EngineStorage) -> None:
    async def main() -> None:
        await begin(storage)
        assert (await climb(storage).run(checkpoint_id=LATEST)).get_outputs() == [END]
        assert (await climb(storage).run(checkpoint_id=LATEST)).get_outputs() == []  # it is done
        await check_history(storage)

    run(main())


def test_with_answers_and_with_edits(storage: EngineStorage) -> None:
    async def main() -> None:
        await game(storage).run(2)
        result = await game(storage).run(checkpoint_id=LATEST, responses={"is-it-1": Hint.RIGHT})
        assert result.get_outputs() == ["1 by is-it-1"]
        await begin(storage)
        forked = climb(storage)
        assert (await forked.run(checkpoint_id=LATEST, edits={"state": {"mark": "x"}})).get_outputs() == [END]
        last = forked.get_last_checkpoint_id()
        assert last is not None
        assert (await storage.load(last)).state == {"height": END, "mark": "x"}

    run(main())


def test_there_is_none(storage: EngineStorage) -> None:
    more: dict[str, Any]
    for more in ({}, {"edits": {"state": {}}}):
        with pytest.raises(WorkflowCheckpointException, match=r"no checkpoint.*climb"):
            run(climb(storage).run(checkpoint_id=LATEST, **more))
    with pytest.raises(ValueError, match="without a storage"):
        run(climb(None).run(checkpoint_id=LATEST))
    for wrong in (7, b"x"):
        with pytest.raises(TypeError, match="the id of a checkpoint or LATEST"):
            run(climb(storage).run(checkpoint_id=wrong))  # type: ignore[call-overload]


def test_what_it_is_called() -> None:
    assert repr(LATEST) == "LATEST"


def test_a_storage_of_ones_own() -> None:
    """It has `get_latest`, which the library asks."""

    class Shelf:
        def __init__(self) -> None:
            self.inside = InMemoryCheckpointStorage()

        def __getattr__(self, name: str) -> object:
            return getattr(self.inside, name)

    async def main() -> None:
        shelf = Shelf()
        await begin(shelf)  # type: ignore[arg-type]
        assert (await climb(shelf).run(checkpoint_id=LATEST)).get_outputs() == [END]  # type: ignore[arg-type]
        await check_history(shelf.inside)

    run(main())


def test_two_threads_go_on_with_one_run(storage: EngineStorage) -> None:
    asyncio.run(begin(storage))
    failures: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(until_done(storage))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    asyncio.run(check_history(storage))


@pytest.mark.parametrize("kind", ["sqlite", "directory"])
def test_two_processes_go_on_with_one_run(kind: str, tmp_path: Path) -> None:
    url = f"{kind}:{tmp_path / 'climb'}"
    asyncio.run(begin(open_storage(url)))
    command = [sys.executable, __file__, url]
    workers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for worker in workers:
        _, said = worker.communicate(timeout=60)
        assert worker.returncode == 0, said
    asyncio.run(check_history(open_storage(url)))


def test_an_id_that_was_looked_up_before_may_be_passed_over(tmp_path: Path) -> None:
    """What LATEST is for: the same with an id goes back, as a branch."""

    async def main() -> None:
        storage = SQLiteCheckpointStorage(tmp_path / "climb.db")
        await begin(storage)
        latest = await storage.get_latest(workflow_name="climb")
        assert latest is not None
        await push(storage)  # somebody else, meanwhile
        before = len(await storage.list_checkpoint_ids())
        await climb(storage).run(checkpoint_id=latest.checkpoint_id)
        found = [await storage.load(each) for each in await storage.list_checkpoint_ids()]
        assert [each.previous_checkpoint_id for each in found].count(latest.checkpoint_id) == 2
        assert found[before].iteration_count == latest.iteration_count + 1

    run(main())


if __name__ == "__main__":
    asyncio.run(until_done(open_storage(sys.argv[1])))
