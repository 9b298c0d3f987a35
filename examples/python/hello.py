"""Writes a letter in two supersteps. After each of them there is a checkpoint in the folder hello.checkpoints."""
import asyncio

from libworkflow import FileCheckpointStorage, WorkflowBuilder, WorkflowContext, executor


@executor
async def writer(name: str, ctx: WorkflowContext[dict]) -> None:
    await ctx.send_message({"dear": name})  # follows the edges, and arrives in the next superstep


@executor
async def signer(letter: dict, ctx: WorkflowContext[None, dict]) -> None:
    await ctx.yield_output({"letter": letter, "from": "Python"})  # comes to the host, as an event


async def main() -> None:
    storage = FileCheckpointStorage("hello.checkpoints")
    builder = WorkflowBuilder(name="hello", start_executor=writer, checkpoint_storage=storage)
    workflow = builder.add_edge(writer, signer).build()
    async for event in workflow.run("world", stream=True):
        if event.type == "output":
            print(event.data)


asyncio.run(main())
