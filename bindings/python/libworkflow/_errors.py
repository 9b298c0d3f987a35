"""What goes wrong, as exceptions."""

from __future__ import annotations

import enum
import json
from typing import Any, Optional

from . import _abi
from ._annotations import type_name


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


class ValidationTypeEnum(enum.Enum):
    """What a validation found.

    >>> ValidationTypeEnum.GRAPH_CONNECTIVITY.value
    'GRAPH_CONNECTIVITY'
    """

    EDGE_DUPLICATION = "EDGE_DUPLICATION"
    EXECUTOR_DUPLICATION = "EXECUTOR_DUPLICATION"
    TYPE_COMPATIBILITY = "TYPE_COMPATIBILITY"
    GRAPH_CONNECTIVITY = "GRAPH_CONNECTIVITY"
    HANDLER_OUTPUT_ANNOTATION = "HANDLER_OUTPUT_ANNOTATION"
    OUTPUT_VALIDATION = "OUTPUT_VALIDATION"


class WorkflowValidationError(WorkflowException):
    """The graph is not valid.

    >>> str(WorkflowValidationError("too few", ValidationTypeEnum.OUTPUT_VALIDATION))
    '[OUTPUT_VALIDATION] too few'
    """

    def __init__(self, message: str, validation_type: ValidationTypeEnum) -> None:
        super().__init__(message)
        self.message = message
        self.validation_type = validation_type
        self.problems: list[WorkflowValidationError] = [self]
        """One error for each problem of the graph."""

    def __str__(self) -> str:
        return f"[{self.validation_type.value}] {self.message}"


class EdgeDuplicationError(WorkflowValidationError):
    """Two edges have the same source and target.

    >>> WorkflowBuilder(start_executor=echo).add_edge(echo, shout).add_edge(echo, shout).build()
    Traceback (most recent call last):
    libworkflow._errors.EdgeDuplicationError: [EDGE_DUPLICATION] duplicate edge: echo->shout is there twice
    """

    def __init__(self, edge_id: str) -> None:
        super().__init__(f"duplicate edge: {edge_id} is there twice", ValidationTypeEnum.EDGE_DUPLICATION)
        self.edge_id = edge_id


class TypeCompatibilityError(WorkflowValidationError):
    """What one executor sends is nothing that the next one takes.

    >>> WorkflowBuilder(start_executor=echo).add_edge(echo, double).build()
    Traceback (most recent call last):
    libworkflow._errors.TypeCompatibilityError: [TYPE_COMPATIBILITY] nothing can go from 'echo' to 'double'. ...
    """

    def __init__(
        self, source_executor_id: str, target_executor_id: str, source_types: list[Any], target_types: list[Any]
    ) -> None:
        sent, taken = (", ".join(map(type_name, kinds)) for kinds in (source_types, target_types))
        super().__init__(
            f"nothing can go from '{source_executor_id}' to '{target_executor_id}'. Source executor outputs types: "
            f"{sent}; target executor can only handle types: {taken}",
            ValidationTypeEnum.TYPE_COMPATIBILITY,
        )
        self.source_executor_id = source_executor_id
        self.target_executor_id = target_executor_id
        self.source_types = source_types
        self.target_types = target_types


class GraphConnectivityError(WorkflowValidationError):
    """An executor cannot be reached from the start.

    >>> WorkflowBuilder(start_executor=shout).add_edge(echo, boss).build()
    Traceback (most recent call last):
    libworkflow._errors.GraphConnectivityError: [GRAPH_CONNECTIVITY] ...
    """

    def __init__(self, message: str) -> None:
        super().__init__(message, ValidationTypeEnum.GRAPH_CONNECTIVITY)


_CLASSES: dict[int, type[Exception]] = {
    _abi.WF_E_INVALID: ValueError,
    _abi.WF_E_NOMEM: MemoryError,
    _abi.WF_E_JSON: ValueError,
    _abi.WF_E_GRAPH: GraphConnectivityError,
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
    error = _CLASSES.get(status, WorkflowException)(message)
    error.status = status  # type: ignore[attr-defined]
    error.details = details or {}  # type: ignore[attr-defined]
    return error


def details_of(text: bytes) -> dict[str, Any]:
    """The machine-readable part of an error of the library."""
    details = json.loads(text or b"{}")
    return details if isinstance(details, dict) else {}
