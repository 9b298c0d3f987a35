"""Halves even numbers and triples odd ones plus one, until 1 is reached: an executor that sends to itself, once a
superstep. How far it has come stands in the state, and so in every checkpoint."""
import asyncio

from libworkflow import WorkflowBuilder, WorkflowContext, executor


@executor
async def step(n: int, ctx: WorkflowContext[int, object]) -> None:
    steps, peak = ctx.get_state("progress", [0, 0])
    peak = max(n, peak)
    await ctx.yield_output(n)
    if n == 1:
        await ctx.yield_output([steps, peak])
        return  # nothing is sent, and so the run ends
    ctx.set_state("progress", [steps + 1, peak])
    await ctx.send_message(n // 2 if n % 2 == 0 else 3 * n + 1)


async def main() -> None:
    # A loop without an end would be an error after so many supersteps.
    workflow = WorkflowBuilder(name="loop", start_executor=step, max_iterations=1000).add_edge(step, step).build()
    result = await workflow.run(6)
    for output in result.get_outputs():
        print(output)


asyncio.run(main())
