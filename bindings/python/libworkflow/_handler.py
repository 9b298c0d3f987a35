"""Handlers: methods that take the messages of one type."""

from __future__ import annotations

import contextlib
import inspect
import sys
import typing
from collections.abc import Mapping
from types import FrameType, GenericAlias, MethodType
from typing import Any, Callable, Optional, TypeVar, Union, overload

from ._annotations import HEAP_TYPE, contains_type_variable, is_resolved, local_names, members, resolve
from ._context import WorkflowContext
from ._parameters import Parameter, parameters_of
from ._type_check import Check, compile_check, plain_classes

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

_EMPTY = inspect.Parameter.empty


class HandlerSpec:
    """The types of one handler.

    `input`, `output` and `workflow_output` are annotations; the latter two are taken from `context`, the
    annotation of the context, where they are None. `frame` is where text in them is read. Text that names something not
    yet defined is looked up again when the first executor is made.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        frame: Optional[FrameType],
        *,
        input: Any,
        context: Any = None,
        output: Any = None,
        workflow_output: Any = None,
        decorator: str = "handler",
    ) -> None:
        self.function = function
        self.name: str = function.__name__
        self._names: Mapping[str, Any] = {}
        self._decorator = decorator
        self._declared = input, context, output, workflow_output
        self._types: Optional[_Types] = None
        try:
            self._types = _common.get(self._declared)
        except TypeError:  # what is part of a type need not have a hash
            pass
        if self._types is None:
            if not all(part is None or is_resolved(part) for part in self._declared):
                self._names = local_names(frame)
            with contextlib.suppress(NameError):
                self.resolve()

    def calling(self, executor: Any) -> Callable[[Any, Any], Any]:
        """What calls it for an executor, with a message and a context."""
        return getattr(self.function, "_direct", None) or MethodType(self.function, executor)

    @property
    def input(self) -> Any:
        """The type of message it takes."""
        return (self._types or self.resolve()).input

    @property
    def output(self) -> list[Any]:
        """The types it declares for `send_message`."""
        return (self._types or self.resolve()).output

    @property
    def workflow_output(self) -> list[Any]:
        """The types it declares for `yield_output`."""
        return (self._types or self.resolve()).workflow_output

    @property
    def check(self) -> Check:
        """Tells whether a value is of the input type."""
        types = self._types or self.resolve()
        if types.check is None:
            types.check = compile_check(types.input)
        return types.check

    @property
    def is_shallow(self) -> bool:
        """Whether the class of a value alone decides."""
        return (self._types or self.resolve()).is_shallow

    def resolve(self) -> _Types:
        """Finds the types.

        Raises:
            NameError: an annotation names something that is not defined.
            ValueError: the types are not those of a handler.
        """
        if self._types is None:
            source = inspect.unwrap(self.function)
            message, context, *outputs = (
                None if part is None else resolve(part, source, self._names) for part in self._declared
            )
            self._check_variables("message", message)
            declared = self._context_arguments(context)
            sends, yields = (mine or theirs for mine, theirs in zip(outputs, declared))
            self._check_variables("output", sends)
            self._check_variables("workflow output", yields)
            self._types = _Types(message, members(sends), members(yields))
            self._names = {}
            if len(_common) < 1000 and all(part is None or _is_lasting(part) for part in self._declared):
                _common[self._declared] = self._types
        return self._types

    def _check_variables(self, what: str, annotation: Any) -> None:
        if contains_type_variable(annotation):
            raise ValueError(
                f"handler '{self.name}': the {what} type {annotation} has an unresolved TypeVar; name a type, or use "
                f"@{self._decorator}(input=<concrete_type>, output=<concrete_type>)"
            )

    def _context_arguments(self, annotation: Any) -> tuple[Any, Any]:
        """OutT and WorkflowOutT of a `WorkflowContext[OutT, WorkflowOutT]`, None where left out."""
        if annotation is None or annotation is WorkflowContext:
            return None, None
        arguments: tuple[Any, ...] = typing.get_args(annotation)
        if typing.get_origin(annotation) is not WorkflowContext or len(arguments) > 2:
            raise ValueError(
                f"handler '{self.name}': the context must be annotated as WorkflowContext, WorkflowContext[OutT] "
                "or WorkflowContext[OutT, WorkflowOutT]"
            )
        for kind in (member for argument in arguments for member in members(argument)):
            if isinstance(kind, (int, float, str, bytes, list, tuple, dict, set)):
                raise ValueError(f"handler '{self.name}': invalid type entry {kind!r} in WorkflowContext")
        sends, yields, *_ = (*arguments, None, None)
        return sends, yields


class _Types:
    """What the annotations of a handler mean. Many handlers may have it in common."""

    __slots__ = ("check", "input", "is_shallow", "output", "workflow_output")

    def __init__(self, input: Any, output: list[Any], workflow_output: list[Any]) -> None:
        self.input: Any = input
        self.output: list[Any] = output
        self.workflow_output: list[Any] = workflow_output
        self.is_shallow: bool = plain_classes(input) is not None
        self.check: Optional[Check] = None


_common: dict[Any, _Types] = {}
"""What was found for annotations of nothing but types of the interpreter, with which graphs are made again and again."""


def _is_lasting(annotation: Any) -> bool:
    """Whether it is such a type: it is never collected, so that a table may keep it."""
    if type(annotation) is GenericAlias:
        origin: Any = annotation.__origin__
        return (origin is WorkflowContext or _is_lasting(origin)) and all(map(_is_lasting, annotation.__args__))
    return type(annotation) is type and not annotation.__flags__ & HEAP_TYPE


@overload
def handler(func: FunctionT) -> FunctionT: ...
@overload
def handler(
    *, input: Any = None, output: Any = None, workflow_output: Any = None
) -> Callable[[FunctionT], FunctionT]: ...
def handler(func: Any = None, *, input: Any = None, output: Any = None, workflow_output: Any = None) -> Any:
    """Makes an async method `(self, message, ctx)` the handler of one type of message.

    Without arguments the types come from the annotations: `message: T`, `ctx: WorkflowContext[OutT, WorkflowOutT]`.
    With any argument all types come from the arguments (text is allowed) and annotations are ignored.

    Raises:
        ValueError: the method is not async, has other parameters, or lacks a message type.

    >>> class Lower(Executor):
    ...     @handler(input=str, workflow_output=str)
    ...     async def lower(self, text, ctx):
    ...         await ctx.yield_output(text.lower())
    >>> Lower("lower").workflow_output_types
    [<class 'str'>]
    """

    def decorate(method: FunctionT, frame: Any) -> FunctionT:
        if not callable(method):
            raise ValueError(f"@handler marks an async method of an Executor, not {method!r}")
        if not inspect.iscoroutinefunction(method):
            raise ValueError(f"handler '{method.__name__}' must be an async method; use @executor for sync functions")
        parameters = parameters_of(method)
        if len(parameters) != 3:
            raise ValueError(f"handler '{method.__name__}' must have the parameters (self, message, ctx)")
        if input is None and output is None and workflow_output is None:
            spec = annotated_spec(method, frame, parameters[1], parameters[2])
        elif input is None:
            raise ValueError(f"handler '{method.__name__}' must specify 'input' type where it specifies any")
        else:
            spec = HandlerSpec(method, frame, input=input, output=output, workflow_output=workflow_output)
        method._handler_spec = spec  # type: ignore[attr-defined]
        return method

    frame = sys._getframe(1)
    if func is not None:
        return decorate(func, frame)
    return lambda method: decorate(method, sys._getframe(1))


def annotated_spec(
    function: Callable[..., Any],
    frame: Optional[FrameType],
    message: Union[Parameter, inspect.Parameter],
    context: Union[Parameter, inspect.Parameter, None],
    what: str = "the message",
    **explicit: Any,
) -> HandlerSpec:
    """The types that the annotations of a handler declare; `explicit` ones take their place.

    Raises:
        ValueError: the message has no type, or the context is not a `WorkflowContext`.
    """
    input = explicit.pop("input", message.annotation)
    if input is _EMPTY:
        raise ValueError(f"handler '{function.__name__}' needs a type annotation for {what} '{message.name}'")
    annotation = context.annotation if context is not None else None
    if annotation is _EMPTY:
        if not explicit.keys() - {"decorator"} and input is message.annotation:
            HandlerSpec(function, frame, input=input, **explicit)  # what is wrong with the message comes first
            raise ValueError(
                f"handler '{function.__name__}' must have a WorkflowContext annotation, as in "
                f"'{context}: WorkflowContext[OutT]'"
            )
        annotation = None
    return HandlerSpec(function, frame, input=input, context=annotation, **explicit)
