"""How the package lives in a process: event loops, threads, pools, other processes."""

from __future__ import annotations

import ast
import asyncio
import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import Executor as Pool
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pooled
import pytest
from samples import factors, run

from libworkflow import (
    Executor,
    FunctionExecutor,
    InMemoryCheckpointStorage,
    SQLiteCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    executor,
    handler,
)


@executor(id="source")
async def source(n: int, ctx: WorkflowContext[int]) -> None:
    await ctx.send_message(n)


def fan(*workers: Executor, storage: Any = None) -> Workflow:
    builder = WorkflowBuilder(start_executor=source, checkpoint_storage=storage)
    return builder.add_fan_out_edges(source, workers).build()


# ---- At the same time


def test_handlers_of_one_superstep_overlap() -> None:
    """Each waits for what only the other one does."""

    async def main() -> None:
        events = [asyncio.Event(), asyncio.Event()]

        def waiter(at: int) -> Executor:
            @executor(id=f"w{at}")
            async def wait(n: int, ctx: WorkflowContext[None, str]) -> None:
                events[at].set()
                await events[1 - at].wait()
                await ctx.yield_output(f"w{at}")

            return wait

        assert set((await fan(waiter(0), waiter(1)).run(1)).get_outputs()) == {"w0", "w1"}

    run(main())


# ---- Pools


def test_a_pool_of_threads() -> None:
    barrier = threading.Barrier(2, timeout=10)

    async def main() -> None:
        with ThreadPoolExecutor(2, thread_name_prefix="mine") as pool:

            def work(n: int, ctx: WorkflowContext[int, Any]) -> None:
                barrier.wait()
                ctx.send_message(n + 1)  # type: ignore[unused-coroutine]
                ctx.yield_output([ctx.executor_id, threading.current_thread().name[:4]])  # type: ignore[unused-coroutine]

            workers = [executor(id=name, pool=pool)(work) for name in ("a", "b")]
            found = (await fan(*workers).run(1)).get_outputs()
        assert sorted(found) == [["a", "mine"], ["b", "mine"]]

    run(main())


def test_what_a_sync_function_does_happens_at_once() -> None:
    @executor(id="sync")
    def sync(n: int, ctx: WorkflowContext[int, Any]) -> None:
        done = ctx.send_message(n)
        assert ctx.get_sent_messages() == [n]
        asyncio.run(done)  # harmless, as code for async contexts has it
        with pytest.raises(TypeError, match=r"state\['k'\] cannot be saved"):
            ctx.set_state("k", object())
        ctx.yield_output("said")  # type: ignore[unused-coroutine]
        assert ctx.get_yielded_outputs() == ["said"]

    assert run(WorkflowBuilder(start_executor=sync).build().run(1)).get_outputs() == ["said"]


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_a_pool_of_processes(method: str) -> None:
    async def main(pool: Pool) -> None:
        first = executor(id="first", pool=pool)(pooled.square)
        last = FunctionExecutor(pooled.give, "last", pool=pool)
        storage = InMemoryCheckpointStorage()
        workflow = WorkflowBuilder(start_executor=first, checkpoint_storage=storage).add_edge(first, last).build()
        [[squared, process]] = (await workflow.run(7)).get_outputs()
        latest = await storage.get_latest(workflow_name=workflow.name)
        assert latest is not None and latest.state["by-first"] != os.getpid()
        assert squared == 49 and process != os.getpid()

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as pool:
        run(main(pool))


def test_failures_in_a_pool_of_processes() -> None:
    async def main(pool: Pool) -> None:
        with pytest.raises(LookupError, match="nothing for 3") as raised:
            await WorkflowBuilder(start_executor=executor(pool=pool)(pooled.fail)).build().run(3)
        assert 'raise LookupError(f"nothing' in str(raised.value.__cause__)  # their own traceback
        with pytest.raises(RuntimeError, match=r"ctx\.get_state cannot be had in another process"):
            await WorkflowBuilder(start_executor=executor(pool=pool)(pooled.peek)).build().run(3)

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        run(main(pool))


