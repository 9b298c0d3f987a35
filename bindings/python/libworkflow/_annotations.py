"""Reads the annotations of handlers, also when they are text or name classes local to a function."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping
from typing import Any, Callable, Optional, Union

HEAP_TYPE = 1 << 9
"""Py_TPFLAGS_HEAPTYPE: made by a class statement."""
UNION_KINDS: tuple[Any, ...] = (Union, getattr(types, "UnionType", Union))


def local_names(frame: Optional[types.FrameType]) -> dict[str, Any]:
    """The names that the code around a definition sees: of class bodies, from `frame` outwards, and of the function."""
    names: dict[str, Any] = {}
    while frame is not None and frame.f_locals is not frame.f_globals:
        names = {**frame.f_locals, **names}
        if frame.f_code.co_flags & inspect.CO_OPTIMIZED:
            break  # a function: its caller sees other names
        frame = frame.f_back
    return names


def resolve(annotation: Any, function: Callable[..., Any], names: Mapping[str, Any]) -> Any:
    """The type that `annotation` means; text in it is evaluated.

    Raises:
        NameError: a name in it is not defined (yet).
    """

    if is_resolved(annotation):
        return annotation

    def holder() -> None: ...

    holder.__annotations__ = {"it": annotation}
    scope = getattr(function, "__globals__", {})
    return typing.get_type_hints(holder, scope, dict(names), include_extras=True)["it"]


def is_resolved(annotation: Any) -> bool:
    """Whether it surely has no text in it: a class, or a generic type of classes."""
    if type(annotation) is types.GenericAlias:
        return all(map(is_resolved, annotation.__args__))
    return isinstance(annotation, type)


def members(annotation: Any) -> list[Any]:
    """The alternatives of a union, or the annotation alone; nothing for Never and None."""
    if type(annotation) is type:
        return [] if annotation is type(None) else [annotation]
    if annotation is None or annotation is type(None) or is_never(annotation):
        return []
    if typing.get_origin(annotation) in UNION_KINDS:
        return list(typing.get_args(annotation))
    return [annotation]


def is_never(annotation: Any) -> bool:
    """Whether it is `Never` or `NoReturn`, from typing or typing_extensions."""
    return getattr(annotation, "_name", None) in ("Never", "NoReturn")


def contains_type_variable(annotation: Any) -> bool:
    """Whether a type variable is left open in it."""
    if type(annotation) is type:
        return False
    if isinstance(annotation, typing.TypeVar):
        return True
    return any(contains_type_variable(part) for part in typing.get_args(annotation))


def type_name(annotation: Any) -> str:
    """How an error names a type."""
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return annotation.__qualname__
    return str(annotation).replace("typing.", "")
