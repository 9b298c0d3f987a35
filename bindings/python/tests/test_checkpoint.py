"""Runs go on from their checkpoints: in this process, in another, and after a kill."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from samples import FACTORS_OF_6, Work, factors, run, two_steps

from libworkflow import (
    CheckpointStorage,
    Executor,
    FileCheckpointStorage,
    InMemoryCheckpointStorage,
    OpaqueValue,
    Workflow,
    WorkflowBuilder,
    WorkflowCheckpoint,
    WorkflowCheckpointException,
    WorkflowContext,
    WorkflowMessage,
    executor,
    handler,
)


@pytest.mark.parametrize("seed", range(20))
def test_interrupted_at_random_and_resumed_from_the_latest(seed: int) -> None:
    async def main() -> None:
        chance = random.Random(seed)
        storage = InMemoryCheckpointStorage()
        latest = None
        for _ in range(100):
            workflow = factors(storage)
            stream = (
                workflow.run(6, stream=True)
                if latest is None
                else workflow.run(checkpoint_id=latest.checkpoint_id, stream=True)
            )
            async for event in stream:
                if event.type == "output":
                    assert event.data == FACTORS_OF_6
                    return
                if event.type == "superstep_completed" and chance.random() < 0.5:
                    break
            latest = await storage.get_latest(workflow_name=workflow.name)
            assert latest is not None
        pytest.fail("it never finished")

    run(main())


def test_every_checkpoint_resumes_to_the_same_end() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        await factors(storage).run(6)
        checkpoints = await storage.list_checkpoints(workflow_name="factors")
        assert [c.iteration_count for c in checkpoints] == list(range(8))
        for _ in range(2):
            for checkpoint in checkpoints[:-1]:
                result = await factors(storage).run(checkpoint_id=checkpoint.checkpoint_id)
                assert result.get_outputs() == [FACTORS_OF_6]
                started = [event.iteration for event in result if event.type == "superstep_started"]
                assert started == list(range(checkpoint.iteration_count + 1, 8))
        result = await factors(storage).run(checkpoint_id=checkpoints[-1].checkpoint_id)
        assert list(result) == [] and result.get_final_state() == "IDLE"

    run(main())


def test_fields_of_a_checkpoint() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = factors(storage)
        await workflow.run(3)
        first, second, third, *_ = await storage.list_checkpoints(workflow_name="factors")
        assert first.messages == {"internal:start": [WorkflowMessage(3, "internal:start", "start")]}
        assert first.previous_checkpoint_id is None and first.iteration_count == 0
        assert second.messages == {"start": [WorkflowMessage(Work([1, 2, 3]), "start")]}
        assert second.previous_checkpoint_id == first.checkpoint_id
        assert third.state["_executor_state"] == {"factors": {"pairs": {1: []}}}
        assert first.workflow_name == workflow.name == "factors"
        assert first.graph_signature_hash == workflow.graph_signature_hash
        assert datetime.fromisoformat(first.timestamp) <= datetime.fromisoformat(third.timestamp)
        assert datetime.fromisoformat(first.timestamp).utcoffset() is not None
        assert WorkflowCheckpoint.from_dict(first.to_dict()) == first
        with pytest.raises(WorkflowCheckpointException, match="colour"):
            WorkflowCheckpoint.from_dict({"colour": 1})

    run(main())


def script(tmp: Path, body: str) -> list[str]:
    path = tmp / f"script_{len(list(tmp.iterdir()))}.py"
    path.write_text(f"import sys\n{body}")
    return [sys.executable, str(path), str(tmp / "checkpoints")]


CRASHING = """
import asyncio, os, signal
from samples import *
from libworkflow import FileCheckpointStorage

async def main():
    async for event in factors(FileCheckpointStorage(sys.argv[1])).run(6, stream=True):
        if event.type == "superstep_completed":
            print(event.iteration, flush=True)
            if event.iteration == 4:
                os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""

