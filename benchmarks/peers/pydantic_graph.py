"""pydantic-graph, with steps of its GraphBuilder; variant "class": BaseNode classes. Version 2 keeps no checkpoints."""

import asyncio
from dataclasses import dataclass
from typing import Any

from pydantic_graph import BaseNode, End, GraphBuilder, GraphRunContext, StepContext, reduce_list_append
from workload_data import payload as made

_NONE = "version 2 keeps no checkpoints"
SYNCS = _NONE
CANNOT = dict.fromkeys(["loop_memory", "loop_durable", "grow_*", "payload_durable", "resume", "many"], _NONE)


@dataclass
class Count(BaseNode[None, None, int]):
    n: int
    last: int

    async def run(self, ctx: GraphRunContext) -> "Count | End[int]":
        return Count(self.n + 1, self.last) if self.n < self.last else End(self.n)


def loop(steps):
    if VARIANT == "class":  # noqa: F821
        builder = GraphBuilder(input_type=Count, output_type=int)
        builder.add(builder.node(Count), builder.edge_from(builder.start_node).to(Count))
        graph = builder.build()
        return lambda: asyncio.run(graph.run(inputs=Count(1, steps)))
    builder = GraphBuilder(input_type=int, output_type=int)

    async def count(ctx: StepContext) -> int:
        return ctx.inputs + 1

    step = builder.step(count)
    more = builder.match(int, matches=lambda n: n <= steps).to(step)
    end = builder.match(int, matches=lambda n: n > steps).to(builder.end_node)
    builder.add(
        builder.edge_from(builder.start_node).to(step),
        builder.edge_from(step).to(builder.decision().branch(more).branch(end)),
    )
    graph = builder.build()

    async def run():
        return await graph.run(inputs=1) - 1

    return lambda: asyncio.run(run())


def fan(workers, rounds):
    builder = GraphBuilder(input_type=int, output_type=int)

    async def spread(ctx: StepContext) -> int:
        return ctx.inputs

    async def work(ctx: StepContext) -> int:
        return ctx.inputs

    done = 0

    async def collect(ctx: StepContext) -> int:
        nonlocal done
        done += len(ctx.inputs)
        return done

    spreads, collects = builder.step(spread), builder.step(collect)
    many = [builder.step(work, node_id=f"work{i}") for i in range(workers)]
    joined = builder.join(reduce_list_append, initial_factory=list)
    more = builder.match(int, matches=lambda n: n < workers * rounds).to(spreads)
    end = builder.match(int, matches=lambda n: n >= workers * rounds).to(builder.end_node)
    builder.add(
        builder.edge_from(builder.start_node).to(spreads),
        builder.edge_from(spreads).to(*many),
        builder.edge_from(*many).to(joined),
        builder.edge_from(joined).to(collects),
        builder.edge_from(collects).to(builder.decision().branch(more).branch(end)),
    )
    graph = builder.build()
    return lambda: asyncio.run(graph.run(inputs=0))


def payload(hops, size):
    builder: Any = GraphBuilder(input_type=dict, output_type=dict)

    async def carry(ctx: StepContext) -> dict:
        return ctx.inputs

    steps = [builder.start_node, *(builder.step(carry, node_id=f"hop{i}") for i in range(hops)), builder.end_node]
    builder.add(*(builder.edge_from(one).to(next) for one, next in zip(steps, steps[1:])))
    graph = builder.build()
    data = made(size)

    async def run():
        return len((await graph.run(inputs=data))["records"])

    return lambda: asyncio.run(run())


def start():
    return loop(2)
