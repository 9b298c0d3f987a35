"""Weighs three parcels. A switch sends each one to the first case whose condition holds, or to the default."""
import asyncio

from libworkflow import Case, Default, Executor, WorkflowBuilder, WorkflowContext, executor, handler


@executor
async def scale(grams: int, ctx: WorkflowContext[int]) -> None:
    await ctx.send_message(grams)


class Carrier(Executor):
    @handler
    async def deliver(self, grams: int, ctx: WorkflowContext[None, int]) -> None:
        await ctx.yield_output(grams)


def is_light(grams: int) -> bool:  # sees the message and nothing else; its name is part of the graph
    return grams <= 500


def is_heavy(grams: int) -> bool:
    return grams > 30000


async def main() -> None:
    cases = [Case(is_light, Carrier("postman")), Case(is_heavy, Carrier("truck")), Default(Carrier("van"))]
    builder = WorkflowBuilder(name="branch", start_executor=scale)
    workflow = builder.add_switch_case_edge_group(scale, cases).build()
    for parcel in (20, 750, 40000):
        async for event in workflow.run(parcel, stream=True):
            if event.type == "output":
                print(f"{event.data} g: {event.executor_id}")


asyncio.run(main())
