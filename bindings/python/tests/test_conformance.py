"""Storages written in Python with a fence, and trying whether a storage keeps its promises."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import Any, NamedTuple, Optional

import pytest
from samples import run, two_steps

from libworkflow import (
    FileCheckpointStorage,
    InMemoryCheckpointStorage,
    StorageReport,
    WorkflowCheckpoint,
    WorkflowCheckpointException,
    WorkflowRunnerException,
    check_storage,
    open_storage,
    run_storage_task,
)


class Kept(NamedTuple):
    """A checkpoint as text: a deepcopy of the object costs three times as much."""

    run_id: str
    workflow_name: str
    text: bytes


class Fenced:
    """Whole, async or not: over a dict and a lock."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}
        self.heads: dict[str, str] = {}
        self.memos: dict[tuple[str, str], bytes] = {}
        self.lock = threading.Lock()

    async def save(self, checkpoint: WorkflowCheckpoint) -> str:
        raise AssertionError("with commit nobody asks for save")

    async def commit(self, checkpoint: WorkflowCheckpoint, expected_head: Optional[str], new_head: str) -> bool:
        kept = Kept(checkpoint.run_id, checkpoint.workflow_name, checkpoint.to_json())
        with self.lock:
            if self.heads.get(checkpoint.run_id) != expected_head or checkpoint.checkpoint_id in self.kept:
                return False
            self.kept[checkpoint.checkpoint_id] = kept
            self.heads[checkpoint.run_id] = new_head
            return True

    def get_head(self, run_id: str) -> Optional[str]:
        return self.heads.get(run_id)

    async def load(self, checkpoint_id: str) -> Optional[WorkflowCheckpoint]:
        kept = self.kept.get(checkpoint_id)
        return None if kept is None else WorkflowCheckpoint.from_json(kept.text)

    def list_checkpoint_ids(self, *, workflow_name: Optional[str] = None) -> list[str]:
        with self.lock:
            return [key for key, kept in self.kept.items() if workflow_name in (None, kept.workflow_name)]

    async def get_latest(self, *, workflow_name: Optional[str] = None) -> Optional[WorkflowCheckpoint]:
        return await self.load(max(self.list_checkpoint_ids(workflow_name=workflow_name), default=""))

    async def delete(self, checkpoint_id: str) -> bool:
        with self.lock:
            gone = self.kept.pop(checkpoint_id, None)
            if gone is not None and not any(kept.run_id == gone.run_id for kept in self.kept.values()):
                self.heads.pop(gone.run_id, None)
            return gone is not None

    def remember(self, run_id: str, key: str, memo: bytes) -> bool:
        return self.memos.setdefault((run_id, key), memo) is memo

    def recall(self, run_id: str, key: str) -> Optional[bytes]:
        return self.memos.get((run_id, key))

    def forget(self, run_id: str) -> bool:
        keys = [key for key in self.memos if key[0] == run_id]
        return len([self.memos.pop(key) for key in keys]) > 0


def conform(storage: Any, **options: Any) -> StorageReport:
    """Seconds of work, and minutes where others work too."""
    return run(check_storage(storage, **options), hangs_after=1200)


