"""To a handler it is as if it had a task of its own, though its first step runs at once."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import sys
import time
import warnings
from collections.abc import Awaitable
from types import SimpleNamespace
from typing import Any, Callable

import pytest
from samples import run

from libworkflow import WorkflowBuilder, WorkflowContext, executor

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


def single(code: Callable[[int, WorkflowContext[Any, Any]], Awaitable[None]]) -> Any:
    return WorkflowBuilder(start_executor=executor(id="it", input=int)(code)).build()


def test_current_task_stays_the_same() -> None:
    seen = []

    async def code(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        for _ in range(3):
            seen.append(asyncio.current_task())
            await asyncio.sleep(0)
            await asyncio.sleep(0.001)
        assert asyncio.current_task() in asyncio.all_tasks()

    async def main() -> None:
        await single(code).run(1)
        assert len(set(seen)) == 1
        assert seen[0] is not asyncio.current_task() and isinstance(seen[0], asyncio.Task)

    run(main())


def test_waiting_for_futures_tasks_and_threads() -> None:
    async def child() -> str:
        await asyncio.sleep(0.001)
        return "child"

    async def code(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        loop.call_soon(future.set_result, "future")
        await ctx.yield_output(
            [await future, await asyncio.create_task(child()), await asyncio.to_thread(lambda: "thread")]
        )
        done = loop.create_future()
        done.set_exception(KeyError("kept"))
        with pytest.raises(KeyError, match="kept"):
            await done

    async def main() -> None:
        assert (await single(code).run(1)).get_outputs() == [["future", "child", "thread"]]

    run(main())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="needs asyncio.timeout")
def test_timeouts_and_task_groups() -> None:
    async def code(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        if n:  # as the very first wait, where the task changes hands
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await asyncio.sleep(10)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.005):
                await asyncio.sleep(10)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.sleep(10), 0.005)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(asyncio.sleep(0.001, i)) for i in range(3)]
        await ctx.yield_output([task.result() for task in tasks])
        with pytest.raises(BaseExceptionGroup):  # noqa: F821
            async with asyncio.TaskGroup() as group:
                group.create_task(asyncio.wait_for(asyncio.Event().wait(), 0.001))
                await asyncio.sleep(10)

    async def main() -> None:
        for n in (0, 1):
            assert (await single(code).run(n)).get_outputs() == [[0, 1, 2]]

    run(main())


def test_task_group_in_the_first_step() -> None:
    async def fail() -> None:
        raise LookupError

    async def code(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        with pytest.raises(BaseException) as error:
            async with asyncio.TaskGroup() as group:
                group.create_task(fail())
                await asyncio.sleep(10)
        assert error.group_contains(LookupError)

    if sys.version_info >= (3, 11):
        run(single(code).run(1))


def test_context_variables_belong_to_one_handler() -> None:
    seen: list[tuple[str, str]] = []

    async def first(n: int, ctx: WorkflowContext[Any]) -> None:
        seen.append(("first", variable.get()))
        variable.set("first")
        if n:
            await asyncio.sleep(0)
        assert variable.get() == "first"
        await ctx.send_message(n)

    async def second(n: int, ctx: WorkflowContext[Any]) -> None:
        seen.append(("second", variable.get()))

    async def main() -> None:
        a, b = executor(id="a", input=int)(first), executor(id="b", input=int)(second)
        workflow = WorkflowBuilder(start_executor=a).add_edge(a, b).build()
        variable.set("caller")
        for n in (0, 1):
            await workflow.run(n)
        async for event in workflow.run(0, stream=True):
            if event.type == "superstep_completed":
                variable.set("changed")
        assert variable.get() == "changed"

    run(main())
    callers = ["caller"] * 5 + ["changed"]
    assert seen == list(zip(["first", "second"] * 3, callers))


@pytest.mark.parametrize("wait", [0, 1])
def test_handler_that_cancels_itself(wait: int) -> None:
    async def code(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        if n:
            await asyncio.sleep(10)

    async def main() -> None:
        with pytest.raises(asyncio.CancelledError):
            await single(code).run(wait)

    run(main())


@pytest.mark.parametrize("wait", [0, 1])
def test_who_cancels_all_tasks_cancels_no_later_handler(wait: int) -> None:
    """Not even by the task that is kept ready for it."""

    async def code(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        await asyncio.sleep(0)
        await ctx.send_message(n)

    async def last(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        await asyncio.sleep(0.01 * n)
        await ctx.yield_output(n)

    async def main() -> None:
        a, b = executor(id="a", input=int)(code), executor(id="b", input=int)(last)
        workflow = WorkflowBuilder(start_executor=a).add_edge(a, b).build()
        stream = workflow.run(wait, stream=True)
        known = asyncio.all_tasks()
        async for event in stream:
            if event.type == "superstep_completed" and event.iteration == 1:
                for task in asyncio.all_tasks() - known:
                    task.cancel()
                await asyncio.sleep(0)
        assert (await stream.get_final_response()).get_outputs() == [wait]

    run(main())


def test_what_a_handler_returns_is_nobodys() -> None:
    async def code(n: int, ctx: WorkflowContext[Any, Any]) -> Any:
        await ctx.yield_output(n)
        if n:
            await asyncio.sleep(0)
        return StopIteration(n)

    async def main() -> None:
        for n in (0, 1):
            assert (await single(code).run(n)).get_outputs() == [n]

    run(main())


def test_inner_task_is_cancelled_with_the_handler() -> None:
    events = []

    async def inner() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            events.append("inner")

    async def code(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        task = asyncio.ensure_future(inner())
        await asyncio.sleep(0)
        try:
            await task
        finally:
            events.append("handler")

    async def main() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(single(code).run(1), 0.02)
        assert events == ["inner", "handler"]

    run(main())


def test_loop_that_closes_at_once_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    async def code(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output(n)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loop = asyncio.new_event_loop()
        assert loop.run_until_complete(single(code).run(3)).get_outputs() == [3]
        loop.close()
        gc.collect()
    assert capsys.readouterr().err == ""


def test_handlers_that_never_wait_leave_time_for_others() -> None:
    async def code(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.send_message(n)

    async def main() -> None:
        it = executor(id="it", input=int)(code)
        workflow = WorkflowBuilder(10**9, start_executor=it).add_edge(it, it).build()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(workflow.run(1), 0.05)

        async def stream() -> None:
            async for _ in workflow.run(1, stream=True):
                pass

        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(stream(), 0.05)

    run(main())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="there each handler is a task, begun by the event loop")
def test_slow_handlers_that_never_wait_leave_time_more_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that only they move: quick ones come in long batches, which the first slow ones end."""
    now, quick, last, turns = 0.0, 300, 500, []
    monkeypatch.setattr("libworkflow._run.time", SimpleNamespace(monotonic=lambda: now, sleep=time.sleep))

    async def code(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        nonlocal now
        turns.append("handler")
        now += 0.000001 if n < quick else 0.001
        if n < last:
            await ctx.send_message(n + 1)

    async def others() -> None:
        while True:
            await asyncio.sleep(0)
            turns.append("others")

    async def main() -> None:
        it = executor(id="it", input=int)(code)
        workflow = WorkflowBuilder(1000, start_executor=it).add_edge(it, it).build()
        task = asyncio.ensure_future(others())
        await workflow.run(1)
        task.cancel()

    run(main())
    handlers = [turns[: place + 1].count("handler") for place, turn in enumerate(turns) if turn == "others"]
    waited = [after - before for before, after in zip(handlers, handlers[1:])]
    assert turns.count("handler") == last
    assert handlers[0] > 0 and [gap for gap in waited if gap > 8] == [], (handlers, waited)
    assert quick < handlers[0] <= quick + 40 and len(waited) > (last - handlers[0]) // 9
