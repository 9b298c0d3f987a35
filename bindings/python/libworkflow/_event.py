"""Events: what happened in a run."""

from __future__ import annotations

import enum
import json
import os
import sys
import threading
import warnings
from collections.abc import Iterable
from itertools import repeat
from typing import TYPE_CHECKING, Any, Generic, Literal, Optional, TypeVar, Union

from . import _abi
from ._codec import decode
from ._library import lib
from ._run_state import WorkflowRunState
from ._trampolines import KIND, objects

if TYPE_CHECKING:
    from typing import Protocol

    from ._error_details import WorkflowErrorDetails

    class Source(Protocol):
        """Has events of the library."""

        def at(self, place: int) -> Kept:
            """The library's event at a place."""
            ...


DataT = TypeVar("DataT")

WorkflowEventType = Literal[
    "started",
    "status",
    "failed",
    "cancelled",
    "output",
    "intermediate",
    "data",
    "request_info",
    "warning",
    "error",
    "superstep_started",
    "superstep_completed",
    "checkpoint",
    "executor_invoked",
    "executor_completed",
    "executor_failed",
    "executor_bypassed",
]
"""The types of events that are known; handlers may make events of any other."""

_FIELDS = ("data", "origin", "state", "details", "executor_id", "iteration", "sequence", "_request")
_SLOTS = ("_place", "_source", "type")
"""Few, for a run makes many events, and Python's collector visits each slot of each, looked at or not."""

_data = lib.wf_event_data
_sequence = lib.wf_event_sequence
_executor = lib.wf_event_executor_id
_value = lib.wf_event_value
_free = lib.wf_event_free

_filling = threading.RLock()  # not Lock: a signal's handler may read an event in the midst of another
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_filling._at_fork_reinit)  # type: ignore[attr-defined]

_ITERATION_KINDS = (_abi.WF_EVENT_SUPERSTEP_STARTED, _abi.WF_EVENT_SUPERSTEP_COMPLETED, _abi.WF_EVENT_CHECKPOINT)
_FAILURE_KINDS = (_abi.WF_EVENT_FAILED, _abi.WF_EVENT_EXECUTOR_FAILED)
_OUTPUT_KINDS = (_abi.WF_EVENT_OUTPUT, _abi.WF_EVENT_INTERMEDIATE)
_PAYLOAD_KINDS = (*_OUTPUT_KINDS, _abi.WF_EVENT_EXECUTOR_INVOKED, _abi.WF_EVENT_EXECUTOR_COMPLETED)

TYPE_NAMES: dict[int, str] = {
    kind: name.replace("WF_EVENT_", "").lower()
    for name, kind in vars(_abi).items()
    if name.startswith("WF_EVENT_") and isinstance(kind, int)
}
"""kind -> the event's type."""
_NAMES = [TYPE_NAMES.get(kind, "unknown") for kind in range(256)]

_NEVER_HIDDEN = (_abi.WF_EVENT_STATUS, _abi.WF_EVENT_CUSTOM)  # results need the one; the other's types are the host's
_MASKS = {name: _abi.WF_EVENT_BIT(kind) for kind, name in TYPE_NAMES.items() if kind not in _NEVER_HIDDEN}


def mask_of(types: Iterable[str]) -> int:
    """The types of events that a run shall not make, for the library.

    Raises:
        TypeError: it is one text.
        ValueError: one is no type, or cannot be hidden.
    """
    if isinstance(types, str):
        raise TypeError(f"hidden_events must be a collection of types, such as {{{types!r}}}, not a text")
    mask = 0
    for name in types:
        if name not in _MASKS:
            raise ValueError(f"hidden_events: {name!r} is no type of event that can be hidden; use {', '.join(_MASKS)}")
        mask |= _MASKS[name]
    return mask


class WorkflowEventSource(str, enum.Enum):
    """Who made an event.

    >>> WorkflowEvent.warning("careful").origin
    <WorkflowEventSource.EXECUTOR: 'EXECUTOR'>
    """

    FRAMEWORK = "FRAMEWORK"
    EXECUTOR = "EXECUTOR"


