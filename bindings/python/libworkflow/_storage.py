"""Where checkpoints are kept."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from ctypes import CDLL, byref, c_void_p
from functools import cached_property
from importlib.machinery import ExtensionFileLoader, PathFinder
from typing import TYPE_CHECKING, Any, Optional, Protocol, Union

from ._abi import WF_E_STORAGE, WF_NONE
from ._care import StorageCare
from ._legacy import outdated, workflow_name_of
from ._legacy_checkpoint import OlderStorage
from ._library import lib, raise_for, take_error, take_text
from ._log import warn

if TYPE_CHECKING:
    from pathlib import Path

    from ._checkpoint import WorkflowCheckpoint

_HOST_STORAGE = f"{__package__}._host_storage"
_open = lib.wf_storage_open


class CheckpointStorage(Protocol):
    """What a storage can do. Any object with these methods is one; they need not be async.

    The library calls them while it drives a run, and waits: async ones run on an event loop of their own, in a thread
    of their own, so that a connection or a lock that belongs to a loop must be made inside them. A checkpoint that is
    saved is yours; `to_dict` has all that must come back. Whatever a method raises fails the run, or its resuming,
    with a WorkflowCheckpointException; what is saved already stays good.

    `commit(checkpoint, expected_head, new_head) -> bool` and `get_head(run_id)` keep two writers of one run apart, and
    `remember`, `recall` and `forget` keep what runs remember; an object may have them, and `libworkflow._host_storage`
    says what they must do. `check_storage` tries whether a storage keeps to all of it.

    >>> storage: CheckpointStorage = InMemoryCheckpointStorage()
    >>> asyncio.run(storage.list_checkpoint_ids(workflow_name="hello"))
    []
    """

    async def save(self, checkpoint: WorkflowCheckpoint) -> str:
        """Stores a checkpoint under its id."""
        ...

    async def load(self, checkpoint_id: str) -> WorkflowCheckpoint:
        """Raises WorkflowCheckpointException if there is no such checkpoint."""
        ...

    async def list_checkpoints(self, *, workflow_name: str) -> list[WorkflowCheckpoint]:
        """The checkpoints of a workflow, oldest first."""
        ...

    async def list_checkpoint_ids(self, *, workflow_name: str) -> list[str]:
        """Their ids."""
        ...

    async def get_latest(self, *, workflow_name: str) -> Optional[WorkflowCheckpoint]:
        """The newest, or None."""
        ...

    async def delete(self, checkpoint_id: str) -> bool:
        """False if there is no such checkpoint."""
        ...


class EngineStorage(StorageCare, OlderStorage):
    """A storage of the library, by its URL: `sqlite:PATH`, `directory:PATH` or `memory:`.

    Raises:
        ValueError: the URL is of no known kind.
        WorkflowCheckpointException: the storage cannot be opened.
        WorkflowException: a database is of a newer version, or SQLite is missing, too old, or twice in this process.

    >>> EngineStorage("memory:")
    EngineStorage('memory:')
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._handle: Optional[int] = None
        if url.startswith("sqlite:") and "_sqlite3" not in sys.modules:
            _load_sqlite()
        handle, error = c_void_p(), c_void_p()
        status = _open(os.fsencode(url), byref(handle), byref(error))
        if status:
            raise_for(status, error)
        self._handle = handle.value

    async def save(self, checkpoint: WorkflowCheckpoint) -> str:
        """Stores a checkpoint under its id. One that is stored already is never changed.

        Raises:
            TypeError: a value in it has no JSON form.
            WorkflowCheckpointException: it cannot be written, or another one has its id.
        """
        text, error = checkpoint.to_json(), c_void_p()
        status = lib.wf_storage_save(self._handle, text, len(text), byref(error))
        if status:
            raise_for(status, error)
        return checkpoint.checkpoint_id

    async def load(self, checkpoint_id: str) -> WorkflowCheckpoint:
        """The checkpoint of that id; changing it does not change the stored one.

        Raises:
            WorkflowCheckpointException: there is none, or it is damaged.
        """
        from ._checkpoint import WorkflowCheckpoint  # few need it

        return WorkflowCheckpoint.from_json(self._text(lib.wf_storage_load, checkpoint_id.encode()))

    async def list_checkpoints(
        self, *, workflow_name: Optional[str] = None, workflow_id: Optional[str] = None
    ) -> list[WorkflowCheckpoint]:
        """The checkpoints of one workflow, or of all, oldest first; damaged ones are left out with a log line.

        `workflow_id` is deprecated: use `workflow_name`.
        """
        if workflow_id is not None:
            outdated("workflow_id=", "workflow_name=")
            workflow_name = workflow_name_of(workflow_id)
        return [await self.load(checkpoint_id) for checkpoint_id in self._ids(workflow_name)]

    async def list_checkpoint_ids(
        self, *, workflow_name: Optional[str] = None, workflow_id: Optional[str] = None
    ) -> list[str]:
        """The ids of the checkpoints of one workflow, or of all, oldest first.

        `workflow_id` is deprecated: use `workflow_name`.
        """
        if workflow_id is not None:
            outdated("workflow_id=", "workflow_name=")
            workflow_name = workflow_name_of(workflow_id)
        return self._ids(workflow_name)

    async def get_latest(self, *, workflow_name: str) -> Optional[WorkflowCheckpoint]:
        """The newest checkpoint of a workflow that can be read, or None.

        Raises:
            WorkflowCheckpointException: there are some, but none that can be read.
        """
        found, error = c_void_p(), c_void_p()
        status = lib.wf_storage_latest(self._handle, workflow_name.encode(), byref(found), byref(error))
        if status == WF_NONE:
            return None
        if status:
            raise_for(status, error)
        return await self.load(take_text(found).decode())

    async def delete(self, checkpoint_id: str) -> bool:
        """Removes a checkpoint; False if there is none of that id."""
        error = c_void_p()
        status = lib.wf_storage_delete(self._handle, checkpoint_id.encode(), byref(error))
        if status not in (0, WF_NONE):
            raise_for(status, error)
        return bool(status == 0)

    async def forget(self, run_id: str) -> bool:
        """Deletes what a run remembered with `ctx.remember`, when nobody will resume it; False if there was nothing.

        Its checkpoints stay.
        """
        error = c_void_p()
        status = lib.wf_storage_forget(self._handle, run_id.encode(), byref(error))
        if status not in (0, WF_NONE):
            raise_for(status, error)
        return bool(status == 0)

    def _ids(self, workflow_name: Optional[str]) -> list[str]:
        name = None if workflow_name is None else workflow_name.encode()
        entries = json.loads(self._text(lib.wf_storage_list, name))
        for entry in entries:
            if "problem" in entry:
                warn("checkpoint %s is left out: %s", entry["checkpoint_id"], entry["problem"])
        return [entry["checkpoint_id"] for entry in entries if "problem" not in entry]

    def __del__(self, free: Any = lib.wf_storage_free) -> None:
        if getattr(self, "_handle", None) is not None:
            free(self._handle)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"


