"""What a handler can do besides sending and yielding."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from samples import run

from libworkflow import (
    FileCheckpointStorage,
    InMemoryCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowRunState,
    executor,
)


def counter(seen: list[Any], *, stop_at: int = 2, fail_at: int = -1, storage: Any = None) -> Workflow:
    """Sends itself smaller and smaller numbers, notes its keys, and halts at `stop_at`."""

    @executor(id="count")
    async def count(n: int, ctx: WorkflowContext[int, int]) -> None:
        seen.append((n, ctx.idempotency_key, ctx.run_id, ctx.iteration))
        if n == fail_at:
            raise RuntimeError("not now")
        if n == stop_at:
            ctx.halt()
        if n:
            await ctx.send_message(n - 1)
        else:
            await ctx.yield_output(n)

    builder = WorkflowBuilder(start_executor=count, checkpoint_storage=storage, name="count")
    return builder.add_edge(count, count).build()


def test_halt_lets_the_run_rest_and_the_checkpoint_goes_on() -> None:
    async def main() -> None:
        seen: list[Any] = []
        storage = InMemoryCheckpointStorage()
        workflow = counter(seen, storage=storage)
        result = await workflow.run(4)
        assert result.get_final_state() is WorkflowRunState.IDLE and result.get_outputs() == []
        assert [n for n, *_ in seen] == [4, 3, 2]
        latest = workflow.get_last_checkpoint_id()
        assert latest is not None and (await storage.load(latest)).messages["count"][0].data == 1
        result = await counter(seen, storage=storage).run(checkpoint_id=latest)
        assert result.get_outputs() == [0] and [n for n, *_ in seen] == [4, 3, 2, 1, 0]

    run(main())


def test_message_that_waited_behind_a_halt_is_delivered_with_the_next_one() -> None:
    async def main() -> None:
        seen: list[Any] = []
        workflow = counter(seen)
        await workflow.run(2)
        assert (await workflow.run(0)).get_outputs() == [0, 0]  # the one that waited sent a 0 of its own

    run(main())


def test_idempotency_key_is_the_same_for_every_attempt_and_no_other(tmp_path: Any) -> None:
    async def main() -> None:
        seen: list[Any] = []
        storage = FileCheckpointStorage(tmp_path)
        failing = counter(seen, stop_at=-1, fail_at=1, storage=storage)
        with pytest.raises(RuntimeError, match="not now"):
            await failing.run(3)
        again: list[Any] = []
        latest = await storage.get_latest(workflow_name="count")
        assert latest is not None
        await counter(again, stop_at=-1, storage=storage).run(checkpoint_id=latest.checkpoint_id)
        assert [n for n, *_ in seen] == [3, 2, 1] and [n for n, *_ in again] == [1, 0]
        assert again[0] == seen[-1]  # the number, the key, the run, the superstep
        keys = [key for _, key, *_ in seen[:-1] + again]
        assert len(set(keys)) == len(keys) and all(keys)
        assert {run_id for *_, run_id, _ in seen + again} == {seen[0][2]}
        assert [step for *_, step in seen] == [1, 2, 3]

    run(main())


def test_state_object_and_what_was_sent() -> None:
    @executor(id="first")
    async def first(n: int, ctx: WorkflowContext[dict[str, list[int]], int]) -> None:
        ctx.state.set("a", [n])
        assert ctx.state.get("a") == [n] and ctx.state.get("b", 7) == 7
        assert ctx.state.has("a") and not ctx.state.has("b")
        ctx.state.set("none", None)
        assert ctx.state.has("none") and ctx.state.get("none", 1) is None
        ctx.state.delete("none")
        with pytest.raises(KeyError):
            ctx.state.delete("none")
        message = {"n": [n]}
        assert ctx.get_sent_messages() == [] and ctx.get_yielded_outputs() == []
        await ctx.send_message(message)
        message["n"].append(2)
        await ctx.yield_output(n)
        assert ctx.get_sent_messages() == [{"n": [n, 2]}]  # as the receiver gets it
        assert ctx.get_yielded_outputs() == [n]
        with pytest.raises(ValueError):
            await ctx.send_message({}, target_id="nobody")
        assert len(ctx.get_sent_messages()) == 1

    @executor(id="second")
    async def second(message: dict[str, Any], ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output([message, ctx.state.get("a"), ctx.state.has("none")])

    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=first).add_edge(first, second).build()
        assert (await workflow.run(1)).get_outputs() == [1, [{"n": [1, 2]}, [1], False]]

    run(main())


def test_is_streaming_tells_how_the_caller_looks() -> None:
    @executor(id="look")
    async def look(n: int, ctx: WorkflowContext[Any, bool]) -> None:
        await ctx.yield_output(ctx.is_streaming())

    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=look).build()
        assert (await workflow.run(1)).get_outputs() == [False]
        assert [e.data async for e in workflow.run(1, stream=True) if e.type == "output"] == [True]

    run(main())


def test_everything_works_from_a_thread_too() -> None:
    @executor(id="sync")
    def sync(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        assert not ctx.is_cancelled and ctx.idempotency_key and ctx.run_id and ctx.iteration == 1
        assert ctx.get_source_executor_id() == "internal:sync" and ctx.request_id is None
        ctx.state.set("n", n)
        asyncio.run(ctx.yield_output([ctx.state.get("n"), ctx.is_streaming()]))
        assert ctx.get_yielded_outputs() == [[n, False]]
        ctx.halt()
        kept.append(ctx)

    kept: list[WorkflowContext[Any, Any]] = []

    async def main() -> None:
        assert (await WorkflowBuilder(start_executor=sync).build().run(5)).get_outputs() == [[5, False]]

    run(main())
    (context,) = kept
    for use in (lambda: context.idempotency_key, lambda: context.halt(), lambda: context.state.get("n")):
        with pytest.raises(RuntimeError, match="has ended"):
            use()
    assert context.is_cancelled  # what it does counts no more


@executor(id="ann")
async def ann(n: int, ctx: WorkflowContext[int, Any]) -> None:
    seen = [*ctx.own_state.get("seen", []), n]
    ctx.own_state.set("seen", seen)
    assert ctx.own_state.get("seen") == seen and ctx.own_state.has("seen") and not ctx.state.has("seen")
    ctx.state.set("shared", n)
    ctx.own_state.set(f"x{n}", {"n": n})
    if n == 2:
        assert ctx.own_state.keys() == ["seen", "x2", "x3"] and ctx.own_state.keys("x") == ["x2", "x3"]
        ctx.own_state.delete("x3")
        with pytest.raises(KeyError, match="x3"):
            ctx.own_state.delete("x3")
    if n == 1:
        assert ctx.own_state.keys("x") == ["x1", "x2"]
        ctx.own_state.clear()
        assert ctx.own_state.keys() == [] and ctx.own_state.get("seen", "none") == "none"
        assert ctx.state.get("shared") == 1
        ctx.own_state.set("last", seen)
    await (ctx.send_message(n - 1) if n else ctx.yield_output([seen, ctx.own_state.keys()]))


@executor(id="ben")
def ben(n: int, ctx: WorkflowContext[int, Any]) -> None:
    """Of a thread of its own."""
    assert ctx.own_state.get("seen") is None and ctx.own_state.get("mine", n + 1) == n + 1
    ctx.own_state.set("mine", n)
    with pytest.raises(TypeError, match="bad"):
        ctx.own_state.set("bad", object())


def privately(storage: Any = None, start: Any = ann) -> Workflow:
    builder = WorkflowBuilder(start_executor=start, checkpoint_storage=storage, name="own", strict_state=True)
    return builder.add_edge(start, start).add_edge(start, ben).build()


def test_own_state_is_that_of_one_executor_and_in_the_checkpoint() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        assert (await privately(storage).run(3)).get_outputs() == [[[0], ["last", "seen", "x0"]]]
        checkpoints = {c.iteration_count: c for c in await storage.list_checkpoints(workflow_name="own")}
        second = checkpoints[2]
        assert second.state == {"shared": 2}  # what belongs to one executor is not in it
        assert second.document["executor_states"]["ann"]["state"] == {"seen": [3, 2], "x2": {"n": 2}}
        assert second.document["executor_states"]["ben"]["state"] == {"mine": 2}
        again = await privately(storage).run(checkpoint_id=second.checkpoint_id)
        assert again.get_outputs() == [[[0], ["last", "seen", "x0"]]]
        # Also by way of the checkpoint as an object.
        edited = await privately(storage).run(checkpoint_id=second.checkpoint_id, edits={"state": {"shared": 7}})
        assert edited.get_outputs() == [[[0], ["last", "seen", "x0"]]]

    run(main())


def test_own_state_ends_with_the_call_of_the_handler() -> None:
    kept: list[Any] = []

    @executor(id="keeper")
    async def keeper(n: int, ctx: WorkflowContext) -> None:
        kept.append(ctx.own_state)

    run(WorkflowBuilder(start_executor=keeper).build().run(1))
    with pytest.raises(RuntimeError, match="'keeper' has ended"):
        kept[0].get("x")
