"""One line that tells how far a run is; only where a terminal is attached."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Any


class Progress:
    """Writes over its own line of stderr, a few times in a second, and takes it away when others write."""

    def __init__(self, is_wanted: bool) -> None:
        self._is_on = is_wanted and sys.stderr.isatty()
        self._began = time.monotonic()
        self._last_drawn = 0.0
        self._superstep = 0
        self._busy: dict[str, int] = {}
        self._checkpoint = ""

    def see(self, event: Any) -> None:
        """Takes notice of an event."""
        if event.type == "superstep_started":
            self._superstep = event.iteration
        elif event.type == "executor_invoked":
            self._busy[event.executor_id] = self._busy.get(event.executor_id, 0) + 1
        elif event.type in ("executor_completed", "executor_failed"):
            left = self._busy.get(event.executor_id, 1) - 1
            self._busy[event.executor_id] = left
            if left <= 0:
                del self._busy[event.executor_id]
        elif event.type == "checkpoint":
            self._checkpoint = event.data["checkpoint_id"]
        else:
            return
        self.draw()

    def draw(self, *, now: bool = False) -> None:
        """Shows the line, if it is time for that."""
        moment = time.monotonic()
        if not self._is_on or (not now and moment - self._last_drawn < 0.1):
            return
        self._last_drawn = moment
        parts = [f"superstep {self._superstep}", f"{moment - self._began:.1f} s"]
        if self._busy:
            parts.append(", ".join(f"{name} x{count}" if count > 1 else name for name, count in self._busy.items()))
        if self._checkpoint:
            parts.append(f"saved {self._checkpoint[:13]}")
        line = " · ".join(parts)[: max(shutil.get_terminal_size().columns - 1, 10)]
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Makes room for other text."""
        if self._is_on and self._last_drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._last_drawn = 0.0
