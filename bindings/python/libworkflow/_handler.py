"""Handlers: methods that take the messages of one type."""

from __future__ import annotations

import inspect
import sys
import typing
from typing import Any, Callable, Optional, TypeVar, overload

from ._annotations import contains_type_variable, local_names, members, resolve
from ._context import WorkflowContext
from ._type_check import Check, compile_check, plain_classes

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

_EMPTY = inspect.Parameter.empty


class HandlerSpec:
    """The types of one handler.

    Text that names something not yet defined is looked up again when the first executor is made.
    """

    def __init__(self, function: Callable[..., Any], names: dict[str, Any], **declared: Any) -> None:
        self.function = function
        self.name: str = function.__name__
        self._names = names
        self._declared = declared
        self._types: Optional[tuple[Any, list[Any], list[Any]]] = None
        self._check: Optional[Check] = None
        try:
            self.resolve()
        except NameError:
            pass

    @property
    def input(self) -> Any:
        """The type of message it takes."""
        return self.resolve()[0]

    @property
    def output(self) -> list[Any]:
        """The types it declares for `send_message`."""
        return self.resolve()[1]

    @property
    def workflow_output(self) -> list[Any]:
        """The types it declares for `yield_output`."""
        return self.resolve()[2]

    @property
    def check(self) -> Check:
        """Tells whether a value is of the input type."""
        if self._check is None:
            self._check = compile_check(self.input)
        return self._check

    @property
    def is_shallow(self) -> bool:
        """Whether the class of a value alone decides."""
        return plain_classes(self.input) is not None

    def resolve(self) -> tuple[Any, list[Any], list[Any]]:
        """Finds the types.

        Raises:
            NameError: an annotation names something that is not defined.
            ValueError: the types are not those of a handler.
        """
        if self._types is None:
            types = {name: self._evaluate(value) for name, value in self._declared.items()}
            message = types["input"]
            if contains_type_variable(message):
                raise ValueError(f"handler '{self.name}': the message type {message} has an open type variable")
            self._types = message, members(types["output"]), members(types["workflow_output"])
            self._names = {}
        return self._types

    def _evaluate(self, annotation: Any) -> Any:
        return resolve(annotation, inspect.unwrap(self.function), self._names)


@overload
def handler(function: FunctionT) -> FunctionT: ...
@overload
def handler(
    *, input: Any = None, output: Any = None, workflow_output: Any = None
) -> Callable[[FunctionT], FunctionT]: ...
def handler(function: Any = None, *, input: Any = None, output: Any = None, workflow_output: Any = None) -> Any:
    """Makes an async method `(self, message, ctx)` the handler of one type of message.

    Without arguments the types come from the annotations: `message: T`, `ctx: WorkflowContext[OutT, WorkflowOutT]`.
    With any argument all types come from the arguments (text is allowed) and annotations are ignored.

    Raises:
        ValueError: the method is not async, has other parameters, or lacks a message type.
    """

    def decorate(method: FunctionT, frame: Any) -> FunctionT:
        if not inspect.iscoroutinefunction(method):
            raise ValueError(f"handler '{method.__name__}' must be an async method; use @executor for sync functions")
        explicit = any(kind is not None for kind in (input, output, workflow_output))
        declared = {"input": input, "output": output, "workflow_output": workflow_output}
        if explicit and input is None:
            raise ValueError(f"handler '{method.__name__}': explicit types need 'input'")
        parameters = list(inspect.signature(method).parameters.values())
        if len(parameters) != 3:
            raise ValueError(f"handler '{method.__name__}' must have the parameters (self, message, ctx)")
        names = local_names(method, frame)
        if not explicit:
            declared = declared_types(method, parameters[1], parameters[2], names)
        method._handler_spec = HandlerSpec(method, names, **declared)  # type: ignore[attr-defined]
        return method

    frame = sys._getframe(1)
    if function is not None:
        return decorate(function, frame)
    return lambda method: decorate(method, sys._getframe(1))


def declared_types(
    function: Callable[..., Any],
    message: inspect.Parameter,
    context: Optional[inspect.Parameter],
    names: dict[str, Any],
) -> dict[str, Any]:
    """The types that the annotations of a handler declare.

    Raises:
        ValueError: the message has no type, or the context is not a `WorkflowContext`.
    """
    if message.annotation is _EMPTY:
        raise ValueError(f"handler '{function.__name__}' needs a type annotation for '{message.name}'")
    declared = {"input": message.annotation, "output": None, "workflow_output": None}
    if context is None:
        return declared
    annotation = context.annotation
    if isinstance(annotation, str):
        try:
            annotation = resolve(annotation, function, names)
        except NameError:
            # Only its arguments can be unknown here; they are not needed to run.
            return declared if annotation.startswith("WorkflowContext") else _bad_context(function, context)
    if annotation is WorkflowContext:
        return declared
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is not WorkflowContext or len(arguments) > 2:
        return _bad_context(function, context)
    return {**declared, **dict(zip(("output", "workflow_output"), arguments))}


def _bad_context(function: Callable[..., Any], context: inspect.Parameter) -> dict[str, Any]:
    raise ValueError(
        f"handler '{function.__name__}': '{context.name}' must be annotated as WorkflowContext, "
        "WorkflowContext[OutT] or WorkflowContext[OutT, WorkflowOutT]"
    )
