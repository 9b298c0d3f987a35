"""Checkpoints that are edited, compared, and migrated to another graph."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional

import pytest
from samples import run

from libworkflow import (
    CheckpointStorage,
    Executor,
    FileCheckpointStorage,
    InMemoryCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowCheckpoint,
    WorkflowCheckpointException,
    WorkflowContext,
    WorkflowMessage,
    executor,
    handler,
)


@dataclass
class Limit:
    """How far to count, and who says so."""

    most: int
    author: Any = None


@dataclass
class Open:
    """No limit, with other fields."""

    reason: str


class Count(Executor):
    """Counts up to the shared limit."""

    def __init__(self) -> None:
        super().__init__("count")
        self.seen: list[int] = []

    @handler
    async def count(self, n: int, ctx: WorkflowContext[int, Any]) -> None:
        self.seen.append(n)
        limit = ctx.get_state("limit", Limit(2, "nobody"))
        paid = await ctx.once("pay", lambda: ctx.run_id)
        if n == 0:
            ctx.set_state("limit", limit)
        if isinstance(limit, Limit) and n < limit.most:
            await ctx.send_message(n + 1)
        else:
            await ctx.yield_output([self.seen, limit, ctx.run_id, paid])

    async def on_checkpoint_save(self) -> dict[str, Any]:
        return {"seen": self.seen}

    async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
        self.seen = state["seen"]


def counting(storage: Optional[CheckpointStorage]) -> Workflow:
    count = Count()
    builder = WorkflowBuilder(start_executor=count, checkpoint_storage=storage, name="count")
    return builder.add_edge(count, count).build()


async def first_superstep(storage: Any) -> WorkflowCheckpoint:
    checkpoint: WorkflowCheckpoint = (await storage.list_checkpoints(workflow_name="count"))[1]
    return checkpoint


@pytest.mark.parametrize("in_a_folder", [True, False])
def test_an_edited_checkpoint_is_a_fork(tmp_path: Path, in_a_folder: bool) -> None:
    async def story() -> None:
        storage = FileCheckpointStorage(tmp_path) if in_a_folder else InMemoryCheckpointStorage()
        ((seen, limit, name, _),) = (await counting(storage).run(0, run_id="original")).get_outputs()
        assert (seen, limit, name) == ([0, 1, 2], Limit(2, "nobody"), "original")
        old = await storage.list_checkpoint_ids(workflow_name="count")
        before = await first_superstep(storage)
        result = await counting(storage).run(
            checkpoint_id=before.checkpoint_id, edits={"state": {"limit": Limit(3)}}, include_checkpoint_events=True
        )
        # None stays None, and is no default: values are replaced as a whole.
        assert result.get_outputs() == [[[0, 1, 2, 3], Limit(3, None), "original", "original"]]
        fork = await storage.load(next(event.data["checkpoint_id"] for event in result if event.type == "checkpoint"))
        assert fork.document["kind"] == "fork" and fork.previous_checkpoint_id == before.checkpoint_id
        assert fork.checkpoint_id not in old and (await first_superstep(storage)).state == before.state
        # The fork can be resumed by itself.
        again = await counting(storage).run(checkpoint_id=fork.checkpoint_id)
        assert again.get_outputs() == [[[0, 1, 2, 3], Limit(3, None), "original", "original"]]

    run(story())


def test_a_value_takes_the_place_of_one_of_another_type() -> None:
    async def story() -> None:
        storage = InMemoryCheckpointStorage()
        await counting(storage).run(0)
        before = await first_superstep(storage)
        edits = {"state": {"limit": Open("why not")}}
        result = await counting(storage).run(checkpoint_id=before.checkpoint_id, edits=edits)
        ((seen, limit, _, _),) = result.get_outputs()
        assert (seen, limit) == ([0, 1], Open("why not"))

    run(story())


def test_a_function_edits_whatever_is_in_it() -> None:
    async def story() -> None:
        storage = InMemoryCheckpointStorage()
        await counting(storage).run(0)
        before = await first_superstep(storage)

        def edit(checkpoint: WorkflowCheckpoint) -> None:
            del checkpoint.state["limit"]
            checkpoint.state["_executor_state"]["count"]["seen"] = ["edited"]
            checkpoint.messages = {"count": [WorkflowMessage(7, "count")]}

        result = await counting(storage).run(checkpoint_id=before.checkpoint_id, edits=edit)
        ((seen, limit, _, _),) = result.get_outputs()
        assert (seen, limit) == (["edited", 7], Limit(2, "nobody"))

    run(story())


def test_a_run_id_of_its_own_makes_a_fork_that_remembers_nothing() -> None:
    async def story() -> None:
        storage = InMemoryCheckpointStorage()
        ((_, _, _, paid),) = (await counting(storage).run(0, run_id="original")).get_outputs()
        assert paid == "original"
        before = await first_superstep(storage)
        same = await counting(storage).run(checkpoint_id=before.checkpoint_id)
        assert same.get_outputs()[0][2:] == ["original", "original"]
        other = await counting(storage).run(checkpoint_id=before.checkpoint_id, run_id="other")
        assert other.get_outputs()[0][2:] == ["other", "other"]
        named = counting(storage)
        await named.run(0)
        assert (await named.run(0, run_id="named")).get_outputs()[0][2:] == ["named", "named"]

    run(story())


def change_id(checkpoint: WorkflowCheckpoint) -> None:
    checkpoint.checkpoint_id = "other"


@pytest.mark.parametrize(
    ("edits", "error", "sentence"),
    [
        ({"iteration_count": 9}, ValueError, "'iteration_count'"),
        ({"nonsense": 9}, ValueError, "'nonsense'"),
        (change_id, ValueError, "'checkpoint_id'"),
        ({"state": {"limit": object()}}, TypeError, "limit"),
        (
            {"messages": {"count": [WorkflowMessage(1, "count", "nobody")]}},
            WorkflowCheckpointException,
            r"messages\[0\].target",
        ),
    ],
)
def test_edits_that_cannot_be_are_refused(edits: Any, error: type[Exception], sentence: str) -> None:
    async def story() -> None:
        storage = InMemoryCheckpointStorage()
        await counting(storage).run(0)
        before = await first_superstep(storage)
        with pytest.raises(error, match=sentence):
            await counting(storage).run(checkpoint_id=before.checkpoint_id, edits=edits)
        with pytest.raises(WorkflowCheckpointException, match="nowhere"):
            await counting(storage).run(checkpoint_id="nowhere", edits=edits)

    run(story())


def test_arguments_that_do_not_go_together_are_refused() -> None:
    workflow = counting(None)
    with pytest.raises(ValueError, match="edits change a checkpoint"):
        workflow.run(0, edits={})
    with pytest.raises(ValueError, match="run_id already"):
        workflow.run(responses={}, run_id="name")
    with pytest.raises(TypeError, match="migration"):
        WorkflowBuilder(start_executor=Count(), migrate=7)  # type: ignore[arg-type]


# ---- Another graph


@executor(id="tell")
async def tell(n: int, ctx: WorkflowContext[Any, str]) -> None:
    await ctx.yield_output(f"told {n} with {ctx.get_state('limit')}")


def renamed(storage: Optional[CheckpointStorage], migrate: Any = None) -> Workflow:
    """The next version of the program: another executor takes the numbers, and tells the first."""

    @executor(id="begin")
    async def begin(n: int, ctx: WorkflowContext[int]) -> None:
        await ctx.send_message(n)

    builder = WorkflowBuilder(start_executor=begin, checkpoint_storage=storage, name="count", migrate=migrate)
    return builder.add_edge(begin, tell).build()


def test_a_report_says_what_differs_and_what_would_be_lost() -> None:
    async def story() -> None:
        storage = InMemoryCheckpointStorage()
        await counting(storage).run(0)
        before = await first_superstep(storage)
        assert counting(None).compare(before)["compatible"] is True
        report = renamed(storage).compare(before.checkpoint_id)
        assert report["compatible"] is False
        assert report["executors"]["added"] == ["begin", "tell"] and report["executors"]["removed"] == ["count"]
        assert {part["executor"] for part in report["lost"]} == {"count"}
        with pytest.raises(ValueError, match="no storage"):
            renamed(None).compare("somewhere")
        with pytest.raises(WorkflowCheckpointException, match="nowhere"):
            renamed(storage).compare("nowhere")
        with pytest.raises(WorkflowCheckpointException, match="count"):
            await renamed(storage).run(checkpoint_id=before.checkpoint_id)

    run(story())


def make_it_fit(checkpoint: WorkflowCheckpoint, report: dict[str, Any]) -> WorkflowCheckpoint:
    assert report["executors"]["removed"] == ["count"]
    del checkpoint.state["_executor_state"]
    checkpoint.document["executor_states"] = {}
    checkpoint.document["messages"] = []
    checkpoint.messages = {"begin": [WorkflowMessage(item.data, "begin") for item in checkpoint.messages["count"]]}
    return checkpoint


def test_a_migration_makes_a_checkpoint_fit() -> None:
    async def story() -> None:
        storage = InMemoryCheckpointStorage()
        await counting(storage).run(0)
        before = await first_superstep(storage)
        workflow = renamed(storage, make_it_fit)
        result = await workflow.run(checkpoint_id=before.checkpoint_id)
        assert result.get_outputs() == ["told 1 with Limit(most=2, author='nobody')"]
        # Edits come first.
        result = await workflow.run(checkpoint_id=before.checkpoint_id, edits={"state": {"limit": 9}})
        assert result.get_outputs() == ["told 1 with 9"]
        # Going back in place migrates too.
        assert (await workflow.rewind(before.checkpoint_id)).get_outputs()[0].startswith("told 1")

    run(story())


def refuse(checkpoint: WorkflowCheckpoint, report: dict[str, Any]) -> None:
    return None


def fail(checkpoint: WorkflowCheckpoint, report: dict[str, Any]) -> WorkflowCheckpoint:
    raise KeyError("the migration is not finished")


def leave(checkpoint: WorkflowCheckpoint, report: dict[str, Any]) -> WorkflowCheckpoint:
    return checkpoint


@pytest.mark.parametrize(
    ("migrate", "error", "sentence"),
    [
        (refuse, WorkflowCheckpointException, "count"),
        (fail, KeyError, "not finished"),
        (leave, WorkflowCheckpointException, "as migrated is damaged"),
    ],
)
def test_a_migration_that_does_not_help(migrate: Callable[..., Any], error: type[Exception], sentence: str) -> None:
    async def story() -> None:
        storage = InMemoryCheckpointStorage()
        await counting(storage).run(0)
        before = await first_superstep(storage)
        for _ in range(2):
            with pytest.raises(error, match=sentence):
                await renamed(storage, migrate).run(checkpoint_id=before.checkpoint_id)

    run(story())