RESUMING = """
import asyncio
from samples import *
from libworkflow import FileCheckpointStorage

async def main():
    storage = FileCheckpointStorage(sys.argv[1])
    latest = await storage.get_latest(workflow_name="factors")
    result = await factors(storage).run(checkpoint_id=latest.checkpoint_id)
    print(latest.iteration_count, result.get_outputs() == [FACTORS_OF_6])

asyncio.run(main())
"""


def test_killed_process_is_resumed_by_another(tmp_path: Path) -> None:
    dead = subprocess.run(script(tmp_path, CRASHING), capture_output=True, text=True, check=False, timeout=60)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    assert dead.stdout.split() == ["1", "2", "3", "4"]
    for answer in ("4 True", "7 False"):  # the second resumes what is finished
        done = subprocess.run(script(tmp_path, RESUMING), capture_output=True, text=True, check=False, timeout=60)
        assert done.stdout.strip() == answer, done.stderr
    storage = FileCheckpointStorage(tmp_path / "checkpoints")
    counts = [c.iteration_count for c in run(storage.list_checkpoints(workflow_name="factors"))]
    assert counts[:5] == [0, 1, 2, 3, 4]


KILLED_AT_RANDOM = """
import asyncio
from samples import *
from libworkflow import FileCheckpointStorage, WorkflowBuilder

@executor(id="count")
async def count(n: int, ctx: WorkflowContext[int]) -> None:
    await ctx.send_message(n + 1)

async def main():
    storage = FileCheckpointStorage(sys.argv[1])
    builder = WorkflowBuilder(10**9, "count", start_executor=count, checkpoint_storage=storage)
    workflow = builder.add_edge(count, count).build()
    latest = await storage.get_latest(workflow_name="count")
    stream = workflow.run(checkpoint_id=latest.checkpoint_id, stream=True) if latest else workflow.run(0, stream=True)
    async for event in stream:
        if event.type == "superstep_completed":
            print(event.iteration, flush=True)

asyncio.run(main())
"""


