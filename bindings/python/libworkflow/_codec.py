"""Python values as JSON and back, exactly and without pickle.

What JSON keeps exactly is written as plain JSON. Everything else becomes `{"$type": name, "value": ...}`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Callable, NoReturn

from ._opaque import OpaqueValue
from ._plain import INT_MAX, INT_MIN, LARGE, has_plain_keys, is_plain, is_plain_ints
from ._registry import registry
from ._shapes import Shape
from ._standard_types import READERS, writer
from ._unencodable import Unencodable

Decode = Callable[[bytes], Any]

write: Callable[[Any], str] = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode
_writers: dict[type, Any] = {}
"""What `writer` answered, for the types of the standard library that were met."""
_plain, _strict = json.JSONDecoder().raw_decode, json.JSONDecoder().decode


def encode(value: Any, what: str = "value") -> bytes:
    """Writes `value` as UTF-8 JSON.

    `what` names the value in errors.

    Raises:
        TypeError: something in it has no JSON form; the message says where and what to do.
    """
    kind = type(value)
    try:
        if kind is str:
            return write(value).encode()
        if kind is int and INT_MIN <= value <= INT_MAX:
            return b"%d" % value
        plain = is_plain(value)
        if plain == LARGE:
            from ._pieces import json_of  # few need it

            return json_of(value)
        if plain:
            return write(value).encode()
        shape = registry.known(kind)
        members = shape.plain(value) if shape else None
        if shape and members is not None:
            return write({"$type": shape.name, "value": members}).encode()
    except ValueError:
        pass  # NaN, infinity or a lone surrogate: the tags below know them
    except RecursionError:
        _too_deep(value, what)
    return write(to_plain(value, what)).encode()


def to_plain(value: Any, what: str = "value") -> Any:
    """Turns `value` into what `encode` writes: plain values, with tags.

    Raises:
        TypeError: something in it has no JSON form; the message says where and what to do.
    """
    try:
        return _tag(value)
    except Unencodable as error:
        raise TypeError(error.sentence(what)) from None
    except RecursionError:
        _too_deep(value, what)


def decoder(scope: Mapping[str, Shape] | None = None) -> Decode:
    """Makes a function that reads what `encode` wrote.

    Types are looked up in `scope` first: two classes of one name, made by two calls of one function, are told
    apart by the executor that handles them. The function raises ValueError for JSON that is damaged.
    """
    known = scope or {}

    def untag(members: dict[str, Any]) -> Any:
        return _untag(members, known) if "$type" in members else members

    tagged: list[json.JSONDecoder] = []  # most never need one

    def decode(raw: bytes) -> Any:
        if raw.isdigit():
            return int(raw)
        if b'"$type"' in raw:
            if not tagged:
                tagged.append(json.JSONDecoder(object_hook=untag))
            return tagged[0].decode(raw.decode())
        return read_plain(raw)

    return decode


def read_plain(raw: bytes) -> Any:
    """Reads JSON without tags; raises ValueError if it is damaged."""
    text = raw.decode()
    try:
        value, end = _plain(text)
    except ValueError:
        return _strict(text)  # white space before the value
    return value if end == len(text) else _strict(text)


decode = decoder()
"""Reads what `encode` wrote, with the types that are registered in this process."""


def from_plain(value: Any) -> Any:
    """The opposite of `to_plain`; raises ValueError for a damaged tag."""
    if type(value) is list:
        return [from_plain(item) for item in value]
    if type(value) is dict:
        members = {name: from_plain(member) for name, member in value.items()}
        return _untag(members, {}) if "$type" in members else members
    return value


def _untag(members: dict[str, Any], scope: Mapping[str, Shape]) -> Any:
    """The value of a JSON object that has a tag."""
    name = members["$type"]
    if len(members) != 2 or "value" not in members or type(name) is not str:
        return OpaqueValue(members)
    shape = scope.get(name) or registry.find(name)
    read = READERS.get(name) or (shape.read if shape else None)
    if read is None:
        return OpaqueValue(members)
    try:
        return read(members["value"])
    except Exception as error:
        raise ValueError(f"a value tagged {name!r} cannot be read: {error!r}") from error


def _tag(value: Any) -> Any:
    """Turns `value` into something that JSON keeps exactly."""
    kind = type(value)
    if kind is str:
        return value if value.isascii() else _text(value)
    if kind is float:
        return value if math.isfinite(value) else {"$type": "float", "value": repr(value)}
    if value is None or kind is bool:
        return value
    if kind is int:
        return value if INT_MIN <= value <= INT_MAX else {"$type": "int", "value": hex(value)}
    if kind is list:
        return _items(value)
    if kind is dict:
        return _members(value)
    if kind is OpaqueValue:
        return {name: _tag(member) for name, member in value.members.items()}
    shape = registry.known(kind)
    if shape is None:
        standard = _writers.get(kind)
        if standard is None and (standard := writer(kind)) is not None:
            _writers[kind] = standard
        if standard is not None:
            return {"$type": standard[0], "value": standard[1](value, _tag)}
        shape = registry.of_value(value)
    return {"$type": shape.name, "value": shape.write(value, _tag)}


def _text(value: str) -> Any:
    try:
        value.encode()
        return value
    except UnicodeEncodeError:  # lone surrogates are legal in Python, not in JSON
        return {"$type": "str", "value": value.encode("unicode_escape").decode("ascii")}


def _items(values: list[Any]) -> list[Any]:
    if is_plain_ints(values):
        return values
    result = []
    for index, value in enumerate(values):
        try:
            result.append(_tag(value))
        except Unencodable as error:
            error.steps.append(f"[{index}]")
            raise
    return result


def _members(values: dict[Any, Any]) -> dict[str, Any]:
    plain = has_plain_keys(values) and all(type(_text(key)) is str for key in values)
    members: Any = {} if plain else []
    for key, value in values.items():
        try:
            if plain:
                members[key] = _tag(value)
            else:
                members.append([_tag(key), _tag(value)])
        except Unencodable as error:
            error.steps.append(f"[{key!r}]")
            raise
    return members if plain else {"$type": "dict", "value": members}


def _too_deep(value: Any, what: str) -> NoReturn:
    from ._depth import trouble

    way, why = trouble(value)
    raise TypeError(f"{what}{way} cannot be saved in a checkpoint: {why}") from None