def test_pools_that_cannot_be() -> None:
    def local(n: int) -> None: ...

    async def waits(n: int) -> None: ...

    with ThreadPoolExecutor(1) as threads, ProcessPoolExecutor(1) as processes:
        with pytest.raises(ValueError, match="top of a module"):
            executor(pool=processes)(local)
        for pool in (threads, processes):
            with pytest.raises(ValueError, match="is async"):
                executor(pool=pool)(waits)
        with pytest.raises(TypeError, match=r"must be a concurrent\.futures\.Executor"):
            executor(pool=4)(local)  # type: ignore[call-overload]
    with pytest.raises(RuntimeError, match="shutdown"):
        run(WorkflowBuilder(start_executor=executor(pool=threads)(local)).build().run(1))


# ---- Threads


class Notes(Executor):
    """Notes the threads on which anything of it is called."""

    threads: set[threading.Thread]

    @handler
    async def take(self, n: int, ctx: WorkflowContext[int, int]) -> None:
        self.threads.add(threading.current_thread())
        await asyncio.sleep(0)
        if n:
            await ctx.send_message(n - 1)

    async def on_checkpoint_save(self) -> dict[str, Any]:
        self.threads.add(threading.current_thread())
        return {}

    async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
        self.threads.add(threading.current_thread())


def test_python_knows_every_thread_that_calls_it(tmp_path: Path) -> None:
    """None of them is the library's own, which Python would take for a dummy."""
    threads: set[threading.Thread] = set()

    class Shelf:
        def __init__(self) -> None:
            self.inside = SQLiteCheckpointStorage(tmp_path / "flow.db")

        def __getattr__(self, name: str) -> Any:
            threads.add(threading.current_thread())
            return getattr(self.inside, name)

    def condition(n: int) -> bool:
        threads.add(threading.current_thread())
        return True

    async def main() -> None:
        node = Notes("node")
        node.threads = threads
        storage: Any = Shelf()
        workflow = (
            WorkflowBuilder(start_executor=node, checkpoint_storage=storage).add_edge(node, node, condition).build()
        )
        await workflow.run(5)
        first, *_ = await storage.list_checkpoint_ids(workflow_name=workflow.name)
        await workflow.run(checkpoint_id=first)

    run(main())
    assert threads and not any(isinstance(thread, threading._DummyThread) for thread in threads)
    before = threading.active_count()
    run(main())
    assert threading.active_count() <= before


# ---- Loops


