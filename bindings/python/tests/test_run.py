"""How a run behaves: overlap, state, conditions, fan-in, failures, limits."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any, Union

import pytest
from samples import run, two_steps

from libworkflow import (
    Executor,
    InMemoryCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowConvergenceException,
    WorkflowEvent,
    executor,
    handler,
)


@executor(id="source")
async def source(message: Any, ctx: WorkflowContext[Any]) -> None:
    await ctx.send_message(message)


class Add(Executor):
    def __init__(self, id: str, number: float, delay: float = 0) -> None:
        super().__init__(id)
        self.number, self.delay = number, delay

    @handler
    async def add(self, n: int, ctx: WorkflowContext[float]) -> None:
        if self.delay:
            await asyncio.sleep(self.delay)
        await ctx.send_message(n + self.number)


class Gather(Executor):
    @handler
    async def gather(self, numbers: list[Union[int, float]], ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output((numbers, ctx.source_executor_ids))


def diamond(*branches: Executor) -> Workflow:
    end = Gather("end")
    return (
        WorkflowBuilder(start_executor=source)
        .add_fan_out_edges(source, branches)
        .add_fan_in_edges(branches, end)
        .build()
    )


def test_fan_in_gets_a_list_in_the_order_of_its_sources() -> None:
    async def main() -> None:
        workflow = diamond(Add("slow", 1, 0.02), Add("quick", 0.5), Add("last", 3))
        assert (await workflow.run(1)).get_outputs() == [([2, 1.5, 4], ["slow", "quick", "last"])]

    run(main())


class Meet(Executor):
    """Waits for as many as are expected."""

    begun = 0

    @handler
    async def meet(self, expected: int, ctx: WorkflowContext[float]) -> None:
        Meet.begun += 1
        while Meet.begun < expected:
            await asyncio.sleep(0.001)
        await ctx.send_message(1)


def test_handlers_of_one_superstep_overlap() -> None:
    async def main() -> None:
        await asyncio.wait_for(diamond(*(Meet(f"e{i}") for i in range(5))).run(5), 20)

    run(main())


def test_messages_of_one_source_keep_their_order() -> None:
    class Many(Executor):
        @handler
        async def send(self, n: int, ctx: WorkflowContext[int]) -> None:
            for i in range(n):
                await ctx.send_message(i)

    class Echo(Executor):
        @handler
        async def echo(self, n: int, ctx: WorkflowContext[Any, int]) -> None:
            await asyncio.sleep(0.001 * (3 - n % 3))
            await ctx.yield_output(n)

    async def main() -> None:
        many, echo = Many("many"), Echo("echo")
        result = await WorkflowBuilder(start_executor=many).add_edge(many, echo).build().run(20)
        assert result.get_outputs() == list(range(20))

    run(main())


def test_target_restricts_to_one_edge() -> None:
    @executor(id="pick")
    async def pick(n: int, ctx: WorkflowContext[int]) -> None:
        await ctx.send_message(n, target_id="b")

    @executor(id="wrong")
    async def wrong(n: int, ctx: WorkflowContext[int]) -> None:
        await ctx.send_message(n, target_id="nobody")

    async def main() -> None:
        a, b = Add("a", 1), Add("b", 2)
        result = await WorkflowBuilder(start_executor=pick).add_fan_out_edges(pick, [a, b]).build().run(1)
        assert [event.executor_id for event in result if event.type == "executor_invoked"] == ["pick", "b"]
        with pytest.raises(ValueError, match="nobody"):
            await WorkflowBuilder(start_executor=wrong).build().run(1)

    run(main())


def test_shared_state() -> None:
    @executor(id="write")
    async def write(n: int, ctx: WorkflowContext[int]) -> None:
        ctx.set_state("number", n)
        ctx.set_state("pair", (n, {n}))
        ctx.set_state("nothing", None)
        ctx.set_state("gone", 1)
        ctx.delete_state("gone")
        assert ctx.get_state("number") == n
        await ctx.send_message(n)

    @executor(id="read")
    async def read(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        pair = ctx.get_state("pair")
        await ctx.yield_output([ctx.get_state(key, "default") for key in ("number", "nothing", "missing", "gone")])
        assert pair == (n, {n})
        with pytest.raises(KeyError):
            ctx.delete_state("missing")
        with pytest.raises(ValueError, match="NUL"):
            ctx.get_state("a\0b")

    async def main() -> None:
        result = await WorkflowBuilder(start_executor=write).add_edge(write, read).build().run(7)
        assert result.get_outputs() == [[7, None, "default", "default"]]

    run(main())


def test_context_knows_where_a_message_comes_from() -> None:
    seen = []

    class Look(Executor):
        @handler
        async def look(self, message: object, ctx: WorkflowContext[Any]) -> None:
            seen.append((ctx.executor_id, ctx.source_executor_ids))
            if len(ctx.source_executor_ids) == 1:
                assert ctx.get_source_executor_id() == ctx.source_executor_ids[0]
                await ctx.send_message(1)
            else:
                with pytest.raises(RuntimeError, match="several sources: a, b"):
                    ctx.get_source_executor_id()

    async def main() -> None:
        first, a, b, end = (Look(name) for name in ("first", "a", "b", "end"))
        await (
            WorkflowBuilder(start_executor=first)
            .add_fan_out_edges(first, [a, b])
            .add_fan_in_edges([a, b], end)
            .build()
            .run(1)
        )
        assert seen == [("first", ["internal:first"]), ("a", ["first"]), ("b", ["first"]), ("end", ["a", "b"])]

    run(main())


def test_context_ends_with_its_handler() -> None:
    kept: list[Any] = []

    @executor(id="keeps")
    async def keeps(n: int, ctx: WorkflowContext[int]) -> None:
        kept.append(ctx)
        if n:
            await asyncio.sleep(0)

    async def main() -> None:
        for n in (0, 1):
            await WorkflowBuilder(start_executor=keeps).build().run(n)
        for ctx in kept:
            for use in (lambda c: c.get_state("k"), lambda c: c.set_state("k", 1), lambda c: c.source_executor_ids):
                with pytest.raises(RuntimeError, match="'keeps' has ended"):
                    use(ctx)
            with pytest.raises(RuntimeError, match="has ended"):
                await ctx.send_message(1)

    run(main())


# ---- Conditions


def is_even(n: int) -> bool:
    return n % 2 == 0


async def is_odd(n: int) -> bool:
    return n % 2 == 1


class Show(Executor):
    @handler
    async def show(self, message: object, ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output(self.id)


@pytest.mark.parametrize(("n", "way"), [(2, ["even"]), (3, ["odd"])])
def test_conditions_choose_the_way(n: int, way: list[str]) -> None:
    async def main() -> None:
        builder = WorkflowBuilder(start_executor=source)
        workflow = builder.add_edge(source, Show("even"), is_even).add_edge(source, Show("odd"), is_odd).build()
        assert (await workflow.run(n)).get_outputs() == way

    run(main())


def test_lambdas_are_told_apart() -> None:
    async def main() -> None:
        builder = WorkflowBuilder(start_executor=source)
        builder.add_edge(source, Show("small"), lambda n: n < 10).add_edge(source, Show("big"), lambda n: n >= 10)
        assert (await builder.build().run(5)).get_outputs() == ["small"]
        assert (await builder.build().run(50)).get_outputs() == ["big"]
        assert builder.build().graph_signature_hash == builder.build().graph_signature_hash

    run(main())


def test_condition_that_fails_fails_the_run() -> None:
    def broken(n: int) -> bool:
        raise LookupError("no such thing")

    async def waits(n: int) -> bool:
        await asyncio.sleep(0)
        return True

    async def main() -> None:
        types = []
        with pytest.raises(LookupError, match="no such thing"):
            async for event in (
                WorkflowBuilder(start_executor=source).add_edge(source, Show("a"), broken).build().run(1, stream=True)
            ):
                types.append(event.type)
        assert types[-2:] == ["failed", "status"]
        with pytest.raises(RuntimeError, match="must answer at once"):
            await WorkflowBuilder(start_executor=source).add_edge(source, Show("a"), waits).build().run(1)

    run(main())


# ---- Failures


class Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def failing(error: BaseException, delay: float = 0) -> Workflow:
    @executor(id="fails")
    async def fails(n: int, ctx: WorkflowContext[int]) -> None:
        await ctx.send_message(n)
        if delay:
            await asyncio.sleep(delay)
        raise error

    return WorkflowBuilder(start_executor=fails).build()


@pytest.mark.parametrize("delay", [0, 0.001])
@pytest.mark.parametrize(
    "error", [KeyError("k"), ValueError("\ud800 \0"), Unprintable(), asyncio.CancelledError("mine")]
)
def test_caller_gets_the_very_exception(error: BaseException, delay: float) -> None:
    async def main() -> None:
        events: list[WorkflowEvent[Any]] = []
        with pytest.raises(type(error)) as raised:
            async for event in failing(error, delay).run(1, stream=True):
                events.append(event)
        # A task that is cancelled does not keep the exception.
        assert raised.value is error or isinstance(error, asyncio.CancelledError)
        assert [event.type for event in events[-3:]] == ["executor_failed", "failed", "status"]
        details = events[-3].details
        assert events[-3].executor_id == "fails" and events[-3].data is details and details is not None
        assert details.error_type == type(error).__name__
        assert details.traceback is not None and type(error).__name__ in details.traceback
        assert events[-2].details == details
        assert events[-1].state == "FAILED"
        with pytest.raises(type(error)):
            await failing(error, delay).run(1)

    run(main())


def test_siblings_of_a_failed_handler_finish() -> None:
    finished = []

    class Slow(Executor):
        @handler
        async def slow(self, n: int, ctx: WorkflowContext[int]) -> None:
            await asyncio.sleep(0.02)
            finished.append(n)

    class Bad(Executor):
        @handler
        async def bad(self, n: int, ctx: WorkflowContext[int]) -> None:
            raise ValueError("bad")

    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=source).add_fan_out_edges(source, [Slow("slow"), Bad("bad")]).build()
        with pytest.raises(ValueError, match="bad"):
            await workflow.run(1)
        assert finished == [1]

    run(main())


@pytest.mark.parametrize("kind", ["request", "state"])
def test_value_without_json_form_fails_its_executor_alone(kind: str) -> None:
    @executor(id="odd")
    async def odd(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        value = {"locks": [threading.Lock()]}
        if kind == "request":
            await ctx.request_info(value, str)
        else:
            ctx.set_state("k", value)

    async def main() -> None:
        with pytest.raises(TypeError, match=r"\['locks'\]\[0\] cannot be saved in a checkpoint"):
            await WorkflowBuilder(start_executor=odd).build().run(1)
        with pytest.raises(TypeError, match="message cannot be saved"):
            await WorkflowBuilder(start_executor=source).build().run(
                threading.Lock(), checkpoint_storage=InMemoryCheckpointStorage()
            )

    run(main())


@pytest.mark.parametrize("delay", [0, 0.001])
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_interrupts_go_through(kind: type[BaseException], delay: float) -> None:
    async def main() -> None:
        await failing(kind(), delay).run(1)

    with pytest.raises(kind):
        asyncio.run(main())


def test_interrupt_does_not_wait_for_siblings() -> None:
    cancelled = []

    class Waits(Executor):
        @handler
        async def waits(self, n: int, ctx: WorkflowContext[int]) -> None:
            try:
                await asyncio.sleep(20)
            except asyncio.CancelledError:
                cancelled.append(n)
                raise

    class Exits(Executor):
        @handler
        async def exits(self, n: int, ctx: WorkflowContext[int]) -> None:
            raise SystemExit(3)

    workflow = WorkflowBuilder(start_executor=source).add_fan_out_edges(source, [Waits("w"), Exits("e")]).build()
    begin = time.monotonic()
    with pytest.raises(SystemExit):
        asyncio.run(workflow.run(1))
    assert time.monotonic() - begin < 5
    assert cancelled == [1]


def test_limit_of_supersteps() -> None:
    @executor(id="again")
    async def again(n: int, ctx: WorkflowContext[int]) -> None:
        await ctx.send_message(n + 1)

    async def main() -> None:
        workflow = WorkflowBuilder(3, start_executor=again).add_edge(again, again).build()
        events = []
        with pytest.raises(WorkflowConvergenceException, match="3 supersteps"):
            async for event in workflow.run(1, stream=True):
                events.append(event)
        assert [event.iteration for event in events if event.type == "superstep_completed"] == [1, 2, 3]
        assert [event.type for event in events[-2:]] == ["failed", "status"]

    run(main())


# ---- Threads


def test_sync_functions_run_in_threads() -> None:
    barrier = threading.Barrier(3, timeout=10)
    threads = set()

    def work(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        barrier.wait()
        threads.add(threading.get_ident())
        ctx.set_state(ctx.executor_id, (n, ctx.source_executor_ids))

    async def main() -> None:
        workers = [executor(id=f"w{i}")(work) for i in range(3)]

        @executor(id="end")
        async def end(all: list[Any], ctx: WorkflowContext[Any, Any]) -> None: ...

        await WorkflowBuilder(start_executor=source).add_fan_out_edges(source, workers).build().run(5)
        assert len(threads) == 3 and threading.get_ident() not in threads

    run(main())


def test_sync_function_without_context_may_fail() -> None:
    @executor
    def boom(n: int) -> None:
        raise ZeroDivisionError("sync")

    async def main() -> None:
        with pytest.raises(ZeroDivisionError, match="sync"):
            await WorkflowBuilder(start_executor=boom).build().run(1)

    run(main())


# ---- Many runs


def test_one_workflow_runs_many_times_at_once() -> None:
    async def main() -> None:
        workflow = diamond(Add("a", 1, 0.01), Add("b", 2, 0.01))
        results = await asyncio.gather(*(workflow.run(n) for n in range(50)))
        assert [r.get_outputs()[0][0] for r in results] == [[n + 1, n + 2] for n in range(50)]

    run(main())


def test_handler_may_run_another_workflow() -> None:
    @executor(id="outer")
    async def outer(text: str, ctx: WorkflowContext[Any, Sequence[str]]) -> None:
        await ctx.yield_output((await two_steps().run(text)).get_outputs())
        ctx.set_state("k", 1)

    async def main() -> None:
        assert (await WorkflowBuilder(start_executor=outer).build().run("ab")).get_outputs() == [["BA"]]

    run(main())


def test_one_workflow_serves_several_loops_and_threads() -> None:
    workflow = diamond(Add("a", 1, 0.005), Add("b", 2))
    for n in range(3):
        assert run(workflow.run(n)).get_outputs()[0][0] == [n + 1, n + 2]
    outputs: list[Any] = []

    def thread(n: int) -> None:
        async def main() -> None:
            for _ in range(20):
                outputs.append((n, (await workflow.run(n)).get_outputs()[0][0]))

        asyncio.run(main())

    threads = [threading.Thread(target=thread, args=(n,)) for n in range(4)]
    for item in threads:
        item.start()
    for item in threads:
        item.join()
    assert sorted(outputs) == sorted((n, [n + 1, n + 2]) for n in range(4) for _ in range(20))


def test_arguments_of_run() -> None:
    workflow = two_steps()
    for arguments in ({}, {"message": "a", "checkpoint_id": "b"}, {"checkpoint_id": "b"}):
        with pytest.raises(ValueError, match=r"Cannot provide both|at least one|without a storage"):
            workflow.run(**arguments)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="not a storage"):
        run(workflow.run("a", checkpoint_storage=object()))


def test_falsy_messages_are_messages() -> None:
    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=source).add_edge(source, Show("end")).build()
        for message in (0, "", [], False, {}):
            assert (await workflow.run(message)).get_outputs() == ["end"]

    run(main())
