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
from sys import getrefcount
from typing import TYPE_CHECKING, Any, Optional

from . import _abi
from ._codec import Decode, encode, read_plain, write
from ._failures import Failures
from ._library import lib, raise_for
from ._plain import INT_MAX, INT_MIN
from ._trampolines import KIND, objects
from ._type_names import name_of

if TYPE_CHECKING:
    from ._run import Run

_DONE = _abi.WF_DONE
_FAILED = 0  # under WF_STRICT_RESULT
_SMALL = frozenset((int, float, bool, type(None)))
_SHORT = 1000
"""Texts with fewer characters are written faster than they are noted."""
LONG = 50_000
"""Texts with as many bytes are worth keeping."""
_TAG = b'"$type"'

_numbers = itertools.count(1)

_send = lib.wf_context_send_value
_yield = lib.wf_context_output_value
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
    struct = _noted(value, sender, told, "message")
    try:
        return int(_send(context, target, struct, error))
    finally:
        _structs.append(struct)


def output(context: Any, value: Any, sender: str, told: weakref.ref[Failures], error: Any) -> int:
    """Gives an object as an output: the library's status."""
    struct = _noted(value, sender, told, "output")
    try:
        return int(_yield(context, struct, error))
    finally:
        _structs.append(struct)


def is_input(value: Any) -> bool:
    """Whether it may be the input of a run as it is: its type can be named, and a text is not the cheaper way."""
    return not is_small(value) and name_of(value) is not None


def give(function: Any, value: Any, *arguments: Any) -> tuple[int, int]:
    """Calls a function of the library that takes an input: its status, and the number of the object.

    `arguments` are what the function takes around the value, which stands where Ellipsis does.
    """
    struct = _noted(value, None, None, "message")
    number: int = struct.object
    try:
        return int(function(*(struct if each is Ellipsis else each for each in arguments))), number
    finally:
        _structs.append(struct)


def let_know(number: int, told: weakref.ref[Failures]) -> None:
    """Says who hear of it when an input has no text: they come after the run, and the run after the input."""
    known = objects.get(number)
    if known is not None:
        objects[number] = known[0], None, told, known[3]


def _noted(value: Any, sender: Optional[str], told: Optional[weakref.ref[Failures]], what: str) -> _abi.wf_value_t:
    """Notes an object. `what` names it in errors."""
    try:
        struct = _structs.pop()  # a thread may send while another does: each has one for itself
    except IndexError:
        struct = _new_struct()
    struct.type = name_of(value)
    struct.object = number = next(_numbers)
    objects[number] = value, sender, told, what
    return struct


def received(context: Any) -> Any:
    """The object that a handler is called with."""
    return objects[_value(context, KIND)][0]


def count() -> int:
    """How many objects the library holds."""
    return len(objects)


def read(raw: bytes, decode: Decode, run: Run) -> Any:
    """The object that a handler is called with in place of a long text."""
    if _TAG in raw:
        return decode(raw)
    value = read_plain(raw)
    if run.shares and run._storage is not None:
        _passed.note(run.failures, value, raw)
    return value


class _Passed:
    """The last long text of each run: an object that is passed on from handler to handler is seldom another one then.

    Whether it still is the same is seen from what `marshal` makes of it, which takes a sixth of the time. That is asked only of
    plain JSON, for it has one form for several types of bytes; and of a new object only as long as they are passed on.
    """

    def __init__(self) -> None:
        self._by_run: weakref.WeakKeyDictionary[Failures, _Note] = weakref.WeakKeyDictionary()

    def text_of(self, run: Failures, value: Any, what: str) -> bytes:
        """Its text: the one that was made before, if it still is the same."""
        known = self._by_run.get(run)
        if known is not None and known.value is value and known.form is not None:
            from ._pieces import has_form

            if has_form(value, known.form):
                known.is_passed_on = True
                return known.text
        text = encode(value, what)
        if len(text) >= LONG and type(value) in (dict, list) and _TAG not in text:
            from ._pieces import form_of

            is_asked = known is None or known.value is value or known.is_passed_on
            self._by_run[run] = _Note(value, form_of(value) if is_asked else None, text)
        return text

    def note(self, run: Failures, value: Any, text: bytes) -> None:
        """A run begins with this, or goes on with it: maybe its handler passes it on."""
        if run not in self._by_run and type(value) in (dict, list):
            from ._pieces import form_of

            self._by_run[run] = _Note(value, form_of(value), text)

    def tidy(self, run: Failures) -> None:
        """Before a run waits, which may be for long: forgets a text whose object nobody else has any more."""
        known = self._by_run.get(run)
        if known is not None and getrefcount(known.value) <= 2:  # ours, and the argument
            del self._by_run[run]


class _Note:
    __slots__ = ("form", "is_passed_on", "text", "value")

    def __init__(self, value: Any, form: Optional[list[bytes]], text: bytes) -> None:
        self.value, self.form, self.text = value, form, text
        self.is_passed_on = False


_passed = _Passed()
tidy = _passed.tidy


@_abi.wf_encode_fn
def _encode(number: int, answer: int) -> int:
    sender = told = None
    try:
        value, sender, told, what = objects[number]
        run = None if told is None else told()
        what = what if sender is None else f"executor '{sender}': {what}"
        text = encode(value, what) if run is None else _passed.text_of(run, value, what)
        if _set(answer, text, len(text), None):
            error = ctypes.c_void_p()
            raise_for(lib.wf_answer_set(answer, text, len(text), ctypes.byref(error)), error)
        return _DONE
    except BaseException as error:  # Ctrl-C may come between any two lines
        failures = None if told is None else told()
        if failures is not None:
            failures.keep(sender, error)
        from ._error_texts import message_of

        message = message_of(error).encode("utf-8", "backslashreplace")
        lib.wf_answer_fail(answer, message, len(message))
        return _FAILED


_release = _abi.wf_finalizer_fn(objects.pop)


def _new_struct() -> _abi.wf_value_t:
    return _abi.wf_value_t(flags=_abi.WF_STRICT_RESULT, kind=KIND, encode=_encode, finalizer=_release)


_structs: list[_abi.wf_value_t] = []
