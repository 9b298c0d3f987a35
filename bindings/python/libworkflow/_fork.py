"""Checkpoints that are changed before a run goes on from them: by edits, or by a migration to another graph."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from ctypes import byref, c_void_p
from dataclasses import fields
from typing import Any, Callable, Optional, Union

from . import _abi
from ._checkpoint import WorkflowCheckpoint
from ._library import lib, raise_for, take_text
from ._storage import handle_of, storage_failure
from ._trampolines import code

Edits = Union[Mapping[str, Any], Callable[[WorkflowCheckpoint], object]]
"""New values by field of the checkpoint, "state" by key; or a function that changes the checkpoint."""
Migration = Callable[[WorkflowCheckpoint, dict[str, Any]], Optional[WorkflowCheckpoint]]
"""Makes a checkpoint of another graph fit, with the report of `Workflow.compare`; None refuses it."""

NO_EDITS = b"{}"
"""Tells the library that the document was changed on purpose."""

_EDITABLE = ("state", "messages", "pending_request_info_events", "metadata")


def load_text(storage: Any, checkpoint_id: str) -> bytes:
    """A stored document.

    Raises:
        WorkflowCheckpointException: there is none, or it is damaged.
    """
    text, error = c_void_p(), c_void_p()
    status = lib.wf_storage_load(handle_of(storage), checkpoint_id.encode(), byref(text), None, byref(error))
    if status:
        raise storage_failure(status, error)
    return take_text(text)


def edited(text: bytes, edits: Edits) -> bytes:
    """The document after the edits.

    Raises:
        ValueError: they concern something else than what is in the checkpoint.
        TypeError: a value has no JSON form.
    """
    checkpoint = WorkflowCheckpoint.from_json(text)
    original = checkpoint.to_dict()
    if callable(edits):
        edits(checkpoint)
    else:
        for name, value in edits.items():
            if name == "state":
                checkpoint.state.update(value)
            else:
                _check(name)
                setattr(checkpoint, name, value)
    for name in (field.name for field in fields(checkpoint) if field.name != "document"):
        if name not in _EDITABLE and getattr(checkpoint, name) != original[name]:
            _check(name)
    return checkpoint.to_json()


def _check(name: str) -> None:
    if name not in _EDITABLE:
        raise ValueError(
            f"the edits change '{name}', which says what the checkpoint is or is no part of it; edit what is in it: "
            + ", ".join(_EDITABLE)
        )


def compare(workflow: Optional[int], text: bytes) -> dict[str, Any]:
    """What differs between the graph of a checkpoint and a workflow."""
    report, error = c_void_p(), c_void_p()
    status = lib.wf_workflow_compare(workflow, text, len(text), byref(report), None, byref(error))
    if status:
        raise_for(status, error)
    found: dict[str, Any] = json.loads(take_text(report))
    return found


class _Raised(threading.local):
    """What a migration raised on this thread; the library does not carry it."""

    error: Optional[BaseException] = None


_raised = _Raised()


@_abi.wf_migrate_fn
def migrate(number: int, raw: bytes, length: int, report: bytes, report_length: int, handle: int) -> int:
    """Calls the migration of a workflow."""
    try:
        found = code(number)(WorkflowCheckpoint.from_json(raw), json.loads(report))
        if found is not None:
            text, error = found.to_json(), c_void_p()
            status = lib.wf_migration_set(handle, text, len(text), byref(error))
            if status:
                raise_for(status, error)
        return int(_abi.WF_OK)
    except BaseException as error:
        _raised.error = error
        return int(_abi.WF_E_EXECUTOR)


def resuming_failure(status: int, error: c_void_p, checkpoint_id: Optional[str] = None) -> BaseException:
    """Why a checkpoint was not taken up: what the migration or the storage raised, else what the library says."""
    raised, _raised.error = _raised.error, None
    if raised is not None and status == _abi.WF_E_EXECUTOR:
        lib.wf_error_free(error)
        return raised
    failure = storage_failure(status, error)
    if status == _abi.WF_E_MISMATCH:
        failure.args = (f"Workflow graph has changed since the checkpoint was made: {failure}",)
    elif status == _abi.WF_E_NOTFOUND and checkpoint_id is not None:
        failure.args = (f"No checkpoint found with ID {checkpoint_id}: {failure}",)
    return failure
