"""What a handler remembers at once: the results of side effects that must not happen twice."""

from __future__ import annotations

import inspect
from ctypes import byref, c_char_p, c_void_p
from typing import TYPE_CHECKING, Any, Callable

from ._abi import WF_E_CONFLICT, WF_NONE
from ._codec import encode
from ._library import lib, raise_for, take_error
from ._registry import can_register

if TYPE_CHECKING:
    from ._host import Host
    from ._trampolines import Handle

_MISSING = object()


class Memos:
    """The part of a `WorkflowContext` that outlasts a superstep which fails or is killed."""

    __slots__ = ()

    if TYPE_CHECKING:
        _host: Host

        def _open(self) -> Handle: ...

    def remember(self, key: str, value: Any) -> Any:
        """Records the result of a side effect at once, as durable as a checkpoint: `recall` gives it to whoever handles
        this very message again, after a failure or a crash.

        With a function in place of the result, `await ctx.remember(key, function)` is `await ctx.once(key, function)`.

        Without a storage it lives as long as the run. `storage.forget` deletes what a run has remembered.

        Raises:
            TypeError: the value has no JSON form.
            ValueError: the key is empty, or has another value already: the first stays.
            WorkflowCheckpointException: it cannot be written.
        """
        if callable(value) and not can_register(type(value)):
            return self.once(key, value)
        payload, error = encode(value, f"executor '{self._host.id}': what is remembered as {key!r}"), c_void_p()
        status = lib.wf_context_remember(self._open(), text_of(key), payload, len(payload), byref(error))
        if status == WF_E_CONFLICT:
            raise ValueError(str(take_error(status, error)))
        if status:
            raise_for(status, error)
        return None

    def recall(self, key: str, default: Any = None) -> Any:
        """What was remembered when this very message was handled before, or `default`.

        Raises:
            WorkflowCheckpointException: something was remembered, but cannot be read: the side effect has happened.
        """
        value, error = c_char_p(), c_void_p()
        status = lib.wf_context_recall(self._open(), text_of(key), byref(value), None, byref(error))
        if status == WF_NONE:
            return default
        if status:
            raise_for(status, error)
        return self._host.decode(value.value or b"null")

    async def once(self, key: str, action: Callable[[], Any]) -> Any:
        """What `action()` gives, now or when this very message was handled before: a side effect happens once.

        `action` is sync or async. A crash may fall between the action and the remembering of its result: give
        `idempotency_key` to the service for those moments.

        Raises:
            TypeError: the result has no JSON form; the action has happened.
            BaseException: what the action raised; then nothing is remembered.
        """
        known = self.recall(key, _MISSING)
        if known is not _MISSING:
            return known
        result = action()
        if inspect.isawaitable(result):
            result = await result
        self.remember(key, result)
        return result


def text_of(text: str) -> bytes:
    """`text` for C, where it ends at the first NUL."""
    if "\0" in text:
        raise ValueError(f"{text!r} contains a NUL character")
    return text.encode()
