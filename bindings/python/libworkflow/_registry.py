"""The types that tagged JSON may become.

Loading resolves names only here: it never imports a module. A type gets here through `register_type`, through
the annotations of a handler, or because this process wrote a value of it.
"""

from __future__ import annotations

import contextlib
import enum
import importlib
import sys
import typing
from collections.abc import Iterable
from typing import Any, Callable, Optional, TypeVar, overload

from ._annotations import HEAP_TYPE
from ._shapes import Members, Record, Row, Shape
from ._standard_types import READERS
from ._unencodable import Unencodable

T = TypeVar("T", bound=type)
Code = Callable[[Any], Any]

REQUEST = "libworkflow:sub_workflow_request"
"""What the library calls a request of a sub-workflow."""
_MAIN = "__main__"
_ADVICE = (
    "send plain data, a dataclass, an enum or a named tuple instead, or say how it is written with "
    "register_type(cls, encode=..., decode=...)"
)
_OWN = {
    "libworkflow:agent_response": "_agent_response",
    "libworkflow:agent_response_update": "_agent_response",
    "libworkflow:content": "_content",
    "libworkflow:message": "_chat_message",
    REQUEST: "_sub_workflow",
}
"""name -> module of the types of this package that few programs use: read when a value of one turns up."""
_PLAIN = frozenset((bool, bytes, dict, float, int, list, set, str, tuple, type(None)))
"""What is met most often, and never registered by itself."""
_FOREIGN = frozenset(("__attrs_attrs__", "__pydantic_fields__"))
"""What classes of attrs and of pydantic have."""
_COPYING = ("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__getnewargs__", "__getnewargs_ex__")


class TypeRegistry:
    """Names of types, and how values of each are written and read."""

    def __init__(self) -> None:
        self._by_type: dict[type, Shape] = {}
        self._by_name: dict[str, Shape] = {}
        self._by_qualname: dict[str, set[str]] = {}
        self._chosen: set[str] = set()
        self.changes: int = 0
        """How often something was added."""

    def add(self, cls: type, name: Optional[str] = None) -> Shape:
        """Registers `cls`, under `name` or under `module:qualname`.

        A class that is defined again (a function that defines it ran twice, a module was reloaded) takes the
        place of the earlier one, so that the registry does not grow with the number of runs.

        Raises:
            TypeError: `cls` is not a dataclass, an enum, a named tuple or a class with nothing but attributes.
            ValueError: the name belongs to another type.
        """
        known = self._by_type.get(cls)
        if known is not None and name in (None, known.name):
            return known
        shape = _shape(cls, name or _default_name(cls))
        self.changes += 1
        holder = self._by_name.get(shape.name)
        if holder is not None and holder.cls is not cls:
            same_place = (holder.cls.__module__, holder.cls.__qualname__) == (cls.__module__, cls.__qualname__)
            if not same_place and (name is not None or shape.name in self._chosen):
                raise ValueError(f"the type name {shape.name!r} is taken by {holder.cls!r}")
            self._by_type.pop(holder.cls, None)
        if name is not None:
            if name in READERS:
                raise ValueError(f"the type name {name!r} belongs to the standard library's type")
            self._chosen.add(name)
        self._by_type[cls] = self._by_name[shape.name] = shape
        self._by_qualname.setdefault(shape.name.rpartition(":")[2], set()).add(shape.name)
        return shape

    def adapt(self, cls: type, name: Optional[str], encode: Code, decode: Code) -> None:
        """Registers `cls` with two functions that write and read its values.

        Raises:
            ValueError: the name belongs to another type.
        """
        from ._foreign_shapes import Adapted  # few need it

        shape = Adapted(cls, name or _default_name(cls), encode, decode)
        holder = self._by_name.get(shape.name)
        same_place = holder is not None and _default_name(holder.cls) == _default_name(cls)
        if shape.name in READERS or (holder is not None and not same_place):
            raise ValueError(f"the type name {shape.name!r} is taken")
        self.changes += 1
        former = self._by_type.pop(cls, None)
        if former is not None:
            self._by_name.pop(former.name, None)
        self.put(shape)
        self._by_qualname.setdefault(shape.name.rpartition(":")[2], set()).add(shape.name)

    def put(self, shape: Shape) -> None:
        """Registers a type of this package with a form of its own."""
        self.changes += 1
        self._by_type[shape.cls] = self._by_name[shape.name] = shape
        self._chosen.add(shape.name)

    def known(self, cls: type) -> Optional[Shape]:
        """How values of `cls` are written, if it is registered."""
        return self._by_type.get(cls)

    def of_value(self, value: Any) -> Shape:
        """How to write `value`; registers its type.

        Raises:
            Unencodable: the type has no JSON form.
        """
        cls = type(value)
        try:
            return self._by_type.get(cls) or self.add(cls)
        except TypeError:
            raise Unencodable(value, _ADVICE) from None

    def find(self, name: str) -> Optional[Shape]:
        """The type of that name, or None.

        A script that runs as `__main__` here may have been an imported module there, and the other way round:
        then the qualified name decides, if only one type has it.
        """
        shape = self._by_name.get(name)
        if shape is not None:
            return shape
        if name in _OWN:
            importlib.import_module(f".{_OWN[name]}", __package__)
            return self._by_name[name]
        module, _, qualname = name.rpartition(":")
        if module == _MAIN:
            candidates = self._by_qualname.get(qualname, set())
            return self._by_name[next(iter(candidates))] if len(candidates) == 1 else None
        return self._by_name.get(f"{_MAIN}:{qualname}") if module else None

    def learn(self, *annotations: Any) -> dict[str, Shape]:
        """Registers every type that the annotations mention, with their fields and their subclasses."""
        found: dict[str, Shape] = {}
        seen: set[int] = set()
        todo = [(each, False) for each in annotations if not self._is_plain(each)]
        while todo:
            item, is_subclass = todo.pop()
            if id(item) in seen:
                continue
            seen.add(id(item))
            if self._is_plain(item):
                continue
            parts = [typing.get_origin(item), *typing.get_args(item)]
            if isinstance(item, type) and not typing.get_args(item):  # list[int] passes for a type before 3.11
                # Of several subclasses with one name the newest comes first: it took the place of the others.
                if is_subclass and _default_name(item) in found:
                    continue
                with contextlib.suppress(TypeError, ValueError):  # no type that we tag, or the name is taken
                    shape = self._by_type.get(item) or self.add(item)
                    found[shape.name] = shape
                    parts.extend(_field_types(item))
                if item.__module__ not in ("builtins", "abc", "typing"):
                    subclasses: list[type] = type.__subclasses__(item)
                    todo.extend((subclass, True) for subclass in subclasses)
            todo.extend((part, False) for part in parts)
        return found

    def _is_plain(self, item: Any) -> bool:
        return type(item) is type and item in _PLAIN and item not in self._by_type


