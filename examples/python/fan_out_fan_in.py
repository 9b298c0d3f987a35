"""Three executors look at one sentence in the same superstep; a fourth waits until all of them have answered."""
import asyncio

from libworkflow import WorkflowBuilder, WorkflowContext, executor


@executor
async def reader(sentence: str, ctx: WorkflowContext[str]) -> None:
    await ctx.send_message(sentence)  # to every target of the fan-out


@executor
async def words(sentence: str, ctx: WorkflowContext[int]) -> None:
    await ctx.send_message(len(sentence.split()))


@executor
async def letters(sentence: str, ctx: WorkflowContext[int]) -> None:
    await ctx.send_message(sum(letter.isalpha() for letter in sentence))


@executor
async def vowels(sentence: str, ctx: WorkflowContext[int]) -> None:
    await ctx.send_message(sum(letter in "aeiou" for letter in sentence))


@executor
async def report(counts: list[int], ctx: WorkflowContext[None, list[int]]) -> None:
    await ctx.yield_output(counts)  # in the order in which the fan-in names its sources


async def main() -> None:
    builder = WorkflowBuilder(name="fan_out_fan_in", start_executor=reader)
    builder.add_fan_out_edges(reader, [words, letters, vowels]).add_fan_in_edges([words, letters, vowels], report)
    async for event in builder.build().run("to be or not to be", stream=True):
        if event.type == "superstep_started":
            print("superstep", event.iteration)
        elif event.type == "executor_invoked":
            print(f"  {event.executor_id}")
        elif event.type == "output":
            print(event.data)


asyncio.run(main())
