"""Types as JSON and back, so that a checkpoint can say which type an answer must have.

A class is its name: `"str"`, `"module:Class"`, or what `register_type` was given. `["|", ...]` is a union,
`["list", "str"]` a generic type with its arguments.
"""

from __future__ import annotations

import builtins
import sys
import types
import typing
from collections.abc import Mapping
from functools import reduce
from typing import Any, Literal, Union

from ._annotations import UNION_KINDS
from ._registry import registry
from ._shapes import Shape
from ._type_check import bare


def type_to_plain(annotation: Any) -> Any:
    """Writes a type as plain JSON.

    Raises:
        TypeError: it is no type that a value can be tested for.
    """
    annotation = bare(annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is Any:
        return "Any"
    if annotation is None or annotation is type(None):
        return "None"
    if annotation is Ellipsis:
        return "..."
    if origin in UNION_KINDS:
        return ["|", *map(type_to_plain, arguments)]
    if origin is Literal and all(isinstance(value, (str, int, bool, type(None))) for value in arguments):
        return ["Literal", *arguments]
    if isinstance(origin, type):
        return [type_to_plain(origin), *map(type_to_plain, arguments)]
    if isinstance(annotation, type):
        shape = registry.known(annotation)
        if shape is not None:
            return shape.name
        name = annotation.__qualname__
        return name if annotation.__module__ == "builtins" else f"{annotation.__module__}:{name}"
    raise TypeError(f"{annotation!r} is no type that an answer can be tested for")


def type_from_plain(plain: Any, scope: Mapping[str, Shape] | None = None) -> Any:
    """Reads what `type_to_plain` wrote; imports nothing. What is not known in this process becomes `Any`."""
    if isinstance(plain, list) and plain:
        head, *rest = plain
        if head == "Literal":
            return Literal[tuple(rest)]
        arguments = tuple(type_from_plain(item, scope) for item in rest)
        if head == "|":
            return Union[arguments]
        origin = type_from_plain(head, scope)
        return types.GenericAlias(origin, arguments) if isinstance(origin, type) else Any
    if plain in ("None", "..."):
        return None if plain == "None" else Ellipsis
    if not isinstance(plain, str):
        return Any
    shape = (scope or {}).get(plain) or registry.find(plain)
    if shape is not None:
        return shape.cls
    module, _, name = plain.rpartition(":")
    home = sys.modules.get(module) if module else builtins
    found = reduce(lambda place, part: getattr(place, part, None), name.split("."), home)
    return found if isinstance(found, type) else Any
