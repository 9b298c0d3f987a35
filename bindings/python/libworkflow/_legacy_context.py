"""What a handler said of state in older generations: coroutines, and the executor's own state as one dict."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Generic, Optional, TypeVar

from ._legacy import outdated

if TYPE_CHECKING:
    from ._state import State

ValueT = TypeVar("ValueT")
MISSING: Any = object()


class Done(Generic[ValueT]):
    """Something that may be awaited and is done already."""

    def __init__(self, value: ValueT) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, None, ValueT]:
        return self._value
        yield  # makes this a generator


class OlderContext:
    """The older methods of a `WorkflowContext`."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def state(self) -> State: ...
        @property
        def own_state(self) -> State: ...

    async def get_shared_state(self, key: str) -> Any:
        """Deprecated: `get_state(key)`.

        Raises:
            KeyError: there is no value.
        """
        outdated("get_shared_state()", "get_state(key)")
        found = self.state.get(key, MISSING)
        if found is MISSING:
            raise KeyError(key)
        return found

    async def set_shared_state(self, key: str, value: Any) -> None:
        """Deprecated: `set_state(key, value)`."""
        outdated("set_shared_state()", "set_state(key, value)")
        self.state.set(key, value)

    async def get_executor_state(self) -> Optional[dict[str, Any]]:
        """Deprecated: `own_state`, or `on_checkpoint_save`."""
        outdated("get_executor_state()", "own_state.get(key), or on_checkpoint_save of the executor")
        return self._own_dict()

    async def set_executor_state(self, state: Mapping[str, Any]) -> None:
        """Deprecated: `own_state`, or `on_checkpoint_save`."""
        outdated("set_executor_state()", "own_state.set(key, value), or on_checkpoint_save of the executor")
        self._set_own_dict(state)

    def _own_dict(self) -> Optional[dict[str, Any]]:
        own = self.own_state
        return {key: own.get(key) for key in own.keys()} or None

    def _set_own_dict(self, state: Mapping[str, Any]) -> None:
        own = self.own_state
        own.clear()
        for key, value in state.items():
            own.set(key, value)
