"""Edges: where the messages of an executor go."""

from __future__ import annotations

import inspect
from typing import Any, Callable, Optional

Condition = Callable[[Any], Any]

_OUTSIDE = "internal:"


def INTERNAL_SOURCE_ID(executor_id: str) -> str:
    """The source of what comes to an executor from outside the workflow: its first message, answers.

    >>> INTERNAL_SOURCE_ID("clerk")
    'internal:clerk'
    """
    return f"{_OUTSIDE}{executor_id}"


class Edge:
    """From one executor to another, if its condition, which it may have, is true.

    Raises:
        ValueError: an end is empty.

    >>> Edge("a", "b", len)
    Edge('a', 'b', condition_name='len')
    """

    ID_SEPARATOR = "->"

    def __init__(
        self,
        source_id: str,
        target_id: str,
        condition: Optional[Condition] = None,
        *,
        condition_name: Optional[str] = None,
    ) -> None:
        if not source_id or not target_id:
            raise ValueError("an edge needs the ids of two executors: source_id and target_id must be a non-empty text")
        self.source_id = source_id
        self.target_id = target_id
        is_named = condition is None or bool(condition_name)
        self.condition_name: Optional[str] = condition_name if is_named or condition is None else name_of(condition)
        self._condition = condition

    @property
    def id(self) -> str:
        """`source->target`."""
        return f"{self.source_id}{self.ID_SEPARATOR}{self.target_id}"

    @property
    def has_condition(self) -> bool:
        """Whether a condition decides."""
        return self._condition is not None

    async def should_route(self, data: Any) -> bool:
        """Whether a message takes this edge."""
        answer = True if self._condition is None else self._condition(data)
        return bool(await answer if inspect.isawaitable(answer) else answer)

    def to_dict(self) -> dict[str, Any]:
        """Its ends, and the name of its condition."""
        ends = {"source_id": self.source_id, "target_id": self.target_id}
        return ends if self.condition_name is None else {**ends, "condition_name": self.condition_name}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Edge:
        """The opposite of `to_dict`; the condition stays a name."""
        return cls(data["source_id"], data["target_id"], condition_name=data.get("condition_name"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Edge) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.source_id, self.target_id, self.condition_name))

    def __repr__(self) -> str:
        condition = "" if self.condition_name is None else f", condition_name={self.condition_name!r}"
        return f"Edge({self.source_id!r}, {self.target_id!r}{condition})"


def name_of(function: Callable[..., Any]) -> str:
    """The name of a condition or selector, for people."""
    return getattr(function, "__name__", "<callable>")


def missing(name: str) -> Callable[..., Any]:
    """Stands for a condition or selector of which only the name is known."""

    def call(*_: Any) -> Any:
        raise RuntimeError(f"the function '{name}' is known by name alone: a dict does not hold code")

    return call
