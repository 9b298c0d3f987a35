"""What goes wrong in agent_framework for Python must go right here: its weak spots W1 to W34, by number.

docs/behaviour.md lists all of them, also those that are pinned elsewhere or do not concern us.
"""

from __future__ import annotations

import asyncio
import enum
import gc
import json
import logging
import subprocess
import sys
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Optional

import pytest
from samples import run

from libworkflow import (
    Case,
    CheckpointStorage,
    Default,
    Executor,
    FileCheckpointStorage,
    InMemoryCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowCheckpointException,
    WorkflowContext,
    WorkflowRunState,
    executor,
    handler,
    response_handler,
)

IDLE, WAITS = WorkflowRunState.IDLE, WorkflowRunState.IDLE_WITH_PENDING_REQUESTS
Handle = Callable[[Any, "WorkflowContext[Any, Any]"], Coroutine[Any, Any, None]]


def node(id: str, handle: Handle) -> Executor:
    """An executor that does what `handle` does."""

    async def function(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await handle(message, ctx)

    return executor(id=id)(function)


async def pass_on(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
    await ctx.send_message(message)


async def tell(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
    await ctx.yield_output(message)


def loop(handle: Handle, limit: int = 100, storage: Optional[CheckpointStorage] = None) -> Workflow:
    """One executor that may send to itself."""
    it = node("it", handle)
    return WorkflowBuilder(limit, start_executor=it, checkpoint_storage=storage, name="loop").add_edge(it, it).build()


def fan(*handles: Handle, storage: Optional[CheckpointStorage] = None) -> Workflow:
    """source -> a, b, c, ... with what each of these does."""
    source = node("source", pass_on)
    targets = [node(id, handle) for id, handle in zip("abcdefghij", handles)]
    builder = WorkflowBuilder(start_executor=source, checkpoint_storage=storage, name="fan")
    return builder.add_fan_out_edges(source, targets).build()


class Clerk(Executor):
    """Asks, and passes the answer on."""

    @handler
    async def ask(self, text: str, ctx: WorkflowContext[str]) -> None:
        await ctx.request_info(f"{text}?", bool, request_id=self.id)

    @response_handler
    async def hear(self, original_request: str, response: bool, ctx: WorkflowContext[Any]) -> None:
        await ctx.send_message((self.id, response))


def approvals(storage: Optional[CheckpointStorage] = None) -> Workflow:
    """Two clerks ask, a join waits for both answers."""
    desk, join, clerks = node("desk", pass_on), node("join", tell), [Clerk("anna"), Clerk("ben")]
    builder = WorkflowBuilder(start_executor=desk, checkpoint_storage=storage, name="approvals")
    return builder.add_fan_out_edges(desk, clerks).add_fan_in_edges(clerks, join).build()


JOINED = [[("anna", True), ("ben", False)]]


async def latest_id(storage: CheckpointStorage, name: str) -> str:
    latest = await storage.get_latest(workflow_name=name)
    assert latest is not None
    return latest.checkpoint_id


def in_python(code: str, *arguments: object, **options: Any) -> str:
    """What a new process says."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=60, **options
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_w01_nobody_polls() -> None:
    async def count(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        await asyncio.sleep(0)
        if n:
            await ctx.send_message(n - 1)

    async def main() -> None:
        begin = time.monotonic()
        result = await loop(count, 300).run(200)
        assert sum(event.type == "superstep_completed" for event in result) == 201
        assert time.monotonic() - begin < 5  # a look every 50 ms would take ten seconds

    run(main())


@pytest.mark.parametrize("restart", [False, True])
def test_w02_fan_in_buffers_survive_a_restart(restart: bool, tmp_path: Path) -> None:
    """Two people, one answer each, a restart between them: the first answer waits in the join."""

    async def main() -> None:
        storage = FileCheckpointStorage(tmp_path)
        workflow = approvals(storage)
        await workflow.run("rent")
        await workflow.run(responses={"anna": True})
        arguments: dict[str, Any] = {"responses": {"ben": False}}
        if restart:
            storage = FileCheckpointStorage(tmp_path)
            workflow, arguments["checkpoint_id"] = approvals(storage), await latest_id(storage, "approvals")
        assert (await workflow.run(**arguments)).get_outputs() == JOINED

    run(main())


def test_w02_fan_in_buffers_are_those_of_the_checkpoint() -> None:
    """An interrupted run leaves nothing in the join for the run that goes on from an earlier checkpoint."""

    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = approvals(storage)
        await workflow.run("rent")
        asked = await latest_id(storage, "approvals")
        await workflow.run(responses={"anna": False})
        result = await workflow.run(checkpoint_id=asked, responses={"anna": True, "ben": False})
        assert result.get_outputs() == JOINED

    run(main())


def test_w03_the_final_state_says_what_is_pending() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = approvals(storage)
        await workflow.run("rent")
        assert (await workflow.run(responses={"anna": True})).get_final_state() is WAITS
        assert (await workflow.run(responses={"ben": False})).get_final_state() is IDLE
        asked = (await storage.list_checkpoint_ids())[2]
        answers = {"anna": True, "ben": False}
        result = await approvals(storage).run(checkpoint_id=asked, responses=answers)
        assert result.get_outputs() == JOINED and result.get_final_state() is IDLE

    run(main())


def test_w04_writes_of_a_failed_superstep_are_gone() -> None:
    async def writes(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output(ctx.get_state("k", "nothing"))
        ctx.set_state("k", n)

    async def fails_at_1(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        if n == 1:
            raise ValueError("one")

    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = fan(writes, fails_at_1, storage=storage)
        with pytest.raises(ValueError, match="one"):
            await workflow.run(1)
        assert (await workflow.run(2)).get_outputs() == ["nothing"]
        for checkpoint in (await storage.list_checkpoints())[:-1]:
            assert "k" not in checkpoint.state

    run(main())


def test_w05_nothing_runs_on_behind_a_failure() -> None:
    async def main() -> None:
        done: list[str] = []

        async def slow(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            await asyncio.sleep(0.02)
            await ctx.send_message(n)
            ctx.set_state("k", n)
            done.append("slow")

        async def fails(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            raise ValueError("boom")

        storage, tasks = InMemoryCheckpointStorage(), asyncio.all_tasks()
        with pytest.raises(ValueError, match="boom"):
            await fan(slow, fails, storage=storage).run(1)
        await asyncio.sleep(0)
        assert done == ["slow"] and asyncio.all_tasks() == tasks
        before = await storage.list_checkpoints()
        await asyncio.sleep(0.05)
        assert await storage.list_checkpoints() == before and len(before) == 3  # the last has what succeeded

    run(main())


def test_w06_what_succeeded_beside_a_failure_is_not_done_again(tmp_path: Path) -> None:
    async def main() -> None:
        done: list[str] = []
        broken = {"b"}

        async def work(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            if ctx.executor_id in broken:
                raise ValueError(ctx.executor_id)
            done.append(ctx.executor_id)
            ctx.set_state(ctx.executor_id, n)
            await ctx.send_message(ctx.executor_id)

        async def join(ids: list[str], ctx: WorkflowContext[Any, Any]) -> None:
            await ctx.yield_output((ids, [ctx.get_state(id) for id in ids]))

        def build() -> Workflow:
            source, end, workers = node("source", pass_on), node("end", join), [node(id, work) for id in "abc"]
            storage = FileCheckpointStorage(tmp_path)
            builder = WorkflowBuilder(start_executor=source, checkpoint_storage=storage, name="w6")
            return builder.add_fan_out_edges(source, workers).add_fan_in_edges(workers, end).build()

        with pytest.raises(ValueError, match="b"):
            await build().run(7)
        assert done == ["a", "c"]
        broken.clear()
        result = await build().run(checkpoint_id=await latest_id(FileCheckpointStorage(tmp_path), "w6"))
        assert done == ["a", "c", "b"] and result.get_outputs() == [(["a", "b", "c"], [7, 7, 7])]

    run(main())


@pytest.mark.parametrize("make", [InMemoryCheckpointStorage, None])
def test_w07_resuming_twice_gives_the_same_twice(make: Any, tmp_path: Path) -> None:
    """A stored checkpoint shares nothing with a run. Also .NET W2."""

    class Collect(Executor):
        def __init__(self) -> None:
            super().__init__("collect")
            self.seen: list[int] = []

        @handler
        async def take(self, n: int, ctx: WorkflowContext[int, Any]) -> None:
            self.seen.append(n)
            numbers = ctx.get_state("numbers", [])
            numbers.append(n)
            ctx.set_state("numbers", numbers)
            if n < 3:
                await ctx.send_message(n + 1)
            else:
                await ctx.yield_output((self.seen, numbers))

        async def on_checkpoint_save(self) -> dict[str, Any]:
            return {"seen": self.seen}

        async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
            self.seen = state["seen"]

    async def main() -> None:
        storage = make() if make else FileCheckpointStorage(tmp_path)
        it = Collect()
        workflow = WorkflowBuilder(start_executor=it, checkpoint_storage=storage).add_edge(it, it).build()
        expected = [([0, 1, 2, 3], [0, 1, 2, 3])]
        assert (await workflow.run(0)).get_outputs() == expected
        second = (await storage.list_checkpoint_ids())[2]
        for _ in range(3):
            assert (await workflow.run(checkpoint_id=second)).get_outputs() == expected

    run(main())


@dataclass
class Order:
    number: int
    tags: set[str] = field(default_factory=set)


def test_w08_your_own_types_come_back_from_the_default_storage(tmp_path: Path) -> None:
    async def main() -> None:
        async def take(order: Order, ctx: WorkflowContext[Any, Any]) -> None:
            assert isinstance(order, Order)
            ctx.set_state("order", order)
            if order.number:
                await ctx.send_message(Order(order.number - 1, {"x"}))
            else:
                await ctx.yield_output(order)

        storage = FileCheckpointStorage(tmp_path)
        assert (await loop(take, storage=storage).run(Order(2))).get_outputs() == [Order(0, {"x"})]
        checkpoints = await FileCheckpointStorage(tmp_path).list_checkpoints()
        assert [c.iteration_count for c in checkpoints] == [0, 1, 2, 3]
        assert checkpoints[1].messages["it"][0].data == Order(1, {"x"})
        resumed = await loop(take, storage=FileCheckpointStorage(tmp_path)).run(
            checkpoint_id=checkpoints[1].checkpoint_id
        )
        assert resumed.get_outputs() == [Order(0, {"x"})]

    run(main())


def test_w08_a_checkpoint_that_cannot_be_saved_is_no_log_line(tmp_path: Path) -> None:
    async def main() -> None:
        storage = FileCheckpointStorage(tmp_path / "gone")
        workflow = loop(tell, storage=storage)
        (tmp_path / "gone").rmdir()
        events = []
        with pytest.raises(WorkflowCheckpointException):
            async for event in workflow.run(1, stream=True):
                events.append(event.type)
        assert "failed" in events and "output" not in events and workflow.status is WorkflowRunState.FAILED

    run(main())


def bytes_read() -> int:
    return int(Path("/proc/self/io").read_text().split()[1])


def test_w10_the_latest_checkpoint_is_found_without_reading_the_others(tmp_path: Path) -> None:
    async def count(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        ctx.set_state("ballast", "x" * 20_000)
        if n:
            await ctx.send_message(n - 1)

    async def main() -> None:
        storage = FileCheckpointStorage(tmp_path)
        await loop(count, storage=storage).run(60)
        before = bytes_read()
        latest = await storage.get_latest(workflow_name="loop")
        assert latest is not None and latest.iteration_count == 61
        assert 20_000 < bytes_read() - before < 150_000  # all of them are more than a million

    run(main())


def test_w12_there_is_no_pickle(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['pickle'] = sys.modules['_pickle'] = None\n"
        "import asyncio; from test_weak_spots_plain import main; asyncio.run(main(sys.argv[1]))"
    )
    (tmp_path / "test_weak_spots_plain.py").write_text(
        "from libworkflow import *\n"
        "from dataclasses import dataclass\n"
        "@dataclass\nclass Item:\n    n: int\n"
        "@executor(id='it')\n"
        "async def it(item: Item, ctx: WorkflowContext[Item, Item]) -> None:\n"
        "    await (ctx.send_message(Item(item.n - 1)) if item.n else ctx.yield_output(item))\n"
        "async def main(path):\n"
        "    storage = FileCheckpointStorage(path)\n"
        "    workflow = WorkflowBuilder(start_executor=it, checkpoint_storage=storage).add_edge(it, it).build()\n"
        "    first = (await workflow.run(Item(2))).get_outputs()\n"
        "    checkpoint = (await storage.list_checkpoint_ids())[1]\n"
        "    print(first == (await workflow.run(checkpoint_id=checkpoint)).get_outputs() == [Item(0)])\n"
    )
    assert in_python(code, tmp_path / "checkpoints", cwd=tmp_path) == "True"
    files = list((tmp_path / "checkpoints").glob("*.json"))
    assert len(files) > 3 and all(json.loads(path.read_text())["workflow_name"] for path in files)


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


def test_w13_values_come_back_as_they_were(tmp_path: Path) -> None:
    value = {
        1: "int key",
        (1, 2): Colour.RED,
        "level": Level.HIGH,
        "n": Counter("aab"),
        "o": OrderedDict([("z", 1), ("a", 2)]),
    }

    async def main() -> None:
        async def keep(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            if n:
                ctx.set_state("value", value)
                await ctx.send_message(0)
            else:
                await ctx.yield_output(ctx.get_state("value"))

        storage = FileCheckpointStorage(tmp_path)
        await loop(keep, storage=storage).run(1)
        between = (await storage.list_checkpoint_ids())[1]
        (found,) = (await loop(keep, storage=FileCheckpointStorage(tmp_path)).run(checkpoint_id=between)).get_outputs()
        assert found == value
        assert [type(one) for one in found.values()] == [type(one) for one in value.values()]

    run(main())


def test_w14_no_message_waits_behind_one_for_somebody_else() -> None:
    async def main() -> None:
        inside, all_inside = [], asyncio.Event()

        async def meet(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            inside.append(n)
            if len(inside) == 10:
                all_inside.set()
            await asyncio.wait_for(all_inside.wait(), 10)  # nobody comes out before all are in

        async def send(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            for i, id in enumerate("abcdefghij"):
                await ctx.send_message(i, target_id=id)

        source = node("source", send)
        targets = [node(id, meet) for id in "abcdefghij"]
        await WorkflowBuilder(start_executor=source).add_fan_out_edges(source, targets).build().run(0)
        assert inside == list(range(10))

    run(main())


def test_w15_a_value_that_cannot_be_copied_fails_who_sends_it() -> None:
    lock, found = threading.Lock(), []

    async def send(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.send_message(lock)

    async def keep(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        found.append(message)

    async def give(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        ctx.set_state("lock", lock)

    async def main() -> None:
        a, b = node("a", send), node("b", keep)
        await WorkflowBuilder(start_executor=a).add_edge(a, b).build().run(1)
        assert found == [lock]  # which nobody copies
        storage = InMemoryCheckpointStorage()
        with pytest.raises(TypeError, match="executor 'a': message cannot be saved"):
            await WorkflowBuilder(start_executor=a, checkpoint_storage=storage).add_edge(a, b).build().run(1)
        events = []
        with pytest.raises(TypeError, match="cannot be saved"):
            async for event in loop(give).run(1, stream=True):
                events.append((event.type, event.executor_id))
        assert ("executor_failed", "it") in events

    run(main())


def test_w16_a_dropped_message_is_told() -> None:
    async def send(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.send_message(n, target_id="c")

    async def main() -> None:
        a, b, c = node("a", send), node("b", pass_on), node("c", tell)
        result = await WorkflowBuilder(start_executor=a).add_chain([a, b, c]).build().run(1)
        (warning,) = [event for event in result if event.type == "warning"]
        assert "'a' to 'c' was dropped: no edge leads there" in warning.data
        alone = await WorkflowBuilder(start_executor=node("a", pass_on)).build().run(1)
        (warning,) = [event for event in alone if event.type == "warning"]
        assert "no edge leaves 'a'" in warning.data

        class Picky(Executor):
            @handler
            async def take(self, n: str, ctx: WorkflowContext[Any]) -> None: ...

        source = node("source", pass_on)
        picky = await WorkflowBuilder(start_executor=source).add_edge(source, Picky("picky")).build().run(1)
        (warning,) = [event for event in picky if event.type == "warning"]
        assert "type integer from 'source' was dropped: 'picky' accepts only string" in warning.data

    run(main())


def test_w17_the_closest_type_takes_the_message_whatever_the_names() -> None:
    class Many(Executor):
        @handler
        async def a_anything(self, message: object, ctx: WorkflowContext[Any, str]) -> None:
            await ctx.yield_output("object")

        @handler
        async def z_number(self, message: int, ctx: WorkflowContext[Any, str]) -> None:
            await ctx.yield_output("int")

    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=Many("many")).build()
        assert [(await workflow.run(message)).get_outputs() for message in (1, "x")] == [["int"], ["object"]]

    run(main())


@pytest.mark.parametrize("delays", [(0, 0.02), (0.02, 0)])
def test_w18_state_does_not_depend_on_who_is_faster(delays: tuple[float, float]) -> None:
    async def main() -> None:
        def writer(name: str, delay: float) -> Handle:
            async def write(n: int, ctx: WorkflowContext[Any, Any]) -> None:
                await asyncio.sleep(delay)
                await ctx.yield_output((name, ctx.get_state("k")))
                ctx.set_state("k", name)
                await ctx.send_message(n)

            return write

        source, a, b = node("source", pass_on), node("a", writer("a", delays[0])), node("b", writer("b", delays[1]))

        async def read(all: Any, ctx: WorkflowContext[Any, Any]) -> None:
            await ctx.yield_output(("end", ctx.get_state("k")))

        builder = WorkflowBuilder(start_executor=source).add_fan_out_edges(source, [a, b])
        result = await builder.add_fan_in_edges([a, b], node("end", read)).build().run(0)
        assert sorted(result.get_outputs()) == [("a", None), ("b", None), ("end", "b")]
        assert [event.executor_id for event in result if event.type == "warning"] == ["b"]

    run(main())


class Again(Executor):
    """Asks again and again."""

    @handler
    async def ask(self, n: int, ctx: WorkflowContext[Any]) -> None:
        await ctx.request_info(n, int, request_id="r")

    @response_handler
    async def hear(self, original_request: int, response: int, ctx: WorkflowContext[Any]) -> None:
        await ctx.request_info(original_request + response, int, request_id="r")


@pytest.mark.parametrize("resumed", [False, True])
def test_w19_answers_do_not_use_up_the_limit(resumed: bool) -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()

        def build() -> Workflow:
            return WorkflowBuilder(5, "again", start_executor=Again("it"), checkpoint_storage=storage).build()

        workflow = build()
        await workflow.run(0)
        for n in range(1, 13):
            arguments: dict[str, Any] = {"responses": {"r": 1}}
            if resumed:
                workflow, arguments["checkpoint_id"] = build(), await latest_id(storage, "again")
            result = await workflow.run(**arguments)
            assert [event.data for event in result.get_request_info_events()] == [n]

    run(main())


def test_w20_a_failure_after_a_message_leaves_a_workflow_that_works() -> None:
    async def send_and_fail(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        if n == 9:
            await ctx.yield_output(n)
            return
        await ctx.send_message(9)
        if n == 1:
            raise ValueError("after sending")

    async def main() -> None:
        workflow = loop(send_and_fail)
        for _ in range(2):
            with pytest.raises(ValueError, match="after sending"):
                await workflow.run(1)
            assert (await workflow.run(2)).get_outputs() == [9]

    run(main())


def test_w21_a_cancelled_run_says_so_and_can_be_resumed() -> None:
    async def main() -> None:
        hang = True

        async def maybe_hang(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            if n == 1 and hang:
                await asyncio.sleep(20)
            await (ctx.send_message(n - 1) if n else ctx.yield_output("done"))

        storage = InMemoryCheckpointStorage()
        workflow = loop(maybe_hang, storage=storage)
        task = asyncio.ensure_future(workflow.run(3))  # type: ignore[arg-type]
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert workflow.status is WorkflowRunState.CANCELLED
        hang = False
        result = await workflow.run(checkpoint_id=await latest_id(storage, "loop"))
        assert result.get_outputs() == ["done"] and workflow.status is IDLE
        assert [event.iteration for event in result if event.type == "superstep_started"] == [3, 4]

    run(main())


def test_w22_a_stream_left_early_leaves_nothing_running(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        cancelled, tasks = [], asyncio.all_tasks()

        async def hang(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            await ctx.yield_output(n)
            try:
                await asyncio.sleep(20)
            except asyncio.CancelledError:
                cancelled.append(n)
                raise

        async for event in loop(hang).run(1, stream=True):
            if event.type == "output":
                break
        del event
        gc.collect()
        await asyncio.sleep(0.02)
        assert cancelled == [1] and asyncio.all_tasks() == tasks

    with caplog.at_level(logging.WARNING):
        run(main())
    assert [text for text in caplog.messages if not text.startswith("Self-loop")] == []


def test_w23_a_stream_that_is_kept_locks_nobody_out() -> None:
    async def main() -> None:
        workflow = loop(tell)
        kept = workflow.run(1, stream=True)
        async for event in kept:
            if event.type == "started":
                break
        assert (await workflow.run(2)).get_outputs() == [2]
        assert [event.data async for event in kept if event.type == "output"] == [1]

    run(main())


def test_w24_a_workflow_without_a_name_is_found_again_by_another_process(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys; from libworkflow import *\n"
        "@executor(id='it')\n"
        "async def it(n: int, ctx: WorkflowContext[int, int]) -> None: await ctx.yield_output(n)\n"
        "async def main():\n"
        "    storage = FileCheckpointStorage(sys.argv[1])\n"
        "    workflow = WorkflowBuilder(start_executor=it, checkpoint_storage=storage).build()\n"
        "    latest = await storage.get_latest(workflow_name=workflow.name)\n"
        "    if latest is None: await workflow.run(5)\n"
        "    print(latest and latest.iteration_count)\n"
        "asyncio.run(main())"
    )
    assert [in_python(code, tmp_path) for _ in range(2)] == ["None", "1"]


def test_w25_the_signature_sees_decisions_and_not_classes() -> None:
    def switch(small: Any, kind: type[Executor] = Again, swapped: bool = False) -> str:
        source, a, b = node("source", pass_on), kind("a"), kind("b")
        builder = WorkflowBuilder(start_executor=source)
        if swapped:
            builder.add_edge(b, source)
        builder.add_switch_case_edge_group(source, [Case(small, a), Default(b)])
        if not swapped:
            builder.add_edge(b, source)
        return builder.build().graph_signature_hash

    class Moved(Again):
        pass

    def is_small(n: int) -> bool:
        return n < 10

    def is_tiny(n: int) -> bool:
        return n < 2

    assert switch(is_small) == switch(is_small, Moved) == switch(is_small, swapped=True)
    assert len({switch(is_small), switch(is_tiny), switch(lambda n: n < 10)}) == 3


def test_w26_every_checkpoint_is_told_by_its_id_and_can_be_deleted() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        result = await loop(tell, storage=storage).run(1, include_checkpoint_events=True)
        ids = [event.data["checkpoint_id"] for event in result if event.type == "checkpoint"]
        assert ids == await storage.list_checkpoint_ids() and len(ids) == 2
        assert await storage.delete(ids[0]) and await storage.list_checkpoint_ids() == ids[1:]
        assert not await storage.delete(ids[0])

    run(main())


def test_w27_a_checkpoint_that_is_refused_changes_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        restored = []

        class Keeper(Clerk):
            async def on_checkpoint_save(self) -> dict[str, Any]:
                return {"word": "secret"}

            async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
                restored.append(state)

        storage = FileCheckpointStorage(tmp_path)
        workflow = WorkflowBuilder(start_executor=Keeper("k"), checkpoint_storage=storage, name="keeper").build()
        await workflow.run("rent")
        (request,) = workflow.pending_requests
        latest = await latest_id(storage, "keeper")
        path = tmp_path / f"{latest}.json"
        path.write_text(path.read_text().replace("secret", "secreT"))
        for checkpoint_id in (latest, "0193aaaa-0000-7000-8000-000000000000"):
            with pytest.raises(WorkflowCheckpointException):
                await workflow.run(checkpoint_id=checkpoint_id)
            assert workflow.status is WAITS and restored == []
            assert [event.request_id for event in workflow.pending_requests] == [request.request_id]
        assert (await workflow.run(responses={"k": True})).get_final_state() is IDLE

    run(main())


@pytest.mark.parametrize("resumed", [False, True])
def test_w31_a_wrong_answer_begins_no_run(resumed: bool) -> None:
    """It is refused where it is given. Also .NET W15."""

    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = approvals(storage)
        await workflow.run("rent")
        more = {"checkpoint_id": await latest_id(storage, "approvals")} if resumed else {}
        for responses in ({"anna": 5}, {"anna": True, "carl": True}):
            events: list[Any] = []
            with pytest.raises(ValueError, match=r"anna|carl"):
                async for event in workflow.run(responses=responses, stream=True, **more):
                    events.append(event)
            assert events == [] and workflow.status is WAITS
            assert [event.request_id for event in workflow.pending_requests] == ["anna", "ben"]
        answers = {"anna": True, "ben": False}
        assert (await workflow.run(responses=answers, **more)).get_outputs() == JOINED

    run(main())


def test_w32_plain_functions_run_side_by_side_in_threads() -> None:
    barrier = threading.Barrier(2, timeout=10)
    loop_thread = threading.get_ident()
    threads = []

    def work(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        barrier.wait()  # broken if the second does not start before the first has ended
        threads.append(threading.get_ident())

    async def main() -> None:
        source = node("source", pass_on)
        workers = [executor(id=id)(work) for id in "ab"]
        await WorkflowBuilder(start_executor=source).add_fan_out_edges(source, workers).build().run(1)
        assert len(set(threads)) == 2 and loop_thread not in threads

    run(main())


def test_w34_the_import_is_small() -> None:
    code = (
        "import sys, asyncio\n"
        "from pathlib import Path\n"
        "def rss(): return int(Path('/proc/self/statm').read_text().split()[1]) * 4096\n"
        "before = rss()\n"
        "import libworkflow\n"
        "print(rss() - before)"
    )
    assert int(in_python(code)) < 15_000_000  # what it brings in: test_import.py
