"""Small workflows that the tests share."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Optional, TypeVar

from libworkflow import (
    CheckpointStorage,
    Executor,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    executor,
    handler,
)

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T], hangs_after: float = 30) -> T:
    """Runs a coroutine on a loop of its own; after so many seconds it hangs."""

    async def limited() -> T:
        return await asyncio.wait_for(coroutine, hangs_after)

    return asyncio.run(limited())


@executor(id="upper")
async def upper(text: str, ctx: WorkflowContext[str]) -> None:
    await ctx.send_message(text.upper())


@executor(id="reverse")
async def reverse(text: str, ctx: WorkflowContext[str, str]) -> None:
    await ctx.yield_output(text[::-1])


def two_steps(storage: Optional[CheckpointStorage] = None) -> Workflow:
    """upper -> reverse."""
    return WorkflowBuilder(start_executor=upper, checkpoint_storage=storage).add_edge(upper, reverse).build()


@dataclass
class Work:
    """Numbers still to be taken apart."""

    left: list[int]


class Start(Executor):
    """Makes the work for all numbers up to a limit."""

    @handler
    async def start(self, limit: int, ctx: WorkflowContext[Work]) -> None:
        await ctx.send_message(Work(list(range(1, limit + 1))))


class Factors(Executor):
    """Finds the factor pairs of one number a superstep and sends itself the rest."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.pairs: dict[int, list[tuple[int, int]]] = {}

    @handler
    async def take(self, work: Work, ctx: WorkflowContext[Work, dict[int, list[tuple[int, int]]]]) -> None:
        number = work.left.pop(0)
        self.pairs[number] = [(i, number // i) for i in range(1, number) if number % i == 0]
        if work.left:
            await ctx.send_message(work)
        else:
            await ctx.yield_output(self.pairs)

    async def on_checkpoint_save(self) -> dict[str, Any]:
        return {"pairs": self.pairs}

    async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
        self.pairs = state["pairs"]


FACTORS_OF_6 = {1: [], 2: [(1, 2)], 3: [(1, 3)], 4: [(1, 4), (2, 2)], 5: [(1, 5)], 6: [(1, 6), (2, 3), (3, 2)]}


def factors(storage: Optional[CheckpointStorage]) -> Workflow:
    """start -> factors, which loops."""
    start, worker = Start("start"), Factors("factors")
    builder = WorkflowBuilder(start_executor=start, checkpoint_storage=storage, name="factors")
    return builder.add_edge(start, worker).add_edge(worker, worker).build()