def test_in_a_loop_that_runs_already() -> None:
    """As in Jupyter: a cell with `await` at its top, again and again in one loop."""
    cell = "result = await workflow.run(6)"
    code = compile(cell, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names: dict[str, Any] = {"workflow": factors(InMemoryCheckpointStorage())}

    async def main() -> None:
        for _ in range(3):
            await eval(code, names)
            assert len(names["result"].get_outputs()) == 1

    run(main())


def test_under_uvloop() -> None:
    uvloop = pytest.importorskip("uvloop")
    barrier = threading.Barrier(2, timeout=10)

    @executor(id="thread")
    def thread(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        barrier.wait()
        ctx.yield_output("thread")  # type: ignore[unused-coroutine]

    @executor(id="task")
    async def task(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        await asyncio.to_thread(barrier.wait)
        await asyncio.gather(*(asyncio.sleep(0.001) for _ in range(10)))
        await ctx.yield_output(type(asyncio.get_running_loop()).__module__)

    async def main() -> list[Any]:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(forever().run(1), 0.05)
        assert len((await factors(InMemoryCheckpointStorage()).run(6)).get_outputs()) == 1
        return (await fan(thread, task).run(1)).get_outputs()

    loop = uvloop.new_event_loop()
    try:
        assert set(loop.run_until_complete(asyncio.wait_for(main(), 30))) == {"thread", "uvloop"}
    finally:
        loop.close()


def forever() -> Workflow:
    @executor(id="forever")
    async def wait(n: int, ctx: WorkflowContext[Any]) -> None:
        await asyncio.sleep(1000)

    return WorkflowBuilder(start_executor=wait).build()


def test_anyio_in_handlers() -> None:
    """Its task groups, cancel scopes and threads, as libraries for HTTP and models use them."""
    anyio = pytest.importorskip("anyio")

    @executor(id="group")
    async def group(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        found: list[int] = []

        async def add(m: int) -> None:
            await anyio.sleep(0.001 * m)
            found.append(m)

        async with anyio.create_task_group() as tasks:
            for m in range(n):
                tasks.start_soon(add, m)
        with anyio.move_on_after(0.01) as scope:
            await anyio.sleep(100)
        await ctx.yield_output([found, scope.cancelled_caught, await anyio.to_thread.run_sync(lambda: "thread")])

    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=group).build()
        for _ in range(3):
            assert (await workflow.run(3)).get_outputs() == [[[0, 1, 2], True, "thread"]]

    run(main())


def test_under_anyio() -> None:
    anyio = pytest.importorskip("anyio")
    assert len(anyio.run(factors(None).run, 6).get_outputs()) == 1


def test_trio_is_told_apart() -> None:
    """A task of trio has no asyncio loop: that is said, and nothing hangs."""
    trio = pytest.importorskip("trio")
    with pytest.raises(RuntimeError, match="this thread runs none"):
        trio.run(factors(None).run, 6)


# ---- Processes


def in_child(connection: Any, number: int) -> None:
    connection.send(run(factors(InMemoryCheckpointStorage()).run(number)).get_outputs())


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_in_a_child_of_multiprocessing(method: str) -> None:
    """After the parent has used the library."""
    expected = run(factors(InMemoryCheckpointStorage()).run(6)).get_outputs()
    context: Any = multiprocessing.get_context(method)
    ours, theirs = context.Pipe()
    child = context.Process(target=in_child, args=(theirs, 6))
    child.start()
    theirs.close()
    assert ours.poll(30) and ours.recv() == expected
    child.join(30)
    assert child.exitcode == 0


def test_what_the_parent_made_is_refused_in_a_forked_child() -> None:
    script = """
        import asyncio, os, sys
        from libworkflow import *

        @executor(id="a")
        async def a(n: int, ctx: WorkflowContext[None, int]) -> None:
            await ctx.yield_output(n)

        workflow = WorkflowBuilder(start_executor=a).build()
        asyncio.run(workflow.run(1))
        child = os.fork()
        if not child:
            try:
                asyncio.run(workflow.run(2))
            except Exception as error:
                print(type(error).__name__, error, flush=True)
            print(asyncio.run(WorkflowBuilder(start_executor=a).build().run(3)).get_outputs(), flush=True)
            sys.exit()
        assert os.waitpid(child, 0)[1] == 0
        print(asyncio.run(workflow.run(4)).get_outputs())
        """
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    refused, new, parents = done.stdout.splitlines()
    assert "fork" in refused
    assert (new, parents) == ("[3]", "[4]")


@pytest.mark.parametrize(
    "ending",
    [
        "threading.Thread(target=lambda: asyncio.run(workflow.run(1)), daemon=True).start(); begun.wait()",
        "stream = iter_in_thread(); begun.wait()",
        "sys.exit(0)",
        "atexit.register(lambda: print(asyncio.run(quick.run(1)).get_outputs()))",
    ],
)
def test_the_interpreter_ends(ending: str) -> None:
    """With a run in a thread, with a stream that nobody has ended, and with a run at the very end."""
    script = f"""
        import asyncio, atexit, sys, threading
        from libworkflow import *

        begun = threading.Event()

        @executor(id="wait")
        async def wait(n: int, ctx: WorkflowContext) -> None:
            begun.set()
            await asyncio.sleep(1000)

        @executor(id="quick")
        async def done(n: int, ctx: WorkflowContext[None, int]) -> None:
            await ctx.yield_output(n)

        workflow = WorkflowBuilder(start_executor=wait).build()
        quick = WorkflowBuilder(start_executor=done).build()

        def iter_in_thread():
            stream = workflow.run(1, stream=True)
            async def main():
                async for event in stream: pass
            threading.Thread(target=lambda: asyncio.run(main()), daemon=True).start()
            return stream

        {ending}
        """
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert time.monotonic() - begin < 10
