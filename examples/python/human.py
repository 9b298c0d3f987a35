"""Asks a person before it pays. The run does not wait in the meantime: it rests, and goes on with the answer."""
import asyncio

from libworkflow import Executor, WorkflowBuilder, WorkflowContext, WorkflowRunResult, handler, response_handler


class Clerk(Executor):
    @handler
    async def ask(self, amount: int, ctx: WorkflowContext) -> None:
        await ctx.request_info(amount, bool, request_id="pay-it")

    @response_handler
    async def pay(self, original_request: int, response: bool, ctx: WorkflowContext[None, int]) -> None:
        if response:
            await ctx.yield_output(original_request)


def show(result: WorkflowRunResult) -> None:
    for event in result.get_request_info_events():
        print(f"{event.request_id}: pay {event.data}?")
    for output in result.get_outputs():
        print(f"paid: {output}")


async def main() -> None:
    workflow = WorkflowBuilder(name="human", start_executor=Clerk("clerk")).build()
    show(await workflow.run(1200))
    print("waiting:", "yes" if workflow.pending_requests else "no")
    try:
        await workflow.run(responses={"pay-it": "maybe"})
    except ValueError:
        print("maybe is no answer")  # and changes nothing
    show(await workflow.run(responses={"pay-it": True}))


asyncio.run(main())
