"""Says what is wrong with a value that has no end: where it contains itself, or what is nested too deeply."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_SHOWN = 5
"""So many steps of a long way are shown."""


def trouble(value: Any) -> tuple[str, str]:
    """The way to the trouble, and what it is. Walks without recursion, which is what the trouble is about."""
    steps: list[str] = []
    above = {id(value): 0}
    walk: list[tuple[Any, Iterator[tuple[str, Any]]]] = [(value, _parts(value))]
    depth, deepest = 0, [""]
    done: set[int] = set()
    while walk:
        step, part = next(walk[-1][1], (None, None))
        if step is None:
            done.add(id(walk[-1][0]))
            above.pop(id(walk.pop()[0]))
            if steps:
                steps.pop()
            continue
        if id(part) in above:
            outer = _way(steps[: above[id(part)]]) or "the value"
            return _way([*steps, step]), f"it contains itself: it is {outer} again"
        if id(part) in done:
            continue  # many ways may lead to it, and none of them round
        steps.append(step)
        above[id(part)] = len(steps)
        walk.append((part, _parts(part)))
        if len(steps) > depth:
            depth, deepest = len(steps), steps[: _SHOWN + 1]  # a copy of all of them at every level would take minutes
    return _way(deepest), f"it is nested too deeply, {depth} levels; send what identifies it, or a flat form"


def _way(steps: list[str]) -> str:
    return "".join(steps) if len(steps) <= _SHOWN else "".join(steps[:_SHOWN]) + "..."


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """What may contain more, and how one gets there."""
    if isinstance(value, dict):
        found = [(f"[{key!r:.50}]", item) for key, item in value.items()]
    elif isinstance(value, (list, tuple)):
        found = [(f"[{at}]", item) for at, item in enumerate(value)]
    elif isinstance(value, (set, frozenset)):
        found = [("{...}", item) for item in value]
    else:
        found = [(f".{name}", item) for name, item in getattr(value, "__dict__", {}).items()]
    return iter([(step, item) for step, item in found if isinstance(item, _HOLDERS) or _has_attributes(item)])


def _has_attributes(item: Any) -> bool:
    return hasattr(item, "__dict__") and not isinstance(item, type) and not callable(item)


_HOLDERS = (dict, list, tuple, set, frozenset)
