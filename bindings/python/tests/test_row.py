"""Sync functions follow each other on one thread; to them and to the caller it is as if each had its own."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading
import time
import weakref
from typing import Any

import pytest
from samples import run

from libworkflow import (
    Executor,
    InMemoryCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowExecutor,
    WorkflowRunState,
    _row,
    executor,
    handler,
)

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


def count_to(last: int, seen: Any = None, **options: Any) -> Workflow:
    """One sync function that sends to itself; `seen` is called with each number."""

    @executor(id="count")
    def count(n: int, ctx: WorkflowContext[int, int]) -> None:
        if seen is not None:
            seen(n)
        if n < last:
            ctx.send_message(n + 1)  # type: ignore[unused-coroutine]
        else:
            ctx.yield_output(n)  # type: ignore[unused-coroutine]

    options.setdefault("max_iterations", last + 10)
    return WorkflowBuilder(start_executor=count, **options).add_edge(count, count).build()


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("stored", [False, True])
def test_a_row_gives_what_single_calls_give(streaming: bool, stored: bool) -> None:
    async def main() -> None:
        workflow = count_to(50, checkpoint_storage=InMemoryCheckpointStorage() if stored else None)
        result = await (workflow.run(1, stream=True) if streaming else workflow.run(1))
        assert result.get_outputs() == [50] and result.get_final_state() is WorkflowRunState.IDLE
        types = ["superstep_started", "executor_invoked", "executor_completed", "superstep_completed"]
        assert [event.type for event in result if event.type != "output"] == types * 50
        assert [event.iteration for event in result if event.type == "superstep_completed"] == [*range(1, 51)]
        numbers = [event.sequence or 0 for event in result]
        assert numbers == sorted(numbers)

    run(main())


def test_the_event_loop_is_free_and_the_thread_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_row, "_LONGEST", 60)  # however long a busy machine takes
    threads: list[int] = []

    async def main() -> None:
        turns = 0

        async def tick() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0.001)
                turns += 1

        ticking = asyncio.ensure_future(tick())

        def see(n: int) -> None:
            threads.append(threading.get_ident())
            before, deadline = turns, time.monotonic() + 60
            while turns < before + 2 and time.monotonic() < deadline:
                time.sleep(0.001)
            with pytest.raises(RuntimeError):
                asyncio.get_running_loop()

        assert (await count_to(10, see).run(1)).get_outputs() == [10]
        ticking.cancel()
        assert turns >= 20 and len(set(threads)) == 1 and threading.get_ident() not in threads

    run(main())


@pytest.mark.parametrize("outputs", [0, 995])
def test_two_of_a_superstep_overlap_however_many_events_come_before(outputs: int) -> None:
    both = threading.Barrier(2)

    @executor(id="first")
    def first(n: int, ctx: WorkflowContext[int, int]) -> None:
        for number in range(n):
            ctx.yield_output(number)  # type: ignore[unused-coroutine]
        ctx.send_message(n)  # type: ignore[unused-coroutine]

    @executor(id="left")
    def left(n: int, ctx: WorkflowContext[int, str]) -> None:
        both.wait(20)

    @executor(id="right")
    def right(n: int, ctx: WorkflowContext[int, str]) -> None:
        both.wait(20)

    workflow = WorkflowBuilder(start_executor=first).add_fan_out_edges(first, [left, right]).build()
    assert len(run(workflow.run(outputs)).get_outputs()) == outputs


def test_conditions_are_called_on_the_loop_of_the_caller() -> None:
    seen: list[tuple[str, Any, int]] = []

    @executor(id="first")
    def first(n: int, ctx: WorkflowContext[int]) -> None:
        ctx.send_message(n + 1)  # type: ignore[unused-coroutine]

    @executor(id="second")
    def second(n: int, ctx: WorkflowContext[int, int]) -> None:
        ctx.yield_output(n)  # type: ignore[unused-coroutine]

    def is_even(n: int) -> bool:
        seen.append((variable.get(), asyncio.get_running_loop(), threading.get_ident()))
        return n % 2 == 0

    inner = WorkflowBuilder(start_executor=first).add_edge(first, second, condition=is_even).build()
    outer = WorkflowBuilder(start_executor=WorkflowExecutor(inner, id="box")).build()

    async def main() -> None:
        variable.set("mine")
        for workflow in (inner, outer):
            await workflow.run(1)
        assert seen == [("mine", asyncio.get_running_loop(), threading.get_ident())] * 2

    run(main())


def test_variables_are_those_of_the_caller() -> None:
    seen = []

    def see(n: int) -> None:
        seen.append(variable.get())
        variable.set(f"of {n}")

    async def main() -> None:
        variable.set("caller's")
        await count_to(5, see).run(1)
        assert variable.get() == "caller's"

    run(main())
    assert seen == ["caller's"] * 5


def test_rows_and_async_handlers_take_turns() -> None:
    """Between the sync functions: an async one that waits, one that does not, and two sync ones at once."""
    order: list[Any] = []
    barrier = threading.Barrier(2, timeout=10)

    @executor(id="a")
    def a(n: int, ctx: WorkflowContext[int]) -> None:
        order.append(("a", n, threading.current_thread() is threading.main_thread()))
        ctx.send_message(n)  # type: ignore[unused-coroutine]

    class Waits(Executor):
        def __init__(self) -> None:
            super().__init__("waits")
            self.calls = 0

        @handler
        async def wait(self, n: int, ctx: WorkflowContext[int]) -> None:
            self.calls += 1
            if n % 2:
                await asyncio.sleep(0)
            order.append(("waits", n, threading.current_thread() is threading.main_thread()))
            await ctx.send_message(n)

        async def on_checkpoint_save(self) -> dict[str, Any]:
            assert asyncio.get_running_loop()
            return {"calls": self.calls}

    @executor(id="left")
    def left(n: int, ctx: WorkflowContext[int]) -> None:
        barrier.wait()
        ctx.send_message(n)  # type: ignore[unused-coroutine]

    @executor(id="right")
    def right(n: int, ctx: WorkflowContext[int]) -> None:
        barrier.wait()
        ctx.send_message(n)  # type: ignore[unused-coroutine]

    @executor(id="join")
    def join(both: list[int], ctx: WorkflowContext[int, int]) -> None:
        if both[0] < 6:
            ctx.send_message(both[0] + 1)  # type: ignore[unused-coroutine]
        else:
            ctx.yield_output(both[0])  # type: ignore[unused-coroutine]

    waits = Waits()
    storage = InMemoryCheckpointStorage()
    builder = WorkflowBuilder(start_executor=a, checkpoint_storage=storage, name="turns")
    builder.add_edge(a, waits).add_fan_out_edges(waits, [left, right]).add_fan_in_edges([left, right], join)
    workflow = builder.add_edge(join, a, condition=lambda n: n < 10).build()

    async def main() -> None:
        assert (await workflow.run(1)).get_outputs() == [6]
        latest = await storage.get_latest(workflow_name="turns")
        assert latest is not None

    run(main())
    assert order == [(name, n, name == "waits") for n in range(1, 7) for name in ("a", "waits")]


def test_what_a_function_raises_comes_with_its_traceback() -> None:
    def see(n: int) -> None:
        if n == 7:
            raise LookupError("seven")

    async def main() -> None:
        workflow = count_to(10, see)
        with pytest.raises(LookupError, match="seven") as caught:
            await workflow.run(1)
        assert caught.traceback[-1].name == "see"
        assert workflow.status is WorkflowRunState.FAILED

    run(main())


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_what_ends_a_program_ends_it(kind: type[BaseException]) -> None:
    def see(n: int) -> None:
        if n == 3:
            raise kind

    with pytest.raises(kind):
        asyncio.run(count_to(10, see).run(1))


def test_stop_iteration_is_told() -> None:
    def see(n: int) -> None:
        if n == 3:
            raise StopIteration

    with pytest.raises(RuntimeError, match="StopIteration"):
        run(count_to(5, see).run(1))


@pytest.mark.parametrize("way", ["task", "workflow", "timeout"])
def test_cancelling_does_not_wait_for_the_function(way: str) -> None:
    begun, go_on = threading.Event(), threading.Event()
    called: list[int] = []

    def see(n: int) -> None:
        called.append(n)
        if n == 5:
            begun.set()
            go_on.wait(20)

    async def main() -> None:
        workflow = count_to(10, see)
        task = asyncio.ensure_future(workflow.run(1))
        await asyncio.to_thread(begun.wait, 10)
        begin = time.monotonic()
        if way == "task":
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        elif way == "timeout":
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(task, 0.01)
        else:
            assert workflow.cancel("enough") == 1
            assert (await task).get_final_state() is WorkflowRunState.CANCELLED
        assert time.monotonic() - begin < 5
        go_on.set()
        assert (await count_to(3).run(1)).get_outputs() == [3]

    run(main())
    assert called == [1, 2, 3, 4, 5]


def test_a_run_that_is_dropped_calls_nothing_more() -> None:
    begun, go_on, called = threading.Event(), threading.Event(), list[int]()

    def see(n: int) -> None:
        called.append(n)
        begun.set()
        go_on.wait(20)

    loop = asyncio.new_event_loop()
    workflow = count_to(10, see)
    running = workflow.run(1)

    async def main() -> None:
        task = asyncio.ensure_future(running)
        await asyncio.to_thread(begun.wait, 10)
        task._log_destroy_pending = False  # type: ignore[attr-defined]

    loop.run_until_complete(main())
    running.close()
    go_on.set()
    loop.run_until_complete(asyncio.sleep(0.05))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    assert called == [1]


def test_runs_share_the_threads() -> None:
    """More rows than threads, and one of them waits for another."""
    from concurrent.futures import ThreadPoolExecutor

    async def main() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        stop = threading.Event()

        def see(n: int) -> None:
            if stop.is_set():
                raise LookupError

        endless = asyncio.ensure_future(count_to(10**9, see, max_iterations=10**9 + 1).run(1))
        assert (await asyncio.wait_for(count_to(20).run(1), 20)).get_outputs() == [20]
        stop.set()
        with pytest.raises(LookupError):
            await endless

    run(main())


def test_the_run_can_be_asked_while_a_thread_drives() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = count_to(3000, checkpoint_storage=storage)
        task = asyncio.ensure_future(workflow.run(1))
        answers = set()
        while not task.done():
            await asyncio.sleep(0)
            answers.add(workflow.get_last_checkpoint_id())
            assert workflow.pending_requests == []
            assert workflow.why_waiting()
        assert (await task).get_outputs() == [3000] and len(answers - {None}) > 1

    run(main())


def test_outputs_and_events_of_ones_own_keep_their_order() -> None:
    @executor(id="talk")
    def talk(n: int, ctx: WorkflowContext[int, int]) -> None:
        from libworkflow import WorkflowEvent

        ctx.yield_output(n)  # type: ignore[unused-coroutine]
        ctx.add_event(WorkflowEvent("mine", n))  # type: ignore[unused-coroutine]
        if n < 40:
            ctx.send_message(n + 1)  # type: ignore[unused-coroutine]

    async def main() -> None:
        result = await WorkflowBuilder(start_executor=talk).add_edge(talk, talk).build().run(1)
        told = [(event.type, event.data) for event in result if event.type in ("output", "mine")]
        assert told == [(kind, n) for n in range(1, 41) for kind in ("output", "mine")]

    run(main())


def test_nothing_is_left_of_it() -> None:
    async def main() -> weakref.ref[Any]:
        workflow = count_to(20)
        assert (await workflow.run(1)).get_outputs() == [20]
        return weakref.ref(workflow)

    reference = run(main())
    gc.collect()
    assert reference() is None
