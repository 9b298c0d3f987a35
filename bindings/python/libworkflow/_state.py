"""The state as an object: `ctx.state`, and `ctx.own_state`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._abi import WF_SCOPE_SHARED

if TYPE_CHECKING:
    from ._context import WorkflowContext

_MISSING = object()


class State:
    """The state of a run, that which its executors share or that of one of them, as one handler sees it: the last
    boundary and its own writes."""

    __slots__ = ("_context", "_scope")

    def __init__(self, context: WorkflowContext[Any, Any], scope: int) -> None:
        self._context = context
        self._scope = scope

    def __repr__(self) -> str:
        whose = "shared" if self._scope == WF_SCOPE_SHARED else f"of {self._context.executor_id!r}"
        return f"{type(self).__name__}({whose})"

    def get(self, key: str, default: Any = None) -> Any:
        """A copy of the value of `key`."""
        return self._context._read_state(self._scope, key, default)

    def set(self, key: str, value: Any) -> None:
        """Sets a value; other handlers see it from the next superstep on.

        Raises:
            TypeError: the value has no JSON form.
        """
        self._context._write_state(self._scope, key, value)

    def append(self, key: str, item: Any) -> None:
        """Puts an item at the end of a list, at the cost of the item; a key without a value becomes a list of it.

        Handlers of several executors may append to one key in one superstep: the items of all are kept.

        Raises:
            TypeError: the item has no JSON form.
            ValueError: the value is no list.
        """
        self._context._append_state(self._scope, key, item)

    def has(self, key: str) -> bool:
        """Whether there is a value."""
        return self._context._read_state(self._scope, key, _MISSING) is not _MISSING

    def delete(self, key: str) -> None:
        """Removes a value.

        Raises:
            KeyError: there is none.
        """
        self._context._remove_state(self._scope, key)

    def keys(self, prefix: str = "") -> list[str]:
        """The keys that begin with `prefix`, in the order of their bytes."""
        return self._context._list_state(self._scope, prefix)

    def clear(self) -> None:
        """Removes every value."""
        self._context._empty_state(self._scope)
