"""Objects with many attributes, of which few say anything: written and shown without those that do not."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ._shapes import Record, Tag, tag_members

RAW = "raw_representation"


def telling(value: Any) -> dict[str, Any]:
    """The attributes of a dataclass object that are not as they would be anyway; not the raw representation."""
    found = {}
    for field in dataclasses.fields(value):
        member = getattr(value, field.name)
        default = None if field.default is dataclasses.MISSING else field.default
        is_empty = field.default_factory is not dataclasses.MISSING and not member
        if field.name != RAW and not is_empty and member is not default and member != default:
            found[field.name] = member
    return found


def show(value: Any) -> str:
    """The repr of such an object."""
    return f"{type(value).__name__}({', '.join(f'{name}={member!r}' for name, member in telling(value).items())})"


def to_members(value: Any) -> Any:
    """What `to_dict` makes of an attribute: objects with such a method become dicts, also inside of containers."""
    if isinstance(value, Mapping):
        return {name: to_members(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_members(item) for item in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


class Lean(Record):
    """How such objects are written in checkpoints. The raw representation is the object of some other library, and is
    left out."""

    __slots__ = ()

    def plain(self, value: Any) -> Any:
        return None

    def write(self, value: Any, tag: Tag) -> Any:
        return tag_members(telling(value), tag)