class InMemoryCheckpointStorage(EngineStorage):
    """Keeps checkpoints in memory, for tests and for runs that need not survive the process.

    >>> workflow = WorkflowBuilder(start_executor=shout, checkpoint_storage=InMemoryCheckpointStorage()).build()
    """

    def __init__(self) -> None:
        super().__init__("memory:")


class FileCheckpointStorage(EngineStorage):
    """Keeps each checkpoint as one readable JSON file, `<storage_path>/<checkpoint_id>.json`.

    `allowed_checkpoint_types` is accepted and not needed: loading never runs code.

    Raises:
        WorkflowCheckpointException: the directory cannot be made or read.

    >>> FileCheckpointStorage(folder)
    FileCheckpointStorage('...')
    """

    def __init__(self, storage_path: Union[str, Path], *, allowed_checkpoint_types: Optional[list[str]] = None) -> None:
        self._given = storage_path
        super().__init__(f"directory:{_absolute(storage_path)}")

    @cached_property
    def storage_path(self) -> Path:
        """The directory, as it was given."""
        return _path(self._given)


class SQLiteCheckpointStorage(EngineStorage):
    """Keeps the checkpoints of any number of runs in one SQLite database: what to use for real work.

    A checkpoint costs what has changed since the one before it, the latest is found at once, and any number of threads
    and processes may use one file. It is made if it is not there; its folder must exist, and `~` is not expanded.
    Beside it there are `<path>-wal` and `<path>-shm` while it is open and after a crash: they belong to it, so move and
    delete the three together, while nobody has them open. It must be on a file system of this machine, not on NFS.

    Raises:
        WorkflowCheckpointException: it cannot be made or read, or is no database of ours.
        WorkflowException: it is of a newer version, or SQLite is missing, too old, or twice in this process.

    >>> SQLiteCheckpointStorage(folder / "runs.db")
    SQLiteCheckpointStorage('.../runs.db')
    """

    def __init__(self, path: Union[str, Path]) -> None:
        self._given = path
        super().__init__(f"sqlite:{_absolute(path)}")

    @cached_property
    def path(self) -> Path:
        """The database, as it was given."""
        return _path(self._given)


