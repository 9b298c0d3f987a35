"""Decides at run time whether a value is of an annotated type, and which of two types fits it more closely."""

from __future__ import annotations

import typing
from typing import Any, Callable, Literal, Optional

from ._annotations import UNION_KINDS

Check = Callable[[Any], bool]


def compile_check(annotation: Any) -> Check:
    """Makes the test whether a value is of the type that `annotation` names.

    Classes are tested with isinstance, a union by its members, `list`, `set`, `frozenset`, `tuple` and `dict`
    with their contents, any other generic by its origin alone.
    """
    classes = plain_classes(annotation)
    if classes is not None:
        return (lambda value: True) if object in classes else (lambda value: isinstance(value, classes))
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in UNION_KINDS:
        checks = [compile_check(member) for member in arguments]
        return lambda value: any(check(value) for check in checks)
    if origin is Literal:
        return lambda value: any(type(value) is type(member) and value == member for member in arguments)
    if origin in (list, set, frozenset):
        return _collection(origin, arguments[0])
    if origin is dict:
        keys, values = _collection(object, arguments[0]), _collection(object, arguments[1])
        return lambda value: isinstance(value, dict) and keys(value) and values(value.values())
    if origin is tuple:
        return _tuple(arguments)
    return lambda value: isinstance(value, origin or object)


def plain_classes(annotation: Any) -> Optional[tuple[type, ...]]:
    """The classes that isinstance needs for `annotation`, or None if it takes more than isinstance."""
    annotation = bare(annotation)
    if annotation is Any:
        return (object,)
    if annotation is None:
        return (type(None),)
    if typing.get_origin(annotation) in UNION_KINDS:
        found: list[type] = []
        for member in typing.get_args(annotation):
            classes = plain_classes(member)
            if classes is None:
                return None
            found.extend(classes)
        return tuple(found)
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return (annotation,)
    return None


def closeness(kind: type, annotation: Any) -> float:
    """How far `annotation` is from the class `kind`: 0 is the class itself, greater is more general."""
    annotation = bare(annotation)
    if annotation is Any:
        return len(kind.__mro__)
    if typing.get_origin(annotation) in UNION_KINDS:
        return min(closeness(kind, member) for member in typing.get_args(annotation))
    origin = typing.get_origin(annotation)
    if origin is not None:
        return closeness(kind, origin) - 0.5 if isinstance(origin, type) else -1.0
    if annotation in kind.__mro__:
        return kind.__mro__.index(annotation)
    # A class registered with an ABC stands before `object`; one that does not match at all, behind everything.
    matches = isinstance(annotation, type) and issubclass(kind, annotation)
    return len(kind.__mro__) - 1.5 if matches else float("inf")


def bare(annotation: Any) -> Any:
    """Without what only type checkers use: Annotated, NewType, TypedDict."""
    if hasattr(annotation, "__metadata__"):
        return bare(annotation.__origin__)
    if hasattr(annotation, "__supertype__"):
        return bare(annotation.__supertype__)
    return dict if type(annotation).__name__ == "_TypedDictMeta" else annotation


def _collection(container: Any, item: Any) -> Check:
    classes = plain_classes(item)
    if classes is None:
        check = compile_check(item)
        return lambda value: isinstance(value, container) and all(map(check, value))
    if object in classes:
        return lambda value: isinstance(value, container)
    # A long list has few types: look at each type once.
    return lambda value: (
        isinstance(value, container) and all(issubclass(kind, classes) for kind in set(map(type, value)))
    )


def _tuple(arguments: tuple[Any, ...]) -> Check:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return _collection(tuple, arguments[0])
    checks = [compile_check(item) for item in arguments if item != ()]
    return lambda value: (
        isinstance(value, tuple)
        and len(value) == len(checks)
        and all(check(item) for check, item in zip(checks, value))
    )
