"""What is wrong with a graph, as exceptions."""

from __future__ import annotations

import enum
from typing import Any

from ._annotations import type_name
from ._errors import WorkflowException


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
    libworkflow._validation_errors.EdgeDuplicationError: [EDGE_DUPLICATION] duplicate edge: echo->shout is there twice
    """

    def __init__(self, edge_id: str) -> None:
        super().__init__(f"duplicate edge: {edge_id} is there twice", ValidationTypeEnum.EDGE_DUPLICATION)
        self.edge_id = edge_id


class TypeCompatibilityError(WorkflowValidationError):
    """What one executor sends is nothing that the next one takes.

    >>> WorkflowBuilder(start_executor=echo).add_edge(echo, double).build()
    Traceback (most recent call last):
    libworkflow._validation_errors.TypeCompatibilityError: [TYPE_COMPATIBILITY] nothing can go from 'echo' to 'double'. ...
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
    libworkflow._validation_errors.GraphConnectivityError: [GRAPH_CONNECTIVITY] ...
    """

    def __init__(self, message: str) -> None:
        super().__init__(message, ValidationTypeEnum.GRAPH_CONNECTIVITY)
