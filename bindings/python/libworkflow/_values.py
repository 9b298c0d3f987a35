"""Messages that stay the objects that they are.

The library gets a number in place of a text, and asks for the text when it writes a checkpoint, or when somebody needs it
who does not take objects: a condition, a fan-in, an event that is looked at. It asks inside of calls that Python makes, on
their thread, and lets go of the number where the last message with it is dropped: in such a call too, because nothing else
holds messages as long as all executors are Python's (see `Run.shares`).
"""

from __future__ import annotations

import ctypes
import itertools
import weakref
from typing import Any, Optional

from . import _abi
from ._codec import encode, write
from ._error_texts import message_of
from ._failures import Failures
from ._library import lib, raise_for
from ._plain import INT_MAX, INT_MIN
from ._trampolines import objects
from ._type_names import name_of

_DONE = _abi.WF_DONE
_FAILED = 0  # under WF_STRICT_RESULT
_SMALL = frozenset((int, float, bool, type(None)))
_SHORT = 1000
"""Texts with fewer characters are written faster than they are noted."""

_numbers = itertools.count(1)
_ours = ctypes.create_string_buffer(1)
_KIND = ctypes.addressof(_ours)

_send = lib.wf_context_send_value
_set = lib.wf_answer_set
_value = lib.wf_context_value


def is_small(value: Any) -> bool:
    """Whether a text is the cheaper way; nobody can tell the difference, because such a value never changes."""
    kind = type(value)
    return kind in _SMALL or (kind is str and len(value) < _SHORT)


def small_text(value: Any) -> Optional[bytes]:
    """The text of most of those values; None stands for a question that `encode` answers."""
    kind = type(value)
    if kind is int:
        return b"%d" % value if INT_MIN <= value <= INT_MAX else None
    if kind is str and len(value) < _SHORT:
        try:
            return write(value).encode()
        except UnicodeEncodeError:  # lone surrogates
            return None
    return b"null" if value is None else None


def send(context: Any, target: Optional[bytes], value: Any, sender: str, told: weakref.ref[Failures], error: Any) -> int:
    """Sends an object: the library's status. `told` hear of it when it has no text."""
    try:
        struct = _structs.pop()  # a thread may send while another does: each has one for itself
    except IndexError:
        struct = _new_struct()
    struct.type = name_of(value)
    struct.object = number = next(_numbers)
    objects[number] = value, sender, told
    try:
        return int(_send(context, target, struct, error))
    finally:
        _structs.append(struct)


def received(context: Any) -> Any:
    """The object that a handler is called with."""
    return objects[_value(context, _KIND)][0]


def count() -> int:
    """How many objects the library holds."""
    return len(objects)


@_abi.wf_encode_fn
def _encode(number: int, answer: int) -> int:
    sender = told = None
    try:
        value, sender, told = objects[number]
        text = encode(value, f"executor '{sender}': message")
        if _set(answer, text, len(text), None):
            error = ctypes.c_void_p()
            raise_for(lib.wf_answer_set(answer, text, len(text), ctypes.byref(error)), error)
        return _DONE
    except BaseException as error:  # Ctrl-C may come between any two lines
        failures = None if told is None else told()
        if failures is not None:
            failures.keep(sender, error)
        message = message_of(error).encode("utf-8", "backslashreplace")
        lib.wf_answer_fail(answer, message, len(message))
        return _FAILED


_release = _abi.wf_finalizer_fn(objects.pop)


def _new_struct() -> _abi.wf_value_t:
    return _abi.wf_value_t(flags=_abi.WF_STRICT_RESULT, kind=_KIND, encode=_encode, finalizer=_release)


_structs: list[_abi.wf_value_t] = []
