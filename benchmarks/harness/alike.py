"""The workloads for libworkflow and agent_framework: one program, only the package differs.

The variant says what an executor is: "function" (a plain one, which both run in a thread), "async" (an `async def`) or "class"
(an Executor with a handler). "async" where none is named. "quiet": without the events that libworkflow can do
without.
"""

import asyncio
import os
from typing import Any, Callable

from workload_data import payload as made
from workload_data import record

QUIET = ["executor_invoked", "executor_completed", "superstep_started", "superstep_completed"]
Todo = Callable[[], Any]


class Workloads:
    def __init__(self, api: Any, variant: str, storage_of: Callable[[str], Any]) -> None:
        self.api, self.variant, self.storage_of = api, variant or "async", storage_of

    # ---- Parts ----

    def builder(self, start: Any, storage: str, steps: int, name: str = "bench") -> Any:
        kept = self.storage_of(storage) if storage else None
        more = {"hidden_events": QUIET} if self.variant == "quiet" else {}
        return self.api.WorkflowBuilder(
            name=name, start_executor=start, max_iterations=steps + 10, checkpoint_storage=kept, **more
        )

    def counter(self, last: int) -> Any:
        """Counts from 1 to `last`, one in each superstep, and yields it."""
        context: Any = self.api.WorkflowContext[int, int]
        if self.variant == "class":

            class Count(self.api.Executor):  # type: ignore[misc,name-defined]
                @self.api.handler
                async def count(self, n: int, ctx: context) -> None:
                    if n < last:
                        await ctx.send_message(n + 1)
                    else:
                        await ctx.yield_output(n)

            return Count(id="count")
        if self.variant == "function":
            return self.api.FunctionExecutor(self.plain(last, context), id="count")

        async def count(n: int, ctx: context) -> None:
            if n < last:
                await ctx.send_message(n + 1)
            else:
                await ctx.yield_output(n)

        return self.api.FunctionExecutor(count, id="count")

    def plain(self, last: int, context: Any) -> Any:
        """agent_framework's context has only coroutines, so a plain function there has the loop run them."""
        if self.api.__name__ == "libworkflow":

            def count(n: int, ctx: context) -> None:
                if n < last:
                    ctx.send_message(n + 1)
                else:
                    ctx.yield_output(n)

            return count

        def count_elsewhere(n: int, ctx: context) -> None:
            todo = ctx.send_message(n + 1) if n < last else ctx.yield_output(n)
            asyncio.run_coroutine_threadsafe(todo, self.event_loop).result()

        return count_elsewhere

    def run(self, workflow: Any, message: Any) -> Any:
        async def first() -> Any:
            self.event_loop = asyncio.get_running_loop()
            return (await workflow.run(message)).get_outputs()[-1]

        return asyncio.run(first())

    # ---- Workloads ----

    def loop(self, steps: int, storage: str = "") -> Todo:
        count = self.counter(steps)
        workflow = self.builder(count, storage, steps).add_edge(count, count).build()
        return lambda: self.run(workflow, 1)

    def grow(self, steps: int, storage: str) -> Todo:
        context: Any = self.api.WorkflowContext[int, int]
        appends = self.api.__name__ == "libworkflow" and self.variant != "set"

        async def add(n: int, ctx: context) -> None:
            if appends:
                ctx.append_state("list", record(n))
            else:
                ctx.set_state("list", [*(ctx.get_state("list") or []), record(n)])
            if n < steps:
                await ctx.send_message(n + 1)
            else:
                await ctx.yield_output(len(ctx.get_state("list")))

        add_executor = self.api.FunctionExecutor(add, id="add")
        workflow = self.builder(add_executor, storage, steps).add_edge(add_executor, add_executor).build()
        return lambda: self.run(workflow, 1)

    def fan(self, workers: int, rounds: int) -> Todo:
        """Each round: one message to each worker, and what all of them send back at once."""
        out: Any = self.api.WorkflowContext[int, int]
        done = 0

        async def spread(n: int, ctx: out) -> None:
            await ctx.send_message(n)

        async def collect(answers: list[int], ctx: out) -> None:
            nonlocal done
            done += len(answers)
            if done < workers * rounds:
                await ctx.send_message(answers[0] + 1)
            else:
                await ctx.yield_output(done)

        async def work(n: int, ctx: out) -> None:
            await ctx.send_message(n)

        new = self.api.FunctionExecutor
        start, end = new(spread, id="spread"), new(collect, id="collect")
        many = [new(work, id=f"work{i}") for i in range(workers)]
        builder = self.builder(start, "", rounds * 3 + 10).add_fan_out_edges(start, many)
        workflow = builder.add_fan_in_edges(many, end).add_edge(end, start).build()
        return lambda: self.run(workflow, 0)

    def payload(self, hops: int, size: int, storage: str = "") -> Todo:
        context: Any = self.api.WorkflowContext[dict, int]

        def hop(i: int) -> Any:
            async def carry(data: dict, ctx: context) -> None:  # type: ignore[type-arg]
                if i < hops - 1:
                    await ctx.send_message(data)
                else:
                    await ctx.yield_output(len(data["records"]))

            return self.api.FunctionExecutor(carry, id=f"hop{i}")

        nodes = [hop(i) for i in range(hops)]
        workflow = self.builder(nodes[0], storage, hops).add_chain(nodes).build()
        data = made(size)
        return lambda: self.run(workflow, data)

    def crash(self, steps: int, storage: str) -> Todo:
        """Ends the process in the handler after the checkpoint of superstep `steps`; `resume` goes on."""
        return self.crashing(steps, storage, ends=True)[1]

    def crashing(self, steps: int, storage: str, ends: bool) -> Any:
        context: Any = self.api.WorkflowContext[int, int]

        async def count(n: int, ctx: context) -> None:
            if n <= steps:
                await ctx.send_message(n + 1)
            elif ends:
                os._exit(0)
            else:
                await ctx.yield_output(n)

        counter = self.api.FunctionExecutor(count, id="count")
        workflow = self.builder(counter, storage, steps + 10).add_edge(counter, counter).build()
        return workflow, lambda: self.run(workflow, 1)

    def many(self, runs: int, steps: int) -> Todo:
        async def all_of_them() -> int:
            done = 0
            for _ in range(runs):
                count = self.counter(steps)
                workflow = self.builder(count, "memory", steps).add_edge(count, count).build()
                done += (await workflow.run(1)).get_outputs()[-1] == steps
            return done

        return lambda: asyncio.run(all_of_them())

    def start(self) -> Todo:
        return self.loop(2)
