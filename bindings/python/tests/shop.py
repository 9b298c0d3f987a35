"""Workflows for the command line."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from libworkflow import (
    Executor,
    Message,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    executor,
    handler,
    response_handler,
)


@dataclass
class Order:
    number: int
    amount: float


class Count(Executor):
    @handler
    async def count(self, n: int, ctx: WorkflowContext[int, str]) -> None:
        ctx.set_state("left", n)
        await asyncio.sleep(0.02)
        if n == 0:
            await ctx.yield_output("lift-off")
        else:
            await ctx.send_message(n - 1)


class Clerk(Executor):
    @handler
    async def ask(self, order: Order, ctx: WorkflowContext[Any]) -> None:
        await ctx.request_info(f"pay {order.amount}?", bool, request_id="pay")
        await ctx.request_info("to whom?", str, request_id="name")

    @response_handler
    async def hear(self, original_request: str, response: bool, ctx: WorkflowContext[Any, dict[str, bool]]) -> None:
        await ctx.yield_output({"paid": response})

    @response_handler
    async def note(self, original_request: str, response: str, ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output(response)


@executor
async def echo(text: str, ctx: WorkflowContext[None, str]) -> None:
    await ctx.yield_output(text)


class Teller(Executor):
    @handler
    async def hear(self, messages: list[Message], ctx: WorkflowContext[Any]) -> None:
        ctx.set_state("said", messages)
        await ctx.request_info(f"pay {messages[-1].text}?", bool, request_id="pay")

    @response_handler
    async def pay(self, original_request: str, response: bool, ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output(str(response))


@executor
async def same(thing: Any, ctx: WorkflowContext[None, Any]) -> None:
    await ctx.yield_output(thing)


@executor
async def broken(n: int, ctx: WorkflowContext[int]) -> None:
    raise LookupError("no such order")


_count = Count("count")
counter = WorkflowBuilder(name="counter", start_executor=_count).add_edge(_count, _count)
speaker = WorkflowBuilder(name="speaker", start_executor=echo).build()
teller = WorkflowBuilder(name="teller", start_executor=Teller("teller")).build()
anything = WorkflowBuilder(name="anything", start_executor=same).build()
failing = WorkflowBuilder(name="failing", start_executor=broken).build()
number = 7


def office() -> Workflow:
    return WorkflowBuilder(name="office", start_executor=Clerk("clerk")).build()
