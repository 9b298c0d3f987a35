"""Long values in pieces, for what is made of them: each time the same memory, which fits into the processor's cache.

To make a text of megabytes at once, the operating system has to find as many new pages, which takes longer than the text.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from typing import Any, Callable, Optional

from ._codec import write
from ._plain import has_plain_keys

Make = Callable[[Any], bytes]

_ITEMS = 500
_FEW = 16
_DEPTH = 4


def pieces(value: Any, whole: Make, items: Make, depth: int = _DEPTH) -> Iterator[bytes]:
    """What `whole` makes of the parts of `value` and `items` of the stretches of long lists in it, with the punctuation of
    JSON in between. Two values of which that is the same are the same, if that holds of what `whole` makes of them."""
    if type(value) is list and len(value) > _ITEMS and type(value[0]) in (dict, list):
        # Not of other items: marshal takes thrice as long for those of a part of a list.
        yield b"["
        for start in range(0, len(value), _ITEMS):
            if start:
                yield b","
            yield items(value[start : start + _ITEMS])
        yield b"]"
    elif depth and type(value) is dict and 0 < len(value) <= _FEW and has_plain_keys(value):
        mark = b"{"
        for key, member in [*value.items()]:
            yield mark
            yield whole(key)
            yield b":"
            yield from pieces(member, whole, items, depth - 1)
            mark = b","
        yield b"}"
    else:
        yield whole(value)


def json_of(value: Any) -> bytes:
    """The JSON of what is plain: the very text that `write` gives."""
    return b"".join(pieces(value, _whole, _stretch))


def _whole(value: Any) -> bytes:
    return write(value).encode()


def _stretch(items: list[Any]) -> bytes:
    return write(items)[1:-1].encode()


def form_of(value: Any) -> Optional[list[bytes]]:
    """What is the same as long as a plain value is, and takes a tenth of the time of its JSON; None if there is none."""
    try:
        return [*pieces(value, marshal.dumps, marshal.dumps)]
    except ValueError:  # something else is in it by now
        return None


def has_form(value: Any, form: list[bytes]) -> bool:
    """Whether its form is this one."""
    now = pieces(value, marshal.dumps, marshal.dumps)
    try:
        return all(piece == next(now, None) for piece in form) and next(now, None) is None
    except ValueError:
        return False
