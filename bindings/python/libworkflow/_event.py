"""Events: what happened in a run."""

from __future__ import annotations

import enum
import json
import traceback
from dataclasses import dataclass
from typing import Any, Generic, Optional, TypeVar

from . import _abi
from ._codec import decode
from ._library import lib
from ._request import Question

DataT = TypeVar("DataT")

_FIELDS = ("type", "data", "origin", "state", "details", "executor_id", "iteration", "_request")

_data = lib.wf_event_data
_free = lib.wf_event_free

_ITERATION_KINDS = (_abi.WF_EVENT_SUPERSTEP_STARTED, _abi.WF_EVENT_SUPERSTEP_COMPLETED, _abi.WF_EVENT_CHECKPOINT)
_FAILURE_KINDS = (_abi.WF_EVENT_FAILED, _abi.WF_EVENT_EXECUTOR_FAILED)
_PAYLOAD_KINDS = (_abi.WF_EVENT_OUTPUT, _abi.WF_EVENT_EXECUTOR_INVOKED, _abi.WF_EVENT_EXECUTOR_COMPLETED)

TYPE_NAMES: dict[int, str] = {
    kind: name.replace("WF_EVENT_", "").lower()
    for name, kind in vars(_abi).items()
    if name.startswith("WF_EVENT_") and isinstance(kind, int)
}
"""kind -> the event's type."""


class WorkflowEventSource(str, enum.Enum):
    """Who made an event."""

    FRAMEWORK = "FRAMEWORK"
    EXECUTOR = "EXECUTOR"


class WorkflowRunState(str, enum.Enum):
    """How far a run is."""

    STARTED = "STARTED"
    IN_PROGRESS = "IN_PROGRESS"
    IN_PROGRESS_PENDING_REQUESTS = "IN_PROGRESS_PENDING_REQUESTS"
    IDLE = "IDLE"
    IDLE_WITH_PENDING_REQUESTS = "IDLE_WITH_PENDING_REQUESTS"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


RUN_STATES: dict[int, WorkflowRunState] = {getattr(_abi, f"WF_RUN_{state.name}"): state for state in WorkflowRunState}
"""The library's number -> the state."""


@dataclass
class WorkflowErrorDetails:
    """What went wrong, as text."""

    error_type: str
    message: str
    traceback: Optional[str] = None
    executor_id: Optional[str] = None
    extra: Optional[dict[str, Any]] = None

    @classmethod
    def from_exception(cls, error: BaseException, *, executor_id: Optional[str] = None) -> WorkflowErrorDetails:
        """Describes an exception."""
        return cls(type(error).__name__, message_of(error), traceback_of(error), executor_id)


def message_of(error: BaseException) -> str:
    """The text of an exception, also of one that cannot say it."""
    try:
        return str(error)
    except Exception as failure:
        return f"(its text cannot be had: {failure!r})"


