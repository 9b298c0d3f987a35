"""How the types of Python's standard library are written as tagged JSON.

Each has a short tag without a colon; types of the user have a name with one (see `_registry`).
"""

from __future__ import annotations

import base64
from collections import Counter, OrderedDict, deque
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Callable
from uuid import UUID

from ._unencodable import Unencodable

Tag = Callable[[Any], Any]
"""Turns any value into something that `json` writes without loss."""


def _zone(zone: tzinfo | None) -> dict[str, str]:
    """What the ISO text does not say about a zone."""
    if type(zone) is timezone:
        # The name is kept only where the constructor was given one.
        named = len(zone.__getinitargs__()) > 1  # type: ignore[attr-defined]
        return {"name": str(zone)} if named else {}
    key = getattr(zone, "key", None)
    if zone is None:
        return {}
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
        from zoneinfo import ZoneInfo  # costs milliseconds, and few need it

        moment = moment.replace(tzinfo=ZoneInfo(value["zone"]))
    elif "name" in value:
        moment = moment.replace(tzinfo=timezone(moment.utcoffset(), value["name"]))
    return moment.replace(fold=value.get("fold", 0))


def _base64(value: bytes | bytearray) -> str:
    return base64.b64encode(value).decode("ascii")


def _sorted(value: Any, tag: Tag) -> list[Any]:
    """The members of a set in an order that does not depend on hashes."""
    members = [tag(member) for member in value]
    try:
        return sorted(members)
    except TypeError:
        return sorted(members, key=repr)


def _pairs(value: Any, tag: Tag) -> list[Any]:
    return [[tag(key), tag(item)] for key, item in value.items()]


WRITERS: dict[type, tuple[str, Callable[[Any, Tag], Any]]] = {
    tuple: ("tuple", lambda value, tag: tag(list(value))),
    set: ("set", _sorted),
    frozenset: ("frozenset", _sorted),
    OrderedDict: ("OrderedDict", _pairs),
    Counter: ("Counter", _pairs),
    deque: ("deque", lambda value, tag: {"items": tag(list(value)), "maxlen": value.maxlen}),
    complex: ("complex", lambda value, tag: [tag(value.real), tag(value.imag)]),
    bytes: ("bytes", lambda value, tag: _base64(value)),
    bytearray: ("bytearray", lambda value, tag: _base64(value)),
    datetime: ("datetime", lambda value, tag: _moment_value(value)),
    time: ("time", lambda value, tag: _moment_value(value)),
    date: ("date", lambda value, tag: value.isoformat()),
    timedelta: ("timedelta", lambda value, tag: [value.days, value.seconds, value.microseconds]),
    Decimal: ("Decimal", lambda value, tag: str(value)),
    UUID: ("UUID", lambda value, tag: str(value)),
    PurePosixPath: ("PurePosixPath", lambda value, tag: tag(str(value))),
    PureWindowsPath: ("PureWindowsPath", lambda value, tag: tag(str(value))),
    type(Path()): ("Path", lambda value, tag: tag(str(value))),
}
"""type -> (tag, function that gives the tagged value)."""

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
    "bytes": lambda value: base64.b64decode(value, validate=True),
    "bytearray": lambda value: bytearray(base64.b64decode(value, validate=True)),
    "datetime": lambda value: _moment(datetime, value),
    "time": lambda value: _moment(time, value),
    "date": date.fromisoformat,
    "timedelta": lambda value: timedelta(*value),
    "Decimal": Decimal,
    "UUID": UUID,
    "PurePosixPath": PurePosixPath,
    "PureWindowsPath": PureWindowsPath,
    "Path": Path,
}
"""tag -> function that makes the value."""
