"""What a workflow consists of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from ctypes import byref, c_void_p
from functools import cached_property
from typing import Any, Callable, Literal, Optional

from ._edge_group import EdgeGroup, InternalEdgeGroup
from ._executor import Executor
from ._legacy import WORKFLOWS
from ._library import lib, raise_for, take_text
from ._output import OutputDesignation


class Graph:
    """The checked graph behind a workflow: what it consists of never changes."""

    def __init__(
        self,
        handle: int,
        executors: dict[str, Executor],
        groups: Sequence[EdgeGroup],
        start_executor: Executor,
        *,
        description: Optional[str],
        max_iterations: int,
        designation: OutputDesignation,
    ) -> None:
        self._handle = handle
        self._id: Optional[str] = None
        self._start_executor = start_executor
        self._output_designation = designation
        self.executors = executors
        """The executors by id, in order of their first mention."""
        self._groups = groups
        self.start_executor_id: str = start_executor.id
        self.description = description
        self.max_iterations = max_iterations

    @cached_property
    def name(self) -> str:
        """By which its latest checkpoint is found."""
        return str(lib.wf_workflow_name(self._handle).decode())

    @cached_property
    def graph_signature_hash(self) -> str:
        """The same for every graph with these ids, edges and names of conditions, in every language: what makes a
        checkpoint fit."""
        return str(lib.wf_workflow_signature(self._handle).decode())

    @cached_property
    def edge_groups(self) -> list[EdgeGroup]:
        """What the builder added, and for each executor how messages from outside reach it."""
        return [*self._groups, *map(InternalEdgeGroup, self.executors)]

    @property
    def id(self) -> str:
        """Names this object, and no other."""
        if self._id is None:
            from ._identifier import new_identifier  # few ask for it

            self._id = new_identifier()
            WORKFLOWS[self._id] = self
        return self._id

    @property
    def definition(self) -> dict[str, Any]:
        """The graph as the JSON definition that every language of the library reads."""
        definition: dict[str, Any] = json.loads(self._text(lib.wf_workflow_definition))
        return definition

    @property
    def graph_signature(self) -> dict[str, Any]:
        """What `graph_signature_hash` is made of: executors, edges, and the names of conditions and selectors."""
        definition = self.definition
        return {name: definition[name] for name in ("start", "executors", "edges") if name in definition}

    @property
    def input_types(self) -> list[Any]:
        """The types of message that it takes."""
        return list(self._start_executor.input_types)

    @property
    def output_types(self) -> list[Any]:
        """The types that its executors declare for `yield_output`."""
        return list(dict.fromkeys(kind for node in self.get_output_executors() for kind in node.workflow_output_types))

    def get_start_executor(self) -> Executor:
        """The executor that gets the message."""
        return self._start_executor

    def get_executors_list(self) -> list[Executor]:
        """All executors, in order of their first mention."""
        return list(self.executors.values())

    def get_output_executors(self) -> list[Executor]:
        """The executors whose yields are outputs of the workflow.

        Raises:
            WorkflowValidationError: one that was named at making is not in the workflow.
        """
        self._check_designated("Output", self._output_designation.outputs)
        return [node for name, node in self.executors.items() if self.is_terminal_executor(name)]

    def get_intermediate_executors(self) -> list[Executor]:
        """The executors whose yields are intermediate outputs.

        Raises:
            WorkflowValidationError: one that was named at making is not in the workflow.
        """
        self._check_designated("Intermediate", self._output_designation.intermediates)
        return [node for name, node in self.executors.items() if self.is_intermediate_executor(name)]

    def _check_designated(self, what: str, names: Optional[Iterable[str]]) -> None:
        for name in names or ():
            if name not in self.executors:
                from ._validation_errors import ValidationTypeEnum, WorkflowValidationError

                raise WorkflowValidationError(
                    f"{what} executor '{name}' is not present in the workflow graph",
                    ValidationTypeEnum.OUTPUT_VALIDATION,
                )

    def is_terminal_executor(self, executor_id: str) -> bool:
        """Whether the yields of that executor are outputs of the workflow."""
        return self._output_designation.is_terminal(executor_id)

    def is_intermediate_executor(self, executor_id: str) -> bool:
        """Whether the yields of that executor are intermediate outputs."""
        return self._output_designation.is_intermediate(executor_id)

    def diagram(self, language: Literal["mermaid", "dot"] = "mermaid") -> str:
        """A picture of the graph as text, the same in every language of the library.

        It has the names of conditions and selectors; ids stand only in labels.

        Raises:
            ValueError: the language is another one.
        """
        return self._text(lib.wf_workflow_diagram, str(language).encode()).decode()

    def to_dict(self) -> dict[str, Any]:
        """The graph for people and tools; `definition` is what the library reads."""
        outputs, intermediates = self._output_designation.outputs, self._output_designation.intermediates
        data = {
            "name": self.name,
            "id": self.id,
            "start_executor_id": self.start_executor_id,
            "max_iterations": self.max_iterations,
            "edge_groups": [group.to_dict() for group in self.edge_groups],
            "executors": {name: node.to_dict() for name, node in self.executors.items()},
            "output_executors": None if outputs is None else sorted(outputs),
            "intermediate_executors": None if outputs is None else sorted(intermediates),
        }
        return data if self.description is None else {**data, "description": self.description}

    def to_json(self) -> str:
        """`to_dict` as JSON."""
        return json.dumps(self.to_dict())

    def _text(self, function: Callable[..., int], *arguments: Any) -> bytes:
        text, error = c_void_p(), c_void_p()
        status = function(self._handle, *arguments, byref(text), None, byref(error))
        if status:
            raise_for(status, error)
        return take_text(text)

    def __del__(self, free: Any = lib.wf_workflow_free) -> None:
        if getattr(self, "_handle", None) is not None:
            free(self._handle)

    def __repr__(self) -> str:
        return f"{self.__class__.__name__}(name={self.name!r}, executors={list(self.executors)})"
