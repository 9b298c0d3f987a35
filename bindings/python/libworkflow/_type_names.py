"""The names under which the library knows the types of messages: for it to deliver each to those who take it."""

from __future__ import annotations

import contextlib
import sys
import typing
import weakref
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Callable, Literal, Optional

from ._annotations import UNION_KINDS
from ._opaque import OpaqueValue
from ._plain import has_plain_keys
from ._registry import can_register, registry
from ._standard_types import WRITERS, writer
from ._type_check import bare

_PLAIN: tuple[tuple[type, tuple[str, ...]], ...] = (
    (type(None), ("null",)),
    (bool, ("boolean",)),
    (int, ("integer", "int")),
    (float, ("number", "float")),
    (str, ("string", "str")),
    (list, ("array",)),
    (dict, ("object", "dict")),
)
"""What values of these types are in JSON, and the tag of those that have no plain JSON."""

_NAMES: dict[type, bytes] = {list: b"array"}
"""Those of values whose type alone says it."""

_MAIN = "__main__"
_STANDARD = frozenset(path.rpartition(".")[0] for path in WRITERS)
_ABSTRACT = frozenset(("abc", "collections.abc", "numbers", "os", "typing"))
_FOREIGN: frozenset[str] = getattr(sys, "stdlib_module_names", frozenset()) | {"builtins", __name__.partition(".")[0]}
"""Where nobody defines messages: their many enums need not be listed for `int` and `str`."""


def names_of(annotations: Sequence[Any]) -> Optional[bytes]:
    """The names of all these types, for `wf_builder_set_types`; None for anything."""
    if len(annotations) == 1 and type(annotations[0]) is type:
        return _of_class(annotations[0]).text
    found: dict[str, None] = {}
    for annotation in annotations:
        names = _names(annotation)
        if names is None:
            return None
        found.update(dict.fromkeys(names))
    return _joined(tuple(found))


@lru_cache(maxsize=1000)
def _joined(found: tuple[str, ...]) -> Optional[bytes]:
    if any("|" in name or not name.isprintable() or " " in name for name in found):
        return None  # a name that somebody chose, and that cannot stand in the list
    return "|".join(found).encode() or None


def name_of(value: Any) -> Optional[bytes]:
    """The name of a message's type, which the library would find in its JSON; None to let it look there."""
    kind = type(value)
    known = _NAMES.get(kind)
    if known is not None:
        return known
    if kind is dict:
        return b"object" if has_plain_keys(value) else b"dict"
    shape = registry.known(kind)
    if shape is None:
        if kind is str:
            return b"string" if value.isascii() else None
        if kind is int or kind is float or kind is OpaqueValue:
            return None
        standard = writer(kind)
        if standard is not None:
            _NAMES[kind] = found = standard[0].encode()
            return found
        with contextlib.suppress(TypeError, ValueError):
            shape = registry.add(kind)
    if shape is not None:
        name = shape.name
    else:  # it has no text: one beneath a list is taken for a list
        name = next(filter(None, map(_built_in, kind.__mro__)), f"{kind.__module__}:{kind.__qualname__}")
    return name.encode() if name.isprintable() else None


def _built_in(cls: type) -> Optional[str]:
    """The name of a type that the package knows by itself."""
    plain = next((names[0] for plain, names in _PLAIN if plain is cls), None)
    standard = writer(cls) if plain is None else None
    return standard[0] if standard is not None else plain


