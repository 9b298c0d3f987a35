"""The checkpoint to go on from, whichever it is by then."""

from __future__ import annotations

import enum
from ctypes import byref, c_void_p
from typing import Any, Optional, Union

from ._abi import WF_NONE
from ._errors import WorkflowCheckpointException
from ._library import lib, take_text
from ._memos import text_of
from ._storage import handle_of, storage_failure


class Latest(enum.Enum):
    """The type of `LATEST`, for annotations.

    >>> storage = InMemoryCheckpointStorage()
    >>> asyncio.run(workflow.run("hello", checkpoint_storage=storage)).get_outputs()
    ['HELLO']
    >>> asyncio.run(workflow.run(checkpoint_id=LATEST, checkpoint_storage=storage)).get_final_state().value
    'IDLE'
    """

    LATEST = "latest"

    def __repr__(self) -> str:
        return "LATEST"


LATEST = Latest.LATEST
"""`run(checkpoint_id=LATEST)`: the newest checkpoint of the workflow that can be read.

An id that was looked up before may be passed over by another process in between, and then goes on from the past, as a
branch; this cannot. Of two that go on at the same time one gets a `WorkflowConflictException`.
"""

CheckpointId = Union[str, Latest]


def key_of(checkpoint_id: CheckpointId) -> Optional[bytes]:
    """What the library gets: NULL for the latest.

    Raises:
        TypeError: it is no id.
    """
    if checkpoint_id is LATEST:
        return None
    if not isinstance(checkpoint_id, str):
        raise TypeError(f"checkpoint_id must be the id of a checkpoint or LATEST, not {checkpoint_id!r}")
    return text_of(checkpoint_id)


def found_id(storage: Any, workflow_name: str, checkpoint_id: CheckpointId) -> str:
    """The id that stands for `checkpoint_id` at this moment.

    Raises:
        TypeError: it is no id.
        WorkflowCheckpointException: there is no checkpoint of this workflow, or none that can be read.
    """
    key = key_of(checkpoint_id)
    if key is not None:
        return key.decode()
    text, error = c_void_p(), c_void_p()
    status = lib.wf_storage_latest(handle_of(storage), text_of(workflow_name), byref(text), byref(error))
    if status == WF_NONE:
        raise WorkflowCheckpointException(f"there is no checkpoint of the workflow '{workflow_name}' in this storage")
    if status:
        raise storage_failure(status, error)
    return take_text(text).decode()
