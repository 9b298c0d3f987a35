"""When the checkpoints of a run are saved, and what they survive."""

from __future__ import annotations

from typing import Any, Literal

from ._abi import WF_DURABILITY_EXIT, WF_DURABILITY_FULL, WF_DURABILITY_PROCESS

Durability = Literal["full", "process", "exit"]

_LEVELS = {"full": WF_DURABILITY_FULL, "process": WF_DURABILITY_PROCESS, "exit": WF_DURABILITY_EXIT}


def level_of(durability: Any) -> int:
    """The same for the library.

    Raises:
        ValueError: it is none.
    """
    level = _LEVELS.get(durability) if isinstance(durability, str) else None
    if level is None:
        raise ValueError(f"durability is one of {', '.join(map(repr, _LEVELS))}, not {durability!r}")
    return level
