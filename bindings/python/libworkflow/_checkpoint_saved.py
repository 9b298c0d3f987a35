"""What the event of a checkpoint tells."""

from __future__ import annotations

from typing import Any


class CheckpointSaved(dict[str, Any]):
    """The data of a "checkpoint" event: `checkpoint_id`, `kind` and so on, as members or as attributes.

    >>> CheckpointSaved(checkpoint_id="c1").checkpoint_id
    'c1'
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"a checkpoint event tells {', '.join(self)}, but no {name!r}") from None
