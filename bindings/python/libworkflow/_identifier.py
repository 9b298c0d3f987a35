"""Identifiers."""

from __future__ import annotations

import os
import threading
import time

_lock = threading.Lock()
_last = 0


def new_identifier() -> str:
    """A UUID of version 7 as text: later ones of a process are greater, as those that the library makes are.

    Storages find the latest checkpoint by that.
    """
    global _last
    with _lock:
        # 48 bits of milliseconds, and 12 of the fraction: what comes too early is put right behind the one before.
        nanoseconds = time.time_ns()
        moment = (nanoseconds // 1_000_000 << 12) | (nanoseconds % 1_000_000 * 4096 // 1_000_000)
        _last = moment = max(moment, _last + 1)
    chance = int.from_bytes(os.urandom(8), "big") & (1 << 62) - 1
    digits = f"{(moment >> 12 << 80) | 7 << 76 | (moment & 0xFFF) << 64 | 2 << 62 | chance:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
