"""How values of classes of other libraries are written: attrs and pydantic, which are told by their classes, and
whatever the user brings two functions for. None of the libraries is imported: their classes carry all that is needed.
"""

from __future__ import annotations

import sys
from typing import Any, Callable, Optional

from ._shapes import Shape, Tag, tag_members


class Adapted(Shape):
    """A class with two functions of the user's: one gives a value that we can write, the other takes it back."""

    __slots__ = ("decode", "encode")

    def __init__(self, cls: type, name: str, encode: Callable[[Any], Any], decode: Callable[[Any], Any]) -> None:
        super().__init__(cls, name)
        self.encode = encode
        self.decode = decode

    def write(self, value: Any, tag: Tag) -> Any:
        return tag(self.encode(value))

    def read(self, value: Any) -> Any:
        return self.decode(value)


class Attrs(Shape):
    """A class of attrs, with or without slots: its attributes, and what else an instance without slots holds."""

    __slots__ = ()

    _HASH = "_attrs_cached_hash"  # differs from process to process

    def write(self, value: Any, tag: Tag) -> Any:
        members = dict(getattr(value, "__dict__", ()))
        members.update(
            (each.name, getattr(value, each.name)) for each in _attributes(self.cls) if hasattr(value, each.name)
        )
        members.pop(self._HASH, None)
        return tag_members(members, tag)

    def read(self, value: Any) -> Any:
        # The constructor, the validators and the converters are not called: this is what was.
        instance = object.__new__(self.cls)
        for name, member in value.items():
            object.__setattr__(instance, name, member)
        for each in _attributes(self.cls):
            if each.name not in value:
                _set_default(instance, each)
        if self._HASH in getattr(getattr(self.cls.__hash__, "__code__", None), "co_names", ()):
            object.__setattr__(instance, self._HASH, None)
        return instance


def _attributes(cls: Any) -> Any:
    return cls.__attrs_attrs__


def _set_default(instance: Any, attribute: Any) -> None:
    """Fills an attribute that the class got after the value was written."""
    default = attribute.default
    if default is sys.modules["attr"].NOTHING:
        return
    if type(default) is sys.modules["attr"].Factory:
        default = default.factory(instance) if default.takes_self else default.factory()
    object.__setattr__(instance, attribute.name, default)


class Model(Shape):
    """A model of pydantic: its fields; under names that no field can have what else there is, if there is anything."""

    __slots__ = ()

    _EXTRA, _PRIVATE, _UNSET = "$extra", "$private", "$unset"

    def write(self, value: Any, tag: Tag) -> Any:
        members = tag_members(dict(value.__dict__), tag)
        names = {**members, **(value.__pydantic_extra__ or {})}
        unset = [name for name in names if name not in value.__pydantic_fields_set__]
        for name, more in (
            (self._EXTRA, value.__pydantic_extra__),
            (self._PRIVATE, value.__pydantic_private__),
        ):
            if more:
                members[name] = tag_members(dict(more), tag)
        if unset:
            members[self._UNSET] = unset
        return members

    def read(self, value: Any) -> Any:
        # Nothing is validated: this is what was, and a model may be stricter by now.
        members = dict(value)
        extra, private = members.pop(self._EXTRA, None), members.pop(self._PRIVATE, None)
        unset = set(members.pop(self._UNSET, ()))
        known = {*members, *(extra or ())} - unset
        for name, field in self.cls.__pydantic_fields__.items():
            if name not in members and not field.is_required():
                members[name] = field.get_default(call_default_factory=True)
        instance = object.__new__(self.cls)
        allows_more = self.cls.model_config.get("extra") == "allow"
        object.__setattr__(instance, "__dict__", members)
        object.__setattr__(instance, "__pydantic_fields_set__", known)
        object.__setattr__(instance, "__pydantic_extra__", extra or {} if allows_more else extra)
        object.__setattr__(
            instance, "__pydantic_private__", private or ({} if self.cls.__private_attributes__ else None)
        )
        return instance


def foreign_shape(cls: type, name: str) -> Optional[Shape]:
    """How values of a class of attrs or pydantic are written; None for any other class."""
    if "__attrs_attrs__" in vars(cls) and "attr" in sys.modules:
        return Attrs(cls, name)
    if isinstance(vars(cls).get("__pydantic_fields__"), dict) and "__pydantic_validator__" in vars(cls):
        return Model(cls, name)
    return None
