"""Cancelling a run, and leaving its stream early."""

from __future__ import annotations

import asyncio
import gc
import signal
import subprocess
import sys
import textwrap
import threading
import time
from typing import Any

import pytest
from samples import FACTORS_OF_6, factors, run

from libworkflow import (
    InMemoryCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowEvent,
    WorkflowRunState,
    executor,
)


class Story:
    """first -> wait, where `wait` waits for long; notes what happens to it."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.storage = InMemoryCheckpointStorage()
        self.patience = 10.0

    def workflow(self) -> Workflow:
        @executor(id="first")
        async def first(n: int, ctx: WorkflowContext[int]) -> None:
            await ctx.send_message(n)

        @executor(id="wait")
        async def wait(n: int, ctx: WorkflowContext[Any, int]) -> None:
            self.notes.append("begun")
            try:
                await asyncio.sleep(self.patience)
                await ctx.yield_output(n)
            except asyncio.CancelledError:
                self.notes.append("cancelled")
                await asyncio.sleep(0.001)
                self.notes.append("cleaned")
                raise

        builder = WorkflowBuilder(start_executor=first, checkpoint_storage=self.storage)
        return builder.add_edge(first, wait).build()

    async def resumes(self, workflow: Workflow) -> None:
        """The last checkpoint is good, and a new run can start at once."""
        self.patience = 0
        latest = await self.storage.get_latest(workflow_name=workflow.name)
        assert latest is not None and latest.iteration_count == 1
        assert (await workflow.run(checkpoint_id=latest.checkpoint_id)).get_outputs() == [7]
        assert (await workflow.run(8)).get_outputs() == [8]


@pytest.mark.parametrize("streaming", [False, True])
def test_cancelling_the_caller_cancels_the_handlers(streaming: bool) -> None:
    async def main() -> None:
        story = Story()
        workflow = story.workflow()

        async def consume() -> None:
            async for _ in workflow.run(7, stream=True):
                pass

        task = asyncio.ensure_future(consume() if streaming else workflow.run(7))
        await asyncio.sleep(0.02)
        assert story.notes == ["begun"]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert story.notes == ["begun", "cancelled", "cleaned"]
        await story.resumes(workflow)

    run(main())


class TwoBranches(Story):
    """first -> wait and quick, where `quick` yields at once while `wait` waits."""

    def workflow(self) -> Workflow:
        @executor(id="first")
        async def first(n: int, ctx: WorkflowContext[int]) -> None:
            await ctx.send_message(n)

        @executor(id="quick")
        async def quick(n: int, ctx: WorkflowContext[Any, str]) -> None:
            if self.patience:
                await ctx.yield_output("quick")

        wait = super().workflow().executors["wait"]
        builder = WorkflowBuilder(start_executor=first, checkpoint_storage=self.storage)
        return builder.add_fan_out_edges(first, [wait, quick]).build()


def test_dropping_the_stream_cancels_the_handlers() -> None:
    async def main() -> None:
        story = TwoBranches()
        workflow = story.workflow()
        stream = workflow.run(7, stream=True)
        async for event in stream:
            if event.type == "output":
                break
        assert story.notes == ["begun"]
        del stream
        gc.collect()
        await asyncio.sleep(0.02)
        assert story.notes == ["begun", "cancelled", "cleaned"]
        await story.resumes(workflow)

    run(main())


def test_stream_of_a_cancelled_consumer_has_ended() -> None:
    async def main() -> None:
        story = Story()
        workflow = story.workflow()
        stream = workflow.run(7, stream=True)
        task = asyncio.ensure_future(stream.get_final_response())
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        assert story.notes == ["begun", "cancelled", "cleaned"]
        assert [event async for event in stream] == []
        await story.resumes(workflow)

    run(main())


def test_aclose_waits_for_the_handlers() -> None:
    async def main() -> None:
        story = Story()
        workflow = story.workflow()
        stream = workflow.run(7, stream=True)
        pull = asyncio.ensure_future(stream.get_final_response())
        await asyncio.sleep(0.01)
        pull.cancel()
        await asyncio.wait([pull])
        await stream.aclose()
        await stream.aclose()
        assert story.notes == ["begun", "cancelled", "cleaned"]

    run(main())


def test_stream_serves_one_task_at_a_time() -> None:
    async def main() -> None:
        stream = Story().workflow().run(7, stream=True)
        first = asyncio.ensure_future(stream.get_final_response())
        await asyncio.sleep(0.01)
        with pytest.raises(RuntimeError, match="another task"):
            await stream.get_final_response()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first

    run(main())


def test_stream_never_begun_does_nothing() -> None:
    async def main() -> None:
        story = Story()
        stream = story.workflow().run(7, stream=True)
        await stream.aclose()
        assert [event async for event in stream] == []
        story.workflow().run(7, stream=True)
        assert story.notes == []

    run(main())


def test_break_at_any_event_leaves_a_good_checkpoint() -> None:
    async def main() -> None:
        stop = 0
        while True:
            storage = InMemoryCheckpointStorage()
            count = 0
            async for _ in factors(storage).run(6, stream=True):
                count += 1
                if count > stop:
                    break
            latest = await storage.get_latest(workflow_name="factors")
            if latest is not None:
                result = await factors(storage).run(checkpoint_id=latest.checkpoint_id)
                outputs = result.get_outputs()
                assert outputs == ([FACTORS_OF_6] if latest.iteration_count < 7 else [])
            if count <= stop:
                return
            stop += 1

    run(main())


def test_thread_of_a_cancelled_run_cannot_touch_it() -> None:
    begun, go_on, results = threading.Event(), threading.Event(), []

    @executor(id="thread")
    def thread(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        begun.set()
        go_on.wait(10)
        try:
            ctx.set_state("k", 1)
        except RuntimeError as error:
            results.append(str(error))

    async def main() -> None:
        task = asyncio.ensure_future(WorkflowBuilder(start_executor=thread).build().run(1))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        begin = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - begin < 8
        go_on.set()

    run(main())
    assert len(results) == 1 and "has ended" in results[0]


@pytest.mark.parametrize(
    "ending",
    [
        "await asyncio.wait_for(workflow.run(1), 0.05)",
        "async for event in workflow.run(1, stream=True): break",
        "stream = workflow.run(1, stream=True); await stream.__anext__(); globals()['kept'] = stream",
        "asyncio.ensure_future(workflow.run(1)); await asyncio.sleep(0.05)",
        "globals()['task'] = asyncio.ensure_future(workflow.run(1)); await asyncio.sleep(0.05)",
        "raise KeyboardInterrupt",
    ],
)
def test_process_ends_promptly_and_quietly(ending: str) -> None:
    script = f"""
        import asyncio
        from libworkflow import *

        @executor(id="forever")
        async def forever(n: int, ctx: WorkflowContext) -> None:
            await asyncio.sleep(1000)

        workflow = WorkflowBuilder(start_executor=forever).build()

        async def main():
            {ending}

        try:
            asyncio.run(main())
        except (asyncio.TimeoutError, KeyboardInterrupt):
            pass
        """
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize("wait", ["pass", "await asyncio.sleep(0.0001)"])
def test_ctrl_c_ends_a_busy_run(wait: str) -> None:
    script = f"""
        import asyncio
        from libworkflow import *

        @executor(id="busy")
        async def busy(n: int, ctx: WorkflowContext[int]) -> None:
            if n == 10:
                print("busy", flush=True)
            {wait}
            await ctx.send_message(n + 1)

        workflow = WorkflowBuilder(10**9, start_executor=busy).add_edge(busy, busy).build()
        try:
            asyncio.run(workflow.run(0))
        except KeyboardInterrupt:
            print("interrupted")
        """
    for delay in (0.0, 0.01, 0.03):
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "busy\n"
            time.sleep(delay)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=10)
            assert (out, process.returncode) == ("interrupted\n", 0), err


@pytest.mark.parametrize("from_thread", [False, True])
def test_cancel_ends_every_run_of_a_workflow(from_thread: bool) -> None:
    async def main() -> None:
        story = Story()
        workflow = story.workflow()
        assert workflow.cancel() == 0
        awaited = asyncio.ensure_future(workflow.run(7))
        streamed = asyncio.ensure_future(collect(workflow))
        while story.notes != ["begun", "begun"]:
            await asyncio.sleep(0.001)
        if from_thread:
            assert await asyncio.to_thread(workflow.cancel, "enough") == 2
        else:
            assert workflow.cancel("enough") == 2
        result, events = await awaited, await streamed
        assert result.get_final_state() is WorkflowRunState.CANCELLED and result.get_outputs() == []
        assert [(event.type, event.data, event.state) for event in events[-2:]] == [
            ("cancelled", "enough", None),
            ("status", None, WorkflowRunState.CANCELLED),
        ]
        assert story.notes.count("cleaned") == 2 and workflow.status is WorkflowRunState.CANCELLED
        assert workflow.cancel() == 0
        await story.resumes(workflow)

    async def collect(workflow: Workflow) -> list[WorkflowEvent[Any]]:
        return [event async for event in workflow.run(7, stream=True)]

    run(main())


def test_sync_function_sees_that_it_was_cancelled() -> None:
    begun = threading.Event()
    noticed = threading.Event()

    @executor(id="busy")
    def busy(n: int, ctx: WorkflowContext[Any, int]) -> None:
        begun.set()
        while not ctx.is_cancelled:
            time.sleep(0.001)
        noticed.set()

    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=busy).build()
        task = asyncio.ensure_future(workflow.run(1))
        await asyncio.to_thread(begun.wait)
        workflow.cancel()
        assert (await task).get_final_state() is WorkflowRunState.CANCELLED
        assert await asyncio.to_thread(noticed.wait, 10)

    run(main())