def test_nothing_acknowledged_is_lost_when_killed_at_random(tmp_path: Path) -> None:
    acknowledged = 0
    for seed in range(5):
        with subprocess.Popen(script(tmp_path, KILLED_AT_RANDOM), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert int(first) > acknowledged
            time.sleep(0.02 + random.Random(seed).random() * 0.1)
            process.kill()
            acknowledged = int((first + process.stdout.read()).split()[-1])
        latest = run(FileCheckpointStorage(tmp_path / "checkpoints").get_latest(workflow_name="count"))
        assert latest is not None and latest.iteration_count >= acknowledged
        assert latest.messages["count"][0].data == latest.iteration_count


# ---- Fan-in, typed values, hooks


class Part(Executor):
    @handler
    async def part(self, n: int, ctx: WorkflowContext[Any]) -> None:
        await ctx.send_message((self.id, n))


class Slow(Executor):
    """Sends after a detour, so that it arrives a superstep later."""

    @handler
    async def slow(self, n: int, ctx: WorkflowContext[Any]) -> None:
        await ctx.send_message(n, target_id="detour")


class Join(Executor):
    @handler
    async def join(self, parts: list[tuple[str, int]], ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output(parts)


def join(storage: CheckpointStorage) -> Workflow:
    @executor(id="begin")
    async def begin(n: int, ctx: WorkflowContext[int]) -> None:
        await ctx.send_message(n)

    quick, slow, detour, end = Part("quick"), Slow("slow"), Part("detour"), Join("end")
    builder = WorkflowBuilder(start_executor=begin, checkpoint_storage=storage, name="join")
    builder.add_fan_out_edges(begin, [quick, slow]).add_edge(slow, detour).add_fan_in_edges([quick, detour], end)
    return builder.build()


def test_half_filled_fan_in_survives(tmp_path: Path) -> None:
    async def main() -> None:
        storage = FileCheckpointStorage(tmp_path)
        expected = [[("quick", 5), ("detour", 5)]]
        assert (await join(storage).run(5)).get_outputs() == expected
        checkpoints = await storage.list_checkpoints(workflow_name="join")
        half = [c for c in checkpoints if c.document["fan_in_buffers"]]
        assert half
        for checkpoint in checkpoints[:-1]:
            result = await join(FileCheckpointStorage(tmp_path)).run(checkpoint_id=checkpoint.checkpoint_id)
            assert result.get_outputs() == expected

        other = InMemoryCheckpointStorage()
        await other.save(half[0])
        assert (await join(other).run(checkpoint_id=half[0].checkpoint_id)).get_outputs() == expected

    run(main())


def test_typed_values_survive_in_messages_state_and_hooks(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Order:
        number: int
        tags: frozenset[str]

    class Keeps(Executor):
        def __init__(self) -> None:
            super().__init__("keeps")
            self.seen: dict[tuple[int, int], Order] = {}

        @handler
        async def take(self, order: Order, ctx: WorkflowContext[Order, Any]) -> None:
            self.seen[(order.number, 0)] = order
            orders = ctx.get_state("orders", set()) | {order}
            ctx.set_state("orders", orders)
            if order.number < 3:
                await ctx.send_message(Order(order.number + 1, order.tags))
            else:
                await ctx.yield_output((self.seen, orders))

        async def on_checkpoint_save(self) -> dict[str, Any]:
            await asyncio.sleep(0)
            return {"seen": self.seen}

        async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
            await asyncio.sleep(0)
            self.seen = state["seen"]

    def workflow() -> Workflow:
        keeps = Keeps()
        return (
            WorkflowBuilder(start_executor=keeps, checkpoint_storage=FileCheckpointStorage(tmp_path))
            .add_edge(keeps, keeps)
            .build()
        )

    async def main() -> None:
        orders = [Order(n, frozenset("ab")) for n in range(4)]
        expected = [({(n, 0): orders[n] for n in range(4)}, set(orders))]
        original = workflow()
        assert (await original.run(orders[0])).get_outputs() == expected
        ids = await FileCheckpointStorage(tmp_path).list_checkpoint_ids(workflow_name=original.name)
        for checkpoint_id in ids[:-1]:
            assert (await workflow().run(checkpoint_id=checkpoint_id)).get_outputs() == expected
            stored = json.loads((tmp_path / f"{checkpoint_id}.json").read_text())
            assert stored["pending_request_info_events"] == {}

    run(main())


def test_unknown_types_pass_through_a_storage(tmp_path: Path) -> None:
    write = """
import asyncio
from dataclasses import dataclass
from libworkflow import *
@dataclass
class Secret:
    word: str
class It(Executor):
    @handler
    async def it(self, s: Secret, ctx: WorkflowContext[Secret]) -> None: pass
async def main():
    storage = FileCheckpointStorage(sys.argv[1])
    await WorkflowBuilder(name="w", start_executor=It("it"), checkpoint_storage=storage).build().run(Secret("x"))
asyncio.run(main())
"""
    subprocess.run(script(tmp_path, write), check=True, timeout=60)

    async def main() -> None:
        storage = FileCheckpointStorage(tmp_path / "checkpoints")
        first = (await storage.list_checkpoints(workflow_name="w"))[0]
        [message] = first.messages["internal:it"]
        assert isinstance(message.data, OpaqueValue) and message.data.value == {"word": "x"}
        copy = InMemoryCheckpointStorage()
        await copy.save(first)
        assert await copy.load(first.checkpoint_id) == first

    run(main())


class Hooked(Executor):
    def __init__(self, id: str, save: Any = None, restore: Any = None) -> None:
        super().__init__(id)
        self.save, self.restore, self.calls = save, restore, 0

    @handler
    async def take(self, n: int, ctx: WorkflowContext[int]) -> None:
        if n:
            await ctx.send_message(n - 1)

    async def on_checkpoint_save(self) -> Any:
        self.calls += 1
        return self.save() if self.save else {}

    async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
        if self.restore:
            self.restore()


def hooked(storage: CheckpointStorage, **hooks: Any) -> Workflow:
    it, other = Hooked("it", **hooks), Hooked("other")
    return (
        WorkflowBuilder(name="hooked", start_executor=it, checkpoint_storage=storage)
        .add_edge(it, it)
        .add_edge(it, other)
        .build()
    )


def fails() -> dict[str, Any]:
    raise LookupError("hook")


def test_failing_hooks() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        with pytest.raises(LookupError, match="hook"):
            await hooked(storage, save=fails).run(1)
        with pytest.raises(TypeError, match="must answer with a dict"):
            await hooked(storage, save=lambda: [1]).run(1)
        with pytest.raises(TypeError, match="must answer with a dict"):
            await hooked(storage, save=lambda: {1: 1}).run(1)
        with pytest.raises(TypeError, match="state of 'it'"):
            await hooked(storage, save=lambda: {"k": object()}).run(1)
        assert await storage.list_checkpoint_ids() == []
        workflow = hooked(storage)
        await workflow.run(2)
        assert [executor.calls for executor in workflow.executors.values()] == [4, 3]  # type: ignore[attr-defined]
        [first, *_] = await storage.list_checkpoint_ids()
        types = []
        with pytest.raises(WorkflowCheckpointException, match="'it' could not be restored: hook") as error:
            async for event in hooked(storage, restore=fails).run(checkpoint_id=first, stream=True):
                types.append(event.type)
        assert isinstance(error.value.__cause__, LookupError)
        assert types[-2:] == ["failed", "status"]

    run(main())


# ---- What is refused


def test_wrong_checkpoints_are_refused(tmp_path: Path) -> None:
    async def main() -> None:
        storage = FileCheckpointStorage(tmp_path)
        await two_steps(storage).run("a")
        [first, *_] = await storage.list_checkpoint_ids()
        with pytest.raises(WorkflowCheckpointException, match="0193"):
            await two_steps(storage).run(checkpoint_id="0193aaaa-0000-7000-8000-000000000000")
        with pytest.raises(WorkflowCheckpointException, match="graph"):
            await factors(storage).run(checkpoint_id=first)
        path = tmp_path / f"{first}.json"
        path.write_text(path.read_text()[:100])
        with pytest.raises(WorkflowCheckpointException):
            await two_steps(storage).run(checkpoint_id=first)
        events = []
        with pytest.raises(WorkflowCheckpointException):
            async for event in two_steps(storage).run(checkpoint_id="no-such", stream=True):
                events.append(event)
        assert events == []

    run(main())


def test_storage_of_the_run_wins_over_the_builders() -> None:
    async def main() -> None:
        mine, builders = InMemoryCheckpointStorage(), InMemoryCheckpointStorage()
        workflow = two_steps(builders)
        await workflow.run("a", checkpoint_storage=mine)
        assert len(await mine.list_checkpoint_ids()) == 3
        assert await builders.list_checkpoint_ids() == []
        [first, *_] = await mine.list_checkpoint_ids()
        assert (await two_steps().run(checkpoint_id=first, checkpoint_storage=mine)).get_outputs() == ["A"]

    run(main())


def test_checkpoint_that_cannot_be_written_fails_the_run(tmp_path: Path) -> None:
    async def main() -> None:
        storage = FileCheckpointStorage(tmp_path / "gone")
        (tmp_path / "gone").rmdir()
        types = []
        with pytest.raises(WorkflowCheckpointException, match="gone"):
            async for event in two_steps(storage).run("a", stream=True):
                types.append(event.type)
        assert types[-2:] == ["failed", "status"]

    run(main())
