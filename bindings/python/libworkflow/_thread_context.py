"""The context that a sync function gets: it is used on a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Optional

from ._context import WorkflowContext


class ThreadContext(WorkflowContext[Any, Any]):
    """A `WorkflowContext` that a thread may still hold when the run was cancelled.

    A thread cannot be cancelled. The lock makes the end of the context wait for a call that is under way, so
    that the thread never uses it afterwards: it gets a RuntimeError instead.
    """

    __slots__ = ("_lock",)

    def __init__(self, context: WorkflowContext[Any, Any]) -> None:
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(context._wake)

        super().__init__(context._open(), context._host, wake)
        self._lock = threading.Lock()

    def __enter__(self) -> ThreadContext:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._close()

    async def send_message(self, message: Any, target_id: Optional[str] = None) -> None:
        with self._lock:
            await super().send_message(message, target_id)

    async def yield_output(self, output: Any) -> None:
        with self._lock:
            await super().yield_output(output)

    async def request_info(self, request_data: Any, response_type: Any, *, request_id: Optional[str] = None) -> None:
        with self._lock:
            await super().request_info(request_data, response_type, request_id=request_id)

    @property
    def request_id(self) -> Optional[str]:
        with self._lock:
            return super().request_id

    def get_state(self, key: str, default: Any = None) -> Any:
        with self._lock:
            return super().get_state(key, default)

    def set_state(self, key: str, value: Any) -> None:
        with self._lock:
            super().set_state(key, value)

    def delete_state(self, key: str) -> None:
        with self._lock:
            super().delete_state(key)

    @property
    def source_executor_ids(self) -> list[str]:
        with self._lock:
            return super().source_executor_ids
