"""Things that go wrong in a run, each to be counted: nothing of the library's may be left behind."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Iterator
from typing import Any

from libworkflow import (
    Executor,
    InMemoryCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    executor,
    handler,
)

PLACES = ("handler", "later", "thread", "save", "restore", "condition", "selector", "storage")


class Unsayable(Exception):
    def __str__(self) -> str:
        raise ValueError("it cannot be said")


class Own(BaseException):
    """Neither an exception that one should catch, nor one that Python knows."""


KINDS: tuple[type[BaseException], ...] = (
    ValueError,
    Unsayable,
    RecursionError,
    MemoryError,
    StopIteration,
    StopAsyncIteration,
    GeneratorExit,
    asyncio.CancelledError,
    asyncio.TimeoutError,
    KeyboardInterrupt,
    SystemExit,
    Own,
)


class Bad(Executor):
    """Raises at one place."""

    def __init__(self, place: str, error: BaseException) -> None:
        super().__init__("bad")
        self.place, self.error = place, error

    def fail_at(self, place: str) -> None:
        if place == self.place:
            raise self.error

    @handler
    async def take(self, n: int, ctx: WorkflowContext[int, Any]) -> None:
        self.fail_at("handler")
        if self.place == "later":
            await asyncio.sleep(0)
            self.fail_at("later")
        await ctx.send_message(n)

    async def on_checkpoint_save(self) -> dict[str, Any]:
        self.fail_at("save")
        return {"kept": 1}

    async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
        self.fail_at("restore")


class Shelf:
    """A storage in Python."""

    def __init__(self, error: BaseException) -> None:
        self.inside, self.error, self.calls = InMemoryCheckpointStorage(), error, 0

    async def save(self, checkpoint: Any) -> str:
        self.calls += 1
        if self.calls == 2:
            raise self.error
        return await self.inside.save(checkpoint)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inside, name)


def workflow(place: str, error: BaseException) -> Workflow:
    @executor(id="end")
    async def end(n: int, ctx: WorkflowContext[Any, int]) -> None:
        await ctx.yield_output(n)

    @executor(id="other")
    def other(n: int, ctx: WorkflowContext[Any, int]) -> None:
        if place == "thread":
            raise error

    def condition(n: int) -> bool:
        if place == "condition":
            raise error
        return True

    def selector(n: int, targets: list[str]) -> list[str]:
        if place == "selector":
            raise error
        return targets

    bad = Bad(place, error)
    storage: Any = Shelf(error) if place == "storage" else InMemoryCheckpointStorage()
    builder = WorkflowBuilder(name="bad", start_executor=bad, checkpoint_storage=storage)
    if place in ("selector", "thread"):
        return builder.add_multi_selection_edge_group(bad, [end, other], selector).build()
    return builder.add_edge(bad, end, condition).build()


async def go(place: str, error: BaseException) -> Any:
    """One run, and for a hook that restores, one more from its first checkpoint."""
    built = workflow(place, error)
    if place != "restore":
        return await built.run(1)
    bad: Any = built.get_start_executor()
    bad.place = ""
    await built.run(1)
    bad.place = "restore"
    ids = await built._checkpoint_storage.list_checkpoint_ids(workflow_name="bad")  # type: ignore[union-attr]
    return await built.run(checkpoint_id=ids[1])


def outcome(place: str, kind: type[BaseException], seconds: float = 20) -> BaseException:
    """What the caller of the run gets."""
    try:
        asyncio.run(asyncio.wait_for(go(place, kind("here")), seconds))
    except BaseException as error:
        return error
    raise AssertionError(f"{kind.__name__} in the {place} was lost")


def abandon() -> None:
    """Streams that nobody takes to their end."""

    async def leave() -> None:
        built = workflow("", ValueError())
        for steps in range(5):
            stream = built.run(1, stream=True)
            for _ in range(steps):
                await stream.__anext__()
        kept = built.run(1, stream=True)
        await kept.__anext__()
        await kept.aclose()

    asyncio.run(leave())


def two_loops() -> Iterator[str]:
    """A stream that one loop began and another goes on with."""
    built = workflow("later", ValueError())

    async def step(stream: Any) -> Any:
        return await stream.__anext__()

    stream = built.run(1, stream=True)
    first = asyncio.new_event_loop()
    first.run_until_complete(step(stream))
    for close in (False, True):
        if close:
            first.close()
        other = asyncio.new_event_loop()
        with contextlib.closing(other):
            try:
                other.run_until_complete(asyncio.wait_for(step(stream), 10))
            except BaseException as error:
                yield f"{type(error).__name__}: {error}"
            else:
                yield "went on"
    first.close()


def everything() -> None:
    """All of it, and the mess is swept."""
    for place in PLACES:
        for kind in KINDS:
            outcome(place, kind)
    abandon()
    list(two_loops())
    gc.collect()
