"""What checkpoints and storages told in older generations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._codec import from_plain
from ._legacy import outdated

if TYPE_CHECKING:
    from ._checkpoint import WorkflowCheckpoint

_SAVED = "_executor_state"


class OlderCheckpoint:
    """The older members of a `WorkflowCheckpoint`."""

    if TYPE_CHECKING:
        workflow_name: str
        state: dict[str, Any]
        document: dict[str, Any]

    @property
    def shared_state(self) -> dict[str, Any]:
        """Deprecated: `state`."""
        outdated("shared_state", "state")
        return {key: value for key, value in self.state.items() if key != _SAVED}

    @property
    def executor_states(self) -> dict[str, Any]:
        """Deprecated: `state["_executor_state"]`, and what executors keep in `ctx.own_state`."""
        outdated("executor_states", 'state["_executor_state"]')
        states: dict[str, Any] = dict(self.state.get(_SAVED, {}))
        for name, entry in self.document.get("executor_states", {}).items():
            own = {key: from_plain(value) for key, value in entry.get("state", {}).items()}
            if own:
                states[name] = {**own, **states.get(name, {})}
        return states

    @property
    def workflow_id(self) -> str:
        """Deprecated: `workflow_name`."""
        outdated("workflow_id", "workflow_name")
        return self.workflow_name


class OlderStorage:
    """The older methods of a storage."""

    if TYPE_CHECKING:

        async def save(self, checkpoint: WorkflowCheckpoint) -> str: ...
        async def load(self, checkpoint_id: str) -> WorkflowCheckpoint: ...
        async def delete(self, checkpoint_id: str) -> bool: ...

    async def save_checkpoint(self, checkpoint: WorkflowCheckpoint) -> str:
        """Deprecated: `save`."""
        outdated("save_checkpoint()", "save()")
        return await self.save(checkpoint)

    async def load_checkpoint(self, checkpoint_id: str) -> WorkflowCheckpoint:
        """Deprecated: `load`."""
        outdated("load_checkpoint()", "load()")
        return await self.load(checkpoint_id)

    async def delete_checkpoint(self, checkpoint_id: str) -> bool:
        """Deprecated: `delete`."""
        outdated("delete_checkpoint()", "delete()")
        return await self.delete(checkpoint_id)
