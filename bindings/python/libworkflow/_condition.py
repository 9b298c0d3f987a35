"""Conditions of edges."""

from __future__ import annotations

import inspect
from typing import Any, Callable

from . import _abi, _trampolines

Condition = Callable[[Any], Any]


def condition_names(edges: list[tuple[str, str, Condition]]) -> list[str]:
    """A name for the condition of each edge `(source, target, condition)`.

    The name is part of the graph's signature, so it must be the same in the next process: it is the qualified
    name of the function. Where that does not tell two functions apart, as with lambdas, the edge is added.
    """
    functions: dict[str, set[int]] = {}
    for _, _, condition in edges:
        functions.setdefault(_qualname(condition), set()).add(id(condition))
    return [
        name if len(functions[name]) == 1 and "<lambda>" not in name else f"{name} {source}->{target}"
        for source, target, name in ((source, target, _qualname(condition)) for source, target, condition in edges)
    ]


def condition_struct(name: str, index: int) -> _abi.wf_condition_t:
    """What the library gets for the condition with that number."""
    return _abi.wf_condition_t(
        flags=_abi.WF_STRICT_RESULT, name=name.encode(), evaluate=_trampolines.condition, user_data=index
    )


def evaluate(condition: Condition, message: Any) -> bool:
    """Whether the edge is taken.

    Raises:
        RuntimeError: the condition is async and waits for something.
    """
    answer = condition(message)
    if not inspect.iscoroutine(answer):
        return bool(answer)
    try:
        answer.send(None)
    except StopIteration as stop:
        return bool(stop.value)
    answer.close()
    raise RuntimeError(f"the condition {_qualname(condition)} waits for something; a condition must answer at once")


def _qualname(condition: Condition) -> str:
    return getattr(condition, "__qualname__", None) or f"{type(condition).__qualname__} <lambda>"
