"""Executors made of one function."""

from __future__ import annotations

import inspect
import sys
from types import FunctionType
from typing import TYPE_CHECKING, Any, Callable, Optional, overload

from ._begun import PlainCall
from ._executor import Executor
from ._handler import HandlerSpec, annotated_spec
from ._parameters import parameters_of

if TYPE_CHECKING:
    from concurrent.futures import Executor as Pool

    from ._retry import Retry

Function = Callable[..., Any]


class FunctionExecutor(Executor):
    """An executor that calls `func(message)` or `func(message, ctx)`.

    A sync function runs in a thread of the event loop's default pool, so that it may block, or in `pool`: any
    `concurrent.futures.Executor`. In a sync function `ctx.send_message(x)` and the like happen at once, and nothing is
    awaited. In another process they happen when it has ended, the state cannot be read, and the function must stand at
    the top of a module. Who made the pool shuts it down.

    Raises:
        ValueError: the function has other parameters or lacks a message type, or the pool cannot call it.
        TypeError: the pool is none.

    >>> async def double(n: int) -> None: ...
    >>> FunctionExecutor(double)
    FunctionExecutor(id='double')
    """

    def __init__(
        self,
        func: Function,
        id: Optional[str] = None,
        *,
        input: Any = None,
        output: Any = None,
        workflow_output: Any = None,
        retry: Optional[Retry] = None,
        timeout: Optional[float] = None,
        pool: Optional[Pool] = None,
        _frame: Any = None,
    ) -> None:
        if isinstance(func, (staticmethod, classmethod)):
            raise ValueError(
                f"@executor cannot be used with @{type(func).__name__}: it takes a function that stands for "
                "itself; use @handler on instance methods of an Executor class"
            )
        name = getattr(func, "__name__", type(func).__name__)
        parameters = parameters_of(func)
        if len(parameters) not in (1, 2):
            raise ValueError(
                f"executor function '{name}' must have (message: T) or (message: T, ctx: WorkflowContext[U]) as its "
                f"parameters, not {len(parameters)}"
            )
        context = parameters[1] if len(parameters) == 2 else None
        if pool is not None:
            from ._pool import check  # few need it

            check(pool, func, name)
        frame = _frame or sys._getframe(1)
        given = {"input": input, "output": output, "workflow_output": workflow_output}
        explicit = {key: value for key, value in given.items() if value is not None}
        self._function = func
        self._retry, self._timeout = retry, timeout
        self._spec = annotated_spec(
            _adapted(func, len(parameters), pool), frame, parameters[0], context, decorator="executor", **explicit
        )
        super().__init__(id or name)

    def _declared_handlers(self) -> list[HandlerSpec]:
        return [self._spec]

    def _limits(self) -> tuple[Optional[Retry], Optional[float]]:
        return self._retry, self._timeout


def _of_coroutines(function: Function, parameters: int) -> Function:
    """Not a coroutine around the function's, which would take time in each call."""
    if parameters == 1:
        return lambda self, message, ctx: function(message)

    def call(self: Any, message: Any, ctx: Any) -> Any:
        return function(message, ctx)

    call.__dict__["_direct"] = function  # nor even that: see `HandlerSpec.calling`
    return call


def _of_calls(function: Function, parameters: int, pool: Optional[Pool]) -> Function:
    """What waits for a thread."""
    if pool is None:
        return lambda self, message, ctx: PlainCall(function, message, ctx, parameters == 2)

    from ._pool import call_in  # is there by now

    async def call(self: Any, message: Any, ctx: Any) -> Any:
        await call_in(pool, function, message, ctx if parameters == 2 else None)

    return call


def _adapted(function: Function, parameters: int, pool: Optional[Pool]) -> Function:
    """`function` as an async method."""
    if (type(function) is FunctionType and function.__code__.co_flags & inspect.CO_COROUTINE) or (
        inspect.iscoroutinefunction(function)
    ):
        call = _of_coroutines(function, parameters)
    else:
        call = _of_calls(function, parameters, pool)
    call.__name__ = getattr(function, "__name__", "call")
    call.__dict__["__wrapped__"] = function
    return call


@overload
def executor(func: Function) -> FunctionExecutor: ...
@overload
def executor(
    *,
    id: Optional[str] = None,
    input: Any = None,
    output: Any = None,
    workflow_output: Any = None,
    retry: Optional[Retry] = None,
    timeout: Optional[float] = None,
    pool: Optional[Pool] = None,
) -> Callable[[Function], FunctionExecutor]: ...
def executor(
    func: Optional[Function] = None,
    *,
    id: Optional[str] = None,
    input: Any = None,
    output: Any = None,
    workflow_output: Any = None,
    retry: Optional[Retry] = None,
    timeout: Optional[float] = None,
    pool: Optional[Pool] = None,
) -> Any:
    """Makes an executor of an async or sync function `(message)` or `(message, ctx)`.

    Its id is the function's name, or `id`. Each explicit type takes the place of the annotation. With a `retry` the
    function is called again when it fails; it fails when it takes more than `timeout` seconds. A sync function that is
    late goes on in its thread, but what it does counts no more: it may ask `ctx.is_cancelled`. A sync function runs in
    the `pool`, if there is one: see `FunctionExecutor`.

    Raises:
        ValueError: the function has other parameters or lacks a message type, or the pool cannot call it.
        TypeError: the pool is none.

    >>> @executor(id="reverse")
    ... async def reverse(text: str, ctx: WorkflowContext[str, str]) -> None:
    ...     await ctx.yield_output(text[::-1])
    >>> reverse
    FunctionExecutor(id='reverse')
    """

    def make(target: Function) -> FunctionExecutor:
        frame = sys._getframe(1 if func is None else 2)
        types = {"input": input, "output": output, "workflow_output": workflow_output}
        return FunctionExecutor(target, id, **types, retry=retry, timeout=timeout, pool=pool, _frame=frame)

    return make if func is None else make(func)
