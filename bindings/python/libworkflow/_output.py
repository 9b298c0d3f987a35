"""Whose yields are outputs of the workflow, whose are intermediate, and whose stay inside."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Optional, Union

from ._executor import Executor

if TYPE_CHECKING:
    from ._validation_errors import WorkflowValidationError

UNSET: Any = object()
"""The default of a selection that was not given."""

Selection = Union[Sequence[Executor], str, None]


class OutputDesignation:
    """What becomes of yields. Without `outputs`, every executor's are outputs; with it, those of others are hidden."""

    __slots__ = ("intermediates", "outputs")

    def __init__(self, outputs: Optional[frozenset[str]] = None, intermediates: frozenset[str] = frozenset()) -> None:
        self.outputs: Optional[frozenset[str]] = outputs
        self.intermediates: frozenset[str] = intermediates

    def is_terminal(self, executor_id: str) -> bool:
        """Whether yields are outputs."""
        return self.outputs is None or executor_id in self.outputs

    def is_intermediate(self, executor_id: str) -> bool:
        """Whether yields are intermediate outputs."""
        return self.outputs is not None and executor_id in self.intermediates

    def classify(self, executor_id: str) -> Optional[str]:
        """The type of event that a yield becomes; None if it becomes none."""
        if self.is_terminal(executor_id):
            return "output"
        return "intermediate" if self.is_intermediate(executor_id) else None


class OutputSelection:
    """What the builder was told about outputs.

    Raises:
        ValueError: a text that is not one of those allowed.
        TypeError: both the old and the new name of a parameter were given.
    """

    def __init__(
        self, output_from: Selection, intermediate_output_from: Selection, output_executors: Selection
    ) -> None:
        if output_executors is not UNSET:
            if output_from is not UNSET:
                raise TypeError(
                    "Cannot pass multiple workflow output selection parameters: output_executors is the old name of "
                    "output_from"
                )
            warnings.warn("output_executors is deprecated: use output_from", DeprecationWarning, stacklevel=3)
            output_from = output_executors
        self._outputs = None if output_from is UNSET else output_from
        self._intermediates = None if intermediate_output_from is UNSET else intermediate_output_from
        if isinstance(self._outputs, str) and self._outputs != "all":
            raise ValueError(f"output_from={self._outputs!r} is unknown: use 'all' or a list of executors")
        if isinstance(self._intermediates, str) and self._intermediates not in ("all", "all_other"):
            raise ValueError(
                f"intermediate_output_from={self._intermediates!r} is unknown: use 'all', 'all_other' or a list of "
                "executors"
            )

    def resolve(self, executors: Mapping[str, Executor]) -> tuple[Optional[list[str]], list[str]]:
        """The ids of the output executors, None for all, and of the intermediate ones.

        Raises:
            WorkflowValidationError: none is selected, or one twice.
        """
        if self._outputs is None and self._intermediates is None:
            return None, []
        yielding = [name for name, node in executors.items() if node.workflow_output_types]
        outputs = yielding if self._outputs == "all" else _ids(self._outputs)
        if self._intermediates == "all_other":
            intermediates = [name for name in yielding if name not in outputs]
        else:
            intermediates = yielding if self._intermediates == "all" else _ids(self._intermediates)
        if not outputs and not intermediates:
            raise _problem("the selection of outputs is empty: it needs at least one output or intermediate executor")
        for what, names in (("output", outputs), ("intermediate", intermediates)):
            twice = sorted(name for name, count in Counter(names).items() if count > 1)
            if twice:
                raise _problem(f"Duplicate {what} executor designation: {', '.join(twice)}")
        return outputs, intermediates


def _ids(selection: Any) -> list[str]:
    return [item if isinstance(item, str) else item.id for item in selection or ()]


def _problem(text: str) -> WorkflowValidationError:
    from ._validation_errors import ValidationTypeEnum, WorkflowValidationError

    return WorkflowValidationError(text, ValidationTypeEnum.OUTPUT_VALIDATION)
