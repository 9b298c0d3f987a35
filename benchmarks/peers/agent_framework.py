"""agent_framework. The durable storage is its FileCheckpointStorage: one JSON file with pickled values per checkpoint."""

import asyncio

import agent_framework
from alike import Workloads

SYNCS = "never: a new file per checkpoint, renamed into place, without fsync"
CANNOT: dict[str, str] = {}


def storage_of(storage):
    if storage == "memory":
        return agent_framework.InMemoryCheckpointStorage()
    return agent_framework.FileCheckpointStorage(storage)


_all = Workloads(agent_framework, VARIANT, storage_of)  # noqa: F821
loop, grow, fan, payload, crash, many, start = (
    _all.loop, _all.grow, _all.fan, _all.payload, _all.crash, _all.many, _all.start,
)


def resume(steps, storage):
    """It must be asked for the latest one: that is what a process knows that has just begun."""

    async def go_on():
        kept = storage_of(storage)
        workflow, _ = _all.crashing(steps, storage, ends=False)
        latest = await kept.get_latest(workflow_name="bench")
        return (await workflow.run(checkpoint_id=latest.checkpoint_id)).get_outputs()[-1]

    return lambda: asyncio.run(go_on())
