"""The library's storage behind an object. The module of storages costs a millisecond, which a program without one need not pay."""

from __future__ import annotations

from typing import Any, Callable, Optional

_found: list[Callable[[Any], Optional[int]]] = []


def handle_of(storage: Any) -> Optional[int]:
    """The library's storage; None for None.

    Raises:
        TypeError: it is an object without the methods of a storage.
    """
    if storage is None:
        return None
    if not _found:  # once: a relative import takes as long as many other things of a short run
        from . import _storage

        _found.append(_storage.handle_of)
    return _found[0](storage)