def traceback_of(error: BaseException) -> str:
    """The traceback of an exception as text."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


class WorkflowEvent(Generic[DataT]):
    """One thing that happened in a run.

    `type` tells what; the other fields are None where they do not apply: `data` (the payload), `state`
    ("status"), `details` ("failed", "executor_failed"), `executor_id`, `iteration` (the superstep). A
    "request_info" event also has `request_id`, `source_executor_id`, `request_type` and `response_type`.
    """

    __slots__ = (*_FIELDS, "_handle", "_kind")
    _handle: Optional[int]
    _request: Optional[tuple[str, Any]]
    _kind: int

    def __init__(
        self,
        type: str,
        data: Any = None,
        *,
        origin: WorkflowEventSource = WorkflowEventSource.EXECUTOR,
        state: Optional[WorkflowRunState] = None,
        details: Optional[WorkflowErrorDetails] = None,
        executor_id: Optional[str] = None,
        iteration: Optional[int] = None,
        _request: Optional[tuple[str, Any]] = None,
    ) -> None:
        self._handle = None
        self._request = _request
        self.type = type
        self.data = data
        self.origin = origin
        self.state = state
        self.details = details
        self.executor_id = executor_id
        self.iteration = iteration

    @classmethod
    def request_info(cls, request_id: str, source_executor_id: str, data: Any) -> WorkflowEvent[Any]:
        """The event of a request; `data` is what the codec made of it."""
        question = Question.from_value(data)
        return WorkflowEvent(
            "request_info",
            question.data,
            origin=WorkflowEventSource.FRAMEWORK,
            executor_id=source_executor_id,
            _request=(request_id, question.response_type),
        )

    @property
    def request_id(self) -> str:
        """Names the request: the key of its answer."""
        return self._asked()[0]

    @property
    def source_executor_id(self) -> str:
        """The executor that asks."""
        self._asked()
        return str(self.executor_id)

    @property
    def request_type(self) -> type:
        """The type of the question."""
        self._asked()
        return type(self.data)

    @property
    def response_type(self) -> Any:
        """The type that the answer must have."""
        return self._asked()[1]

    def _asked(self) -> tuple[str, Any]:
        if self._request is None:
            raise RuntimeError(f"an event of type '{self.type}' is no request")
        return self._request

    @classmethod
    def _adopt(cls, handle: int, kind: int) -> WorkflowEvent[Any]:
        """An event of the library, which it owns. Its fields are read when somebody looks at them."""
        event = cls.__new__(cls)
        event._handle = handle
        event._kind = kind
        event.type = TYPE_NAMES.get(kind, "unknown")
        return event

    def __getattr__(self, name: str) -> Any:
        # Only called for a slot that is still empty.
        if name in _FIELDS and self._handle is not None:
            self._read(self._handle, self._kind)
            return object.__getattribute__(self, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _read(self, handle: int, kind: int) -> None:
        """Fills the fields and gives the library's event back."""
        raw = _data(handle, None)
        executor_id = lib.wf_event_executor_id(handle)
        self.origin = WorkflowEventSource.FRAMEWORK
        self.executor_id = executor_id.decode() if executor_id else None
        self.iteration = lib.wf_event_superstep(handle) if kind in _ITERATION_KINDS else None
        self.state = WorkflowRunState(json.loads(raw)) if kind == _abi.WF_EVENT_STATUS else None
        self.details = _details(json.loads(raw)) if kind in _FAILURE_KINDS else None
        self._request = None
        if kind in _PAYLOAD_KINDS:
            self.data = decode(raw)
        elif kind == _abi.WF_EVENT_REQUEST_INFO:
            question = Question.from_value(decode(raw))
            self.data = question.data
            self._request = lib.wf_event_request_id(handle).decode(), question.response_type
        elif kind == _abi.WF_EVENT_WARNING:
            self.data = json.loads(raw)["message"]
        elif kind == _abi.WF_EVENT_CANCELLED:
            self.data = json.loads(raw)["reason"]
        elif kind == _abi.WF_EVENT_CHECKPOINT:
            self.data = json.loads(raw)
        else:
            self.data = self.details if kind == _abi.WF_EVENT_EXECUTOR_FAILED else None
        self._handle = None
        _free(handle)

    def __del__(self, free: Any = _free) -> None:
        handle = getattr(self, "_handle", None)
        if handle is not None:
            free(handle)

    def __reduce__(self) -> Any:
        return _rebuild, tuple(getattr(self, name) for name in _FIELDS)

    def __repr__(self) -> str:
        parts = [f"type={self.type!r}"]
        if self.state is not None:
            parts.append(f"state={self.state.value}")
        if self.executor_id is not None:
            parts.append(f"executor_id={self.executor_id!r}")
        if self.iteration is not None:
            parts.append(f"iteration={self.iteration}")
        if self._request is not None:
            parts.append(f"request_id={self._request[0]!r}")
        if self.data is not None:
            parts.append(f"data={self.data!r}")
        return f"{type(self).__name__}({', '.join(parts)})"


def _details(data: dict[str, Any]) -> WorkflowErrorDetails:
    """What the library says of a failure; the traceback is the host's to add."""
    kind = data.get("error_type") or data.get("status") or "WorkflowException"
    return WorkflowErrorDetails(str(kind), data.get("message", ""), executor_id=data.get("executor_id"))


def _rebuild(*fields: Any) -> WorkflowEvent[Any]:
    """Makes a copy of an event; the copy has nothing of the library's."""
    members = dict(zip(_FIELDS, fields))
    return WorkflowEvent(members.pop("type"), members.pop("data"), **members)
