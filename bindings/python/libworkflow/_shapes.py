"""How values of a user's type are written and read: dataclasses and other plain objects, enums, named tuples."""

from __future__ import annotations

import enum
from typing import Any, Callable

from ._plain import is_plain
from ._unencodable import Unencodable

Tag = Callable[[Any], Any]


class Shape:
    """One registered type."""

    __slots__ = ("cls", "name")

    def __init__(self, cls: type, name: str) -> None:
        self.cls: Any = cls
        self.name = name

    def plain(self, value: Any) -> Any:
        """What stands under "value", if that is plain JSON as it is; else None."""
        return None

    def write(self, value: Any, tag: Tag) -> Any:
        """What stands under "value" for `value`."""
        raise NotImplementedError

    def read(self, value: Any) -> Any:
        """The value for what stands under "value"."""
        raise NotImplementedError


def tag_members(members: dict[str, Any], tag: Tag) -> dict[str, Any]:
    """Turns the attributes of an object into what JSON keeps, in place.

    Raises:
        Unencodable: one has no JSON form; it knows the way there.
    """
    for name, member in members.items():
        try:
            members[name] = tag(member)
        except Unencodable as error:
            error.steps.append(f".{name}")
            raise
    return members


class Record(Shape):
    """A dataclass or another plain class: its fields, and whatever else its instance holds, as an object."""

    __slots__ = ("fields", "required", "slotted")

    def __init__(self, cls: type, name: str) -> None:
        super().__init__(cls, name)
        self.fields: dict[str, Any] = {}
        if hasattr(cls, "__dataclass_fields__"):
            from dataclasses import fields  # is there by now

            self.fields = {field.name: field for field in fields(cls)}
        self.required = self.fields.keys()
        self.slotted = any(base.__dict__.get("__slots__") for base in cls.__mro__)

    def plain(self, value: Any) -> Any:
        return value.__dict__ if not self.slotted and is_plain(value.__dict__) else None

    def write(self, value: Any, tag: Tag) -> Any:
        members = dict(getattr(value, "__dict__", ()))
        if self.slotted:
            members.update((name, getattr(value, name)) for name in self.fields if hasattr(value, name))
        return tag_members(members, tag)

    def read(self, value: Any) -> Any:
        # The constructor is not called: a checkpoint brings back what was, without running code.
        instance = object.__new__(self.cls)
        if self.slotted:
            for name, member in value.items():
                object.__setattr__(instance, name, member)
        else:
            instance.__dict__.update(value)
        if not self.required <= value.keys():
            self._default(instance, self.required - value.keys())
        return instance

    def _default(self, instance: Any, names: set[str]) -> None:
        """Fills fields that the class got after the value was written."""
        from dataclasses import MISSING

        for name in names:
            field = self.fields[name]
            if field.default is not MISSING:
                object.__setattr__(instance, name, field.default)
            elif field.default_factory is not MISSING:
                object.__setattr__(instance, name, field.default_factory())


class Members(Shape):
    """An enum: the name of the member. A flag: its number, because combinations have no name."""

    __slots__ = ()

    def write(self, value: Any, tag: Tag) -> Any:
        return tag(value.value) if isinstance(value, enum.Flag) else value.name

    def read(self, value: Any) -> Any:
        return self.cls(value) if issubclass(self.cls, enum.Flag) else self.cls[value]


class Row(Shape):
    """A named tuple: its items."""

    __slots__ = ()

    def write(self, value: Any, tag: Tag) -> Any:
        return tag(list(value))

    def read(self, value: Any) -> Any:
        return tuple.__new__(self.cls, value)
