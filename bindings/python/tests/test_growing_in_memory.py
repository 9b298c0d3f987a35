"""A list in the state that grows in every superstep, with checkpoints in memory."""

import subprocess
import sys

PROGRAM = """
import asyncio, resource

resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

from libworkflow import FunctionExecutor, InMemoryCheckpointStorage, WorkflowBuilder, WorkflowContext

LAST = 4000


async def add(n: int, ctx: WorkflowContext[int, int]) -> None:
    ctx.append_state("list", f"{n:0200}")
    if n < LAST:
        await ctx.send_message(n + 1)
    else:
        await ctx.yield_output(n)


async def main():
    storage = InMemoryCheckpointStorage()
    node = FunctionExecutor(add, id="add")
    builder = WorkflowBuilder(name="grow", start_executor=node, max_iterations=LAST + 10, checkpoint_storage=storage)
    await builder.add_edge(node, node).build().run(1)
    ids = await storage.list_checkpoint_ids(workflow_name="grow")
    assert len(ids) > LAST
    for place in (5, 2000, LAST):
        found = (await storage.load(ids[place])).state["list"]
        assert found == [f"{n:0200}" for n in range(1, len(found) + 1)] and abs(len(found) - place) < 2, (place, len(found))


asyncio.run(main())
"""


def test_the_list_is_kept_once() -> None:
    # As a copy at each checkpoint it would take 1.6 GB.
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
