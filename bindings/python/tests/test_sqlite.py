"""Databases that are in use, in the way, damaged or gone, and processes that share one."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, Optional

import pytest
from samples import FACTORS_OF_6, factors, run, two_steps

from libworkflow import (
    LATEST,
    Executor,
    SQLiteCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowCheckpointException,
    WorkflowContext,
    WorkflowException,
    executor,
    handler,
    open_storage,
)
from libworkflow._abi import WF_E_CHECKPOINT, WF_E_STORAGE, WF_E_UNSUPPORTED


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with the eight checkpoints of a run in it, closed."""
    path = tmp_path / "runs.db"
    run(factors(SQLiteCheckpointStorage(path)).run(6))
    gc.collect()
    assert [each.name for each in tmp_path.iterdir()] == ["runs.db"]
    return path


def ids(path: Path) -> list[str]:
    return SQLiteCheckpointStorage(path)._ids(None)


def python(script: str, *arguments: Any, expect: int = 0) -> str:
    """What a script prints, in a process of its own."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == expect, done.stderr
    return done.stdout


def change(path: Path, *statements: str) -> None:
    database = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        database.execute(statement)
    database.close()


# ---- What is in the way


def folder(path: Path) -> None:
    path.mkdir()


def text(path: Path) -> None:
    path.write_text("a text that is longer than the head of a database, and has nothing to do with one. " * 3)


def of_another_program(path: Path) -> None:
    change(path, "CREATE TABLE theirs(x)", "INSERT INTO theirs VALUES(1)")


def with_another_id(path: Path) -> None:
    change(path, "PRAGMA application_id = 77")


def newer(path: Path) -> None:
    SQLiteCheckpointStorage(path)
    change(path, "PRAGMA user_version = 99")


def never_made(path: Path) -> None:
    SQLiteCheckpointStorage(path)
    change(path, "PRAGMA user_version = -1")


def a_device(path: Path) -> None:
    path.symlink_to("/dev/null")


def cut_off(path: Path) -> None:
    SQLiteCheckpointStorage(path)
    with path.open("r+b") as file:
        file.truncate(50)


@pytest.mark.parametrize(
    ("make", "status", "sentence"),
    [
        (folder, WF_E_STORAGE, "there is a folder of that name"),
        (text, WF_E_STORAGE, "no SQLite database, or is encrypted or damaged at its head"),
        (of_another_program, WF_E_STORAGE, "belongs to another program .*give storages a file of their own"),
        (with_another_id, WF_E_STORAGE, r"belongs to another program \(application id 77"),
        (newer, WF_E_UNSUPPORTED, "version 99 of the tables; this library knows versions 1 to .*newer library"),
        (never_made, WF_E_CHECKPOINT, "damaged: version -1"),
        (a_device, WF_E_STORAGE, "no file"),
        (cut_off, WF_E_CHECKPOINT, "is damaged"),
    ],
)
def test_what_is_no_database_of_ours_is_left_alone(
    tmp_path: Path, make: Callable[[Path], None], status: int, sentence: str
) -> None:
    path = tmp_path / "in the way.db"
    make(path)
    gc.collect()
    before = path.read_bytes() if path.is_file() else None
    for _ in range(2):
        with pytest.raises(WorkflowException, match=sentence) as raised:
            SQLiteCheckpointStorage(path)
        assert str(path) in str(raised.value)
        assert raised.value.status == status  # type: ignore[attr-defined]
        assert isinstance(raised.value, WorkflowCheckpointException) == (status != WF_E_UNSUPPORTED)
    assert before is None or path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing/runs.db", "folder .* does not exist; make it first"),
        ("file/runs.db", "Not a directory"),
        ("n" * 300, "File name too long"),
    ],
)
def test_paths_that_lead_nowhere(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkflowCheckpointException, match=sentence) as raised:
        SQLiteCheckpointStorage(tmp_path / name)
    assert str(tmp_path / name) in str(raised.value)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_no_home_is_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WorkflowCheckpointException, match="'~' stands for no folder here"):
        open_storage("sqlite:~/runs.db")
    assert list(tmp_path.iterdir()) == []


def test_relative_paths_are_those_of_the_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    by_class, by_url = SQLiteCheckpointStorage("runs.db"), open_storage("sqlite:runs.db")
    assert repr(by_class) == f"SQLiteCheckpointStorage('sqlite:{tmp_path}/runs.db')"
    assert by_class.path == Path("runs.db")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    run(two_steps(by_class).run("a"))
    run(two_steps(by_url).run("b"))
    assert list(Path.cwd().iterdir()) == []
    assert len(ids(tmp_path / "runs.db")) == 6


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    run(two_steps(SQLiteCheckpointStorage(path)).run("a"))
    assert len(ids(path)) == 3


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.db").symlink_to(tmp_path / "real" / "runs.db")
    run(two_steps(SQLiteCheckpointStorage(tmp_path / "link.db")).run("a"))
    run(two_steps(SQLiteCheckpointStorage(tmp_path / "real" / "runs.db")).run("a"))
    assert len(ids(tmp_path / "link.db")) == 6


# ---- Damage


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE checkpoint", "DROP TABLE run", "DROP TABLE version", "ALTER TABLE run DROP COLUMN dead"],
)
def test_tables_that_were_changed(path: Path, statement: str) -> None:
    ids(path)
    change(path, statement)
    with pytest.raises(WorkflowCheckpointException, match="its tables are not as this library made them"):
        SQLiteCheckpointStorage(path)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM store",
        "UPDATE checkpoint SET superstep = superstep + 1",
        "UPDATE checkpoint SET body = x'00'",
        "UPDATE run SET head = x'00'",
        "DELETE FROM version",
        "DELETE FROM graph",
    ],
)
def test_rows_that_were_changed(path: Path, statement: str, caplog: pytest.LogCaptureFixture) -> None:
    whole = ids(path)
    change(path, statement)
    storage = SQLiteCheckpointStorage(path)
    said, good = [], 0
    for each in whole:
        try:
            run(storage.load(each))
            good += 1
        except WorkflowCheckpointException as error:
            said.append(str(error))
    try:
        listed = run(storage.list_checkpoint_ids())
    except WorkflowCheckpointException as error:
        said.append(str(error))
    else:
        said += [record.getMessage() for record in caplog.records]
        assert set(listed) <= set(whole)
    try:
        latest = run(storage.get_latest(workflow_name="factors"))
    except WorkflowCheckpointException as error:
        said.append(str(error))
    else:
        assert latest is not None, "what is damaged is not gone"
    try:
        run(factors(storage).run(6))
    except WorkflowCheckpointException as error:
        said.append(str(error))
    assert said, "somebody must be told"
    assert all(str(path) in sentence and "damaged" in sentence for sentence in said), said
    assert good in (0, 1, len(whole))  # the first checkpoint has no state


# ---- Rights and room. Root may write everywhere, so the process gives its rights up.

UNPRIVILEGED = """
import asyncio, os, sys
from samples import two_steps
from libworkflow import SQLiteCheckpointStorage, WorkflowCheckpointException
asyncio.run(two_steps(SQLiteCheckpointStorage(sys.argv[2])).run("a"))  # imports all that is needed
if os.getuid() == 0:
    os.setgroups([])
    os.setuid(65534)
