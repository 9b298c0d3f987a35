"""libworkflow with a Python host. The durable storage is SQLiteCheckpointStorage at durability "full", the default."""

import asyncio
import os

import libworkflow
from alike import Workloads

SYNCS = "once a superstep: SQLite, WAL, synchronous=FULL"
CANNOT: dict[str, str] = {}


def storage_of(storage):
    if storage == "memory":
        return libworkflow.InMemoryCheckpointStorage()
    return libworkflow.SQLiteCheckpointStorage(os.path.join(storage, "runs.db"))


_all = Workloads(libworkflow, VARIANT, storage_of)  # noqa: F821
loop, grow, fan, payload, crash, many, start = (
    _all.loop, _all.grow, _all.fan, _all.payload, _all.crash, _all.many, _all.start,
)


_kept = []  # as long as the process: closing a database folds its log of 4 MB in, which is no part of resuming


def resume(steps, storage):
    from libworkflow import LATEST, SQLiteCheckpointStorage  # noqa: F401 # as such a program begins; the time is without imports

    async def go_on():
        workflow, _ = _all.crashing(steps, storage, ends=False)
        _kept.append(workflow)
        return (await workflow.run(checkpoint_id=LATEST)).get_outputs()[-1]

    return lambda: asyncio.run(go_on())
