"""Finds and loads libworkflow.so."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any, NoReturn

from . import _abi
from ._errors import details_of, exception_for

_NAME = {"darwin": "libworkflow.dylib", "win32": "workflow.dll"}.get(sys.platform, "libworkflow.so")


def _candidates() -> list[str]:
    """Where the library may be: named by the user, inside the package, built in the source tree."""
    named = os.environ.get("LIBWORKFLOW_LIBRARY")
    if named:
        return [named]
    package = os.path.dirname(os.path.realpath(__file__))
    root = os.path.dirname(os.path.dirname(os.path.dirname(package)))
    return [os.path.join(package, _NAME), os.path.join(root, "build", "lib", _NAME)]


class _Library(ctypes.CDLL):
    """Gives a function its types when it is first asked for: few programs call half of them."""

    def __getitem__(self, name: Any) -> Any:
        function: Any = super().__getitem__(name)
        if name in _abi.PROTOTYPES:
            function.restype, function.argtypes = _abi.prototype(name)
        return function


def _load() -> ctypes.CDLL:
    """Loads the library.

    Raises:
        ImportError: it is missing, cannot be loaded, or has another ABI than this package.
    """
    candidates = _candidates()
    path = next((candidate for candidate in candidates if os.path.exists(candidate)), None)
    if path is None:
        places = " or ".join(candidates)
        raise ImportError(
            f"{_NAME} is not at {places}: install the package with pip, run 'make lib' in the source tree, "
            "or name the file in the environment variable LIBWORKFLOW_LIBRARY"
        )
    try:
        library = _Library(path)
    except OSError as error:
        raise ImportError(f"{path} cannot be loaded: {error}") from error
    try:
        for name in _abi.PROTOTYPES:
            ctypes.c_char.in_dll(library, name)
        version = library.wf_abi_version()
    except ValueError as error:
        raise ImportError(f"{path} is not the libworkflow that this package needs: {error}") from error
    if version != _abi.WF_ABI_VERSION:
        raise ImportError(
            f"{path} has ABI version {version}, this package needs {_abi.WF_ABI_VERSION}: "
            "install the library and the package from one release"
        )
    return library


lib = _load()
_held = ctypes.PyDLL(lib._name, handle=lib._handle)
NUL = ctypes.c_size_t.from_param(-1)
"""WF_NUL for a function without a declaration, in the form in which ctypes passes it on."""


def bare(name: str, result: Any = ctypes.c_int32) -> Any:
    """A function without a declaration of its arguments, which costs as much as the rest of a call.

    It takes pointers and numbers as objects of ctypes, not as `int`, which would be cut; texts as bytes; None for NULL.
    """
    return _without_arguments(lib, name, result)


def quick(name: str, result: Any = ctypes.c_int32) -> Any:
    """The same for a function that is done at once and calls nothing: it does not give Python's lock away."""
    return _without_arguments(_held, name, result)


def _without_arguments(library: ctypes.CDLL, name: str, result: Any) -> Any:
    function = ctypes.CDLL.__getitem__(library, name)
    function.restype = result
    return function


def raise_for(status: int, error: ctypes.c_void_p) -> NoReturn:
    """Raises the exception for a status that is an error; frees `error`."""
    raise take_error(status, error)


def take_error(status: int, error: ctypes.c_void_p) -> Exception:
    """The exception for a status that is an error; frees `error`."""
    if not error.value:
        return exception_for(status, lib.wf_status_text(status).decode())
    message = lib.wf_error_message(error, None).decode("utf-8", "replace")
    details = details_of(lib.wf_error_details(error, None))
    lib.wf_error_free(error)
    error.value = None
    return exception_for(status, message, details)


def take_text(text: ctypes.c_void_p) -> bytes:
    """The bytes of an owned text; frees it."""
    try:
        return ctypes.string_at(text.value or 0)
    finally:
        lib.wf_free(text)
