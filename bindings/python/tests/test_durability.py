"""When checkpoints are saved: each one, or one whenever a run comes to rest."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from game import Guesser, hint
from samples import FACTORS_OF_6, Factors, Start, run

from libworkflow import (
    EngineStorage,
    InMemoryCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowCheckpoint,
    WorkflowContext,
    WorkflowEvent,
    executor,
)


def factors(storage: EngineStorage, durability: Any) -> Workflow:
    start, worker = Start("start"), Factors("factors")
    builder = WorkflowBuilder(start_executor=start, checkpoint_storage=storage, name="factors", durability=durability)
    return builder.add_edge(start, worker).add_edge(worker, worker).build()


def ids(storage: EngineStorage) -> list[str]:
    return storage._ids(None)


@pytest.mark.parametrize(("durability", "saved"), [("full", 8), ("process", 8), ("exit", 1)])
def test_how_many_are_saved(storage: EngineStorage, durability: str, saved: int) -> None:
    result = run(factors(storage, durability).run(6))
    assert result.get_outputs() == [FACTORS_OF_6]
    assert len(ids(storage)) == saved


@pytest.mark.parametrize("durability", ["full", "process"])
def test_each_is_there_when_it_is_told(storage: EngineStorage, durability: str) -> None:
    async def main() -> None:
        seen = 0
        async for event in factors(storage, durability).run(6, stream=True, include_checkpoint_events=True):
            if event.type == "checkpoint":
                seen += 1
                assert len(ids(storage)) == seen
        assert seen == 8

    run(main())


def test_exit_saves_at_rest_and_tells_it_last(storage: EngineStorage) -> None:
    async def main() -> None:
        workflow = factors(storage, "exit")
        events: list[WorkflowEvent[Any]] = []
        async for event in workflow.run(6, stream=True, include_status_events=True, include_checkpoint_events=True):
            events.append(event)
            assert len(ids(storage)) == (1 if event.type == "checkpoint" else 0)
        assert [event.type for event in events[-2:]] == ["status", "checkpoint"]
        (only,) = ids(storage)
        assert workflow.get_last_checkpoint_id() == only
        checkpoint = await storage.load(only)
        assert (checkpoint.iteration_count, checkpoint.previous_checkpoint_id) == (7, None)

    run(main())


def test_exit_saves_each_rest_of_a_conversation(storage: EngineStorage) -> None:
    def asking() -> Workflow:
        guesser = Guesser("guesser")
        return WorkflowBuilder(
            start_executor=guesser, name="game", checkpoint_storage=storage, durability="exit"
        ).build()

    async def main() -> None:
        workflow = asking()
        result = await workflow.run(100)
        (asked,) = result.get_request_info_events()
        (first,) = ids(storage)
        result = await workflow.run(responses={asked.request_id: hint(asked.data, 40)})
        assert len(ids(storage)) == 2
        second = await storage.load(ids(storage)[1])
        assert second.previous_checkpoint_id == first
        (asked,) = result.get_request_info_events()
        while asked is not None:  # the rest in other workflow objects, as in other processes
            latest = await storage.get_latest(workflow_name="game")
            assert latest is not None
            answers = {asked.request_id: hint(asked.data, 40)}
            result = await asking().run(checkpoint_id=latest.checkpoint_id, responses=answers)
            following = await storage.get_latest(workflow_name="game")
            assert following is not None and following.previous_checkpoint_id == latest.checkpoint_id
            asked = next(iter(result.get_request_info_events()), None)
        assert [text.split()[0] for text in result.get_outputs()] == ["40"]

    run(main())


@pytest.mark.parametrize("end", ["raised", "cancelled", "left"])
def test_exit_saves_what_a_run_has_reached_that_ends_early(storage: EngineStorage, end: str) -> None:
    @executor(id="count")
    async def count(n: int, ctx: WorkflowContext[int]) -> None:
        if n == 3 and end == "raised":
            raise ArithmeticError("three")
        await ctx.send_message(n + 1)

    builder = WorkflowBuilder(start_executor=count, checkpoint_storage=storage, name="count", durability="exit")
    workflow = builder.add_edge(count, count).build()

    async def main() -> WorkflowCheckpoint:
        stream = workflow.run(0, stream=True)
        try:
            async for event in stream:
                if event.type == "superstep_completed" and event.iteration == 3:
                    if end == "left":
                        break
                    if end == "cancelled":
                        workflow.cancel("enough")
                        await asyncio.sleep(0)  # the loop comes round
        except ArithmeticError:
            assert end == "raised"
        del stream
        await asyncio.sleep(0.01)
        (only,) = ids(storage)
        return await storage.load(only)

    reached = run(main())
    assert reached.iteration_count >= 3
    assert reached.messages["count"][0].data == reached.iteration_count


def test_from_definition(storage: EngineStorage) -> None:
    definition = factors(storage, "full").definition
    builder = WorkflowBuilder.from_definition(
        definition,
        {"start": Start("start"), "factors": Factors("factors")},
        checkpoint_storage=storage,
        durability="exit",
    )
    run(builder.build().run(6))
    assert len(ids(storage)) == 1


@pytest.mark.parametrize("durability", ["", "FULL", "sync", None, 0, b"full", ["full"]])
def test_what_is_none_is_refused(durability: Any) -> None:
    with pytest.raises(ValueError, match="'full', 'process', 'exit'"):
        factors(InMemoryCheckpointStorage(), durability)


KILLED = """
import asyncio, os, signal, sys
from test_durability import factors
from libworkflow import open_storage

async def main():
    async for event in factors(open_storage(sys.argv[1]), sys.argv[2]).run(9, stream=True):
        if event.type == "superstep_completed" and event.iteration == 4:
            os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


@pytest.mark.parametrize(("durability", "left"), [("full", 5), ("process", 5), ("exit", 0)])
@pytest.mark.parametrize("scheme", ["directory", "sqlite"])
def test_what_a_killed_process_leaves(tmp_path: Path, scheme: str, durability: str, left: int) -> None:
    url = f"{scheme}:{tmp_path / 'kept'}"
    dead = subprocess.run([sys.executable, "-c", KILLED, url, durability], check=False, capture_output=True, timeout=60)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    assert len(ids(EngineStorage(url))) == left


def test_levels_are_those_of_the_header() -> None:
    from libworkflow import _abi
    from libworkflow._durability import _LEVELS

    names = {
        name[len("WF_DURABILITY_") :].lower(): getattr(_abi, name) for name in dir(_abi) if "WF_DURABILITY" in name
    }
    assert json.loads(json.dumps(_LEVELS)) == names