try:
    storage = SQLiteCheckpointStorage(sys.argv[1])
    print("opened")
    asyncio.run(two_steps(storage).run("b"))
    print("written")
except WorkflowCheckpointException as error:
    print(error)
"""


@pytest.fixture
def shared(path: Path) -> Iterator[Path]:
    """A copy of the database where everybody can read it."""
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        copy = Path(shutil.copy(path, place))
        os.chmod(copy, 0o444)
        yield copy
        os.chmod(place, 0o755)


def test_a_database_that_may_not_be_written(shared: Path, tmp_path: Path) -> None:
    before = shared.read_bytes()
    os.chmod(shared.parent, 0o555)
    said = python(UNPRIVILEGED, shared, tmp_path / "mine.db")
    assert str(shared) in said and "written" not in said.splitlines()
    assert "may not be written" in said and "right to write the file" in said
    assert shared.read_bytes() == before


def test_a_database_that_may_not_be_read(shared: Path, tmp_path: Path) -> None:
    os.chmod(shared, 0)
    said = python(UNPRIVILEGED, shared, tmp_path / "mine.db")
    assert str(shared) in said and "Permission denied" in said
    os.chmod(shared, 0o644)
    assert len(ids(shared)) == 8


def test_a_folder_that_may_not_be_written(shared: Path, tmp_path: Path) -> None:
    os.chmod(shared.parent, 0o555)
    said = python(UNPRIVILEGED, shared.parent / "new.db", tmp_path / "mine.db")
    assert "its folder may not be written (Permission denied)" in said and str(shared.parent / "new.db") in said


LIMITED = """
import asyncio, resource, sys
from samples import factors
from libworkflow import SQLiteCheckpointStorage, WorkflowCheckpointException, WorkflowBuilder, WorkflowContext, executor

