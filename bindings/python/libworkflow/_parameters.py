"""The parameters of a function. `inspect.signature` takes as long as making everything else of an executor does."""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import Any, Callable, Union

_MORE = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


class Parameter:
    """One that may be given by its place."""

    __slots__ = ("annotation", "name")

    def __init__(self, name: str, annotation: Any) -> None:
        self.name: str = name
        self.annotation: Any = annotation

    def __str__(self) -> str:
        return self.name


def parameters_of(function: Callable[..., Any]) -> list[Union[Parameter, inspect.Parameter]]:
    """What `function` is called with, in order."""
    if type(function) is FunctionType and not function.__dict__:  # nothing says that it stands for another one
        code = function.__code__
        if not code.co_flags & _MORE and not code.co_kwonlyargcount:
            annotations = function.__annotations__
            names = code.co_varnames[: code.co_argcount]
            return [Parameter(name, annotations.get(name, inspect.Parameter.empty)) for name in names]
    return [*inspect.signature(function).parameters.values()]
