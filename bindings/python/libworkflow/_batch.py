"""Events that came in one piece. What is in them stays the library's until somebody looks at it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from ctypes import byref, c_char, c_int32, c_size_t, c_void_p, sizeof
from functools import lru_cache
from itertools import compress
from typing import Any, Optional

from ._abi import WF_EVENT_BIT, wf_record_t
from ._event import Kept, WorkflowEvent, events_of
from ._library import lib, quick
from ._trampolines import objects

_bits = lru_cache(256)(lambda kinds: sum(map(WF_EVENT_BIT, {*kinds})))  # supersteps are alike, and so are batches
_shown = lru_cache(lambda hidden: bytes(kind not in hidden for kind in range(256)))
# They are few: the lowest byte says which.
_KIND = wf_record_t.kind.offset + (sizeof(c_int32) - 1 if sys.byteorder == "big" else 0)
_SIZE = sizeof(wf_record_t)
_Bytes: Any = c_char * (sys.maxsize >> 1)  # of no object: to make a type for each length takes longer than to read that
_FULL = 256

_event = lib.wf_batch_event
_records = quick("wf_batch_records", c_void_p)


class Batch:
    """One or more batches of the library in a row, and what is handed out for their events."""

    __slots__ = ("_ends", "_handles", "_hidden", "_special", "kinds", "order")

    def __init__(self, hidden: frozenset[int]) -> None:
        """`hidden` are kinds of events that are not handed out."""
        self._hidden = hidden
        self._handles: list[int] = []
        self._ends: list[int] = []
        self._special: dict[int, Optional[WorkflowEvent[Any]]] = {}
        self.order = bytearray()
        """The kind of each event."""
        self.kinds = 0

    @property
    def is_full(self) -> bool:
        """Whether the next events go to another one: who keeps an unread event keeps all of them."""
        return len(self.order) >= _FULL

    def add(self, handle: c_void_p) -> int:
        """Takes in a batch of the library, and answers with the bits of the kinds in it."""
        self._handles.append(handle.value or 0)
        count = c_size_t()
        from_there: Any = _Bytes.from_address(_records(handle, byref(count)))
        order: bytes = from_there[_KIND : count.value * _SIZE : _SIZE]
        self.order += order
        self._ends.append(len(self.order))
        bits: int = _bits(order) if count.value <= _FULL else _bits.__wrapped__(order)
        self.kinds |= bits
        return bits

    def take(self, place: int) -> int:
        """The library's event at a place, which belongs to the caller."""
        # `bisect` takes longer to import than most runs take to begin and end.
        ends, which, last = self._ends, 0, len(self._ends) - 1
        while which < last:
            middle = (which + last) // 2
            if ends[middle] <= place:
                which = middle + 1
            else:
                last = middle
        handle: int = _event(self._handles[which], place - (ends[which - 1] if which else 0))
        return handle

    def at(self, place: int) -> Kept:
        """The same, for an event that is being read."""
        return Kept(self.take(place), self.order[place])

    def put(self, place: int, event: Optional[WorkflowEvent[Any]]) -> None:
        """Says what is handed out for the event at a place; None for nothing."""
        self._special[place] = event

    def events(self) -> list[WorkflowEvent[Any]]:
        """What is handed out. To be called once: the events are new ones each time."""
        order, special, hidden = bytes(self.order), self._special, self._hidden
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
            for handle in self._handles:
                free(handle)
