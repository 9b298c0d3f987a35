"""Selectors: they choose, for each message, which targets of a selection get it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from ctypes import byref, c_void_p
from typing import Any

from . import _abi
from ._codec import decode
from ._condition import answer_of, qualname
from ._edge_group import Selector
from ._library import lib, take_error
from ._trampolines import code, current, interrupted


def selector_struct(name: str, number: int) -> _abi.wf_selector_t:
    """What the library gets for the selector with that number."""
    return _abi.wf_selector_t(
        flags=_abi.WF_STRICT_RESULT, name=name.encode(), select=_select, user_data=number
    )


def _answer(selector: Selector, raw: bytes, selection: int) -> int:
    choose(selector, decode(raw), selection)
    return int(_abi.WF_DONE)


@_abi.wf_selector_fn
def _select(number: int, raw: bytes, length: int, selection: int) -> int:
    """Chooses the targets that get a message; see `_trampolines`."""
    run = current()
    try:
        return int(run.ask(_answer, code(number), raw, selection))
    except BaseException as error:
        return interrupted(run, error)


def choose(selector: Selector, message: Any, selection: int) -> None:
    """Tells the library which of its targets get the message.

    Raises:
        RuntimeError: it chose something else than a target, or it is async and waits.
        TypeError: it did not answer with ids.
    """
    targets: list[str] = json.loads(lib.wf_selection_targets(selection, None))
    chosen = answer_of("selector", selector, message, list(targets))
    if isinstance(chosen, (str, bytes)) or not isinstance(chosen, Iterable):
        raise TypeError(f"the selector {qualname(selector)} must answer with a list of executor ids, not {chosen!r}")
    for target in chosen:
        if target not in targets:
            known = ", ".join(f"'{name}'" for name in targets)
            raise RuntimeError(f"the selector {qualname(selector)} chose {target!r}, but its targets are {known}")
        error = c_void_p()
        status = lib.wf_selection_add(selection, target.encode(), byref(error))
        if status:
            raise take_error(status, error)
