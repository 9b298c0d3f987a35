"""Functions that stand at the top of a module, for pools of processes."""

from __future__ import annotations

import os
from typing import Any

from libworkflow import WorkflowContext


def square(n: int, ctx: WorkflowContext[int, Any]) -> None:
    ctx.set_state(f"by-{ctx.executor_id}", os.getpid())
    ctx.send_message(n * n)  # type: ignore[unused-coroutine]


def give(n: int, ctx: WorkflowContext[Any, list[int]]) -> None:
    ctx.yield_output([n, os.getpid()])  # type: ignore[unused-coroutine]


def fail(n: int) -> None:
    raise LookupError(f"nothing for {n}")


def peek(n: int, ctx: WorkflowContext[Any, Any]) -> None:
    ctx.get_state("k")
