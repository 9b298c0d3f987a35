"""Events that came in one piece. Most of them nobody looks at: they stay the library's until somebody does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from ctypes import byref, c_size_t, c_uint64, c_void_p, sizeof, string_at
from typing import Any, Optional

from ._abi import WF_EVENT_BIT, wf_record_t
from ._event import TYPE_NAMES, WorkflowEvent
from ._library import lib, quick
from ._trampolines import objects

_KIND = wf_record_t.kind.offset // 4
_WORDS = sizeof(wf_record_t) // 4

_BITS = {name: WF_EVENT_BIT(kind) for kind, name in TYPE_NAMES.items()}

_kinds = quick("wf_batch_kinds", c_uint64)
_event = lib.wf_batch_event
_records = lib.wf_batch_records


class Batch:
    """A batch of the library, and those of its events that were made objects."""

    __slots__ = ("_handle", "_hidden", "_made", "kinds")

    def __init__(self, handle: c_void_p, hidden: frozenset[int]) -> None:
        """`hidden` are kinds of events that are not handed out."""
        self._handle = handle.value
        self._hidden = hidden
        self.kinds: int = _kinds(handle)
        self._made: dict[int, Optional[WorkflowEvent[Any]]] = {}

    def order(self) -> list[int]:
        """The kind of each event."""
        count = c_size_t()
        records = _records(self._handle, byref(count))
        words = memoryview(string_at(records, count.value * _WORDS * 4)).cast("i")
        return words[_KIND::_WORDS].tolist()

    def take(self, index: int) -> int:
        """The library's event at a place, which belongs to the caller."""
        handle: int = _event(self._handle, index)
        return handle

    def put(self, index: int, event: Optional[WorkflowEvent[Any]]) -> None:
        """Says what is handed out for the event at a place; None for nothing."""
        self._made[index] = event

    def count(self, left_out: frozenset[str]) -> int:
        """How many events are handed out that are not of these types."""
        made = self._made
        return sum(
            TYPE_NAMES.get(kind) not in left_out and kind not in self._hidden
            if index not in made
            else (event := made[index]) is not None and event.type not in left_out
            for index, kind in enumerate(self.order())
        )

    def events(self, type: Optional[str] = None) -> Iterator[WorkflowEvent[Any]]:
        """The events that are handed out, or those of a type. Each is the same object each time."""
        made = self._made
        if type is not None and not made and not self.kinds & _BITS.get(type, 0):
            return
        for index, kind in enumerate(self.order()):
            if index in made:
                event = made[index]
                if event is not None and (type is None or event.type == type):
                    yield event
            elif kind not in self._hidden and (type is None or TYPE_NAMES.get(kind) == type):
                event = made[index] = WorkflowEvent._adopt(self.take(index), kind)
                yield event

    def __del__(self, free: Any = lib.wf_batch_free, is_late: Any = sys.is_finalizing, held: Any = objects) -> None:
        if not (held and is_late()):
            free(self._handle)