@pytest.fixture
def deep() -> Any:
    """A document has up to 2,000 levels, and a deepcopy takes several calls for each."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(30_000)
    yield
    sys.setrecursionlimit(before)


def test_a_storage_with_a_fence_keeps_every_promise(deep: None) -> None:
    storage = Fenced()
    report = conform(storage, name="a dict")
    assert report.failed == [], str(report)
    assert report.storage == "a dict"
    assert report.levels == {
        "basic": "passed", "fence": "passed", "processes": "skipped", "memos": "passed", "large": "passed"
    }  # fmt: skip
    assert storage.kept == {} and storage.heads == {} and storage.memos == {}


def test_a_run_that_somebody_overtook_stops() -> None:
    storage = Fenced()

    async def overtake(checkpoint: WorkflowCheckpoint, expected_head: Optional[str], new_head: str) -> bool:
        if expected_head is not None:
            storage.heads[checkpoint.run_id] = "another"
        return await Fenced.commit(storage, checkpoint, expected_head, new_head)

    storage.commit = overtake  # type: ignore[method-assign]
    with pytest.raises(WorkflowRunnerException, match="went on elsewhere: its last checkpoint is 'another'"):
        run(two_steps(storage).run("abc"))
    assert len(storage.kept) == 1


def test_half_a_fence_is_refused() -> None:
    class Half(Fenced):
        get_head = None  # type: ignore[assignment]

    with pytest.raises(TypeError, match="only one of the methods 'commit' and 'get_head'"):
        run(two_steps(Half()).run("abc"))


@pytest.mark.parametrize(("method", "answer"), [("commit", None), ("commit", "yes"), ("get_head", 7)])
def test_an_answer_that_is_none_fails_the_run(method: str, answer: Any) -> None:
    storage = Fenced()
    setattr(storage, method, lambda *arguments: answer)
    if method == "commit":
        with pytest.raises(WorkflowCheckpointException, match="commit must give True or False"):
            run(two_steps(storage).run("abc"))
    else:
        clause = next(c for c in conform(storage).failed if c.level == "fence")
        assert "get_head must give a checkpoint id or None, not 7" in (clause.why or "")


def test_what_a_storage_gets_wrong_is_told() -> None:
    class Forgetful(Fenced):
        """Only says that it deletes, once in each run, and is full soon: what is kept makes later clauses dear."""

        def __init__(self) -> None:
            super().__init__()
            self.lied: set[str] = set()

        async def commit(self, checkpoint: WorkflowCheckpoint, expected_head: Optional[str], new_head: str) -> bool:
            if len(self.kept) > 50:
                raise OSError(28, "the tape is full")
            return await super().commit(checkpoint, expected_head, new_head)

        async def delete(self, checkpoint_id: str) -> bool:
            run_id = self.kept[checkpoint_id].run_id if checkpoint_id in self.kept else None
            if run_id is None or run_id in self.lied:
                return await super().delete(checkpoint_id)
            self.lied.add(run_id)
            return True

        def recall(self, run_id: str, key: str) -> Optional[bytes]:
            raise OSError(5, "the tape is torn")

    report = conform(Forgetful())
    failed = {clause.name: clause.why or "" for clause in report.failed}
    assert (
        "expected it to be refused with WF_E_NOTFOUND, got success" in failed["what is deleted is gone, the rest stays"]
    )
    assert "the tape is torn" in failed["what is remembered is recalled"]
    assert "the tape is full" in failed["a thousand checkpoints are all there"]
    assert report.levels["memos"] == "failed" and "failed: what is remembered is recalled:" in str(report)


def test_memory() -> None:
    report = conform(InMemoryCheckpointStorage())
    assert report.failed == [] and "InMemoryCheckpointStorage" in report.storage
    assert [clause.name for clause in report.clauses if clause.result == "skipped" and clause.level != "processes"] == [
        "what one handle saves the other one finds",
        "a document of 64 MB comes back",
    ]


PROGRAM = "import sys; from libworkflow import *; sys.exit(run_storage_task(open_storage(sys.argv[1]), sys.argv[2]))"


@pytest.mark.parametrize("scheme", ["sqlite", "directory"])
def test_on_disk_with_other_processes(scheme: str, tmp_path: Any) -> None:
    url = f"{scheme}:{tmp_path}/place"
    command = [sys.executable, "-c", PROGRAM, url]
    report = conform(open_storage(url), second=open_storage(url), command=command)
    assert report.failed == [], str(report)
    assert set(report.levels.values()) == {"passed"}


def test_a_command_that_cannot_be_started() -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        conform(InMemoryCheckpointStorage(), command=["/nowhere/at/all"])


def test_processes_that_open_another_place_are_noticed(capfd: Any) -> None:
    command = [sys.executable, "-c", PROGRAM, "memory:"]
    report = conform(InMemoryCheckpointStorage(), command=command)
    assert {clause.level for clause in report.failed} == {"processes"}
    assert "head of the run" in capfd.readouterr().err


def test_what_is_no_storage_or_no_task(capfd: Any, tmp_path: Any) -> None:
    with pytest.raises(TypeError, match="is not a storage"):
        conform(object())
    assert run_storage_task(FileCheckpointStorage(tmp_path), "dance") == 1
    assert "'dance' is no task" in capfd.readouterr().err


def test_the_event_loop_goes_on_meanwhile() -> None:
    async def main() -> int:
        checking = asyncio.create_task(check_storage(InMemoryCheckpointStorage()))
        turns = 0
        while not checking.done():
            await asyncio.sleep(0.01)
            turns += 1
        assert checking.result().failed == []
        return turns

    assert run(main()) > 3
