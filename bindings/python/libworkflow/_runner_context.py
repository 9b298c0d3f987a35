"""Where a workflow that is put together by hand keeps its checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from ._storage import CheckpointStorage


class InProcRunnerContext:
    """Gives a `Workflow` that is made without a builder its storage.

    Programs know it from `agent_framework`, where it also has the messages and events of a run; here the library has
    them.

    Args:
        checkpoint_storage: where checkpoints are kept; None for nowhere.

    >>> Workflow([], {"shout": shout}, shout, InProcRunnerContext(), "by hand")
    Workflow(name='by hand', executors=['shout'])
    """

    def __init__(self, checkpoint_storage: Optional[CheckpointStorage] = None) -> None:
        self.checkpoint_storage = checkpoint_storage

    def has_checkpointing(self) -> bool:
        """Whether there is a storage."""
        return self.checkpoint_storage is not None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.checkpoint_storage!r})"
