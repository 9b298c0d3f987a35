"""Any value goes through the library and its checkpoints exactly."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from test_codec import keys, same, values

from libworkflow import FileCheckpointStorage, InMemoryCheckpointStorage, Workflow, WorkflowBuilder, WorkflowContext
from libworkflow import executor as make_executor


@make_executor(id="keep")
async def keep(value: Any, ctx: WorkflowContext[Any]) -> None:
    ctx.set_state("value", value)
    await ctx.send_message(value)


@make_executor(id="give")
async def give(value: Any, ctx: WorkflowContext[Any, Any]) -> None:
    await ctx.yield_output([value, ctx.get_state("value")])


def workflow(storage: Any) -> Workflow:
    return WorkflowBuilder(start_executor=keep, checkpoint_storage=storage).add_edge(keep, give).build()


async def survives(value: Any, storage: Any) -> None:
    built = workflow(storage)
    [output] = (await built.run(value)).get_outputs()
    assert same(output, [value, value])
    for checkpoint in (await storage.list_checkpoints(workflow_name=built.name))[:2]:
        [output] = (await built.run(checkpoint_id=checkpoint.checkpoint_id)).get_outputs()
        assert same(output, [value, value])
        copy = InMemoryCheckpointStorage()
        await copy.save(checkpoint)
        resumed = await workflow(copy).run(checkpoint_id=checkpoint.checkpoint_id)
        assert same(resumed.get_outputs(), [output])


@given(values.filter(lambda value: value is not None))
@settings(deadline=None, max_examples=150)
def test_any_value_survives_in_memory(value: Any) -> None:
    asyncio.run(survives(value, InMemoryCheckpointStorage()))


def test_odd_values_survive_in_files(tmp_path_factory: Any) -> None:
    deep: Any = "x"
    for _ in range(200):
        deep = [deep]
    odd = [
        "\0",
        '\u2028\x7f\x1b\\"/',
        "\ud800",
        deep,
        {"": {"": 1}},
        {"$type": "x", "value": 1},
        5e-324,
        -0.0,
        "é" * 70000,
    ]
    for value in odd:
        asyncio.run(survives(value, FileCheckpointStorage(tmp_path_factory.mktemp("checkpoints"))))


@given(keys)
@settings(deadline=None, max_examples=50)
def test_any_text_may_be_a_state_key(key: Any) -> None:
    if not isinstance(key, str) or not key or "\0" in key or not key.isprintable():
        return

    @make_executor(id="it")
    async def it(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        ctx.set_state(key, n)
        await ctx.yield_output(ctx.get_state(key))

    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        built = WorkflowBuilder(start_executor=it, checkpoint_storage=storage).build()
        assert (await built.run(3)).get_outputs() == [3]
        latest = await storage.get_latest(workflow_name=built.name)
        assert latest is not None
        assert latest.state[key] == 3

    asyncio.run(main())
