"""The storages by themselves."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from samples import run, two_steps

from libworkflow import (
    CheckpointStorage,
    EngineStorage,
    FileCheckpointStorage,
    InMemoryCheckpointStorage,
    SQLiteCheckpointStorage,
    WorkflowCheckpoint,
    WorkflowCheckpointException,
    open_storage,
)
from libworkflow._checkpoint import WorkflowMessage


@pytest.fixture(params=["memory", "directory", "sqlite"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> EngineStorage:
    if request.param == "sqlite":
        return SQLiteCheckpointStorage(tmp_path / "a b%20c?d#e.db")
    return InMemoryCheckpointStorage() if request.param == "memory" else FileCheckpointStorage(tmp_path / "a" / "b")


def checkpoint(name: str, number: int) -> WorkflowCheckpoint:
    return WorkflowCheckpoint(
        workflow_name=name,
        graph_signature_hash="0" * 64,
        checkpoint_id=f"0193aaaa-0000-7000-8000-{number:012}",
        messages={"a": [WorkflowMessage((1, 2), "a", "b")], "internal:s": [WorkflowMessage("in", "internal:s", "s")]},
        state={"k": {1: 2}, "_executor_state": {"a": {"x": {1}}}},
        iteration_count=number,
    )


def test_save_and_load(storage: EngineStorage) -> None:
    async def main() -> None:
        saved = checkpoint("w", 1)
        assert await storage.save(saved) == saved.checkpoint_id
        loaded = await storage.load(saved.checkpoint_id)
        assert loaded == saved
        loaded.state["k"] = "changed"
        assert await storage.load(saved.checkpoint_id) == saved
        await storage.save(saved)
        with pytest.raises(WorkflowCheckpointException, match="different checkpoint"):
            await storage.save(loaded)

    run(main())


def test_list_latest_delete(storage: EngineStorage) -> None:
    async def main() -> None:
        assert await storage.get_latest(workflow_name="w") is None
        assert await storage.list_checkpoints(workflow_name="w") == []
        for number in (1, 2, 3):
            await storage.save(checkpoint("w", number))
        await storage.save(checkpoint("other", 4))
        ids = await storage.list_checkpoint_ids(workflow_name="w")
        assert ids == [checkpoint("w", n).checkpoint_id for n in (1, 2, 3)]
        assert [c.iteration_count for c in await storage.list_checkpoints(workflow_name="w")] == [1, 2, 3]
        assert len(await storage.list_checkpoints()) == 4
        latest = await storage.get_latest(workflow_name="w")
        assert latest is not None and latest.iteration_count == 3
        assert await storage.delete(ids[2]) is True
        assert await storage.delete(ids[2]) is False
        assert await storage.list_checkpoint_ids(workflow_name="w") == ids[:2]
        with pytest.raises(WorkflowCheckpointException):
            await storage.load(ids[2])

    run(main())


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "", "a/b", "a\0b"])
def test_bad_ids_are_refused(storage: EngineStorage, name: str) -> None:
    with pytest.raises((WorkflowCheckpointException, ValueError)):
        run(storage.load(name))


@pytest.mark.parametrize("name", ["a", "./a", "a/", "a//b", "a/./b", "a/../b", "..", ".", "~a", " a ", "a%20b"])
def test_a_text_is_the_path_that_it_is_for_pathlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    for given in (name, str(tmp_path / "in") + "/" + name):
        storage = FileCheckpointStorage(given)
        assert storage.storage_path == Path(given)
        assert storage.url == f"directory:{Path(given).absolute()}"
    assert FileCheckpointStorage(Path(name)).url == f"directory:{Path(name).absolute()}"
    sqlite = SQLiteCheckpointStorage("runs.db")
    assert (sqlite.path, sqlite.url) == (Path("runs.db"), f"sqlite:{tmp_path / 'runs.db'}")
    with pytest.raises(TypeError):
        SQLiteCheckpointStorage(b"runs.db")  # type: ignore[arg-type]


def test_damaged_file_hides_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        storage = FileCheckpointStorage(str(tmp_path))
        assert storage.storage_path == tmp_path
        workflow = two_steps(storage)
        await workflow.run("a")
        ids = await storage.list_checkpoint_ids(workflow_name=workflow.name)
        (tmp_path / f"{ids[1]}.json").write_text("{")
        with caplog.at_level(logging.WARNING, "libworkflow"):
            assert len(await storage.list_checkpoints(workflow_name=workflow.name)) == 2
        assert ids[1] in caplog.text

    run(main())


def test_urls(tmp_path: Path) -> None:
    storage: CheckpointStorage = open_storage(f"directory:{tmp_path}")
    run(two_steps(storage).run("a"))
    assert len(list(tmp_path.glob("*.json"))) == 3
    assert "directory:" in repr(storage)
    storage = open_storage(f"sqlite:{tmp_path}/runs.db")
    run(two_steps(storage).run("a"))
    assert len(run(storage.list_checkpoint_ids())) == 3
    assert repr(storage) == f"EngineStorage('sqlite:{tmp_path}/runs.db')"
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkflowCheckpointException):
        FileCheckpointStorage(tmp_path / "file" / "below")


@pytest.mark.parametrize(
    "url",
    ["", ":", "sqlite", "nowhere:at/all", "SQLite:x", " sqlite:x", "memory:x", "sqlite:", "directory:", "file:x",
     "sqlite://x", "sqlite:///tmp/x", "directory://x", "sqlite:a\udcff", "postgres://host/base", "sqlite:" + "\0x"],
)  # fmt: skip
def test_bad_urls(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError) as raised:
        open_storage(url)
    assert "sqlite:" in str(raised.value) or "directory:" in str(raised.value) or "UTF-8" in str(raised.value)
    assert list(tmp_path.iterdir()) == []
