"""What goes wrong, as exceptions."""

from __future__ import annotations

import json
from typing import Any, Optional

from . import _abi


class WorkflowException(Exception):
    """Base of the errors of this package.

    >>> try:
    ...     asyncio.run(workflow.run(checkpoint_id="x", checkpoint_storage=InMemoryCheckpointStorage()))
    ... except WorkflowException as error:
    ...     print(type(error).__name__)
    WorkflowCheckpointException
    """


class WorkflowRunnerException(WorkflowException):
    """A run could not go on.

    >>> try:
    ...     asyncio.run(workflow.run(checkpoint_id="x", checkpoint_storage=InMemoryCheckpointStorage()))
    ... except WorkflowRunnerException as error:
    ...     print(type(error).__name__)
    WorkflowCheckpointException
    """


class WorkflowConvergenceException(WorkflowRunnerException):
    """The run reached its limit of supersteps with messages left.

    >>> looping = WorkflowBuilder(max_iterations=3, start_executor=echo).add_edge(echo, echo).build()
    >>> asyncio.run(looping.run("on"))
    Traceback (most recent call last):
    libworkflow._errors.WorkflowConvergenceException: ...
    """


class WorkflowTimeoutException(WorkflowRunnerException, TimeoutError):
    """A handler took longer than its timeout.

    >>> @executor(timeout=0.01)
    ... async def slow(text: str) -> None:
    ...     await asyncio.sleep(60)
    >>> asyncio.run(WorkflowBuilder(start_executor=slow).build().run("x"))
    Traceback (most recent call last):
    libworkflow._errors.WorkflowTimeoutException: ...
    """


class WorkflowCheckpointException(WorkflowRunnerException):
    """A checkpoint is unknown, damaged, of another graph, or could not be written.

    >>> asyncio.run(workflow.run(checkpoint_id="x", checkpoint_storage=InMemoryCheckpointStorage()))
    Traceback (most recent call last):
    libworkflow._errors.WorkflowCheckpointException: No checkpoint found with ID x: ...
    """


class WorkflowConflictException(WorkflowCheckpointException):
    """Somebody else was first: the run went on elsewhere, or a new run has the id of one that is there already.

    Nothing was saved, and this run has stopped. Resume the latest checkpoint to go on from there.

    >>> storage = InMemoryCheckpointStorage()
    >>> asyncio.run(workflow.run("a", run_id="invoice-7", checkpoint_storage=storage)).get_outputs()
    ['A']
    >>> asyncio.run(workflow.run("a", run_id="invoice-7", checkpoint_storage=storage))
    Traceback (most recent call last):
    libworkflow._errors.WorkflowConflictException: ...
    """


_CLASSES: dict[int, type[Exception]] = {
    _abi.WF_E_INVALID: ValueError,
    _abi.WF_E_NOMEM: MemoryError,
    _abi.WF_E_JSON: ValueError,
    _abi.WF_E_CLOSED: RuntimeError,  # used after its end, as a closed event loop
    _abi.WF_E_NOTFOUND: WorkflowCheckpointException,
    _abi.WF_E_CHECKPOINT: WorkflowCheckpointException,
    _abi.WF_E_MISMATCH: WorkflowCheckpointException,
    _abi.WF_E_STORAGE: WorkflowCheckpointException,
    _abi.WF_E_EXISTS: WorkflowCheckpointException,
    _abi.WF_E_CONFLICT: WorkflowConflictException,
    _abi.WF_E_EXECUTOR: WorkflowRunnerException,
    _abi.WF_E_LIMIT: WorkflowConvergenceException,
    _abi.WF_E_TIMEOUT: WorkflowTimeoutException,
}


def exception_for(status: int, message: str, details: Optional[dict[str, Any]] = None) -> Exception:
    """The exception for a status of the library and its sentence."""
    kind = _CLASSES.get(status, WorkflowException)
    if status == _abi.WF_E_GRAPH:
        from ._validation_errors import GraphConnectivityError  # read when a graph is wrong

        kind = GraphConnectivityError
    error = kind(message)
    error.status = status  # type: ignore[attr-defined]
    error.details = details or {}  # type: ignore[attr-defined]
    return error


def details_of(text: bytes) -> dict[str, Any]:
    """The machine-readable part of an error of the library."""
    details = json.loads(text or b"{}")
    return details if isinstance(details, dict) else {}
