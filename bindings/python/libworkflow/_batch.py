"""Events that came in one piece. What is in them stays the library's until somebody looks at it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from ctypes import byref, c_char, c_int32, c_size_t, c_uint64, c_void_p, sizeof
from functools import lru_cache
from itertools import compress
from typing import Any, Optional

from ._abi import WF_EVENT_BIT, wf_record_t
from ._event import Kept, WorkflowEvent, events_of
from ._library import lib, quick
from ._trampolines import objects

_bits = lru_cache(lambda kinds: sum(map(WF_EVENT_BIT, kinds)))  # there are few sets of kinds
_shown = lru_cache(lambda hidden: bytes(kind not in hidden for kind in range(256)))
_KIND = wf_record_t.kind.offset + (sizeof(c_int32) - 1 if sys.byteorder == "big" else 0)  # the byte that says it: they are few
_SIZE = sizeof(wf_record_t)
_Bytes: Any = c_char * (sys.maxsize >> 1)  # of no object: to make a type for each length takes longer than to read that

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
        self._order: Optional[bytes] = None
        self._special: dict[int, Optional[WorkflowEvent[Any]]] = {}

    def order(self) -> bytes:
        """The kind of each event."""
        if self._order is not None:
            return self._order
        count = c_size_t()
        records = _records(c_void_p(self._handle), byref(count))
        from_there: Any = _Bytes.from_address(records)
        order: bytes = from_there[_KIND : count.value * _SIZE : _SIZE]
        self._order = order
        return order

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
        places: Sequence[int] = range(len(order))
        if self.kinds & _bits(hidden):
            places = [*compress(places, order.translate(_shown(hidden)))]
            order = order.translate(None, bytes(hidden))
        events = events_of(self, order, places)
        if special:
            handed_out = [special.get(place, event) for place, event in zip(places, events)]
            events = [event for event in handed_out if event is not None]
        return events

    def __del__(self, free: Any = lib.wf_batch_free, is_late: Any = sys.is_finalizing, held: Any = objects) -> None:
        if not (held and is_late()):
            free(self._handle)
