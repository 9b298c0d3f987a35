"""Puts the parts of a graph together: the library's workflow, and what Python has to know about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ctypes import byref, c_void_p
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from ._abi import WF_OUTPUT_FINAL, WF_OUTPUT_HIDDEN, WF_OUTPUT_INTERMEDIATE
from ._condition import condition_names, condition_struct
from ._described import Described
from ._edge_group import EdgeGroup
from ._executor import Executor
from ._fork import Migration
from ._host import Host, executor_struct, types_of
from ._library import lib, raise_for
from ._output import OutputDesignation
from ._retry import Retry, milliseconds
from ._selector import selector_struct
from ._shapes import Shape
from ._storage import CheckpointStorage
from ._trampolines import Code
from ._type_names import names_of
from ._workflow_executor import WorkflowExecutor

DEFAULT_MAX_ITERATIONS = 100

_OUTPUT_KINDS = {"output": WF_OUTPUT_FINAL, "intermediate": WF_OUTPUT_INTERMEDIATE, None: WF_OUTPUT_HIDDEN}


@dataclass
class RunSettings:
    """How the runs of a workflow behave, in the numbers of the library."""

    flags: int = 0
    mask: int = 0
    """The events that are not made."""
    lease: int = 0
    durability: int = 0
    migrate: Optional[Migration] = None


@dataclass
class Assembly:
    """The parts of a workflow."""

    name: str
    executors: dict[str, Executor]
    groups: Sequence[EdgeGroup]
    start_executor: Executor
    designation: OutputDesignation
    description: Optional[str] = None
    max_iterations: int = DEFAULT_MAX_ITERATIONS
    settings: RunSettings = field(default_factory=RunSettings)
    checkpoint_storage: Optional[CheckpointStorage] = None
    retries: Mapping[str, Optional[Retry]] = field(default_factory=dict)
    timeouts: Mapping[str, Optional[float]] = field(default_factory=dict)
    described: Optional[Described] = None
    """The definition that the graph comes from."""
    code: Code = field(default_factory=Code)
    """The host code behind the library's workflow."""
    migration: Optional[int] = None
    """The number of the migration."""

    def build(self) -> int:
        """The library's workflow; `code` and `migration` are known afterwards.

        Raises:
            TypeError: the class of an executor has a `retry` or a `timeout` that is none.
            WorkflowValidationError: the library refuses the graph.
        """
        if self.settings.migrate is not None:
            self.migration = self.code.keep(self.settings.migrate)
        return self._build() if self.described is None else self._build_described(self.described)

    def _build(self) -> int:
        conditional = [edge for group in self.groups for edge in group.conditional]
        selecting = [edge for group in self.groups for edge in group.selecting]
        condition_of, selector_of = condition_names(conditional), condition_names(selecting)
        builder, handle = c_void_p(), c_void_p()
        _call(lib.wf_builder_new, self.name.encode(), byref(builder))
        try:
            _call(lib.wf_builder_set_max_supersteps, builder, self.max_iterations)
            _call(lib.wf_builder_set_start, builder, self.start_executor.id.encode())
            for name, executor in self.executors.items():
                if isinstance(executor, WorkflowExecutor):
                    inner, flags = executor.workflow._handle, executor.flags(self._targets(name))
                    _call(lib.wf_builder_add_sub_workflow, builder, name.encode(), inner, flags)
                else:
                    self._add_code(builder, name, Host(executor))
                    _call(lib.wf_builder_set_types, builder, name.encode(), names_of(executor.input_types), None, None)
                    self._add_limits(builder, executor)
            if self.designation.outputs is not None:
                for name in self.executors:
                    kind = _OUTPUT_KINDS[self.designation.classify(name)]
                    _call(lib.wf_builder_set_output, builder, name.encode(), kind)
            for name, (_, _, condition) in dict(zip(condition_of, conditional)).items():
                _call(lib.wf_builder_add_condition, builder, byref(condition_struct(name, self.code.keep(condition))))
            for name, (_, _, selector) in dict(zip(selector_of, selecting)).items():
                _call(lib.wf_builder_add_selector, builder, byref(selector_struct(name, self.code.keep(selector))))
            conditions, selectors = iter(condition_of), iter(selector_of)
            for group in self.groups:
                names = [next(conditions) for _ in group.conditional]
                names.extend(next(selectors) for _ in group.selecting)
                group.add_to(builder, _call, names)
            _call(lib.wf_builder_build, builder, byref(handle))
            return handle.value or 0
        finally:
            lib.wf_builder_free(builder)

    def _build_described(self, described: Described) -> int:
        builder, handle = described.parse(), c_void_p()
        try:
            for path, executor in described.executors.items():
                self._add_code(builder, path, Host(executor))
            for name, condition in described.conditions.items():
                _call(lib.wf_builder_add_condition, builder, byref(condition_struct(name, self.code.keep(condition))))
            for name, selector in described.selectors.items():
                _call(lib.wf_builder_add_selector, builder, byref(selector_struct(name, self.code.keep(selector))))
            _call(lib.wf_builder_build, builder, byref(handle))
            return handle.value or 0
        finally:
            lib.wf_builder_free(builder)

    def _add_code(self, builder: c_void_p, path: str, host: Host) -> None:
        inside = self.described is not None and self.described.may_repeat
        may_repeat = inside or self._limits(host.executor)[0] is not None
        struct = host.executor._native or executor_struct(self.code.keep(host), host.keeps_state, may_repeat)
        _call(lib.wf_builder_add_executor, builder, path.encode(), byref(struct))

    def _targets(self, source: str) -> list[Executor]:
        """The executors that get what `source` sends."""
        pairs = [pair for group in self.groups for pair in group.pairs]
        return [self.executors[target] for start, target in pairs if start == source and target in self.executors]

    def _limits(self, executor: Executor) -> tuple[Optional[Retry], Optional[float]]:
        retry, timeout = executor._limits()
        return self.retries.get(executor.id, retry), self.timeouts.get(executor.id, timeout)

    def _add_limits(self, builder: c_void_p, executor: Executor) -> None:
        retry, timeout = self._limits(executor)
        if retry is not None:
            if not isinstance(retry, Retry):
                raise TypeError(f"the retry of '{executor.id}' must be a Retry, not {retry!r}")
            _call(lib.wf_builder_set_retry, builder, executor.id.encode(), byref(retry.to_struct()))
        if timeout is not None:
            limit = milliseconds(timeout, f"the timeout of '{executor.id}'")
            _call(lib.wf_builder_set_timeout, builder, executor.id.encode(), limit)

    @property
    def has_clock(self) -> bool:
        """Whether time alone can make a run go on."""
        inner = [node.workflow for node in self.executors.values() if isinstance(node, WorkflowExecutor)]
        if self.settings.lease or any(workflow._has_clock for workflow in inner):
            return True
        if self.described is not None:
            return self.described.has_limits
        return any(
            any(self._limits(node)) for node in self.executors.values() if not isinstance(node, WorkflowExecutor)
        )

    @property
    def scopes(self) -> dict[str, Mapping[str, Shape]]:
        """The types that each executor knows, by its id or path."""
        found: dict[str, Mapping[str, Shape]] = {}
        for name, executor in self.executors.items():
            if isinstance(executor, WorkflowExecutor):
                found.update((f"{name}/{inside}", scope) for inside, scope in executor.workflow._scopes.items())
            else:
                found[name] = types_of(executor)
        return found


def _call(function: Callable[..., int], *arguments: Any) -> None:
    error = c_void_p()
    status = function(*arguments, byref(error))
    if status:
        raise_for(status, error)
