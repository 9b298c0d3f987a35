"""How workflows were run in older generations: a method for each way to begin."""

from __future__ import annotations

import re
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Optional

from ._errors import WorkflowCheckpointException
from ._graph import Graph
from ._legacy import outdated

if TYPE_CHECKING:
    from ._result import WorkflowRunResult
    from ._storage import CheckpointStorage
    from ._stream import ResponseStream

_IDENTIFIER = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class OlderWorkflow(Graph):
    """The older methods of a `Workflow`."""

    run: Any
    _checkpoint_storage: Optional[CheckpointStorage]

    def run_stream(
        self,
        message: Any = None,
        *,
        checkpoint_id: Optional[str] = None,
        checkpoint_storage: Optional[CheckpointStorage] = None,
        responses: Optional[Mapping[str, Any]] = None,
        **options: Any,
    ) -> ResponseStream:
        """Deprecated: `run(..., stream=True)`. A message that is the id of a checkpoint in the storage resumes it."""
        outdated("run_stream()", "run(..., stream=True)")
        if checkpoint_id is None and self._is_checkpoint(message, checkpoint_storage):
            message, checkpoint_id = None, message
        options.update(checkpoint_id=checkpoint_id, checkpoint_storage=checkpoint_storage, responses=responses)
        stream: ResponseStream = self.run(message, stream=True, **options)
        return stream

    def run_stream_from_checkpoint(
        self,
        checkpoint_id: str,
        checkpoint_storage: Optional[CheckpointStorage] = None,
        responses: Optional[Mapping[str, Any]] = None,
    ) -> ResponseStream:
        """Deprecated: `run(checkpoint_id=..., stream=True)`."""
        outdated("run_stream_from_checkpoint()", "run(checkpoint_id=..., stream=True)")
        stream: ResponseStream = self.run(
            checkpoint_id=checkpoint_id, checkpoint_storage=checkpoint_storage, responses=responses, stream=True
        )
        return stream

    def run_from_checkpoint(
        self,
        checkpoint_id: str,
        checkpoint_storage: Optional[CheckpointStorage] = None,
        responses: Optional[Mapping[str, Any]] = None,
    ) -> Coroutine[Any, Any, WorkflowRunResult]:
        """Deprecated: `run(checkpoint_id=...)`."""
        outdated("run_from_checkpoint()", "run(checkpoint_id=...)")
        result: Coroutine[Any, Any, WorkflowRunResult] = self.run(
            checkpoint_id=checkpoint_id, checkpoint_storage=checkpoint_storage, responses=responses
        )
        return result

    def send_responses(self, responses: Mapping[str, Any]) -> Coroutine[Any, Any, WorkflowRunResult]:
        """Deprecated: `run(responses=...)`."""
        outdated("send_responses()", "run(responses=...)")
        result: Coroutine[Any, Any, WorkflowRunResult] = self.run(responses=responses)
        return result

    def send_responses_streaming(
        self,
        responses: Mapping[str, Any],
        *,
        checkpoint_id: Optional[str] = None,
        checkpoint_storage: Optional[CheckpointStorage] = None,
    ) -> ResponseStream:
        """Deprecated: `run(responses=..., stream=True)`."""
        outdated("send_responses_streaming()", "run(responses=..., stream=True)")
        stream: ResponseStream = self.run(
            responses=responses, checkpoint_id=checkpoint_id, checkpoint_storage=checkpoint_storage, stream=True
        )
        return stream

    def _is_checkpoint(self, message: Any, checkpoint_storage: Any) -> bool:
        storage = self._checkpoint_storage if checkpoint_storage is None else checkpoint_storage
        if storage is None or not isinstance(message, str) or not re.fullmatch(_IDENTIFIER, message):
            return False
        from ._fork import load_text  # few need it

        try:
            return bool(load_text(storage, message))
        except WorkflowCheckpointException:
            return False
