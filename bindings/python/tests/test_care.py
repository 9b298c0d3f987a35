"""Looking after a storage."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from samples import run, two_steps

from libworkflow import (
    EngineStorage,
    Executor,
    Workflow,
    WorkflowBuilder,
    WorkflowCheckpointException,
    WorkflowContext,
    WorkflowException,
    handler,
    open_storage,
    response_handler,
)


class Asker(Executor):
    """Asks and waits."""

    @handler
    async def ask(self, text: str, ctx: WorkflowContext[str, str]) -> None:
        await ctx.request_info(text, str)

    @response_handler
    async def answered(self, original: str, answer: str, ctx: WorkflowContext[str, str]) -> None:
        await ctx.yield_output(f"{original}: {answer}")


def asking(storage: EngineStorage) -> Workflow:
    return WorkflowBuilder(name="asking", start_executor=Asker(id="asker"), checkpoint_storage=storage).build()


async def filled(storage: EngineStorage) -> tuple[str, str]:
    """The ids of a run that is done and of one that waits."""
    await two_steps(storage).run("abc")
    await asking(storage).run("why")
    waiting, done = await storage.runs()
    assert (done["status"], waiting["status"]) == ("idle", "waiting")
    return done["run_id"], waiting["run_id"]


def test_runs_and_checkpoints_are_found(storage: EngineStorage) -> None:
    async def main() -> None:
        assert await storage.runs() == [] == await storage.find()
        done, waiting = await filled(storage)
        (entry,) = await storage.runs(status="waiting")
        assert entry["run_id"] == waiting and entry["workflow_name"] == "asking" and "problem" not in entry
        everything = await storage.find(order="oldest")
        ids = [found["checkpoint_id"] for found in everything]
        assert ids == sorted(ids) and len(ids) == 5
        assert [found["checkpoint_id"] for found in await storage.find(limit=2)] == ids[::-1][:2]
        assert [found["checkpoint_id"] for found in await storage.find(before=ids[1], after="")] == ids[:1]
        assert {found["run_id"] for found in await storage.find(run_id=done)} == {done}
        assert [found["kind"] for found in await storage.find(kind="entry")] == ["entry", "entry"]
        assert len(await storage.runs(limit=1, order="oldest")) == 1
        summary = await storage.summary(entry["head"])
        assert summary["status"] == "waiting" and len(summary["pending_request_ids"]) == 1 and summary["messages"] == 0
        assert summary["bytes"] > 0 and summary["run_id"] == waiting
        with pytest.raises(WorkflowCheckpointException):
            await storage.summary("none")
        with pytest.raises(ValueError, match="status"):
            await storage.runs(status="done")  # type: ignore[arg-type]
        for limit in (0, -1):
            with pytest.raises(ValueError, match="limit"):
                await storage.find(limit=limit)

    run(main())


def test_pages_are_put_together(storage: EngineStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        await filled(storage)
        monkeypatch.setattr("libworkflow._care._LARGEST_PAGE", 2)
        for order in ("newest", "oldest"):
            ids = [found["checkpoint_id"] for found in await storage.find(order=order)]  # type: ignore[arg-type]
            assert len(set(ids)) == 5 and ids == sorted(ids, reverse=order == "newest")
            assert [found["checkpoint_id"] for found in await storage.find(order=order, limit=3)] == ids[:3]  # type: ignore[arg-type]

    run(main())


def test_only_what_is_done_is_pruned(storage: EngineStorage) -> None:
    async def main() -> None:
        done, waiting = await filled(storage)
        with pytest.raises(ValueError, match="keep_last"):
            await storage.prune()
        dry = await storage.prune(keep_last=0, dry_run=True)
        assert dry["deleted"] == 3 and dry["live_runs_skipped"] == 1 and len(await storage.find()) == 5
        assert (await storage.prune(older_than=timedelta(hours=1)))["deleted"] == 0
        newest = (await storage.find(run_id=done))[0]["checkpoint_id"]
        assert (await storage.prune(keep_last=0, pinned=[newest]))["deleted"] == 2
        assert (await storage.prune(keep_last=0, older_than=timedelta(0)))["runs_deleted"] == 1
        assert [entry["run_id"] for entry in await storage.runs()] == [waiting]
        assert (await storage.prune(keep_last=1, trim_live=True, workflow_name="asking"))["deleted"] == 1
        (request,) = (await storage.summary((await storage.runs())[0]["head"]))["pending_request_ids"]
        result = await asking(storage).run(
            checkpoint_id=(await storage.runs())[0]["head"], responses={request: "because"}
        )
        assert result.get_outputs() == ["why: because"]
        assert await storage.delete_run(waiting) is True
        assert await storage.delete_run(waiting) is False
        assert await storage.find() == []

    run(main())


def test_a_run_travels(storage: EngineStorage, tmp_path: Path) -> None:
    async def main() -> None:
        _, waiting = await filled(storage)
        text = await storage.export_run(waiting)
        assert json.loads(text)["format"] == "libworkflow.run"
        for url in ("memory:", f"directory:{tmp_path}/other", f"sqlite:{tmp_path}/other.db"):
            other = open_storage(url)
            await other.import_run(text.decode())
            await other.import_run(text)
            assert await other.export_run(waiting) == text
        with pytest.raises(WorkflowException, match="nobody"):
            await storage.export_run("nobody")
        with pytest.raises(WorkflowCheckpointException, match="exported run"):
            await storage.import_run("{}")
        with pytest.raises(ValueError):
            await storage.import_run("{")
        with pytest.raises(ValueError, match="NUL"):
            await storage.export_run("a\0b")

    run(main())


def test_a_copy_goes_its_own_way(storage: EngineStorage) -> None:
    async def main() -> None:
        await filled(storage)
        (entry,) = await storage.runs(status="waiting")
        copy = await storage.copy(entry["head"], run_id="again")
        summary = await storage.summary(copy)
        assert summary["run_id"] == "again" and summary["status"] == "waiting"
        (request,) = summary["pending_request_ids"]
        result = await asking(storage).run(checkpoint_id=copy, responses={request: "so"})
        assert result.get_outputs() == ["why: so"]
        assert len(await storage.runs(status="waiting")) == 1
        with pytest.raises(WorkflowException, match="'again'"):
            await storage.copy(entry["head"], run_id="again")
        assert (await storage.summary(await storage.copy(copy)))["run_id"] not in ("again", entry["run_id"])

    run(main())


def test_damage_is_named(tmp_path: Path) -> None:
    async def main() -> None:
        storage = open_storage(f"directory:{tmp_path}")
        done, _ = await filled(storage)
        newest, *_, oldest = [found["checkpoint_id"] for found in await storage.find(run_id=done)]
        (tmp_path / f"{oldest}.json").write_text("{")
        report = await storage.verify()
        assert (report["checkpoints"], report["good"], report["memos"]) == (5, 4, 0)
        assert [problem["checkpoint_id"] for problem in report["problems"]] == [oldest]
        assert {"run_id": done, "latest_good": newest} in report["runs"]
        assert [found["checkpoint_id"] for found in await storage.find() if "problem" in found] == [oldest]

    run(main())


def test_a_sound_storage_has_no_problems(storage: EngineStorage) -> None:
    async def main() -> None:
        await filled(storage)
        report = await storage.verify()
        assert report["good"] == report["checkpoints"] == 5 and report["problems"] == [] == report["missing_parents"]

    run(main())
