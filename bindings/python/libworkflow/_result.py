"""The result of a run that was awaited as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Optional, Union

from ._batch import Batch
from ._event import WorkflowEvent
from ._run_state import WorkflowRunState


class WorkflowRunResult(list[WorkflowEvent[Any]]):
    """The events of a run, without "started" and, unless they were asked for, without "status".

    >>> result = asyncio.run(workflow.run("hello"))
    >>> result.get_outputs(), result.get_final_state().value
    (['HELLO'], 'IDLE')
    """

    def __init__(
        self, events: Iterable[WorkflowEvent[Any]], status_events: Optional[list[WorkflowEvent[Any]]] = None
    ) -> None:
        super().__init__(events)
        self._status_events = status_events or []

    def __repr__(self) -> str:
        # Not the events: asyncio.run asks for the repr of its task on the way out, and each would be read.
        statuses = self._of("status")
        state = f", {statuses[-1].state.value}" if statuses and statuses[-1].state else ""
        return f"<{type(self).__name__}: {len(self)} event{'' if len(self) == 1 else 's'}{state}>"

    def get_outputs(self) -> list[Any]:
        """What the executors yielded, in order."""
        return [event.data for event in self._of("output")]

    def get_intermediate_outputs(self) -> list[Any]:
        """What executors of `intermediate_output_from` yielded, in order."""
        return [event.data for event in self._of("intermediate")]

    def get_request_info_events(self) -> list[WorkflowEvent[Any]]:
        """What the executors asked, in order."""
        return self._of("request_info")

    def get_final_state(self) -> WorkflowRunState:
        """How the run ended.

        Raises:
            RuntimeError: the result has no status.
        """
        statuses = self._of("status")
        if not statuses or statuses[-1].state is None:
            raise RuntimeError("the result has no status event")
        return statuses[-1].state

    def status_timeline(self) -> list[WorkflowEvent[Any]]:
        """Every "status" event, in order."""
        return self._of("status")

    def _of(self, type: str) -> list[WorkflowEvent[Any]]:
        """The events of one type; "status" also where they are not shown."""
        return [*self._status_events] if type == "status" else [event for event in self if event.type == type]


Part = Union[WorkflowEvent[Any], Batch]
"""Of what a run has told: one event, or several that are still in one piece."""


class _Unread(WorkflowRunResult):
    """A result that becomes an ordinary one, of class and content, as soon as somebody looks at the list.

    Until then its events are where the library left them: who only wants the outputs pays only for those.
    """

    def __init__(self, parts: list[Part], left_out: frozenset[str]) -> None:
        list.__init__(self)
        self._parts = parts
        self._left_out = left_out

    def __len__(self) -> int:
        return sum(
            part.count(self._left_out) if isinstance(part, Batch) else part.type not in self._left_out
            for part in self._parts
        )

    def __repr__(self) -> str:
        return super().__repr__().replace(type(self).__name__, WorkflowRunResult.__name__, 1)

    def __radd__(self, other: Any) -> Any:
        self._read()
        return other + self

    def __reduce_ex__(self, protocol: Any) -> Any:
        self._read()
        return self.__reduce_ex__(protocol)

    def _of(self, type: str) -> list[WorkflowEvent[Any]]:
        return list(_events_of(self._parts, type))

    def _read(self) -> None:
        if "_parts" not in vars(self):
            return  # another thread was quicker
        events = list(_events_of(self._parts))
        shown = [event for event in events if event.type not in self._left_out]
        self._status_events = [event for event in events if event.type == "status"]
        self.__class__ = WorkflowRunResult  # type: ignore[assignment]
        list.__init__(self, shown)
        vars(self).pop("_parts", None)
        vars(self).pop("_left_out", None)


def _read_first(name: str) -> Any:
    def call(self: _Unread, *arguments: Any, **named: Any) -> Any:
        for each in (self, *arguments):
            if isinstance(each, _Unread):
                each._read()
        return getattr(self, name)(*arguments, **named)

    call.__name__ = name
    return call


_OWN = {"__new__", "__init__", "__getattribute__", "__hash__", "__doc__", "__class_getitem__"}
for _name in vars(list).keys() - vars(_Unread).keys() - _OWN:
    setattr(_Unread, _name, _read_first(_name))


def result_of(parts: list[Part], include_status_events: bool) -> WorkflowRunResult:
    """The result that consists of what a run has told."""
    return _Unread(parts, frozenset({"started"} if include_status_events else {"started", "status"}))


def _events_of(parts: list[Part], type: Optional[str] = None) -> Iterator[WorkflowEvent[Any]]:
    for part in parts:
        if isinstance(part, Batch):
            yield from part.events(type)
        elif type is None or part.type == type:
            yield part
