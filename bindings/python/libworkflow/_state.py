"""The shared state as an object: `ctx.state`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._context import WorkflowContext

_MISSING = object()


class State:
    """The state that the executors of a run share, as one handler sees it: the last boundary and its own writes."""

    __slots__ = ("_context",)

    def __init__(self, context: WorkflowContext[Any, Any]) -> None:
        self._context = context

    def get(self, key: str, default: Any = None) -> Any:
        """A copy of the value of `key`."""
        return self._context.get_state(key, default)

    def set(self, key: str, value: Any) -> None:
        """Sets a value; the other executors see it from the next superstep on.

        Raises:
            TypeError: the value has no JSON form.
        """
        self._context.set_state(key, value)

    def has(self, key: str) -> bool:
        """Whether there is a value."""
        return self._context.get_state(key, _MISSING) is not _MISSING

    def delete(self, key: str) -> None:
        """Removes a value.

        Raises:
            KeyError: there is none.
        """
        self._context.delete_state(key)

    def keys(self) -> list[str]:
        """All keys, in the order of their bytes."""
        return self._context.state_keys()

    def clear(self) -> None:
        """Removes every value."""
        self._context.clear_state()
