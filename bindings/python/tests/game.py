"""A guessing game: the workflow guesses, a person says whether the number is above, below or right."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from enum import Enum
from typing import Any, Optional

from libworkflow import (
    CheckpointStorage,
    Executor,
    FileCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    handler,
    response_handler,
)


class Hint(Enum):
    ABOVE = "above"
    BELOW = "below"
    RIGHT = "right"


@dataclass
class Guess:
    number: int
    low: int
    high: int


class Guesser(Executor):
    @handler
    async def begin(self, limit: int, ctx: WorkflowContext[Any, str]) -> None:
        await self.guess(0, limit, ctx)

    @response_handler
    async def hear(self, original_request: Guess, response: Hint, ctx: WorkflowContext[Any, str]) -> None:
        asked = original_request
        if response is Hint.ABOVE:
            await self.guess(asked.number + 1, asked.high, ctx)
        elif response is Hint.BELOW:
            await self.guess(asked.low, asked.number - 1, ctx)
        else:
            await ctx.yield_output(f"{asked.number} by {ctx.request_id}")

    async def guess(self, low: int, high: int, ctx: WorkflowContext[Any, str]) -> None:
        number = (low + high) // 2
        await ctx.request_info(Guess(number, low, high), Hint, request_id=f"is-it-{number}")


def game(storage: Optional[CheckpointStorage] = None) -> Workflow:
    return WorkflowBuilder(start_executor=Guesser("guesser"), name="game", checkpoint_storage=storage).build()


def hint(guess: Guess, secret: int) -> Hint:
    if guess.number == secret:
        return Hint.RIGHT
    return Hint.ABOVE if guess.number < secret else Hint.BELOW


async def step(directory: str, secret: int) -> None:
    """Plays one move from the latest checkpoint, and forgets everything but the directory."""
    storage = FileCheckpointStorage(directory)
    workflow = game(storage)
    latest = await storage.get_latest(workflow_name="game")
    if latest is None:
        result = await workflow.run(100)
    else:
        events = latest.pending_request_info_events
        answers = {name: hint(event.data, secret) for name, event in events.items()}
        result = await workflow.run(checkpoint_id=latest.checkpoint_id, responses=answers)
    print(*result.get_outputs(), *(event.request_id for event in result.get_request_info_events()))


if __name__ == "__main__":
    asyncio.run(step(sys.argv[1], int(sys.argv[2])))
