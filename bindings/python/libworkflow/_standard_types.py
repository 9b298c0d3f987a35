"""How the types of Python's standard library are written as tagged JSON.

Each has a short tag without a colon; types of the user have a name with one (see `_registry`).
"""

from __future__ import annotations

import importlib
import sys
from binascii import b2a_base64
from collections import Counter, OrderedDict, deque
from typing import TYPE_CHECKING, Any, Callable, Optional

from ._unencodable import Unencodable

if TYPE_CHECKING:
    from datetime import datetime, time, tzinfo

Tag = Callable[[Any], Any]
"""Turns any value into something that `json` writes without loss."""


def _zone(zone: tzinfo | None) -> dict[str, str]:
    """What the ISO text does not say about a zone."""
    if zone is None:
        return {}
    from datetime import timezone

    if type(zone) is timezone:
        # The name is kept only where the constructor was given one.
        named = len(zone.__getinitargs__()) > 1  # type: ignore[attr-defined]
        return {"name": str(zone)} if named else {}
    key = getattr(zone, "key", None)
    if type(zone).__name__ == "ZoneInfo" and isinstance(key, str):
        return {"zone": key}
    raise Unencodable(zone, "use datetime.timezone or zoneinfo.ZoneInfo with a key as time zone")


def _moment_value(moment: datetime | time) -> Any:
    extra: dict[str, Any] = dict(_zone(moment.tzinfo))
    if moment.fold:
        extra["fold"] = moment.fold
    if not extra:
        return moment.isoformat()
    if "zone" in extra:
        moment = moment.replace(tzinfo=None)
    return {"iso": moment.isoformat(), **extra}


def _moment(kind: Any, value: Any) -> Any:
    if isinstance(value, str):
        return kind.fromisoformat(value)
    moment = kind.fromisoformat(value["iso"])
    if "zone" in value:
        moment = moment.replace(tzinfo=_standard("zoneinfo", "ZoneInfo")(value["zone"]))
    elif "name" in value:
        moment = moment.replace(tzinfo=_standard("datetime", "timezone")(moment.utcoffset(), value["name"]))
    return moment.replace(fold=value.get("fold", 0))


def writer(cls: type) -> Optional[tuple[str, Callable[[Any, Tag], Any]]]:
    """How values of a type of the standard library are written, or None for any other type."""
    name = f"{cls.__module__}.{cls.__qualname__}"
    found = WRITERS.get(name.replace("pathlib._local.", "pathlib."))  # where it lives in Python 3.13
    # A class may only look like one of them.
    genuine = found is not None and getattr(sys.modules.get(name.partition(".")[0]), cls.__qualname__, None) is cls
    return found if genuine else None


def _standard(module: str, name: str) -> Any:
    """A type of a module that few need and that costs milliseconds to import."""
    return getattr(importlib.import_module(module), name)


def _base64(value: bytes | bytearray) -> str:
    return str(b2a_base64(value, newline=False), "ascii")


def _from_base64(value: str) -> bytes:
    found: bytes = _standard("base64", "b64decode")(value, validate=True)
    return found


def _sorted(value: Any, tag: Tag) -> list[Any]:
    """The members of a set in an order that does not depend on hashes."""
    members = [tag(member) for member in value]
    try:
        return sorted(members)
    except TypeError:
        return sorted(members, key=repr)


def _pairs(value: Any, tag: Tag) -> list[Any]:
    return [[tag(key), tag(item)] for key, item in value.items()]


WRITERS: dict[str, tuple[str, Callable[[Any, Tag], Any]]] = {
    "builtins.tuple": ("tuple", lambda value, tag: tag(list(value))),
    "builtins.set": ("set", _sorted),
    "builtins.frozenset": ("frozenset", _sorted),
    "builtins.complex": ("complex", lambda value, tag: [tag(value.real), tag(value.imag)]),
    "builtins.bytes": ("bytes", lambda value, tag: _base64(value)),
    "builtins.bytearray": ("bytearray", lambda value, tag: _base64(value)),
    "collections.OrderedDict": ("OrderedDict", _pairs),
    "collections.Counter": ("Counter", _pairs),
    "collections.deque": ("deque", lambda value, tag: {"items": tag(list(value)), "maxlen": value.maxlen}),
    "datetime.datetime": ("datetime", lambda value, tag: _moment_value(value)),
    "datetime.time": ("time", lambda value, tag: _moment_value(value)),
    "datetime.date": ("date", lambda value, tag: value.isoformat()),
    "datetime.timedelta": ("timedelta", lambda value, tag: [value.days, value.seconds, value.microseconds]),
    "decimal.Decimal": ("Decimal", lambda value, tag: str(value)),
    "uuid.UUID": ("UUID", lambda value, tag: str(value)),
    "pathlib.PurePosixPath": ("PurePosixPath", lambda value, tag: tag(str(value))),
    "pathlib.PureWindowsPath": ("PureWindowsPath", lambda value, tag: tag(str(value))),
    "pathlib.PosixPath": ("Path", lambda value, tag: tag(str(value))),
    "pathlib.WindowsPath": ("Path", lambda value, tag: tag(str(value))),
}
"""full name of a type -> (tag, function that gives the tagged value)."""

READERS: dict[str, Callable[[Any], Any]] = {
    "str": lambda value: value.encode("ascii").decode("unicode_escape"),
    "int": lambda value: int(value, 16),
    "float": float,
    "dict": dict,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "OrderedDict": OrderedDict,
    "Counter": lambda value: Counter(dict(value)),
    "deque": lambda value: deque(value["items"], value["maxlen"]),
    "complex": lambda value: complex(*value),
    "bytes": _from_base64,
    "bytearray": lambda value: bytearray(_from_base64(value)),
    "datetime": lambda value: _moment(_standard("datetime", "datetime"), value),
    "time": lambda value: _moment(_standard("datetime", "time"), value),
    "date": lambda value: _standard("datetime", "date").fromisoformat(value),
    "timedelta": lambda value: _standard("datetime", "timedelta")(*value),
    "Decimal": lambda value: _standard("decimal", "Decimal")(value),
    "UUID": lambda value: _standard("uuid", "UUID")(value),
    "PurePosixPath": lambda value: _standard("pathlib", "PurePosixPath")(value),
    "PureWindowsPath": lambda value: _standard("pathlib", "PureWindowsPath")(value),
    "Path": lambda value: _standard("pathlib", "Path")(value),
}
"""tag -> function that makes the value."""