@executor(id="grow")
async def grow(n: int, ctx: WorkflowContext[int]) -> None:
    ctx.append_state("log", "x" * 5000)
    await ctx.send_message(n + 1)

async def main():
    storage = SQLiteCheckpointStorage(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    builder = WorkflowBuilder(10**6, "grow", start_executor=grow, checkpoint_storage=storage)
    workflow = builder.add_edge(grow, grow).build()
    saved = 0
    try:
        async for event in workflow.run(0, stream=True, include_checkpoint_events=True):
            saved += event.type == "checkpoint"
    except WorkflowCheckpointException as error:
        print(error)
    print(saved, len(await storage.list_checkpoint_ids()))
    latest = await storage.get_latest(workflow_name="grow")
    print(len(latest.state["log"]), latest.iteration_count)

asyncio.run(main())
"""


def test_a_file_that_cannot_grow_any_more(tmp_path: Path) -> None:
    said, counts, state = python(LIMITED, tmp_path / "runs.db").splitlines()
    assert str(tmp_path / "runs.db") in said and ("disk I/O error" in said or "no space" in said), said
    acknowledged, kept = map(int, counts.split())
    assert acknowledged == kept > 5
    assert state == f"{acknowledged - 1} {acknowledged - 1}"
    assert len(ids(tmp_path / "runs.db")) == kept


# ---- The file under an open storage


@pytest.mark.parametrize("fate", ["deleted", "moved", "replaced", "log deleted", "folder moved"])
def test_a_file_that_goes_away_fails_the_next_commit(tmp_path: Path, fate: str) -> None:
    place = tmp_path / "place"
    place.mkdir()
    path = place / "runs.db"
    storage = SQLiteCheckpointStorage(path)
    run(two_steps(storage).run("a"))
    if fate == "deleted":
        path.unlink()
    elif fate == "moved":
        path.rename(place / "other.db")
    elif fate == "replaced":
        shutil.copy(path, place / "other.db")
        (place / "other.db").rename(path)
    elif fate == "log deleted":
        (place / "runs.db-wal").unlink()
    else:
        place.rename(tmp_path / "other")
    with pytest.raises(
        WorkflowCheckpointException, match=r"deleted, moved or replaced.*Nothing was saved now"
    ) as raised:
        run(two_steps(storage).run("b"))
    assert str(path) in str(raised.value)
    with pytest.raises(WorkflowCheckpointException, match="deleted, moved or replaced"):
        run(storage.delete(storage._ids(None)[0]))
    if fate == "folder moved":
        (tmp_path / "other").rename(place)
        run(two_steps(storage).run("c"))
        assert len(ids(path)) == 6


# ---- Several processes

WRITER = """
import asyncio, sys
from samples import FACTORS_OF_6, factors
from libworkflow import SQLiteCheckpointStorage

async def main():
    for _ in range(int(sys.argv[2])):
        assert (await factors(SQLiteCheckpointStorage(sys.argv[1])).run(6)).get_outputs() == [FACTORS_OF_6]
    print("done")

asyncio.run(main())
"""


def test_processes_share_a_database(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"  # made by whoever is first
    command = [sys.executable, "-c", WRITER, str(path), "5"]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [writer.communicate(timeout=60)[0] for writer in writers] == ["done\n"] * 4
    storage = SQLiteCheckpointStorage(path)
    found = run(storage.list_checkpoints(workflow_name="factors"))
    assert len(found) == 4 * 5 * 8
    runs = {each.document["run_id"] for each in found}
    assert len(runs) == 20
    for each in runs:  # each of them a chain of its own
        chain = [found_one for found_one in found if found_one.document["run_id"] == each]
        assert [one.iteration_count for one in chain] == list(range(8))
        assert [one.previous_checkpoint_id for one in chain] == [None, *(one.checkpoint_id for one in chain[:-1])]


HOLDER = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
database.execute("ROLLBACK")
"""


def holding(path: Path, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDER, str(path), str(seconds)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    return holder


def test_a_commit_waits_for_the_lock(path: Path) -> None:
    storage = SQLiteCheckpointStorage(path)
    with holding(path, 1):
        began = time.monotonic()
        run(two_steps(storage).run("b"))
        assert 0.5 < time.monotonic() - began < 8
    assert len(ids(path)) == 11


def test_a_lock_that_is_held_for_good_is_named(path: Path) -> None:
    storage = SQLiteCheckpointStorage(path)
    with holding(path, 60) as holder:
        assert len(storage._ids(None)) == 8  # readers do not wait
        began = time.monotonic()
        with pytest.raises(WorkflowCheckpointException, match="held its lock for 10 seconds") as raised:
            run(two_steps(storage).run("b"))
        assert 9 < time.monotonic() - began < 15
        assert str(path) in str(raised.value)
        holder.kill()
    run(two_steps(storage).run("c"))
    assert len(ids(path)) == 11


def test_others_may_look_while_a_run_is_under_way(path: Path) -> None:
    looker = (
        "import sqlite3, sys; "
        "print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM checkpoint').fetchone()[0])"
    )
    shell = shutil.which("sqlite3")

    async def main() -> None:
        storage = SQLiteCheckpointStorage(path)
        async for event in factors(storage).run(6, stream=True):
            if event.type == "superstep_completed":
                # In this process, where closing a file must not drop the library's locks, and in others.
                inside = sqlite3.connect(path)
                expected = 9 + event.iteration
                assert inside.execute("SELECT count(*) FROM checkpoint").fetchone() == (expected,)
                inside.close()
                assert int(python(looker, path)) == expected
                if shell is not None:
                    done = subprocess.run([shell, str(path), "PRAGMA integrity_check"], capture_output=True, text=True)
                    assert done.stdout.strip() == "ok", done
            elif event.type == "output":
                assert event.data == FACTORS_OF_6

    run(main())
    assert len(ids(path)) == 16


# ---- The SQLite of the process

COPIES = """
import ctypes, sys
from libworkflow import SQLiteCheckpointStorage, WorkflowException

def load(what):
    if what == "module":
        import sqlite3
        sqlite3.connect(":memory:").execute("SELECT 1")
    elif what == "copy":
        ctypes.CDLL(sys.argv[2])
    else:
        storages.append(SQLiteCheckpointStorage(sys.argv[1]))

storages = []
try:
    for what in sys.argv[3:]:
        load(what)
    print("fine")
except WorkflowException as error:
    print(error)
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Optional[Path]:
    """A second copy of the library that Python's own sqlite3 uses."""
    listed = subprocess.run(
        [sys.executable, "-c", "import sqlite3; print(open('/proc/self/maps').read())"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    found = next((each for each in listed if "libsqlite3.so" in each), None)
    if found is None:
        pytest.skip("this Python has its SQLite inside")
    return Path(shutil.copy(found, tmp_path_factory.mktemp("copy") / "libother.so"))


@pytest.mark.parametrize(
    "steps",
    [
        "open",
        "module open",
        "open module open",
        "open open module module open",
        "copy open open",
        "copy module open",  # the loader sees that they have one name, and takes the first
    ],
)
def test_one_copy_is_fine(path: Path, copy: Path, steps: str) -> None:
    assert python(COPIES, path, copy, *steps.split()) == "fine\n"


@pytest.mark.parametrize("steps", ["module copy open", "open copy open", "open module copy open"])
def test_two_copies_are_refused(path: Path, copy: Path, steps: str) -> None:
    said = python(COPIES, path, copy, *steps.split())
    assert "two copies of SQLite" in said and "lose committed data" in said
    assert str(copy) in said and "libsqlite3.so" in said
    assert len(ids(path)) == 8


# ---- Size


def test_a_list_that_grows_costs_what_was_added(tmp_path: Path) -> None:
    @executor(id="grow")
    async def grow(n: int, ctx: WorkflowContext[int]) -> None:
        ctx.append_state("log", {"n": n, "noise": os.urandom(80).hex()})
        if n > 1:
            await ctx.send_message(n - 1)

    def size(supersteps: int) -> tuple[int, int]:
        async def main() -> int:
            storage = SQLiteCheckpointStorage(path)
            builder = WorkflowBuilder(
                10**6, "grow", start_executor=grow, checkpoint_storage=storage, durability="process"
            )
            await builder.add_edge(grow, grow).build().run(supersteps)
            latest = await storage.get_latest(workflow_name="grow")
            assert latest is not None and len(latest.state["log"]) == supersteps
            return len(latest.to_json())

        path = tmp_path / f"{supersteps}.db"
        state = asyncio.run(main())
        gc.collect()
        return sum(each.stat().st_size for each in tmp_path.glob(f"{supersteps}.db*")), state

    (small, _), (large, state) = size(400), size(1600)
    assert large < 4.2 * small, "bytes grow with the list, not with its square"
    assert large < 3 * state


def test_the_file_is_for_the_owner_as_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        SQLiteCheckpointStorage(tmp_path / "runs.db")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "runs.db").stat().st_mode) == 0o600


class Tally(Executor):
    """Keeps what it has heard in what it saves."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.heard: list[str] = []

    @handler
    async def hear(self, text: str, ctx: WorkflowContext[str]) -> None:
        self.heard.append(f"{self.id} {text}")
        await ctx.send_message(text)

    async def on_checkpoint_save(self) -> dict[str, Any]:
        return {"heard": self.heard}

    async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
        self.heard = state["heard"]


def test_the_order_of_builder_calls_means_nothing_to_a_database(path: Path) -> None:
    def build(order: str) -> Workflow:
        nodes = {name: Tally(name) for name in "abc"}
        builder = WorkflowBuilder(
            name="tally", start_executor=nodes["a"], checkpoint_storage=SQLiteCheckpointStorage(path)
        )
        for name in order:
            builder.add_edge(nodes["a"], nodes[name])
        return builder.build()

    async def main() -> None:
        await build("bc").run("one")
        workflow = build("cb")
        await workflow.run(checkpoint_id=LATEST)
        await workflow.run("two")
        storage = SQLiteCheckpointStorage(path)
        latest = await storage.get_latest(workflow_name="tally")
        assert latest is not None
        heard = {name: state["heard"] for name, state in latest.state["_executor_state"].items()}
        assert heard == {name: [f"{name} one", f"{name} two"] for name in "abc"}

    run(main())