def _names(annotation: Any) -> Optional[list[str]]:
    """The names of one type; None if nobody can list them."""
    annotation = bare(annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in UNION_KINDS or origin is Literal:
        parts = arguments if origin in UNION_KINDS else [type(argument) for argument in arguments]
        lists = [_names(part) for part in parts]
        return None if None in lists else [name for names in lists for name in names or ()]
    kind = type(None) if annotation is None else origin or annotation
    return _of_class(kind).names if isinstance(kind, type) else None


def _of_class(kind: type) -> _Known:
    if kind is object or kind.__module__ in _ABSTRACT or getattr(kind, "_is_protocol", False):
        return _ANYTHING
    known = _lasting.get(kind)
    if known is not None and known.has_lasted():
        return known
    classes = _family(kind)
    known = _known.get(kind)
    if known is None or not known.holds(classes):
        known = _known[kind] = _Known(classes, _listed(kind))
    if all(map(_is_foreign, classes)):
        _lasting[kind] = known
        known.note_subclasses(classes)
    return known


class _Known:
    """The names of a type, as long as its subclasses and the registry stay what they are."""

    __slots__ = ("_around", "_beneath", "_classes", "_family", "names", "text")

    def __init__(self, classes: list[type], names: Optional[list[str]]) -> None:
        self._around = _around()
        self._classes = [weakref.ref(cls) for cls in classes]
        self._family: list[type] = []
        self._beneath: list[list[type]] = []
        self.names: Optional[list[str]] = names
        self.text: Optional[bytes] = None if names is None else _joined(tuple(dict.fromkeys(names)))

    def holds(self, classes: list[type]) -> bool:
        """Whether it is still true."""
        return self._around == _around() and [cls() for cls in self._classes] == classes

    def note_subclasses(self, classes: list[type]) -> None:
        """Lets `has_lasted` know them: which keeps them, and so is for classes that nobody lets go of."""
        self._family, self._beneath = classes, [*map(_subclasses, classes)]

    def has_lasted(self) -> bool:
        """The same as `holds`, in a fifth of the time."""
        return [*map(_subclasses, self._family)] == self._beneath and self._around == _around()


_known: weakref.WeakKeyDictionary[type, _Known] = weakref.WeakKeyDictionary()
_lasting: dict[type, _Known] = {}
"""Those of classes that are the interpreter's or this package's, and so are all their subclasses."""


def _around() -> tuple[int, int, list[str]]:
    """What the names hang on apart from classes: the registry, the modules of known types, and the script."""
    return registry.changes, sum(map(sys.modules.__contains__, _STANDARD)), _names_of_main()


def _family(kind: type) -> list[type]:
    """`kind` and its subclasses, the quick way: most of them have none."""
    found, seen = [kind], {kind}
    for cls in found:
        beneath = _subclasses(cls)
        if beneath:
            found += [each for each in beneath if each not in seen]
            seen.update(beneath)
    return found


def _listed(kind: type) -> Optional[list[str]]:
    found = [name for plain, names in _PLAIN if issubclass(plain, kind) for name in names]
    for path, (tag, _) in WRITERS.items():
        module, _, name = path.rpartition(".")
        standard = getattr(sys.modules.get(module), name, None)
        if standard is not None and issubclass(standard, kind):
            found.append(tag)
    if not found and not can_register(kind) and (_is_foreign(kind) or any(map(_built_in, kind.__mro__))):
        return None  # an exception, a lock, one's own kind of list: they only travel as objects
    is_own = not found
    for cls in _with_subclasses(kind):
        # What has no text may come as an object, of a class of one's own.
        if registry.known(cls) or (not _is_foreign(cls) and (is_own or can_register(cls))):
            found.extend(_own_names(cls))
    return found


def _is_foreign(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in _FOREIGN


_subclasses: Callable[[type], list[type]] = type.__subclasses__


def _with_subclasses(kind: type) -> list[type]:
    """`kind` and its subclasses as of now: a message may be of any of them."""
    found = {kind: None}
    todo = [kind]
    while todo:
        for subclass in _subclasses(todo.pop()):
            if subclass not in found:
                found[subclass] = None
                todo.append(subclass)
    return list(found)


def _own_names(cls: type) -> list[str]:
    """The name of a class of the user, and what it is called where its module is the script that runs, or is not."""
    module, shape = cls.__module__, registry.known(cls)
    names = [f"{module}:{cls.__qualname__}"]
    if shape is not None:
        names.append(shape.name)
    if module == _MAIN:
        names.extend(f"{name}:{cls.__qualname__}" for name in _names_of_main())
    else:
        names.append(f"{_MAIN}:{cls.__qualname__}")
    return names


def _names_of_main() -> list[str]:
    """What the script that runs is called when it is imported."""
    main = sys.modules.get(_MAIN)
    spec = getattr(main, "__spec__", None)
    if spec is not None:
        return [spec.name]
    return _stem(getattr(main, "__file__", None) or "")


@lru_cache(maxsize=1)
def _stem(file: str) -> list[str]:
    stem = file.replace("\\", "/").rpartition("/")[2].partition(".")[0]
    return [stem] if stem else []


_ANYTHING = _Known([], None)
