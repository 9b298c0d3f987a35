"""Conditions of edges, and what they share with selectors."""

from __future__ import annotations

import inspect
from typing import Any, Callable

from . import _abi
from ._codec import decode
from ._edge import Condition
from ._trampolines import code, current, interrupted

_YES, _NO = 1, 2  # under WF_STRICT_RESULT


def condition_names(edges: list[tuple[str, str, Callable[..., Any]]]) -> list[str]:
    """A name for the condition or selector of each edge `(source, target, function)`.

    The name is part of the graph's signature, so it must be the same in the next process: it is the qualified
    name of the function. Where that does not tell two functions apart, as with lambdas, the edge is added, and a
    number where two cases of a switch have one target.
    """
    functions: dict[str, set[int]] = {}
    for _, _, function in edges:
        functions.setdefault(qualname(function), set()).add(id(function))
    names: list[str] = []
    holders: dict[str, list[int]] = {}
    for source, target, function in edges:
        name = qualname(function)
        if len(functions[name]) > 1 or "<lambda>" in name:
            name = f"{name} {source}->{target}"
        same = holders.setdefault(name, [])
        if id(function) not in same:
            same.append(id(function))
        number = same.index(id(function)) + 1
        names.append(name if number == 1 else f"{name} #{number}")
    return names


def condition_struct(name: str, number: int) -> _abi.wf_condition_t:
    """What the library gets for the condition with that number."""
    return _abi.wf_condition_t(
        flags=_abi.WF_STRICT_RESULT, name=name.encode(), evaluate=_decide, user_data=number
    )


def evaluate(condition: Condition, message: Any) -> bool:
    """Whether the edge is taken.

    Raises:
        RuntimeError: the condition is async and waits for something.
    """
    return bool(answer_of("condition", condition, message))


def _answer(condition: Condition, raw: bytes) -> int:
    return _YES if evaluate(condition, decode(raw)) else _NO


@_abi.wf_condition_fn
def _decide(number: int, raw: bytes, length: int) -> int:
    """Says whether a message takes an edge; see `_trampolines`."""
    run = current()
    try:
        return int(run.ask(_answer, code(number), raw))
    except BaseException as error:
        return interrupted(run, error)


def answer_of(what: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """What a condition or selector answers; it may be async as long as it does not wait.

    Raises:
        RuntimeError: it waits for something.
    """
    answer = function(*arguments)
    if not inspect.iscoroutine(answer):
        return answer
    try:
        answer.send(None)
    except StopIteration as stop:
        return stop.value
    answer.close()
    raise RuntimeError(f"the {what} {qualname(function)} waits for something; a {what} must answer at once")


def qualname(function: Callable[..., Any]) -> str:
    """The name of a function as errors and signatures show it."""
    return getattr(function, "__qualname__", None) or f"{type(function).__qualname__} <lambda>"
