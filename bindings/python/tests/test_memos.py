"""ctx.remember, ctx.recall and ctx.once: side effects that happen once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

import pytest
from samples import run

from libworkflow import (
    CheckpointStorage,
    Executor,
    FileCheckpointStorage,
    InMemoryCheckpointStorage,
    Retry,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    executor,
    handler,
)


@dataclass
class Receipt:
    """What the bank gives for a refund."""

    number: int
    amount: int


class Clerk(Executor):
    """Pays, and then fails as often as it is told to."""

    def __init__(self, failures: int) -> None:
        super().__init__("clerk")
        self.paid: list[int] = []
        self.failures = failures

    async def pay(self, amount: int) -> Receipt:
        await asyncio.sleep(0)
        self.paid.append(amount)
        return Receipt(len(self.paid), amount)

    @handler
    async def refund(self, amount: int, ctx: WorkflowContext[int, Receipt]) -> None:
        receipt = await ctx.once("refund", lambda: self.pay(amount))
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the letter cannot be sent")
        await ctx.yield_output(receipt)
        if amount > 100:
            await ctx.send_message(amount - 100)


def office(clerk: Clerk, storage: Optional[CheckpointStorage]) -> Workflow:
    builder = WorkflowBuilder(start_executor=clerk, checkpoint_storage=storage, name="office")
    return builder.add_edge(clerk, clerk).build()


@pytest.mark.parametrize("in_a_folder", [True, False])
def test_a_side_effect_happens_once_although_its_superstep_is_run_again(tmp_path: Path, in_a_folder: bool) -> None:
    async def story() -> None:
        storage = FileCheckpointStorage(tmp_path) if in_a_folder else InMemoryCheckpointStorage()
        clerk = Clerk(failures=2)
        for _ in range(2):
            latest = await storage.get_latest(workflow_name="office")
            begin = {"message": 250} if latest is None else {"checkpoint_id": latest.checkpoint_id}
            with pytest.raises(ConnectionError):
                await office(clerk, storage).run(**begin)
        latest = await storage.get_latest(workflow_name="office")
        assert latest is not None
        result = await office(clerk, storage).run(checkpoint_id=latest.checkpoint_id)
        # Each message is a piece of work of its own: three refunds, each paid once.
        assert result.get_outputs() == [Receipt(1, 250), Receipt(2, 150), Receipt(3, 50)]
        assert clerk.paid == [250, 150, 50]

    run(story())


def test_forgetting_a_run_lets_its_side_effects_happen_again(tmp_path: Path) -> None:
    async def story() -> None:
        storage = FileCheckpointStorage(tmp_path)
        names: list[str] = []

        @executor(id="letter")
        async def letter(text: str, ctx: WorkflowContext[Any, int]) -> None:
            names.append(ctx.run_id)
            await ctx.yield_output(await ctx.once("post", lambda: len(names)))

        workflow = WorkflowBuilder(start_executor=letter, checkpoint_storage=storage, name="post").build()
        assert (await workflow.run("hello")).get_outputs() == [1]
        first, *_ = await storage.list_checkpoint_ids(workflow_name="post")
        assert (await workflow.run(checkpoint_id=first)).get_outputs() == [1]
        assert await storage.forget(names[0]) is True
        assert await storage.forget(names[0]) is False
        assert (await workflow.run(checkpoint_id=first)).get_outputs() == [3]

    run(story())


def test_what_is_remembered_is_never_replaced() -> None:
    @executor(id="node")
    async def node(text: str, ctx: WorkflowContext[Any, Any]) -> None:
        assert ctx.recall("key") is None and ctx.recall("key", 7) == 7
        ctx.remember("key", {"a": (1, 2)})
        ctx.remember("key", {"a": (1, 2)})  # the very same
        with pytest.raises(ValueError, match="key"):
            ctx.remember("key", {"a": (1, 3)})
        ctx.remember("none", None)
        await ctx.yield_output([ctx.recall("key"), ctx.recall("none", 7)])

    result = run(WorkflowBuilder(start_executor=node).build().run("go"))
    assert result.get_outputs() == [[{"a": (1, 2)}, None]]


@pytest.mark.parametrize(
    ("key", "value", "error"), [("", 1, ValueError), ("a\0b", 1, ValueError), ("k", object(), TypeError)]
)
def test_what_cannot_be_remembered_says_so(key: str, value: Any, error: type[Exception]) -> None:
    @executor(id="node")
    async def node(text: str, ctx: WorkflowContext[Any, Any]) -> None:
        with pytest.raises(error):
            ctx.remember(key, value)
        await ctx.yield_output("said")

    assert run(WorkflowBuilder(start_executor=node).build().run("go")).get_outputs() == ["said"]


def test_an_action_that_fails_is_not_remembered() -> None:
    calls: list[str] = []

    @executor(id="node")
    async def node(text: str, ctx: WorkflowContext[Any, Any]) -> None:
        def action() -> str:
            calls.append("called")
            if len(calls) == 1:
                raise OSError("no line")
            return "done"

        with pytest.raises(OSError, match="no line"):
            await ctx.once("action", action)
        await ctx.yield_output([await ctx.once("action", action), await ctx.once("action", action), len(calls)])

    assert run(WorkflowBuilder(start_executor=node).build().run("go")).get_outputs() == [["done", "done", 2]]


def test_a_sync_function_in_its_thread_remembers_too() -> None:
    @executor(id="node")
    def node(text: str, ctx: WorkflowContext[Any, Any]) -> None:
        ctx.remember("key", text)
        assert ctx.recall("key") == "go" and ctx.attempt == 1
        assert asyncio.run(ctx.once("key", lambda: "no")) == "go"
        asyncio.run(ctx.yield_output(asyncio.run(ctx.once("other", lambda: asyncio.sleep(0, "yes")))))

    assert run(WorkflowBuilder(start_executor=node).build().run("go")).get_outputs() == ["yes"]


def test_a_context_that_has_ended_remembers_nothing() -> None:
    contexts: list[WorkflowContext[Any, Any]] = []

    @executor(id="node")
    async def node(text: str, ctx: WorkflowContext[Any, Any]) -> None:
        contexts.append(ctx)

    run(WorkflowBuilder(start_executor=node).build().run("go"))
    with pytest.raises(RuntimeError, match="has ended"):
        contexts[0].remember("key", 1)
    with pytest.raises(RuntimeError, match="has ended"):
        contexts[0].recall("key")


def test_remembering_what_a_function_gives() -> None:
    """`await ctx.remember(key, function)` is `await ctx.once(key, function)`."""
    seen: list[Any] = []

    @executor(id="a", retry=Retry(attempts=2, delay=0))
    async def a(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        async def act() -> int:
            seen.append("acted")
            return n

        seen.append(await ctx.remember("x", act))
        seen.append(await ctx.remember("y", lambda: n + 1))
        assert ctx.recall("y") == n + 1
        if ctx.attempt == 1:
            raise ConnectionError

    run(WorkflowBuilder(start_executor=a).build().run(1))
    assert seen == ["acted", 1, 2, 1, 2]


def test_a_sync_function_cannot_wait_for_what_a_function_gives() -> None:
    @executor(id="a")
    def a(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        ctx.remember("x", lambda: n)

    with pytest.raises(TypeError, match="recall"):
        run(WorkflowBuilder(start_executor=a).build().run(1))
