"""Keeps checkpoints where the program wants them: an object with these methods, async or not, is a storage. This one is
a table of an SQLite database."""
import asyncio
import sqlite3
from typing import Optional

from libworkflow import ResponseStream, WorkflowBuilder, WorkflowCheckpoint, WorkflowContext, executor


class TableStorage:
    def __init__(self, path: str) -> None:
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.execute("CREATE TABLE checkpoints (id TEXT UNIQUE, workflow TEXT, document BLOB)")

    def save(self, checkpoint: WorkflowCheckpoint) -> str:
        values = (checkpoint.checkpoint_id, checkpoint.workflow_name, checkpoint.to_json())
        cursor = self.database.execute("INSERT INTO checkpoints VALUES (?, ?, ?)", values)  # an exception fails the run
        print("saved: row", cursor.lastrowid)
        return checkpoint.checkpoint_id

    def load(self, checkpoint_id: str) -> Optional[WorkflowCheckpoint]:
        rows = self.database.execute("SELECT document FROM checkpoints WHERE id = ?", (checkpoint_id,))
        return next((WorkflowCheckpoint.from_json(document) for (document,) in rows), None)

    def list_checkpoint_ids(self, *, workflow_name: str) -> list[str]:
        rows = self.database.execute("SELECT id FROM checkpoints WHERE workflow = ? ORDER BY id", (workflow_name,))
        return [checkpoint_id for (checkpoint_id,) in rows]

    def list_checkpoints(self, *, workflow_name: str) -> list[WorkflowCheckpoint]:
        return [self.load(checkpoint_id) for checkpoint_id in self.list_checkpoint_ids(workflow_name=workflow_name)]

    def get_latest(self, *, workflow_name: str) -> Optional[WorkflowCheckpoint]:
        ids = self.list_checkpoint_ids(workflow_name=workflow_name)
        return self.load(ids[-1]) if ids else None

    def delete(self, checkpoint_id: str) -> bool:
        return self.database.execute("DELETE FROM checkpoints WHERE id = ?", (checkpoint_id,)).rowcount > 0


@executor
async def halve(n: int, ctx: WorkflowContext[int, int]) -> None:
    if n % 2 == 0:
        await ctx.send_message(n // 2)
    else:
        await ctx.yield_output(n)


async def show(events: ResponseStream) -> None:
    async for event in events:
        if event.type == "output":
            print("odd:", event.data)


async def main() -> None:
    storage = TableStorage(":memory:")
    builder = WorkflowBuilder(name="custom_storage", start_executor=halve, checkpoint_storage=storage)
    workflow = builder.add_edge(halve, halve).build()
    await show(workflow.run(20, stream=True))
    print("again from row 2")
    _, second, *_ = storage.list_checkpoint_ids(workflow_name="custom_storage")
    await show(workflow.run(checkpoint_id=second, stream=True))


asyncio.run(main())