class Kept:
    """An event of the library, which goes with it."""

    __slots__ = ("handle", "kind")

    def __init__(self, handle: int, kind: int) -> None:
        self.handle = handle
        self.kind = kind

    def at(self, place: int) -> Kept:
        return self

    def __del__(self, free: Any = _free, is_late: Any = sys.is_finalizing, held: Any = objects) -> None:
        if not (held and is_late()):
            free(self.handle)


class _Fields:
    """What an event tells beside its type."""

    __slots__ = _FIELDS
    data: Any
    origin: WorkflowEventSource
    state: Optional[WorkflowRunState]
    details: Optional[WorkflowErrorDetails]
    executor_id: Optional[str]
    iteration: Optional[int]
    sequence: Optional[int]
    _request: Optional[tuple[str, Any, Any]]


def _field(name: str) -> Any:
    """A field, which is read with the others when somebody looks at it, or sets it."""

    def get(event: WorkflowEvent[Any]) -> Any:
        source = event._source
        return getattr(source if type(source) is _Fields else event._read(), name)

    def change(event: WorkflowEvent[Any], value: Any) -> None:
        setattr(event._read(), name, value)

    return property(get, change)


class WorkflowEvent(Generic[DataT]):
    """One thing that happened in a run.

    `type` tells what; the other fields are None where they do not apply: `data` (the payload), `state`
    ("status"), `details` ("failed", "executor_failed"), `executor_id`, `iteration` (the superstep). A
    "request_info" event also has `request_id`, `source_executor_id`, `request_type` and `response_type`.
    The class methods named like a type make such an event, for tests and for `ctx.add_event`.

    >>> WorkflowEvent.request_info("r1", "clerk", "pay 100?", bool)
    WorkflowEvent(type='request_info', executor_id='clerk', request_id='r1', data='pay 100?')
    """

    __slots__ = _SLOTS
    data: Any = _field("data")
    origin: WorkflowEventSource = _field("origin")
    state: Optional[WorkflowRunState] = _field("state")
    details: Optional[WorkflowErrorDetails] = _field("details")
    executor_id: Optional[str] = _field("executor_id")
    iteration: Optional[int] = _field("iteration")
    sequence: Optional[int] = _field("sequence")
    """Its number among the events of its run; None for one that no run has told, and for the "started" and the first
    "status" of a run that goes on. Events that are not shown have numbers too."""
    _request: Optional[tuple[str, Any, Any]] = _field("_request")
    _source: Union[_Fields, Source]
    """The fields; as long as nobody has looked at them, who has them, and at which place."""
    _place: int

    def __init__(
        self,
        type: str,
        data: Any = None,
        *,
        origin: WorkflowEventSource = WorkflowEventSource.EXECUTOR,
        state: Optional[WorkflowRunState] = None,
        details: Optional[WorkflowErrorDetails] = None,
        executor_id: Optional[str] = None,
        request_id: Optional[str] = None,
        source_executor_id: Optional[str] = None,
        request_type: Optional[type] = None,
        response_type: Any = None,
        iteration: Optional[int] = None,
    ) -> None:
        self.type = type
        self._source = fields = _Fields()
        fields.data = data
        fields.origin = origin
        fields.state = state
        fields.details = details
        fields.executor_id = source_executor_id if source_executor_id is not None else executor_id
        fields.iteration = iteration
        fields.sequence = None
        fields._request = None if request_id is None else (request_id, request_type or data.__class__, response_type)

    # ---- Made by hand

    @classmethod
    def started(cls, data: Any = None) -> WorkflowEvent[Any]:
        """A run begins."""
        return cls("started", data)

    @classmethod
    def status(cls, state: WorkflowRunState, data: Any = None) -> WorkflowEvent[Any]:
        """The state of a run changes."""
        return cls("status", data, state=state)

    @classmethod
    def failed(cls, details: WorkflowErrorDetails, data: Any = None) -> WorkflowEvent[Any]:
        """A run has failed."""
        return cls("failed", data, details=details)

    @classmethod
    def warning(cls, message: str) -> WorkflowEvent[Any]:
        """A warning of an executor."""
        return cls("warning", message)

    @classmethod
    def error(cls, exception: Exception) -> WorkflowEvent[Any]:
        """An error that an executor can live with."""
        return cls("error", exception)

    @classmethod
    def emit(cls, executor_id: str, data: Any) -> WorkflowEvent[Any]:
        """Deprecated: a "data" event. Use `ctx.yield_output` in an executor of `intermediate_output_from`."""
        text = "WorkflowEvent.emit is deprecated: use ctx.yield_output and intermediate_output_from"
        warnings.warn(text, DeprecationWarning, stacklevel=2)
        return cls("data", data, executor_id=executor_id)

    @classmethod
    def request_info(
        cls, request_id: str, source_executor_id: str, request_data: Any, response_type: Any
    ) -> WorkflowEvent[Any]:
        """An executor asks."""
        return cls(
            "request_info",
            request_data,
            request_id=request_id,
            source_executor_id=source_executor_id,
            response_type=response_type,
        )

    @classmethod
    def superstep_started(cls, iteration: int, data: Any = None) -> WorkflowEvent[Any]:
        """A superstep begins."""
        return cls("superstep_started", data, iteration=iteration)

    @classmethod
    def superstep_completed(cls, iteration: int, data: Any = None) -> WorkflowEvent[Any]:
        """A superstep is committed."""
        return cls("superstep_completed", data, iteration=iteration)

    @classmethod
    def executor_invoked(cls, executor_id: str, data: Any = None) -> WorkflowEvent[Any]:
        """A handler is called."""
        return cls("executor_invoked", data, executor_id=executor_id)

    @classmethod
    def executor_completed(cls, executor_id: str, data: Any = None) -> WorkflowEvent[Any]:
        """A handler has ended."""
        return cls("executor_completed", data, executor_id=executor_id)

    @classmethod
    def executor_failed(cls, executor_id: str, details: WorkflowErrorDetails) -> WorkflowEvent[Any]:
        """A handler has raised."""
        return cls("executor_failed", details, executor_id=executor_id, details=details)

    @classmethod
    def executor_bypassed(cls, executor_id: str, data: Any = None) -> WorkflowEvent[Any]:
        """A step was not run, because its result is known."""
        return cls("executor_bypassed", data, executor_id=executor_id)

    def to_dict(self) -> dict[str, Any]:
        """A "request_info" event as a dict; its types are written as in checkpoints.

        Raises:
            ValueError: it is another event.
        """
        if self.type != "request_info":
            raise ValueError(f"to_dict() is only for 'request_info' events, not for '{self.type}'")
        from ._type_text import type_to_plain  # few need it

        return {
            "type": self.type,
            "data": self.data,
            "request_id": self.request_id,
            "source_executor_id": self.source_executor_id,
            "request_type": type_to_plain(self.request_type),
            "response_type": type_to_plain(self.response_type),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> WorkflowEvent[Any]:
        """The opposite of `to_dict`. It imports nothing: a type this process does not know becomes `Any`.

        Raises:
            KeyError: a member is missing.
            TypeError: "data" is not of the "request_type".
        """
        for name in ("data", "request_id", "source_executor_id", "request_type", "response_type"):
            if name not in data:
                raise KeyError(f"'{name}' is missing in the dict of a WorkflowEvent")
        from ._type_text import type_from_plain  # few need it

        asked = type_from_plain(data["request_type"])
        if asked is not Any and asked is not type(data["data"]):
            raise TypeError(f"Mismatch: 'request_type' is {data['request_type']!r}, 'data' a {type(data['data'])!r}")
        expected = type_from_plain(data["response_type"])
        return cls.request_info(data["request_id"], data["source_executor_id"], data["data"], expected)

    # ---- Made by the library

    @classmethod
    def _asking(cls, request_id: str, source_executor_id: str, data: Any) -> WorkflowEvent[Any]:
        """The event of a request; `data` is what the codec made of it."""
        from ._request import Question  # only those that ask need it

        question = Question.from_value(data)
        event = cls.request_info(request_id, source_executor_id, question.data, question.response_type)
        event.origin = WorkflowEventSource.FRAMEWORK
        return event

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
        kind: type = self._asked()[1]
        return kind

    @property
    def response_type(self) -> Any:
        """The type that the answer must have."""
        return self._asked()[2]

    def _asked(self) -> tuple[str, Any, Any]:
        if self._request is None:
            raise RuntimeError(f"an event of type '{self.type}' is no request: it has no request_id")
        return self._request

    @classmethod
    def _adopt(cls, handle: int, kind: int) -> WorkflowEvent[Any]:
        """An event of the library, which it owns. Its fields are read when somebody looks at them."""
        event = cls.__new__(cls)
        event._source = Kept(handle, kind)
        event._place = 0
        event.type = TYPE_NAMES.get(kind, "unknown")
        return event

    def _read(self) -> _Fields:
        """Reads the fields and lets go of the library's event."""
        source = self._source
        if isinstance(source, _Fields):
            return source
        kept = source.at(self._place)
        handle, kind = kept.handle, kept.kind
        number = _value(handle, KIND) if kind in _OUTPUT_KINDS else None
        raw = _data(handle, None) if number is None else b"null"
        executor = _executor(handle)
        executor_id = executor.decode() if executor else None
        sequence = _sequence(handle)
        iteration = lib.wf_event_superstep(handle) if kind in _ITERATION_KINDS else None
        state = WorkflowRunState(json.loads(raw)) if kind == _abi.WF_EVENT_STATUS else None
        details = _details(raw) if kind in _FAILURE_KINDS else None
        data = request = None
        if number is not None:
            data = objects[number][0]
        elif kind in _PAYLOAD_KINDS:
            data = decode(raw)
        elif kind == _abi.WF_EVENT_REQUEST_INFO:
            from ._request import Question

            question = Question.from_value(decode(raw))
            data = question.data
            request = lib.wf_event_request_id(handle).decode(), type(data), question.response_type
        elif kind == _abi.WF_EVENT_WARNING:
            data = json.loads(raw)["message"]
        elif kind == _abi.WF_EVENT_CANCELLED:
            data = json.loads(raw)["reason"]
        elif kind == _abi.WF_EVENT_CHECKPOINT:
            from ._checkpoint_saved import CheckpointSaved

            data = CheckpointSaved(json.loads(raw))
        elif kind == _abi.WF_EVENT_EXECUTOR_FAILED:
            data = details
        fields = _Fields()
        fields.data = data
        fields.origin = WorkflowEventSource.FRAMEWORK
        fields.state = state
        fields.details = details
        fields.executor_id = executor_id
        fields.iteration = iteration
        fields.sequence = sequence
        fields._request = request
        # Not before: the codec calls code of the program, which may wait for a thread that reads an event too.
        with _filling:
            if self._source is source:  # else another thread was quicker: everybody gets its objects
                self._source = fields
            return self._read()

    def __reduce__(self) -> Any:
        return _rebuild, (self.type, *(getattr(self, name) for name in _FIELDS))

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


def events_of(source: Source, kinds: bytes, places: Iterable[int]) -> list[WorkflowEvent[Any]]:
    """Events that nobody has looked at: most of them nobody ever will, so that this is all that is done for one."""
    events = [*map(WorkflowEvent.__new__, repeat(WorkflowEvent, len(kinds)))]
    names = _NAMES
    for event, place, kind in zip(events, places, kinds):
        event._source = source
        event._place = place
        event.type = names[kind]
    return events


def _details(raw: bytes) -> WorkflowErrorDetails:
    from ._error_details import details_from_plain  # few need it

    return details_from_plain(json.loads(raw))


def _rebuild(*fields: Any) -> WorkflowEvent[Any]:
    """Makes a copy of an event; the copy has nothing of the library's."""
    event: WorkflowEvent[Any] = WorkflowEvent(fields[0])
    for name, value in zip(_FIELDS, fields[1:]):
        setattr(event, name, value)
    return event
