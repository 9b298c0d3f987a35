"""Response handlers: methods that take the answers to what their executor asked."""

from __future__ import annotations

import inspect
import sys
from typing import Any, Callable, Optional, TypeVar, overload

from ._annotations import type_name
from ._handler import HandlerSpec, annotated_spec
from ._parameters import parameters_of
from ._type_check import closeness, plain_classes

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


class ResponseSpec:
    """The types of one response handler."""

    def __init__(self, request: HandlerSpec, response: HandlerSpec) -> None:
        self.request = request
        self.response = response
        self.function = response.function
        self.name = response.name

    @property
    def key(self) -> tuple[Any, Any]:
        """The types of the request and of the answer.

        Raises:
            NameError: an annotation names something that is not defined.
        """
        return self.request.input, self.response.input

    def takes(self, request: Any, response: Any) -> bool:
        """Whether it is for this answer to this request."""
        return self.request.check(request) and self.response.check(response)

    def may_take(self, request: Any, response_type: Any) -> bool:
        """Whether it may be for an answer of that type to this request."""
        mine, theirs = plain_classes(self.response.input), plain_classes(response_type)
        if not self.request.check(request) or mine is None or theirs is None:
            return self.request.check(request)
        return any(issubclass(a, b) or issubclass(b, a) for a in mine for b in theirs)

    def distance(self, request: Any, response: Any) -> tuple[float, float]:
        """How far its types are from those of the values: the smallest fits best."""
        return closeness(type(request), self.request.input), closeness(type(response), self.response.input)

    def __str__(self) -> str:
        return f"({type_name(self.request.input)}, {type_name(self.response.input)})"


@overload
def response_handler(func: FunctionT) -> FunctionT: ...
@overload
def response_handler(
    *, request: Any = None, response: Any = None, output: Any = None, workflow_output: Any = None
) -> Callable[[FunctionT], FunctionT]: ...
def response_handler(
    func: Any = None,
    *,
    request: Any = None,
    response: Any = None,
    output: Any = None,
    workflow_output: Any = None,
) -> Any:
    """Makes an async method `(self, original_request, response, ctx)` take answers of one type to requests of one type.

    Without arguments the types come from the annotations. With any argument all types come from the arguments
    (text is allowed) and annotations are ignored. `ctx.request_id` names the request.

    Raises:
        ValueError: the method is not async, has other parameters, or lacks the type of request or response.

    >>> class Clerk(Executor):
    ...     @handler
    ...     async def ask(self, amount: int, ctx: WorkflowContext[str]) -> None:
    ...         await ctx.request_info(f"pay {amount}?", bool)
    ...
    ...     @response_handler
    ...     async def hear(self, original_request: str, response: bool, ctx: WorkflowContext[str, bool]) -> None:
    ...         await ctx.yield_output(response)
    >>> async def ask_and_answer(workflow):
    ...     (event,) = (await workflow.run(100)).get_request_info_events()
    ...     return await workflow.run(responses={event.request_id: True})
    >>> asyncio.run(ask_and_answer(WorkflowBuilder(start_executor=Clerk("clerk")).build())).get_outputs()
    [True]
    """
    explicit = any(kind is not None for kind in (request, response, output, workflow_output))

    def decorate(method: FunctionT, frame: Any) -> FunctionT:
        name = method.__name__
        if not inspect.iscoroutinefunction(method):
            raise ValueError(f"response handler '{name}' must be an async method")
        parameters = parameters_of(method)
        if len(parameters) != 4:
            raise ValueError(
                f"response handler '{name}' must have the parameters (self, original_request, response, ctx)"
            )
        if not explicit:
            asked = annotated_spec(method, frame, parameters[1], None, "the request")
            answer = annotated_spec(method, frame, parameters[2], parameters[3], "the response")
            spec = ResponseSpec(asked, answer)
        elif request is None or response is None:
            missing = "request" if request is None else "response"
            raise ValueError(f"response handler '{name}' must specify '{missing}' type where it specifies any")
        else:
            answer = HandlerSpec(method, frame, input=response, output=output, workflow_output=workflow_output)
            spec = ResponseSpec(HandlerSpec(method, frame, input=request), answer)
        method._response_spec = spec  # type: ignore[attr-defined]
        return method

    frame: Optional[Any] = sys._getframe(1)
    if func is not None:
        return decorate(func, frame)
    return lambda method: decorate(method, sys._getframe(1))
