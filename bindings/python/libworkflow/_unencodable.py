"""The error for a value that has no JSON form."""

from __future__ import annotations

from typing import Any


class Unencodable(Exception):
    """Raised inside the codec where a value cannot be written; collects the way to it on the way out."""

    def __init__(self, value: Any, advice: str) -> None:
        super().__init__(advice)
        self.kind = type(value)
        self.advice = advice
        self.steps: list[str] = []

    def sentence(self, root: str) -> str:
        """Says where the value is, what it is and what to do. `root` names the outermost value."""
        path = root + "".join(reversed(self.steps))
        kind = f"{self.kind.__module__}.{self.kind.__qualname__}"
        return f"{path} cannot be saved in a checkpoint: it is of type {kind}; {self.advice}"
