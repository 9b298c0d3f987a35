"""Tries a storage of your own, promise by promise: check_storage. This storage is two tables of an SQLite database; any number
of threads and processes may share it."""
import asyncio
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional

from libworkflow import WorkflowCheckpoint, check_storage, run_storage_task

TABLES = """
CREATE TABLE IF NOT EXISTS checkpoints (id TEXT PRIMARY KEY, run TEXT, workflow TEXT, document BLOB);
CREATE TABLE IF NOT EXISTS heads (run TEXT PRIMARY KEY, head TEXT);
CREATE TABLE IF NOT EXISTS memos (run TEXT, key TEXT, memo BLOB, PRIMARY KEY (run, key));
PRAGMA journal_mode = WAL;
"""


class TableStorage:
    def __init__(self, path: str) -> None:
        self.path = path
        with self.database() as database:
            database.executescript(TABLES)

    @contextmanager
    def database(self, *, writes: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection for one question: the library asks from any thread."""
        database = sqlite3.connect(self.path, timeout=60, isolation_level=None)
        try:
            if writes:
                database.execute("BEGIN IMMEDIATE")  # whoever looks now is the only one to write until COMMIT
            yield database
            if writes:
                database.execute("COMMIT")
        finally:
            database.close()  # which takes back what was not committed

    def rows(self, question: str, *values: Any) -> list[Any]:
        with self.database() as database:
            return database.execute(question, values).fetchall()

    def save(self, checkpoint: WorkflowCheckpoint) -> str:
        while True:
            head = self.get_head(checkpoint.run_id)
            if self.commit(checkpoint, head, max(head or "", checkpoint.checkpoint_id)):
                return checkpoint.checkpoint_id

    def commit(self, checkpoint: WorkflowCheckpoint, expected_head: Optional[str], new_head: str) -> bool:
        checkpoint_id, run = checkpoint.checkpoint_id, checkpoint.run_id
        with self.database(writes=True) as database:
            head = database.execute("SELECT head FROM heads WHERE run = ?", (run,)).fetchone()
            known = database.execute("SELECT 1 FROM checkpoints WHERE id = ?", (checkpoint_id,)).fetchone()
            if known or (head[0] if head else None) != expected_head:
                return False
            values = (checkpoint_id, run, checkpoint.workflow_name, checkpoint.to_json())
            database.execute("INSERT INTO checkpoints VALUES (?, ?, ?, ?)", values)
            database.execute("INSERT OR REPLACE INTO heads VALUES (?, ?)", (run, new_head))
            return True

    def get_head(self, run_id: str) -> Optional[str]:
        return next((head for (head,) in self.rows("SELECT head FROM heads WHERE run = ?", run_id)), None)

    def load(self, checkpoint_id: str) -> Optional[WorkflowCheckpoint]:
        rows = self.rows("SELECT document FROM checkpoints WHERE id = ?", checkpoint_id)
        return next((WorkflowCheckpoint.from_json(document) for (document,) in rows), None)

    def list_checkpoint_ids(self, *, workflow_name: Optional[str]) -> list[str]:
        question = "SELECT id FROM checkpoints WHERE ?1 IS NULL OR workflow = ?1 ORDER BY id"
        return [checkpoint_id for (checkpoint_id,) in self.rows(question, workflow_name)]

    def list_checkpoints(self, *, workflow_name: Optional[str]) -> list[WorkflowCheckpoint]:
        found = map(self.load, self.list_checkpoint_ids(workflow_name=workflow_name))
        return [checkpoint for checkpoint in found if checkpoint is not None]

    def get_latest(self, *, workflow_name: Optional[str]) -> Optional[WorkflowCheckpoint]:
        ids = self.list_checkpoint_ids(workflow_name=workflow_name)
        return self.load(ids[-1]) if ids else None

    def delete(self, checkpoint_id: str) -> bool:
        with self.database(writes=True) as database:
            found = database.execute("DELETE FROM checkpoints WHERE id = ? RETURNING run", (checkpoint_id,)).fetchall()
            for (run,) in found:  # the head goes with the last one
                database.execute(
                    "DELETE FROM heads WHERE run = ?1 AND NOT EXISTS (SELECT 1 FROM checkpoints WHERE run = ?1)", (run,)
                )
            return bool(found)

    def remember(self, run_id: str, key: str, memo: bytes) -> bool:
        with self.database(writes=True) as database:
            return database.execute("INSERT OR IGNORE INTO memos VALUES (?, ?, ?)", (run_id, key, memo)).rowcount > 0

    def recall(self, run_id: str, key: str) -> Optional[bytes]:
        return next((memo for (memo,) in self.rows("SELECT memo FROM memos WHERE run = ? AND key = ?", run_id, key)), None)

    def forget(self, run_id: str) -> bool:
        with self.database(writes=True) as database:
            return database.execute("DELETE FROM memos WHERE run = ?", (run_id,)).rowcount > 0


async def main() -> int:
    sys.setrecursionlimit(20_000)  # a document may have 2,000 levels; Python counts several calls for each
    path = "conformance.tables"
    storage = TableStorage(path)
    if len(sys.argv) == 2:  # another process, started for a task
        return run_storage_task(storage, sys.argv[1])
    command = [sys.executable, os.path.abspath(__file__)]
    report = await check_storage(storage, second=TableStorage(path), command=command, name="two tables")
    for level, result in report.levels.items():
        print(f"{level}: {'passed' if result == 'passed' else 'not passed'}")
    if report.failed:
        print(report, file=sys.stderr)  # each clause with what was asked, what was expected and what came
    return len(report.failed)


sys.exit(asyncio.run(main()))
