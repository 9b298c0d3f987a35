"""What a method gives that is async elsewhere, where nobody can wait: a sync function's."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import Any


class Done(Coroutine[Any, Any, Any]):
    """Has happened already. It may be awaited, given to `asyncio.run`, or left alone."""

    __slots__ = ("_result",)

    def __init__(self, result: Any = None) -> None:
        self._result = result

    def send(self, value: Any) -> Any:
        raise StopIteration(self._result)

    def throw(self, kind: Any, value: Any = None, traceback: Any = None) -> Any:
        raise kind if value is None else value

    def close(self) -> None:
        """Nothing is left to do."""

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._result
        yield
