"""Nothing is left behind by many runs, and nothing is used after its end."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import subprocess
import sys
import textwrap
import threading
import warnings
import weakref
from pathlib import Path
from typing import Any

import pytest
from samples import reverse, run, two_steps, upper

from libworkflow import Executor, InMemoryCheckpointStorage, WorkflowBuilder, WorkflowContext, executor, handler
from libworkflow._library import lib


def resident() -> int:
    """Resident memory in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@executor(id="waits")
async def waits(text: str, ctx: WorkflowContext[str]) -> None:
    await asyncio.sleep(0)
    await ctx.send_message(text)


@executor(id="fails")
async def fails(text: str, ctx: WorkflowContext[Any, Any]) -> None:
    raise ValueError(text)


async def every_way(text: str) -> None:
    """Runs that end well, fail, are left early and are cancelled."""
    workflow = WorkflowBuilder(start_executor=waits).add_edge(waits, reverse).build()
    await workflow.run(text)
    async for event in workflow.run(text, stream=True):
        if event.executor_id == "waits":
            break
    task = asyncio.ensure_future(workflow.run(text))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    storage = InMemoryCheckpointStorage()
    failing = WorkflowBuilder(start_executor=upper, checkpoint_storage=storage).add_edge(upper, fails).build()
    with pytest.raises(ValueError):
        await failing.run(text)
    latest = await storage.get_latest(workflow_name=failing.name)
    assert latest is not None
    with pytest.raises(ValueError):
        await failing.run(checkpoint_id=latest.checkpoint_id)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_is_bounded() -> None:
    async def main() -> None:
        workflow = two_steps()
        for _ in range(300):
            await workflow.run("x" * 1000)
            await every_way("y" * 1000)
        gc.collect()
        before = resident()
        for _ in range(1000):
            for _ in range(10):
                await workflow.run("x" * 1000)
            await every_way("y" * 1000)
        gc.collect()
        assert resident() - before < 4_000_000

    run(main(), hangs_after=600)  # 13,000 runs: minutes on a busy machine


@pytest.mark.parametrize("kind", ["run", "event", "batch", "workflow", "storage"])
def test_every_handle_is_freed_once(kind: str) -> None:
    """Counts in a process of its own what is made and freed."""
    script = f"""
        import collections, ctypes
        freed = collections.Counter()
        class Free:
            argtypes = restype = None
            def __call__(self, handle):  # frees nothing, so that no address comes twice
                freed[getattr(handle, "value", handle)] += 1
        find = ctypes.CDLL.__getattr__
        ctypes.CDLL.__getattr__ = lambda lib, name: (
            lib.__dict__.setdefault(name, Free()) if name == "wf_{kind}_free" else find(lib, name)
        )
        import asyncio, gc, test_lifetime
        async def main():
            for _ in range(20):
                await test_lifetime.every_way("x")
        asyncio.run(main())
        gc.collect()
        assert freed and set(freed.values()) == {{1}}, freed
        print(len(freed))
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    expected = {"run": 80, "workflow": 40, "storage": 20}.get(kind, 0)
    assert int(done.stdout) == expected or int(done.stdout) > {"event": 200, "batch": 30}.get(kind, 10**9)


def test_workflow_goes_when_nobody_needs_it() -> None:
    async def main() -> list[weakref.ref[Any]]:
        workflow = two_steps()
        stream = workflow.run("a", stream=True)
        await stream.__anext__()
        return [weakref.ref(workflow), weakref.ref(stream)]

    references = run(main())
    gc.collect()
    assert [reference() for reference in references] == [None, None]


def test_workflow_goes_although_its_code_refers_to_it() -> None:
    """What the library knows of Python's must not keep it."""

    async def main() -> weakref.ref[Any]:
        class Holder(Executor):
            workflow: Any = None
            error: Any = None

            @handler
            async def take(self, n: int, ctx: WorkflowContext) -> None:
                self.error = LookupError("kept, with its traceback")
                raise self.error

        holder = Holder("holder")
        holder.workflow = (
            WorkflowBuilder(start_executor=holder).add_edge(holder, holder, lambda n: bool(holder)).build()
        )
        with pytest.raises(LookupError):
            await holder.workflow.run(1)
        return weakref.ref(holder.workflow)

    reference = run(main())
    gc.collect()
    assert reference() is None


def test_storage_lives_as_long_as_a_run_needs_it() -> None:
    async def main() -> None:
        workflow = two_steps()
        stream = workflow.run("a", stream=True, checkpoint_storage=InMemoryCheckpointStorage())
        await stream.__anext__()
        gc.collect()
        assert (await stream).get_outputs() == ["A"]

    run(main())


def test_streams_may_be_dropped_on_another_thread() -> None:
    async def main() -> None:
        for _ in range(50):
            workflow = WorkflowBuilder(start_executor=waits).add_edge(waits, reverse).build()
            streams = [workflow.run("a", stream=True)]
            for _ in range(3):
                await streams[0].__anext__()
            thread = threading.Thread(target=streams.clear)
            thread.start()
            thread.join()
            await asyncio.sleep(0)

    run(main())


def test_loops_in_succession() -> None:
    workflow = WorkflowBuilder(start_executor=waits).add_edge(waits, reverse).build()
    for _ in range(20):
        assert asyncio.run(workflow.run("ab")).get_outputs() == ["ba"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio itself warns of the tasks")
def test_loop_that_stops_in_the_middle() -> None:
    for _ in range(5):
        loop = asyncio.new_event_loop()
        task = loop.create_task(WorkflowBuilder(start_executor=waits).build().run("a"))
        loop.call_soon(loop.stop)
        loop.run_forever()
        task._log_destroy_pending = False  # type: ignore[attr-defined]
        loop.close()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            del task
            gc.collect()


def test_library_is_a_ctypes_one() -> None:
    assert isinstance(lib, ctypes.CDLL)
    assert lib.wf_abi_version() == 0


@pytest.mark.parametrize(
    ("place", "words"),
    [("/nowhere/lib.so", "LIBWORKFLOW_LIBRARY"), (__file__, "cannot be loaded"), (None, "is not the libworkflow")],
)
def test_wrong_library_is_one_sentence(place: Any, words: str) -> None:
    path = place or next(str(found) for found in Path("/").glob("lib/*/libm.so.6"))
    done = subprocess.run(
        [sys.executable, "-c", "import libworkflow"],
        env={**os.environ, "LIBWORKFLOW_LIBRARY": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ImportError" in done.stderr.splitlines()[-1] and words in done.stderr.splitlines()[-1]
