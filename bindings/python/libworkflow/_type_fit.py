"""Decides from annotations alone whether what one executor sends may be for another."""

from __future__ import annotations

import typing
from typing import Any, Literal

from ._annotations import UNION_KINDS
from ._type_check import bare


def fits(source: Any, target: Any) -> bool:
    """Whether every value of type `source` is one of type `target`, as far as annotations tell.

    `Any` fits everywhere, and everything fits `Any`; a container without arguments fits one with arguments.
    """
    source, target = bare(source), bare(target)
    if source is Any or target is Any or target is object or source == target:
        return True
    if typing.get_origin(source) in UNION_KINDS:
        return all(fits(member, target) for member in typing.get_args(source))
    if typing.get_origin(target) in UNION_KINDS:
        return any(fits(source, member) for member in typing.get_args(target))
    if typing.get_origin(source) is Literal:
        return all(fits(type(value), target) for value in typing.get_args(source))
    if typing.get_origin(target) is Literal:
        return False
    mine, theirs = typing.get_origin(source) or source, typing.get_origin(target) or target
    if not isinstance(mine, type) or not isinstance(theirs, type) or not issubclass(mine, theirs):
        return False
    return _arguments_fit(mine, typing.get_args(source), typing.get_args(target))


def _arguments_fit(kind: type, source: tuple[Any, ...], target: tuple[Any, ...]) -> bool:
    if not source or not target:
        return True
    if issubclass(kind, tuple):
        if target[-1] is Ellipsis:
            items = source[:-1] if source[-1] is Ellipsis else source
            return all(fits(item, target[0]) for item in items)
        if source[-1] is Ellipsis:
            return False
    return len(source) == len(target) and all(fits(mine, theirs) for mine, theirs in zip(source, target))
