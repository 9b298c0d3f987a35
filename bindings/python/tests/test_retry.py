"""Handlers that are tried again, and handlers that are late."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from typing import Any, Callable

import pytest
from samples import run

from libworkflow import (
    Executor,
    FileCheckpointStorage,
    GiveUp,
    InMemoryCheckpointStorage,
    Retry,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowEvent,
    WorkflowExecutor,
    WorkflowRunnerException,
    WorkflowTimeoutException,
    executor,
    handler,
)

SOON = Retry(attempts=3, delay=0.005, factor=1)


class Shaky(Executor):
    """Fails until its third attempt."""

    retry = SOON

    def __init__(self, id: str = "shaky", failures: int = 2) -> None:
        super().__init__(id)
        self.attempts: list[int] = []
        self.keys: set[str] = set()
        self.failures = failures

    @handler
    async def handle(self, text: str, ctx: WorkflowContext[str, str]) -> None:
        self.attempts.append(ctx.attempt)
        self.keys.add(ctx.idempotency_key)
        await ctx.send_message(f"from attempt {ctx.attempt}")
        ctx.set_state("attempt", ctx.attempt)
        if ctx.attempt <= self.failures:
            raise ConnectionError(f"attempt {ctx.attempt} broke")
        await ctx.yield_output(text)


@executor(id="end")
async def end(text: str, ctx: WorkflowContext[Any, Any]) -> None:
    await ctx.yield_output([text, ctx.get_state("attempt")])


def warnings_of(events: list[WorkflowEvent[Any]]) -> list[WorkflowEvent[Any]]:
    return [event for event in events if event.type == "warning"]


def test_what_fails_is_tried_again_and_only_the_last_attempt_counts() -> None:
    shaky = Shaky()
    result = run(WorkflowBuilder(start_executor=shaky).add_edge(shaky, end).build().run("hello"))
    assert result.get_outputs() == ["hello", ["from attempt 3", 3]]
    assert shaky.attempts == [1, 2, 3] and len(shaky.keys) == 1
    assert [event.executor_id for event in warnings_of(result)] == ["shaky", "shaky"]
    assert not [event for event in result if event.type == "executor_failed"]


def test_the_last_failure_is_what_the_caller_gets() -> None:
    async def story() -> None:
        shaky = Shaky(failures=3)
        events = []
        with pytest.raises(ConnectionError, match="attempt 3 broke"):
            async for event in WorkflowBuilder(start_executor=shaky).build().run("hello", stream=True):
                events.append(event)
        (failed,) = [event for event in events if event.type == "executor_failed"]
        assert failed.details is not None and "attempt 3 broke" in str(failed.details.traceback)
        assert shaky.attempts == [1, 2, 3]

    run(story())


def test_giving_up_ends_the_attempts() -> None:
    def give_up(ctx: WorkflowContext[Any, Any]) -> Exception:
        return GiveUp("the card is stolen")

    def give_up_and_fail(ctx: WorkflowContext[Any, Any]) -> Exception:
        ctx.give_up()
        return ValueError("the card is stolen")

    def story(error: Callable[[WorkflowContext[Any, Any]], Exception], kind: type[Exception]) -> None:
        attempts = []

        @executor(id="pay", retry=SOON)
        async def pay(text: str, ctx: WorkflowContext[Any, Any]) -> None:
            attempts.append(ctx.attempt)
            raise error(ctx)

        with pytest.raises(kind, match="stolen"):
            run(WorkflowBuilder(start_executor=pay).build().run("pay"))
        assert attempts == [1]

    story(give_up, GiveUp)
    story(give_up_and_fail, ValueError)


def test_the_builder_counts_more_than_the_class() -> None:
    shaky = Shaky()
    with pytest.raises(ConnectionError, match="attempt 1"):
        run(WorkflowBuilder(start_executor=shaky).set_retry(shaky, None).build().run("hello"))
    twice = Retry(attempts=2, delay=0)
    with pytest.raises(ConnectionError, match="attempt 2"):
        run(WorkflowBuilder(start_executor=shaky).set_retry(shaky, twice).build().run("hello"))


def test_an_object_may_have_attributes_of_its_own() -> None:
    """Programs that come from elsewhere may call their own things so."""

    class Own(Executor):
        def __init__(self) -> None:
            super().__init__("own")
            self.timeout, self.retry = 0.0, 7  # type: ignore[assignment]

        @handler
        async def handle(self, text: str, ctx: WorkflowContext[Any, str]) -> None:
            await ctx.yield_output(text)

    own = WorkflowBuilder(start_executor=Own()).build()
    assert "retry" not in str(own.definition) and run(own.run("hello")).get_outputs() == ["hello"]


def test_the_definition_has_them() -> None:
    shaky = Shaky()
    retry = Retry(attempts=5, delay=0.25, factor=1.5, longest=10, jitter=0.5)
    workflow = WorkflowBuilder(start_executor=shaky).set_retry(shaky, retry).set_timeout(shaky, 1.5).build()
    (node,) = workflow.definition["executors"]
    assert node["timeout_ms"] == 1500
    assert node["retry"] == {"attempts": 5, "delay_ms": 250, "factor": 1.5, "longest_ms": 10000, "jitter": 0.5}


@pytest.mark.parametrize(
    "numbers", [{"attempts": 0}, {"delay": -1}, {"factor": 0.5}, {"longest": -1}, {"jitter": 2}, {"delay": 1e9}]
)
def test_numbers_out_of_range_are_refused(numbers: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Retry"):
        Retry(**numbers)


def test_what_is_no_retry_or_timeout_is_refused() -> None:
    shaky, inner = Shaky(), WorkflowExecutor(WorkflowBuilder(start_executor=end).build(), "inner")
    builder = WorkflowBuilder(start_executor=shaky)
    with pytest.raises(TypeError, match="not a Retry"):
        builder.set_retry(shaky, 3)  # type: ignore[arg-type]
    for wrong in (0, -1, 1e9):
        with pytest.raises(ValueError, match="a timeout"):
            builder.set_timeout(shaky, wrong)
    with pytest.raises(TypeError, match="a timeout"):
        builder.set_timeout(shaky, "1 s")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="is a workflow"):
        builder.set_retry(inner, SOON)

    class Wrong(Shaky):
        retry = 3  # type: ignore[assignment]

    with pytest.raises(TypeError, match="retry of 'wrong'"):
        WorkflowBuilder(start_executor=Wrong("wrong")).build()


class Slow(Executor):
    """Takes long the first times."""

    timeout = 0.03

    def __init__(self, slow_attempts: int) -> None:
        super().__init__("slow")
        self.slow_attempts = slow_attempts
        self.cancelled: list[int] = []

    @handler
    async def handle(self, text: str, ctx: WorkflowContext[Any, str]) -> None:
        attempt = ctx.attempt
        if attempt <= self.slow_attempts:
            try:
                await asyncio.sleep(20)
            except asyncio.CancelledError:
                self.cancelled.append(attempt)
                raise
        await ctx.yield_output(f"{text} {attempt}")


def test_a_late_handler_is_cancelled_and_fails() -> None:
    async def story() -> None:
        slow = Slow(1)
        begin = time.monotonic()
        with pytest.raises(WorkflowTimeoutException, match="slow") as caught:
            await WorkflowBuilder(start_executor=slow).build().run("hello")
        assert isinstance(caught.value, (TimeoutError, WorkflowRunnerException))
        assert 0.03 <= time.monotonic() - begin < 5 and slow.cancelled == [1]

    run(story())


def test_a_late_handler_is_tried_again() -> None:
    slow = Slow(2)
    result = run(WorkflowBuilder(start_executor=slow).set_retry(slow, SOON).build().run("hello"))
    assert result.get_outputs() == ["hello 3"] and slow.cancelled == [1, 2]
    assert len(warnings_of(result)) == 2


def test_who_is_in_time_is_left_alone() -> None:
    slow = Slow(0)
    assert run(WorkflowBuilder(start_executor=slow).build().run("hello")).get_outputs() == ["hello 1"]


def test_a_late_handler_does_not_hold_up_the_others() -> None:
    """One fails for its time, another one succeeds after it, and what it did is kept for the next attempt."""

    async def story() -> None:
        slow, calls = Slow(1), []

        @executor(id="fork")
        async def fork(text: str, ctx: WorkflowContext[str]) -> None:
            await ctx.send_message(text)

        @executor(id="steady")
        async def steady(text: str, ctx: WorkflowContext[Any, str]) -> None:
            calls.append(text)
            await asyncio.sleep(0.1)
            await ctx.yield_output("steady")

        storage = InMemoryCheckpointStorage()
        builder = WorkflowBuilder(start_executor=fork, checkpoint_storage=storage)
        workflow = builder.add_fan_out_edges(fork, [slow, steady]).build()
        with pytest.raises(WorkflowTimeoutException):
            await workflow.run("hello")
        assert calls == ["hello"] and slow.cancelled == [1]
        slow.slow_attempts = 0
        assert (await workflow.rewind()).get_outputs() == ["hello 1"]
        assert calls == ["hello"]

    run(story())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="each handler is a task there, which ends before anybody looks")
def test_a_handler_that_blocks_the_loop_fails_when_it_ends() -> None:
    @executor(id="block", timeout=0.01)
    async def block(text: str, ctx: WorkflowContext[Any, Any]) -> None:
        time.sleep(0.05)

    with pytest.raises(WorkflowTimeoutException, match="block"):
        run(WorkflowBuilder(start_executor=block).build().run("hello"))


def test_a_late_thread_may_ask_whether_it_still_counts() -> None:
    noticed, errors = threading.Event(), []

    @executor(id="thread", timeout=0.3)
    def thread(text: str, ctx: WorkflowContext[Any, Any]) -> None:
        while not ctx.is_cancelled:
            time.sleep(0.002)
        try:
            ctx.set_state("late", 1)
        except RuntimeError as error:
            errors.append(error)
        noticed.set()

    with pytest.raises(WorkflowTimeoutException, match="thread"):
        run(WorkflowBuilder(start_executor=thread).build().run("hello"))
    assert noticed.wait(5) and len(errors) == 1


def test_what_a_late_call_does_is_refused_also_before_the_event_loop_has_ended_it() -> None:
    refused = []

    @executor(id="slow", timeout=0.02)
    async def slow(text: str, ctx: WorkflowContext[Any, Any]) -> None:
        try:
            await asyncio.sleep(20)
        finally:
            assert ctx.is_cancelled
            for late in (lambda: ctx.set_state("late", 1), lambda: ctx.get_state("late"), ctx.keep_alive, ctx.halt):
                with pytest.raises(RuntimeError, match="this call of executor 'slow' has ended"):
                    late()
                refused.append(late)
            with pytest.raises(RuntimeError, match="this call of executor 'slow' has ended"):
                await ctx.send_message("late")
            refused.append(ctx.send_message)

    with pytest.raises(WorkflowTimeoutException, match="slow"):
        run(WorkflowBuilder(start_executor=slow).build().run("hello"))
    assert len(refused) == 5


def test_many_late_handlers_at_a_time() -> None:
    cancelled = []

    def late(number: int) -> Executor:
        @executor(id=f"late{number}", timeout=0.02 + number / 1000, retry=Retry(attempts=2, delay=0.001))
        async def function(text: str, ctx: WorkflowContext[Any, Any]) -> None:
            attempt = ctx.attempt
            try:
                await asyncio.sleep(20 if attempt == 1 else 0)
            except asyncio.CancelledError:
                cancelled.append(number)
                raise
            await ctx.yield_output(number)

        return function

    @executor(id="fork")
    async def fork(text: str, ctx: WorkflowContext[str]) -> None:
        await ctx.send_message(text)

    nodes = [late(number) for number in range(50)]
    result = run(WorkflowBuilder(start_executor=fork).add_fan_out_edges(fork, nodes).build().run("go"))
    assert sorted(result.get_outputs()) == list(range(50)) == sorted(cancelled)


def test_a_resumed_run_waits_for_the_rest_of_its_pause(tmp_path: Any) -> None:
    async def story() -> None:
        storage = FileCheckpointStorage(tmp_path)

        def workflow(shaky: Shaky) -> Any:
            builder = WorkflowBuilder(start_executor=shaky, checkpoint_storage=storage, name="shaky")
            return builder.set_retry(shaky, Retry(attempts=3, delay=1.5, factor=1)).build()

        first = Shaky(failures=3)
        stream = workflow(first).run("hello", stream=True)
        async for event in stream:
            if event.type == "warning":
                break
        task = asyncio.ensure_future(stream.__anext__())  # lets it begin its pause, and make that durable
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])
        assert first.attempts == [1]
        latest = await storage.get_latest(workflow_name="shaky")
        second, begin = Shaky(failures=1), time.monotonic()
        resumed = workflow(second)
        task = asyncio.ensure_future(resumed.run(checkpoint_id=latest.checkpoint_id))
        await asyncio.sleep(0.01)
        (pause,) = resumed.why_waiting()["retries"]
        assert pause["executor_id"] == "shaky" and 0 < pause["in_ms"] <= 1500
        assert (await task).get_outputs() == ["hello"]
        assert second.attempts == [2] and 0.05 < time.monotonic() - begin < 15

    run(story())


def test_a_workflow_inside_has_its_own() -> None:
    shaky = Shaky()
    inner = WorkflowExecutor(WorkflowBuilder(start_executor=shaky, name="inner").build(), "inner")
    outer = WorkflowBuilder(start_executor=inner).add_edge(inner, end).build()
    assert run(outer.run("hello")).get_outputs() == [["hello", None]]
    assert shaky.attempts == [1, 2, 3]


def test_a_run_says_which_handlers_it_waits_for_and_until_when() -> None:
    async def story() -> None:
        release = asyncio.Event()

        @executor(id="slow", timeout=60)
        async def slow(text: str, ctx: WorkflowContext[Any, str]) -> None:
            await release.wait()

        workflow = WorkflowBuilder(start_executor=slow).build()
        task = asyncio.ensure_future(workflow.run("hello"))
        await asyncio.sleep(0.01)
        waiting = workflow.why_waiting()
        assert "'slow'" in waiting["why"]
        (call,) = waiting["calls"]
        assert call["executor_id"] == "slow" and 50_000 < call["deadline_in_ms"] <= 60_000
        release.set()
        await task

    run(story())


def test_nothing_is_left_behind_when_a_run_is_left_during_its_pause(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        shaky = Shaky()
        workflow = WorkflowBuilder(start_executor=shaky).set_retry(shaky, Retry(delay=30)).build()
        task = asyncio.ensure_future(workflow.run("hello"))
        await asyncio.sleep(0.02)
        workflow.cancel("enough")
        await task
        assert not [handle for handle in asyncio.get_running_loop()._scheduled if not handle.cancelled()]  # type: ignore[attr-defined]

    with caplog.at_level(logging.DEBUG, "asyncio"):
        asyncio.run(story())
    assert "never" not in caplog.text


class Digger(Executor):
    """Digs as often as it is asked, and says so each time, if it is a good one."""

    def __init__(self, id: str, tells: bool) -> None:
        super().__init__(id)
        self.tells = tells
        self.cancelled = False

    @handler
    async def dig(self, times: int, ctx: WorkflowContext[Any, str]) -> None:
        try:
            for _ in range(times):
                await asyncio.sleep(0.05)
                if self.tells:
                    ctx.keep_alive()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        await ctx.yield_output(f"{times} times")


def test_a_lease_ends_who_gives_no_sign_of_life() -> None:
    async def story() -> None:
        begin = time.monotonic()
        silent = Digger("silent", False)
        with pytest.raises(WorkflowTimeoutException, match=r"silent.*no sign of life"):
            await WorkflowBuilder(start_executor=silent, lease=0.2).build().run(600)
        assert silent.cancelled and 0.2 <= time.monotonic() - begin < 10
        # Who works for longer than that, and says so, is left alone.
        for lease, digger in ((0.7, Digger("tells", True)), (None, Digger("silent", False))):
            workflow = WorkflowBuilder(start_executor=digger, lease=lease).build()
            assert (await workflow.run(20)).get_outputs() == ["20 times"] and not digger.cancelled

    run(story())


def test_a_lease_inside_a_sub_workflow_is_that_of_the_run() -> None:
    async def story() -> None:
        inner = WorkflowBuilder(start_executor=Digger("silent", False), name="inner").build()
        outer = WorkflowBuilder(start_executor=WorkflowExecutor(inner, "sub", True), lease=0.1).build()
        with pytest.raises(WorkflowTimeoutException, match="sub/silent"):
            await outer.run(600)

    run(story())


def test_a_thread_keeps_its_lease_too() -> None:
    refused: list[str] = []

    @executor(id="thread")
    def thread(tells: bool, ctx: WorkflowContext[Any, str]) -> None:
        for _ in range(20):
            time.sleep(0.05)
            if tells:
                ctx.keep_alive()
        if not tells:
            with pytest.raises(RuntimeError, match="ended") as caught:
                ctx.keep_alive()  # it is late
            refused.append(str(caught.value))

    async def story() -> None:
        await WorkflowBuilder(start_executor=thread, lease=0.7).build().run(True)
        with pytest.raises(WorkflowTimeoutException, match="no sign of life"):
            await WorkflowBuilder(start_executor=thread, lease=0.1).build().run(False)
        while not refused:
            await asyncio.sleep(0.01)

    run(story())


def test_a_lease_is_a_time_and_no_lease_needs_no_care() -> None:
    for wrong, kind in ((0, ValueError), (-1, ValueError), (float("nan"), ValueError), ("1 s", TypeError)):
        with pytest.raises(kind, match="a lease"):
            WorkflowBuilder(start_executor=Digger("d", True), lease=wrong)  # type: ignore[arg-type]
    workflow = WorkflowBuilder(start_executor=Digger("d", True)).build()
    assert not workflow._has_clock and run(workflow.run(1)).get_outputs() == ["1 times"]
