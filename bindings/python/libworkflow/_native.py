"""Executors whose code is not Python: a function of a shared library, in the graph beside those of Python."""

from __future__ import annotations

import ctypes
from typing import Any, Optional

from . import _abi
from ._executor import Executor
from ._handler import HandlerSpec


class NativeExecutor(Executor):
    """Calls a C function for every message: a `wf_executor_fn` of workflow.h.

    `invoke` is a function of a `ctypes.CDLL`, or an address. It gets the message as JSON, and sends and yields JSON
    with the functions of workflow.h. It is called on the thread that drives the run, without Python's lock, and may
    finish later on a thread of its own (`WF_PENDING`). `save` and `restore` are such functions too, for what it keeps
    in checkpoints. `data` is passed to all of them: an address, or something of ctypes, which is kept as long as the
    executor.

    `input`, `output` and `workflow_output` are types as in `@handler`.

    Raises:
        TypeError: something is no C function, or the data has no address.
        ValueError: the id is empty, or a function is NULL.

    >>> NativeExecutor("double", ctypes.CDLL(None).abs, input=int, output=int)
    NativeExecutor(id='double')
    """

    def __init__(
        self,
        id: str,
        invoke: Any,
        *,
        input: Any = Any,
        output: Any = None,
        workflow_output: Any = None,
        data: Any = None,
        save: Any = None,
        restore: Any = None,
    ) -> None:
        self._spec = HandlerSpec(_not_python, None, input=input, output=output, workflow_output=workflow_output)
        self._kept = invoke, data, save, restore
        functions = {"invoke": invoke, "save": save, "restore": restore}
        pointers = {name: _pointer(function, name) for name, function in functions.items() if function is not None}
        if "invoke" not in pointers:
            raise TypeError("invoke must be a C function, such as ctypes.CDLL('./libdouble.so').double_it, not None")
        self._native = _abi.wf_executor_t(user_data=_address(data), **pointers)
        super().__init__(id)

    def _declared_handlers(self) -> list[HandlerSpec]:
        return [self._spec]


def _not_python(self: Any, message: Any, context: Any) -> Any:
    raise TypeError(f"'{self.id}' is a function of a shared library: it is called by the workflow that it is in")


def _pointer(function: Any, name: str) -> Any:
    """A function as the library takes it."""
    is_address = isinstance(function, int) and not isinstance(function, bool)
    if not is_address and not isinstance(function, ctypes._CFuncPtr):  # type: ignore[attr-defined]
        raise TypeError(
            f"{name} must be a C function, such as ctypes.CDLL('./libdouble.so').double_it, not {function!r}"
        )
    address = function if is_address else ctypes.cast(function, ctypes.c_void_p).value
    if not address:
        raise ValueError(f"{name} is NULL")
    return _abi.wf_executor_fn(address)


def _address(data: Any) -> Optional[int]:
    if data is None or (isinstance(data, int) and not isinstance(data, bool)):
        return data
    if isinstance(data, (ctypes._Pointer, ctypes.c_void_p)):
        return ctypes.cast(data, ctypes.c_void_p).value
    if not isinstance(data, (ctypes._SimpleCData, ctypes.Structure, ctypes.Union, ctypes.Array)):
        raise TypeError(f"data must be an address or something of ctypes, not {data!r}")
    return ctypes.addressof(data)
