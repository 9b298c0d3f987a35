"""What goes wrong in agent_framework for .NET, or is not tested there, by number: W1 to W31, and untested 1 to 8.

docs/behaviour.md lists all of them, also those that are pinned elsewhere or do not concern us.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from samples import run
from test_weak_spots import IDLE, fan, latest_id, node, pass_on, tell

from libworkflow import (
    EdgeDuplicationError,
    Executor,
    FileCheckpointStorage,
    InMemoryCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowCheckpointException,
    WorkflowContext,
    WorkflowRunState,
    handler,
)


class Counter(Executor):
    """Counts in an attribute, which hooks save, and in shared state; sends itself the rest."""

    def __init__(self) -> None:
        super().__init__("counter")
        self.count = 0

    @handler
    async def take(self, n: int, ctx: WorkflowContext[int, Any]) -> None:
        if n == 13:
            raise ValueError("unlucky")
        self.count += 1
        ctx.set_state("count", ctx.get_state("count", 0) + 1)
        if n:
            await ctx.send_message(n - 1)
        else:
            await ctx.yield_output((self.count, ctx.get_state("count")))

    async def on_checkpoint_save(self) -> dict[str, Any]:
        return {"count": self.count}

    async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
        self.count = state["count"]


def counting(storage: Any) -> Workflow:
    it = Counter()
    return WorkflowBuilder(start_executor=it, checkpoint_storage=storage, name="counting").add_edge(it, it).build()


def test_dotnet_w06_nothing_newer_survives_a_restore() -> None:
    """Untested 2, for executors with state."""

    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = counting(storage)
        assert (await workflow.run(2)).get_outputs() == [(3, 3)]
        second = (await storage.list_checkpoint_ids())[2]
        assert (await workflow.run(5)).get_outputs() == [(9, 9)]
        assert (await workflow.run(checkpoint_id=second)).get_outputs() == [(3, 3)]

    run(main())


def test_dotnet_w07_one_goes_back_after_a_failure() -> None:
    """Untested 5: a step fails, then the last checkpoint is resumed in the same object."""

    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = counting(storage)
        await workflow.run(1)
        good = await latest_id(storage, "counting")
        with pytest.raises(ValueError, match="unlucky"):
            await workflow.run(14)
        assert workflow.status is WorkflowRunState.FAILED
        await workflow.run(checkpoint_id=good)
        assert workflow.status is IDLE
        assert (await workflow.run(0)).get_outputs() == [(3, 3)]

    run(main())


@pytest.mark.parametrize("stream", [False, True])
def test_dotnet_w09_resuming_what_is_finished_ends_at_once(stream: bool) -> None:
    """Untested 4."""

    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        await counting(storage).run(2)
        workflow = counting(storage)
        last = await latest_id(storage, "counting")
        for _ in range(2):
            result = await workflow.run(checkpoint_id=last, stream=stream)  # type: ignore[call-overload]
            assert list(result) == [] and result.get_final_state() is IDLE
        assert len(await storage.list_checkpoint_ids()) == 4

    run(main())


def test_dotnet_w11_supersteps_go_on_counting_after_a_resume() -> None:
    """Untested 8."""

    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        await counting(storage).run(4)
        for place, checkpoint in enumerate(await storage.list_checkpoints()):
            result = await counting(InMemoryCheckpointStorage()).run(
                checkpoint_id=checkpoint.checkpoint_id, checkpoint_storage=storage
            )
            steps = [event.iteration for event in result if event.type == "superstep_completed"]
            assert checkpoint.iteration_count == place and steps == list(range(place + 1, 6))

    run(main())


def test_dotnet_w12_the_head_of_a_run_is_not_the_newest_of_the_storage() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = counting(storage)
        await workflow.run(3)
        ids = await storage.list_checkpoint_ids()
        result = await workflow.run(checkpoint_id=ids[1], include_checkpoint_events=True)
        parents = [event.data["previous_checkpoint_id"] for event in result if event.type == "checkpoint"]
        newer = (await storage.list_checkpoint_ids())[len(ids) :]
        assert parents == [ids[1], *newer[:-1]]
        assert await latest_id(storage, "counting") == newer[-1]

    run(main())


def test_dotnet_w14_a_conflict_is_told_and_harms_nobody() -> None:
    async def main() -> None:
        async def write(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            ctx.set_state("k", ctx.executor_id)
            ctx.set_state(ctx.executor_id, n)

        async def read(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            await ctx.yield_output([ctx.get_state(key) for key in "kab"])

        workflow = fan(write, write, read)
        result = await workflow.run(1)
        (warning,) = [event.data for event in result if event.type == "warning"]
        assert "'a' and 'b' both wrote the shared state 'k'" in warning and result.get_final_state() is IDLE
        assert (await workflow.run(2)).get_outputs() == [["b", 1, 1]]

    run(main())


def test_dotnet_w16_first_messages_from_everywhere_at_once() -> None:
    """Untested 7: ten executors send to one that has not run yet; it handles each message once, one at a time."""

    async def main() -> None:
        busy, seen = [], []

        async def take(n: Any, ctx: WorkflowContext[Any, Any]) -> None:
            assert not busy
            busy.append(n)
            await asyncio.sleep(0.001)
            busy.clear()
            seen.append(ctx.get_source_executor_id())

        source, one = node("source", pass_on), node("one", take)
        workers = [node(f"w{i}", pass_on) for i in range(10)]
        builder = WorkflowBuilder(start_executor=source).add_fan_out_edges(source, workers)
        for worker in workers:
            builder.add_edge(worker, one)
        await builder.build().run(1)
        assert seen == [f"w{i}" for i in range(10)]

    run(main())


def test_dotnet_w17_every_failure_of_a_superstep_is_told() -> None:
    async def main() -> None:
        def fails(delay: float) -> Any:
            async def fail(n: int, ctx: WorkflowContext[Any, Any]) -> None:
                await asyncio.sleep(delay)
                raise ValueError(ctx.executor_id)

            return fail

        events = []
        with pytest.raises(ValueError, match="a"):  # the first in the order of executors, whoever is faster
            async for event in fan(fails(0.01), fails(0), tell).run(1, stream=True):
                if "failed" in event.type or event.type in ("executor_completed", "superstep_completed"):
                    events.append((event.type, event.executor_id, event.details and event.details.message))
        assert events == [
            ("executor_completed", "source", None), ("superstep_completed", None, None),
            ("executor_completed", "c", None), ("executor_failed", "b", "b"), ("executor_failed", "a", "a"),
            ("failed", None, "a"),
        ]  # fmt: skip

    run(main())


def test_dotnet_w18_a_workflow_belongs_to_no_run() -> None:
    """Any number of runs and of workflows share executors, whatever happened to the runs before."""

    async def main() -> None:
        async def maybe(n: int, ctx: WorkflowContext[Any, Any]) -> None:
            await asyncio.sleep(0.01)
            if n < 0:
                raise ValueError(n)
            await ctx.yield_output(n)

        it = node("it", maybe)
        builder = WorkflowBuilder(start_executor=it)
        first, second = builder.build(), builder.build()
        task = asyncio.ensure_future(first.run(5))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        results = await asyncio.gather(
            *(workflow.run(n) for workflow in (first, second) for n in (-1, 1, 2)), return_exceptions=True
        )
        outputs = [str(one) if isinstance(one, ValueError) else one.get_outputs() for one in results]
        assert outputs == ["-1", [1], [2], "-1", [1], [2]]
        assert (await task).get_outputs() == [5]  # type: ignore[attr-defined]

    run(main())


def test_dotnet_w20_a_second_edge_between_the_same_two_is_refused() -> None:
    a, b, c = (node(id, tell) for id in "abc")
    twice = [
        WorkflowBuilder(start_executor=a).add_edge(a, b).add_edge(a, b),
        WorkflowBuilder(start_executor=a).add_edge(a, b).add_edge(a, b, lambda m: True),
        WorkflowBuilder(start_executor=a).add_edge(a, b).add_fan_out_edges(a, [b, c]),
        WorkflowBuilder(start_executor=a).add_edge(a, b).add_edge(a, c).add_fan_in_edges([b, a], c),
    ]
    for builder in twice:
        with pytest.raises(EdgeDuplicationError, match=r"a->[bc]"):
            builder.build()


def test_dotnet_w21_a_torn_file_hides_no_other(tmp_path: Path) -> None:
    """Untested 6: what a crash may leave in the directory."""

    async def main() -> None:
        storage = FileCheckpointStorage(tmp_path)
        await counting(storage).run(3)
        ids = await storage.list_checkpoint_ids()
        for id, keep in ((ids[-1], 0.5), (ids[-2], 0)):
            path = tmp_path / f"{id}.json"
            path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
        (tmp_path / f".{ids[0]}.abc.tmp").write_text("{")
        storage = FileCheckpointStorage(tmp_path)
        assert await storage.list_checkpoint_ids() == ids[:-2]
        assert await latest_id(storage, "counting") == ids[-3]
        assert (await counting(storage).run(checkpoint_id=ids[-3])).get_outputs() == [(4, 4)]

    run(main())


def two_joins(storage: Any, *, swapped: bool = False) -> Workflow:
    """source -> a, b, c; a joins with b at x, and b with c at y; c comes a superstep later."""

    async def name(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        if ctx.executor_id == "c" and n == 1:
            await ctx.send_message(2, target_id="c")
        else:
            await ctx.send_message(ctx.executor_id, target_id="y" if ctx.executor_id == "c" else None)

    async def joined(all: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output((ctx.executor_id, all))

    source = node("source", pass_on)
    a, b, c = (node(id, name) for id in "abc")
    x, y = node("x", joined), node("y", joined)
    builder = WorkflowBuilder(start_executor=source, checkpoint_storage=storage, name="joins")
    steps = [
        lambda: builder.add_fan_out_edges(source, [a, b, c]),
        lambda: builder.add_edge(c, c),
        lambda: builder.add_fan_in_edges([a, b], x),
        lambda: builder.add_fan_in_edges([b, c], y),
    ]
    for step in reversed(steps) if swapped else steps:
        step()
    return builder.build()


def test_dotnet_w22_buffers_belong_to_their_fan_in_whatever_the_order_of_building() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        expected = [("x", ["a", "b"]), ("y", ["b", "c"])]
        assert (await two_joins(storage).run(1)).get_outputs() == expected
        checkpoints = await storage.list_checkpoints()
        assert any(checkpoint.document["fan_in_buffers"] for checkpoint in checkpoints)
        for checkpoint in checkpoints[:-2]:
            swapped = two_joins(storage, swapped=True)
            outputs = (await swapped.run(checkpoint_id=checkpoint.checkpoint_id)).get_outputs()
            assert outputs == expected[-len(outputs) :] and outputs

    run(main())


def test_dotnet_w23_a_graph_with_less_or_more_in_it_does_not_take_the_checkpoint() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        a, b, c, d = (node(id, pass_on) for id in "abcd")
        await WorkflowBuilder(start_executor=a, checkpoint_storage=storage).add_chain([a, b, c]).build().run(1)
        first = (await storage.list_checkpoint_ids())[0]
        others = [
            WorkflowBuilder(start_executor=a).add_chain([a, b]),
            WorkflowBuilder(start_executor=a).add_chain([a, b, c, d]),
            WorkflowBuilder(start_executor=a).add_chain([a, b, c]).add_edge(c, a),
            WorkflowBuilder(start_executor=a).add_edge(a, b).add_edge(b, c, lambda m: True),
            WorkflowBuilder(start_executor=a).add_chain([a, c, b]),
        ]
        for builder in others:
            with pytest.raises(WorkflowCheckpointException, match="graph"):
                await builder.build().run(checkpoint_id=first, checkpoint_storage=storage)

    run(main())


@dataclass
class Letter:
    text: str


@dataclass
class Parcel:
    text: str


@dataclass
class Registered(Letter):
    number: int = 0


class Post(Executor):
    """Has a handler for each kind, so that it matters what a message is taken for."""

    @handler
    async def letter(self, it: Letter, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output(("letter", it))

    @handler
    async def parcel(self, it: Parcel, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output(("parcel", it))

    @handler
    async def all(self, them: list[Letter], ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output(("letters", them))


def test_dotnet_w25_a_type_is_what_was_written_and_not_what_would_fit() -> None:
    async def main() -> None:
        async def sort(kind: str, ctx: WorkflowContext[Any, Any]) -> None:
            await ctx.send_message({"letter": Letter, "parcel": Parcel}[kind]("x"))

        storage = InMemoryCheckpointStorage()

        def build() -> Workflow:
            clerk, post = node("clerk", sort), Post("post")
            return WorkflowBuilder(start_executor=clerk, checkpoint_storage=storage).add_edge(clerk, post).build()

        for kind, value in (("letter", Letter("x")), ("parcel", Parcel("x"))):
            assert (await build().run(kind)).get_outputs() == [(kind, value)]
            before = (await storage.list_checkpoint_ids())[-2]
            assert (await build().run(checkpoint_id=before)).get_outputs() == [(kind, value)]

    run(main())


def test_dotnet_w26_a_fan_in_takes_subclasses() -> None:
    async def main() -> None:
        async def plain(text: str, ctx: WorkflowContext[Any, Any]) -> None:
            await ctx.send_message(Letter(text))

        async def registered(text: str, ctx: WorkflowContext[Any, Any]) -> None:
            await ctx.send_message(Registered(text, 7))

        source, a, b, post = node("source", pass_on), node("a", plain), node("b", registered), Post("post")
        builder = WorkflowBuilder(start_executor=source).add_fan_out_edges(source, [a, b])
        result = await builder.add_fan_in_edges([a, b], post).build().run("x")
        assert result.get_outputs() == [("letters", [Letter("x"), Registered("x", 7)])]

    run(main())


def test_dotnet_w28_many_checkpoints_of_one_moment_are_in_order(tmp_path: Path) -> None:
    async def main() -> None:
        storage = FileCheckpointStorage(tmp_path)
        await counting(storage).run(11)
        checkpoints = await storage.list_checkpoints()
        assert [checkpoint.iteration_count for checkpoint in checkpoints] == list(range(13))
        ids = [checkpoint.checkpoint_id for checkpoint in checkpoints]
        assert [checkpoint.previous_checkpoint_id for checkpoint in checkpoints] == [None, *ids[:-1]]

    run(main())


def test_dotnet_w31_ids_that_differ_in_case_are_two() -> None:
    async def main() -> None:
        upper, lower = node("A", pass_on), node("a", tell)
        storage = InMemoryCheckpointStorage()
        workflow = WorkflowBuilder(start_executor=upper, checkpoint_storage=storage).add_edge(upper, lower).build()
        result = await workflow.run(1)
        assert [event.executor_id for event in result if event.type == "executor_invoked"] == ["A", "a"]
        between = (await storage.list_checkpoint_ids())[1]
        assert (await workflow.run(checkpoint_id=between)).get_outputs() == [1]

    run(main())
