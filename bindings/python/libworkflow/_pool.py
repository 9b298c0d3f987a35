"""Sync functions in a pool of the user's: of threads, which share everything, or of others, such as processes.

Another process cannot use the context of a call. It gets notes instead: what it is told there happens to the real one
when the function has ended, in the same order. A function that fails has told nothing.
"""

from __future__ import annotations

import importlib
import inspect
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Callable, Optional

from ._done import Done

if TYPE_CHECKING:
    from concurrent.futures import Executor as Pool

    from ._context import WorkflowContext

Call = tuple[str, tuple[Any, ...], dict[str, Any]]

_FACTS = ("executor_id", "run_id", "iteration", "attempt", "idempotency_key", "request_id", "source_executor_ids")
_WAITED_FOR = ("send_message", "yield_output", "request_info")
_NOTED = (*_WAITED_FOR, "set_state", "append_state", "delete_state", "remember", "halt", "give_up")


def shares_memory(pool: Pool) -> bool:
    """Whether what it calls sees the objects of this process: threads do."""
    from concurrent.futures import ThreadPoolExecutor

    return isinstance(pool, ThreadPoolExecutor) and type(pool).__name__ != "InterpreterPoolExecutor"


def check(pool: Any, function: Callable[..., Any], name: str) -> None:
    """Whether the pool can call the function.

    Raises:
        TypeError: it is no pool.
        ValueError: the function is async, or another process would not find it.
    """
    if not callable(getattr(pool, "submit", None)):
        raise TypeError(f"executor function '{name}': the pool must be a concurrent.futures.Executor, not {pool!r}")
    if inspect.iscoroutinefunction(function):
        raise ValueError(f"executor function '{name}' is async: it runs on the event loop, and a pool is for sync ones")
    if not shares_memory(pool) and "<" in getattr(function, "__qualname__", "<"):
        raise ValueError(
            f"executor function '{name}' must stand at the top of a module for a pool of processes to find it"
        )


async def call_in(
    pool: Pool, function: Callable[..., Any], message: Any, context: Optional[WorkflowContext[Any, Any]]
) -> None:
    """Lets the pool call the function; `context` is None for one that takes none.

    Raises:
        BaseException: what the function raised.
    """
    import asyncio

    from ._thread_context import ThreadContext

    loop = asyncio.get_running_loop()
    if not shares_memory(pool):
        notes = None if context is None else Notes(context)
        place = function.__module__, function.__qualname__
        for name, arguments, named in await loop.run_in_executor(pool, work, place, message, notes):
            answer = getattr(context, name)(*arguments, **named)
            if inspect.isawaitable(answer):
                await answer
    elif context is None:
        await loop.run_in_executor(pool, in_context(function, message))
    else:
        with ThreadContext(context, loop) as shared:
            await loop.run_in_executor(pool, in_context(function, message, shared))


def in_context(function: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    """The call of a function in the context variables of whoever asks for it."""
    copied = copy_context()

    def call() -> Any:
        return copied.run(called, function, *arguments)

    return call


def called(function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a function whose outcome goes through a future, which cannot hold a StopIteration: it would never be told.

    Raises:
        RuntimeError: it raised one, as if it were a generator.
        BaseException: what it raised.
    """
    try:
        return function(*arguments)
    except StopIteration as error:
        raise RuntimeError(f"{getattr(function, '__name__', function)} raised StopIteration") from error


class Notes:
    """The context of a call, as another process has it: the facts, and a list of what is to be done."""

    def __init__(self, context: WorkflowContext[Any, Any]) -> None:
        self.calls: list[Call] = []
        for name in _FACTS:
            setattr(self, name, getattr(context, name))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in _NOTED:
            raise RuntimeError(
                f"ctx.{name} cannot be had in another process: put what the function needs into its message, or use a "
                f"pool of threads. There are {', '.join((*_FACTS, *_NOTED))}"
            )

        def note(*arguments: Any, **named: Any) -> Any:
            self.calls.append((name, arguments, named))
            return Done() if name in _WAITED_FOR else None

        return note

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def work(place: tuple[str, str], message: Any, notes: Optional[Notes]) -> list[Call]:
    """In the other process: finds the function and calls it."""
    module, path = place
    found: Any = importlib.import_module(module)
    for name in path.split("."):
        found = getattr(found, name)
    function = getattr(found, "_function", found)  # behind the name stands what @executor made of it
    if notes is None:
        called(function, message)
        return []
    called(function, message, notes)
    return notes.calls
