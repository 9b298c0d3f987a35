"""How a builder was told of its start and its storage in an older generation: by methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ._legacy import outdated

if TYPE_CHECKING:
    from typing import TypeVar

    from ._executor import Executor
    from ._storage import CheckpointStorage

    BuilderT = TypeVar("BuilderT", bound="OlderBuilder")


class OlderBuilder:
    """The older methods of a `WorkflowBuilder`."""

    _start_executor: Optional[Executor]
    _checkpoint_storage: Optional[CheckpointStorage]
    _max_iterations: int
    _id: Any

    def set_start_executor(self: BuilderT, executor: Executor) -> BuilderT:
        """Deprecated: `WorkflowBuilder(start_executor=...)`.

        Raises:
            TypeError: it is not an executor.
            ValueError: another executor has the same id.
        """
        outdated("set_start_executor()", "WorkflowBuilder(start_executor=...)")
        self._id(executor)
        self._start_executor = executor
        return self

    def with_checkpointing(self: BuilderT, checkpoint_storage: CheckpointStorage) -> BuilderT:
        """Deprecated: `WorkflowBuilder(checkpoint_storage=...)`.

        Raises:
            TypeError: it is not a storage.
        """
        outdated("with_checkpointing()", "WorkflowBuilder(checkpoint_storage=...)")
        from ._storage import handle_of

        handle_of(checkpoint_storage)  # refuses other objects
        self._checkpoint_storage = checkpoint_storage
        return self

    def set_max_iterations(self: BuilderT, max_iterations: int) -> BuilderT:
        """Deprecated: `WorkflowBuilder(max_iterations=...)`."""
        outdated("set_max_iterations()", "WorkflowBuilder(max_iterations=...)")
        self._max_iterations = max_iterations
        return self
