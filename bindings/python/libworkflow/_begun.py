"""Calls of host code that have begun for the library and not for their function, and whether a row may make them."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Union

from ._context import WorkflowContext
from ._plain_call import PlainCall
from ._storage_handle import handle_of

if TYPE_CHECKING:
    from ._host import Host
    from ._run import Run

Code = Union[PlainCall, Coroutine[Any, Any, Any]]


class Begun:
    """A call that has begun for the library: it waits for its end."""

    __slots__ = ("code", "context", "hook", "host")

    def __init__(self, host: Host, hook: Any, context: WorkflowContext[Any, Any], code: Code) -> None:
        """`hook` is the method of the host that `code` comes from."""
        self.host: Host = host
        self.hook: Any = hook
        self.context: WorkflowContext[Any, Any] = context
        self.code: Code = code


def may_begin(run: Run) -> bool:
    """Whether a thread may drive the run: nothing in it needs the event loop but the handlers.

    A stream gets its events one by one; retries and timeouts are the loop's; conditions and selectors are called where the caller is, and
    may want its loop; a storage in Python may be tied to its thread; C code may end a call at any time.
    """
    if run.is_streaming or run._clock is not None or not run.shares or run._workflow._has_choices:
        return False
    storage = run._storage
    if storage is None:
        return True
    return handle_of(storage) == getattr(storage, "_handle", None)
