"""Tells values that JSON keeps exactly from those that need a tag."""

from __future__ import annotations

from typing import Any

INT_MIN, INT_MAX = -(2**63), 2**63 - 1

_NUMBERS = frozenset((int,))
_LEAVES = frozenset((str, int, float, bool, type(None)))
_KINDS = _LEAVES | {list, dict}


def is_plain(value: Any) -> bool:
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
        return bool(INT_MIN <= value <= INT_MAX)
    else:
        return kind in _LEAVES
    kinds = set(map(type, items))
    if not kinds <= _KINDS or (int in kinds and not _fits(items, kinds)):
        return False
    return kinds <= _LEAVES or all(is_plain(item) for item in items if type(item) in (list, dict))


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
    return all(INT_MIN <= item <= INT_MAX for item in items if type(item) is int)