def can_register(cls: type) -> bool:
    """Whether values of `cls` have a JSON form of their own."""
    with contextlib.suppress(TypeError):
        return bool(_shape(cls, ""))
    return False


def _default_name(cls: type) -> str:
    return f"{cls.__module__}:{cls.__qualname__}"


def _shape(cls: type, name: str) -> Shape:
    if issubclass(cls, enum.Enum):
        return Members(cls, name)
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return Row(cls, name)
    if not _FOREIGN.isdisjoint(vars(cls)):
        from ._foreign_shapes import foreign_shape  # few need it

        foreign = foreign_shape(cls, name)
        if foreign is not None:
            return foreign
    if hasattr(cls, "__dataclass_fields__") and all(
        base is object or base.__module__ != "builtins" for base in cls.__mro__
    ):
        return Record(cls, name)
    if _is_plain_class(cls):
        return Record(cls, name)
    raise TypeError(
        f"{cls!r} cannot be registered: only dataclasses, enums, named tuples, plain classes and those of attrs and "
        "pydantic can; for any other class say how it is written: register_type(cls, encode=..., decode=...)"
    )


def _is_plain_class(cls: type) -> bool:
    """Whether the attributes of an instance are all there is to it: written in Python, and with no say in how it is
    copied."""
    return (
        all(base is object or (base.__flags__ & HEAP_TYPE and not vars(base).get("__slots__")) for base in cls.__mro__)
        and all(getattr(cls, name, None) is getattr(object, name, None) for name in _COPYING)
        and cls.__dictoffset__ != 0
    )


def _field_types(cls: type) -> Iterable[Any]:
    try:
        # A class made inside a function sees names that its module does not: then what resolves is enough.
        return typing.get_type_hints(cls, vars(sys.modules.get(cls.__module__, sys)), {cls.__name__: cls}).values()
    except Exception:
        return [kind for kind in getattr(cls, "__annotations__", {}).values() if not isinstance(kind, str)]


registry = TypeRegistry()
"""The types of this process."""


@overload
def register_type(
    cls: T, name: Optional[str] = None, *, encode: Optional[Code] = None, decode: Optional[Code] = None
) -> T: ...
@overload
def register_type(
    cls: None = None, name: Optional[str] = None, *, encode: Optional[Code] = None, decode: Optional[Code] = None
) -> Callable[[T], T]: ...
def register_type(
    cls: Optional[T] = None,
    name: Optional[str] = None,
    *,
    encode: Optional[Code] = None,
    decode: Optional[Code] = None,
) -> Any:
    """Lets checkpoints bring back values of a type; a plain call or a class decorator.

    Types in the annotations of handlers are registered already. Register what only appears deeper, or give a
    type a `name` that stays when the class moves.

    For a class that cannot be written as it is, `encode(value)` gives a value that can, and `decode` makes the first
    of the second again. Checkpoints have what `encode` gave. Both are called for values of this very class, not of
    subclasses: `register_type(Matrix, encode=Matrix.tolist, decode=Matrix)`.

    Raises:
        TypeError: there are no functions, and it is not a dataclass, an enum, a named tuple, a class with nothing but
            attributes, or one of attrs or pydantic; or one of the functions is missing.
        ValueError: the name belongs to another type.

    >>> @register_type
    ... class Receipt:
    ...     number = 7
    """

    def register(kind: T) -> T:
        if encode is None and decode is None:
            registry.add(kind, name)
        elif callable(encode) and callable(decode):
            registry.adapt(kind, name, encode, decode)
        else:
            raise TypeError(f"register_type({kind.__name__}) needs both encode and decode, as functions")
        return kind

    return register if cls is None else register(cls)
