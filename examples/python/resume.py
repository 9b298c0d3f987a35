"""Counts to five and is interrupted after two. Another run, which could be that of another process or machine, goes on
from the last checkpoint in the database resume.db."""
import asyncio

from libworkflow import SQLiteCheckpointStorage, WorkflowBuilder, WorkflowContext, executor


@executor
async def counter(n: int, ctx: WorkflowContext[int, int]) -> None:
    print(n)
    if n < 5:
        await ctx.send_message(n + 1)
    else:
        await ctx.yield_output(n)


async def main() -> None:
    storage = SQLiteCheckpointStorage("resume.db")
    builder = WorkflowBuilder(name="resume", start_executor=counter, checkpoint_storage=storage)
    workflow = builder.add_edge(counter, counter).build()
    async for event in workflow.run(1, stream=True):
        if event.type == "superstep_completed" and event.iteration == 2:
            break  # it is saved
    print("interrupted")
    latest = await storage.get_latest(workflow_name="resume")
    result = await workflow.run(checkpoint_id=latest.checkpoint_id)
    print("counted to", *result.get_outputs())


asyncio.run(main())
