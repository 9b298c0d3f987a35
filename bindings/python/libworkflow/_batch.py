"""Events that came in one piece. What is in them stays the library's until somebody looks at it."""

from __future__ import annotations

import sys
from ctypes import byref, c_int32, c_size_t, c_uint64, c_void_p, sizeof
from functools import lru_cache
from typing import Any, Optional

from ._abi import WF_EVENT_BIT, wf_record_t
from ._event import Kept, WorkflowEvent, events_of
from ._library import lib, quick
from ._trampolines import objects

_bits = lru_cache(lambda kinds: sum(map(WF_EVENT_BIT, kinds)))  # there are few sets of kinds
_KIND = wf_record_t.kind.offset // 4
_WORDS = sizeof(wf_record_t) // 4

_kinds = quick("wf_batch_kinds", c_uint64)
_event = lib.wf_batch_event
_records = quick("wf_batch_records", c_void_p)


class Batch:
    """A batch of the library, and what is handed out for its events."""

    __slots__ = ("_handle", "_hidden", "_order", "_special", "kinds")

    def __init__(self, handle: c_void_p, hidden: frozenset[int]) -> None:
        """`hidden` are kinds of events that are not handed out."""
        self._handle = handle.value
        self._hidden = hidden
        self.kinds: int = _kinds(handle)
        self._order: Optional[list[int]] = None
        self._special: dict[int, Optional[WorkflowEvent[Any]]] = {}

    def order(self) -> list[int]:
        """The kind of each event."""
        if self._order is None:
            count = c_size_t()
            records = _records(c_void_p(self._handle), byref(count))
            self._order = (c_int32 * (count.value * _WORDS)).from_address(records)[_KIND::_WORDS]
        return self._order

    def take(self, index: int) -> int:
        """The library's event at a place, which belongs to the caller."""
        handle: int = _event(self._handle, index)
        return handle

    def at(self, place: int) -> Kept:
        """The same, for an event that is being read."""
        return Kept(self.take(place), self.order()[place])

    def put(self, index: int, event: Optional[WorkflowEvent[Any]]) -> None:
        """Says what is handed out for the event at a place; None for nothing."""
        self._special[index] = event

    def events(self) -> list[WorkflowEvent[Any]]:
        """What is handed out. To be called once: the events are new ones each time."""
        order, special, hidden = self.order(), self._special, self._hidden
        events = events_of(self, order)
        if not special and not self.kinds & _bits(hidden):
            return events
        handed_out = (
            special[place] if place in special else None if order[place] in hidden else event
            for place, event in enumerate(events)
        )
        return [event for event in handed_out if event is not None]

    def __del__(self, free: Any = lib.wf_batch_free, is_late: Any = sys.is_finalizing, held: Any = objects) -> None:
        if not (held and is_late()):
            free(self._handle)