def _path(given: Union[str, Path]) -> Path:
    from pathlib import Path  # costs milliseconds, and few need it

    return Path(given)


def _absolute(given: Union[str, Path]) -> str:
    """`str(Path(given).absolute())`, for most texts without a `Path`."""
    if type(given) is str and os.sep == "/":
        names = given.split("/")
        if names[-1] and "." not in names and "" not in names[1:]:  # `Path` would not change it
            return given if names[0] == "" else os.path.join(os.getcwd(), given)
    return str(_path(given).absolute())


def _load_sqlite() -> None:
    """Loads the SQLite of Python's own module. The library takes the one that is there, and that of the system may be another.

    The module itself is not made: that takes half as long again.
    """
    spec = PathFinder.find_spec("_sqlite3")
    if spec is not None and spec.origin is not None and isinstance(spec.loader, ExtensionFileLoader):
        with contextlib.suppress(OSError):
            CDLL(spec.origin)  # nothing ever closes it
    else:
        with contextlib.suppress(ImportError):
            import _sqlite3  # noqa: F401


def open_storage(url: str) -> EngineStorage:
    """Opens a storage by its URL: `sqlite:PATH`, `directory:PATH` or `memory:`.

    The path is everything behind the colon, as it is: no `~`, no `%20`, no parameters.

    Raises:
        ValueError: the URL is of no known kind.
        WorkflowCheckpointException: the storage cannot be opened.
        WorkflowException: a database is of a newer version, or SQLite is missing, too old, or twice in this process.

    >>> open_storage("memory:")
    EngineStorage('memory:')
    """
    return EngineStorage(url)


_METHODS = frozenset(("save", "load", "list_checkpoints", "list_checkpoint_ids", "get_latest", "delete"))


def handle_of(storage: Any) -> Optional[int]:
    """The library's storage behind `storage`; None for None.

    Raises:
        TypeError: it is an object without the methods of a storage.
    """
    if storage is None:
        return None
    for kind in type(storage).__mro__:
        if kind is EngineStorage:
            handle: Optional[int] = storage._handle
            return handle
        if not _METHODS.isdisjoint(kind.__dict__):
            break  # something of its own
    from ._host_storage import host_storage  # few need it

    return host_storage(storage).handle


def storage_failure(status: int, error: c_void_p) -> BaseException:
    """The exception for a failed call that may have used a storage, with what the storage raised as its cause."""
    if status == WF_E_STORAGE and _HOST_STORAGE in sys.modules:
        from ._host_storage import failure_of

        return failure_of(status, error)
    return take_error(status, error)
