"""Looking after a storage: what is in it, what may go, what is damaged, and how a run gets elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable
from ctypes import byref, c_void_p
from typing import TYPE_CHECKING, Any, Callable, Optional, Union

from ._abi import WF_NONE
from ._library import lib, raise_for, take_text
from ._memos import text_of

if TYPE_CHECKING:
    from datetime import timedelta

    from ._care_entries import CheckpointEntry, CheckpointSummary, Order, PruneReport, RunEntry, Status, VerifyReport

_LARGEST_PAGE = 10_000


class StorageCare:
    """What every storage of the library can do beside keeping checkpoints."""

    _handle: Optional[int]

    async def runs(
        self,
        *,
        run_id: Optional[str] = None,
        workflow_name: Optional[str] = None,
        status: Optional[Status] = None,
        kind: Optional[str] = None,
        before: Optional[str] = None,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        order: Order = "newest",
    ) -> list[RunEntry]:
        """The runs, each with where it stands; what is not given does not count.

        Args:
            run_id: only this one.
            workflow_name: only of this workflow.
            status: `"idle"` (done), `"waiting"` (for answers) or `"working"` (cut short, or under way).
            kind: of the last checkpoint.
            before: only those whose `head` is a smaller id.
            after: only those whose `head` is a greater id.
            limit: at most so many; None for all.
            order: of the last checkpoints.

        Raises:
            ValueError: an argument cannot be.
            WorkflowCheckpointException: the storage cannot be read.
        """
        query = _given(
            run_id=run_id,
            workflow_name=workflow_name,
            status=status,
            kind=kind,
            before=before,
            after=after,
            order=order,
        )
        return self._pages(lib.wf_storage_runs, "runs", query, limit)

    async def find(
        self,
        *,
        run_id: Optional[str] = None,
        workflow_name: Optional[str] = None,
        status: Optional[Status] = None,
        kind: Optional[str] = None,
        before: Optional[str] = None,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        order: Order = "newest",
    ) -> list[CheckpointEntry]:
        """The checkpoints that fit, without loading them. Damaged ones always fit, and have a `problem`.

        The arguments are those of `runs`, about each checkpoint.

        Raises:
            ValueError: an argument cannot be.
            WorkflowCheckpointException: the storage cannot be read.
        """
        query = _given(
            run_id=run_id,
            workflow_name=workflow_name,
            status=status,
            kind=kind,
            before=before,
            after=after,
            order=order,
        )
        return self._pages(lib.wf_storage_find, "checkpoints", query, limit)

    async def summary(self, checkpoint_id: str) -> CheckpointSummary:
        """What a checkpoint is: its place, its status, and the requests that wait for answers.

        Raises:
            WorkflowCheckpointException: there is none, or it is damaged.
        """
        summary: CheckpointSummary = self._told(lib.wf_storage_summary, text_of(checkpoint_id))
        return summary

    async def delete_run(self, run_id: str) -> bool:
        """Deletes a run, whatever it waits for, and what it remembered; False if there was nothing.

        Raises:
            WorkflowCheckpointException: something cannot be deleted.
        """
        error = c_void_p()
        status = lib.wf_storage_delete_run(self._handle, text_of(run_id), byref(error))
        if status not in (0, WF_NONE):
            raise_for(status, error)
        return bool(status == 0)

    async def prune(
        self,
        *,
        keep_last: Optional[int] = None,
        older_than: Optional[timedelta] = None,
        run_id: Optional[str] = None,
        workflow_name: Optional[str] = None,
        pinned: Iterable[str] = (),
        trim_live: bool = False,
        dry_run: bool = False,
    ) -> PruneReport:
        """Deletes old checkpoints of runs that are done; a run that waits or works is not touched.

        Args:
            keep_last: the last so many of each run stay; 0 deletes the runs that are done.
            older_than: only those made so long ago go. At least one of the two is needed; both, if given, must say so.
            run_id: only of this run.
            workflow_name: only of runs of this workflow.
            pinned: the ids of checkpoints that stay.
            trim_live: older checkpoints of runs that wait or work may go too, never their last.
            dry_run: only reports what would go.

        Raises:
            ValueError: an argument cannot be, or there is neither `keep_last` nor `older_than`.
            WorkflowCheckpointException: the storage cannot be read or written.
        """
        age = None if older_than is None else _milliseconds(older_than)
        policy = _given(
            keep_last=keep_last,
            older_than_ms=age,
            run_id=run_id,
            workflow_name=workflow_name,
            pinned=list(pinned),
            trim_live=trim_live,
            dry_run=dry_run,
        )
        report: PruneReport = self._told(lib.wf_storage_prune, json.dumps(policy).encode())
        return report

    async def verify(self) -> VerifyReport:
        """Reads everything: what is damaged, and from where each run can be resumed.

        Raises:
            WorkflowCheckpointException: the storage cannot be read at all.
        """
        report: VerifyReport = self._told(lib.wf_storage_verify)
        return report

    async def export_run(self, run_id: str) -> bytes:
        """A run with all its checkpoints and memos as one JSON document, for `import_run` of any other storage.

        Raises:
            WorkflowCheckpointException: there is no such run, or something of it is damaged.
        """
        return self._text(lib.wf_storage_export, text_of(run_id))

    async def import_run(self, document: Union[bytes, str]) -> None:
        """Takes in a run that `export_run` gave. What is there already stays.

        Raises:
            ValueError: it is not JSON.
            WorkflowCheckpointException: it is damaged, or something else has one of its ids; nothing was imported.
        """
        text, error = document.encode() if isinstance(document, str) else bytes(document), c_void_p()
        status = lib.wf_storage_import(self._handle, text, len(text), byref(error))
        if status:
            raise_for(status, error)

    async def copy(self, checkpoint_id: str, *, run_id: Optional[str] = None) -> str:
        """Copies a checkpoint with its ancestors as a run of its own, with a new id if none is given.

        Returns:
            The id of the copied checkpoint, for `checkpoint_id=` of `Workflow.run`.

        Raises:
            WorkflowCheckpointException: there is no such checkpoint, or it is damaged, or there is a run of that id.
        """
        copy, error = c_void_p(), c_void_p()
        run = None if run_id is None else text_of(run_id)
        status = lib.wf_storage_copy(self._handle, text_of(checkpoint_id), run, byref(copy), byref(error))
        if status:
            raise_for(status, error)
        return take_text(copy).decode()

    def _pages(self, function: Callable[..., int], name: str, query: dict[str, Any], limit: Optional[int]) -> list[Any]:
        found: list[Any] = []
        while limit is None or len(found) < limit or not found:
            query["limit"] = _LARGEST_PAGE if limit is None else min(limit - len(found), _LARGEST_PAGE)
            page = self._told(function, json.dumps(query).encode())
            found += page[name]
            if page["next"] is None:
                break
            query["before" if query["order"] == "newest" else "after"] = page["next"]
        return found

    def _told(self, function: Callable[..., int], *arguments: bytes) -> Any:
        return json.loads(self._text(function, *arguments))

    def _text(self, function: Callable[..., int], *arguments: Optional[bytes]) -> bytes:
        text, error = c_void_p(), c_void_p()
        status = function(self._handle, *arguments, byref(text), None, byref(error))
        if status:
            raise_for(status, error)
        return take_text(text)


def _given(**arguments: Any) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _milliseconds(time: timedelta) -> int:
    from datetime import timedelta

    return time // timedelta(milliseconds=1)
