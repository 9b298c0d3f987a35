"""Tells values that JSON keeps exactly from those that need a tag."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any, Callable

INT_MIN, INT_MAX = -(2**63), 2**63 - 1

_NUMBERS = frozenset((int,))
_LEAVES = frozenset((str, int, float, bool, type(None)))
_CONTAINERS = frozenset((list, dict))
_KINDS = _LEAVES | _CONTAINERS
_TEXTS = frozenset((str,))
_MANY = 16
_values: Callable[[dict[Any, Any]], Iterable[Any]] = dict.values


LARGE, PLAIN = 1, 2
"""What `is_plain` says of what may be worth `pieces`, and of the rest. Of a whole it says the least that it says of a part."""


def is_plain(value: Any) -> int:
    """Whether plain JSON brings `value` back exactly, in type and content.

    Two things are left to the writer, which notices them for free: NaN or infinity, and text that is not Unicode.
    """
    kind = type(value)
    if kind is dict:
        if not has_plain_keys(value):
            return False
        items: Any = value.values()
    elif kind is list:
        items = value
    elif kind is int:
        return PLAIN if INT_MIN <= value <= INT_MAX else False
    else:
        return PLAIN if kind in _LEAVES else False
    kinds = set(map(type, items))
    if not kinds <= _KINDS or (int in kinds and not _fits(items, kinds)):
        return False
    if kinds <= _LEAVES:
        return PLAIN
    nested = [item for item in items if type(item) in _CONTAINERS]
    return _are_plain(nested) and LARGE if len(nested) > _MANY else min(map(is_plain, nested))


def _are_plain(containers: list[Any]) -> bool:
    """The same for many lists and dicts: all that are equally deep at once, so that C does most of the walking.

    What contains itself may pass: the writer notices that too.
    """
    seen: set[int] = set()
    while containers:
        dicts = [item for item in containers if type(item) is dict]
        lists = [item for item in containers if type(item) is list] if len(dicts) < len(containers) else []
        if dicts:
            keys = [*chain.from_iterable(dicts)]
            if set(map(type, keys)) - _TEXTS:
                return False
            names = set(keys)
            if "$type" in names or "\0" in "".join(names):
                return False
        items = [*chain.from_iterable(map(_values, dicts)), *chain.from_iterable(lists)]
        kinds = set(map(type, items))
        if not kinds <= _KINDS or (int in kinds and not _fits(items, kinds)):
            return False
        if kinds <= _LEAVES:
            return True
        nested = {id(item): item for item in items if type(item) in _CONTAINERS}
        containers = [item for number, item in nested.items() if number not in seen]
        seen.update(nested)
    return True


def has_plain_keys(value: dict[Any, Any]) -> bool:
    """Whether the keys of `value` may be those of a JSON object that is not a tag."""
    return not value or (set(map(type, value)) == {str} and "$type" not in value and "\0" not in "".join(value))


def is_plain_ints(values: list[Any]) -> bool:
    """Whether all values are ints that JSON keeps exactly; quick, also for a long list."""
    return set(map(type, values)) == _NUMBERS and _fits(values, {int})


def _fits(items: Any, kinds: set[type]) -> bool:
    """Whether every int has at most 64 bits."""
    if kinds == _NUMBERS:
        return bool(min(items) >= INT_MIN and max(items) <= INT_MAX)
    ints = [item for item in items if type(item) is int]
    return bool(min(ints) >= INT_MIN and max(ints) <= INT_MAX)
