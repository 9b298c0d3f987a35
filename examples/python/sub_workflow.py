"""A workflow inside another one: to the outer one it is a single executor, "sum". Two numbers are inside it at the same
time and stay apart, and every inner superstep is in the checkpoints of the outer run."""
import asyncio

from libworkflow import WorkflowBuilder, WorkflowContext, WorkflowExecutor, executor


@executor
async def twice(n: int, ctx: WorkflowContext[int]) -> None:
    await ctx.send_message(n * 2)


@executor
async def plus_one(n: int, ctx: WorkflowContext[None, int]) -> None:
    await ctx.yield_output(n + 1)  # becomes a message of "sum"


@executor
async def split(n: int, ctx: WorkflowContext[int]) -> None:
    await ctx.send_message(n)
    await ctx.send_message(n * 10)


@executor
async def report(n: int, ctx: WorkflowContext[None, int]) -> None:
    await ctx.yield_output(n)


async def main() -> None:
    inner = WorkflowBuilder(name="sum", start_executor=twice).add_edge(twice, plus_one).build()
    nested = WorkflowExecutor(inner, "sum")
    builder = WorkflowBuilder(name="sub_workflow", start_executor=split)
    workflow = builder.add_edge(split, nested).add_edge(nested, report).build()
    async for event in workflow.run(4, stream=True):
        if event.type == "executor_invoked":
            print(f"{event.executor_id}: {event.data}")
        elif event.type == "output":
            print("output:", event.data)


asyncio.run(main())
