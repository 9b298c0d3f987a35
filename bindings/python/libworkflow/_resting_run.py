"""A run that waits: for answers to its requests, or for the next message."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from ctypes import byref, c_void_p
from typing import TYPE_CHECKING, Any, Optional, Union

from ._codec import encode, from_plain
from ._event import WorkflowEvent
from ._library import lib, raise_for, take_text
from ._memos import text_of
from ._shapes import Shape
from ._trampolines import objects
from ._values import give

if TYPE_CHECKING:
    from ._checkpoint import WorkflowCheckpoint


class RestingRun:
    """A run of the library that nobody drives."""

    def __init__(self, handle: int, storage: Any) -> None:
        self._handle: Optional[int] = handle
        self.storage = storage

    def release(self) -> int:
        """The library's run, which belongs to the caller from now on."""
        handle, self._handle = self._handle, None
        return handle or 0

    def input(self, message: Any, text: Optional[bytes]) -> int:
        """Gives the run one more message for its start executor, as an object if there is no text: its number, else 0."""
        error, number = c_void_p(), 0
        if text is None:
            status, number = give(lib.wf_run_input_value, message, self._handle, ..., byref(error))
        else:
            status = lib.wf_run_input(self._handle, text, len(text), byref(error))
        if status:
            raise_for(status, error)
        return number

    def answer(self, responses: Mapping[str, Any], scopes: Mapping[str, Mapping[str, Shape]]) -> int:
        """Gives the run all these answers, or none of them; says how many requests are left.

        `scopes` has the types of each executor.

        Raises:
            RuntimeError: nothing is asked.
            ValueError: an id is unknown, or an answer is of a wrong type.
            TypeError: an answer has no JSON form.
        """
        pending = {item["request_id"]: item for item in pending_of(self._handle)}
        if not pending:
            raise RuntimeError("there are responses, but no request waits for one")
        unknown = [request_id for request_id in responses if request_id not in pending]
        if unknown:
            waiting = ", ".join(f"'{name}'" for name in pending)
            raise ValueError(f"no request {unknown[0]!r} waits for an answer; waiting: {waiting}")
        from ._request import Question  # only those that ask need it

        texts: dict[str, bytes] = {}
        for request_id, response in responses.items():
            item = pending[request_id]
            question = Question.from_value(from_plain(item["data"]), scopes.get(item["source_executor_id"]))
            texts[request_id] = encode(question.accept(request_id, response), f"the answer to request '{request_id}'")
        for request_id, text in texts.items():
            error = c_void_p()
            status = lib.wf_run_respond(self._handle, request_id.encode(), text, len(text), byref(error))
            if status:
                raise_for(status, error)
        return len(pending) - len(texts)

    def withdraw(self, request_ids: Iterable[str]) -> int:
        """Withdraws all these requests, or none of them; says how many are left.

        Raises:
            ValueError: no request of that id waits.
        """
        pending = [item["request_id"] for item in pending_of(self._handle)]
        wanted = set(request_ids)
        if not wanted <= set(pending):
            raise ValueError(f"no request {min(wanted - set(pending))!r} waits for an answer; waiting: {pending}")
        for request_id in wanted:
            error = c_void_p()
            status = lib.wf_run_withdraw(self._handle, request_id.encode(), byref(error))
            if status:
                raise_for(status, error)
        return len(pending) - len(wanted)

    def rewind(self, checkpoint: Union[str, WorkflowCheckpoint, None]) -> None:
        """Takes the run back to one of its checkpoints, or to its last."""
        rewind(self._handle, checkpoint)

    def why_waiting(self) -> dict[str, Any]:
        """What the library says that the run waits for."""
        from ._clock import why_waiting  # few need it

        return why_waiting(self._handle)

    def checkpoint_id(self) -> Optional[str]:
        """The checkpoint of the last boundary, if there is a storage."""
        return checkpoint_id_of(self._handle)

    def requests(self) -> list[WorkflowEvent[Any]]:
        """The requests that wait for an answer, in the order of asking."""
        return requests_of(self._handle)

    def __del__(self, free: Any = lib.wf_run_free, is_late: Any = sys.is_finalizing, held: Any = objects) -> None:
        handle, self._handle = self._handle, None
        if handle is not None and not (held and is_late()):
            free(handle)


def rewind(handle: Optional[int], checkpoint: Union[str, WorkflowCheckpoint, None]) -> None:
    """Takes a run back to one of its checkpoints, or to its last."""
    error = c_void_p()
    if checkpoint is None or isinstance(checkpoint, str):
        status = lib.wf_run_rewind(handle, checkpoint if checkpoint is None else text_of(checkpoint), byref(error))
    else:
        text = checkpoint.to_json()
        status = lib.wf_run_rewind_document(handle, text, len(text), byref(error))
    if status:
        from ._fork import resuming_failure  # few need it

        raise resuming_failure(status, error)


def checkpoint_id_of(handle: Optional[int]) -> Optional[str]:
    """The id of a run's last checkpoint; None if it makes none."""
    text = c_void_p()
    if lib.wf_run_checkpoint(handle, byref(text), None, None):
        return None
    found: str = json.loads(take_text(text))["checkpoint_id"]
    return found


def pending_of(handle: Optional[int]) -> list[dict[str, Any]]:
    """What the library knows of the requests of a run."""
    text, error = c_void_p(), c_void_p()
    status = lib.wf_run_pending_requests(handle, byref(text), None, byref(error))
    if status:
        raise_for(status, error)
    found: list[dict[str, Any]] = json.loads(take_text(text))
    return found


def requests_of(handle: Optional[int]) -> list[WorkflowEvent[Any]]:
    """The pending requests of a run as events."""
    return [
        WorkflowEvent._asking(item["request_id"], item["source_executor_id"], from_plain(item["data"]))
        for item in pending_of(handle)
    ]
