"""Puts the parts of a graph together: the library's workflow, and what Python has to know about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ctypes import byref, c_void_p
from typing import TYPE_CHECKING, Any, Callable, Optional, cast

from ._abi import WF_OUTPUT_FINAL, WF_OUTPUT_HIDDEN, WF_OUTPUT_INTERMEDIATE
from ._edge_group import EdgeGroup
from ._executor import Executor
from ._host import Host, executor_struct
from ._library import lib, raise_for
from ._output import OutputDesignation
from ._shapes import Shape
from ._trampolines import Code
from ._type_names import names_of

if TYPE_CHECKING:
    from ._described import Described
    from ._edge import Condition
    from ._edge_group import Selector
    from ._fork import Migration
    from ._retry import Retry
    from ._storage import CheckpointStorage
    from ._workflow_executor import WorkflowExecutor

DEFAULT_MAX_ITERATIONS = 100

NOTHING: Mapping[str, Any] = {}

_OUTPUT_KINDS = {"output": WF_OUTPUT_FINAL, "intermediate": WF_OUTPUT_INTERMEDIATE, None: WF_OUTPUT_HIDDEN}

# What every graph needs, looked up before the first is built.
_new = lib.wf_builder_new
_set_limit = lib.wf_builder_set_max_supersteps
_set_start = lib.wf_builder_set_start
_add_executor = lib.wf_builder_add_executor
_set_types = lib.wf_builder_set_types
_build = lib.wf_builder_build
_free = lib.wf_builder_free


class RunSettings:
    """How the runs of a workflow behave, in the numbers of the library; `mask` has the events that are not made."""

    __slots__ = ("are_chosen", "durability", "flags", "lease", "mask", "migrate")

    def __init__(
        self, flags: int = 0, mask: int = 0, lease: int = 0, durability: int = 0, migrate: Optional[Migration] = None
    ) -> None:
        self.flags: int = flags
        self.mask: int = mask
        self.lease: int = lease
        self.durability: int = durability
        self.migrate: Optional[Migration] = migrate
        self.are_chosen: bool = bool(flags or mask or lease or durability)
        """Whether one of the numbers is not the library's own choice, 0."""


class Assembly:
    """The parts of a workflow. `described` is the definition that the graph comes from."""

    def __init__(
        self,
        name: str,
        executors: dict[str, Executor],
        groups: Sequence[EdgeGroup],
        start_executor: Executor,
        designation: OutputDesignation,
        description: Optional[str] = None,
        max_iterations: int = DEFAULT_MAX_ITERATIONS,
        settings: Optional[RunSettings] = None,
        checkpoint_storage: Optional[CheckpointStorage] = None,
        retries: Mapping[str, Optional[Retry]] = NOTHING,
        timeouts: Mapping[str, Optional[float]] = NOTHING,
        described: Optional[Described] = None,
    ) -> None:
        self.name: str = name
        self.executors: dict[str, Executor] = executors
        self.groups: Sequence[EdgeGroup] = groups
        self.start_executor: Executor = start_executor
        self.designation: OutputDesignation = designation
        self.description: Optional[str] = description
        self.max_iterations: int = max_iterations
        self.settings: RunSettings = settings or RunSettings()
        self.checkpoint_storage: Optional[CheckpointStorage] = checkpoint_storage
        self.retries: Mapping[str, Optional[Retry]] = retries
        self.timeouts: Mapping[str, Optional[float]] = timeouts
        self.described: Optional[Described] = described
        self._call = _caller()
        self.code: Code = Code()
        """The host code behind the library's workflow."""
        self.migration: Optional[int] = None
        """The number of the migration."""
        self.scopes: dict[str, Mapping[str, Shape]] = {}
        """The types that each executor knows, by its id or path."""
        self.has_clock: bool = False
        """Whether time alone can make a run go on."""
        self.has_native: bool = False
        """Whether something may go on that Python does not hear of: a call that finishes on a thread of C's."""
        self.has_choices: bool = False
        """Whether there are conditions or selectors."""

    def build(self) -> int:
        """The library's workflow; `code` and what follows it above is known afterwards.

        Raises:
            TypeError: the class of an executor has a `retry` or a `timeout` that is none.
            WorkflowValidationError: the library refuses the graph.
        """
        if self.settings.migrate is not None:
            self.migration = self.code.keep(self.settings.migrate)
        self.has_clock = bool(self.settings.lease)
        return self._build() if self.described is None else self._build_described(self.described)

    def _build(self) -> int:
        conditional = [edge for group in self.groups for edge in group.conditional]
        selecting = [edge for group in self.groups for edge in group.selecting]
        self.has_choices = bool(conditional or selecting)
        condition_of, selector_of = _names(conditional), _names(selecting)
        builder, handle = c_void_p(), c_void_p()
        self._call(_new, self.name.encode(), byref(builder))
        try:
            self._call(_set_limit, builder, self.max_iterations)
            self._call(_set_start, builder, self.start_executor.id.encode())
            for name, executor in self.executors.items():
                if executor._is_workflow:
                    self._add_sub_workflow(builder, name, cast("WorkflowExecutor", executor))
                else:
                    retry, timeout = self._limits(executor)
                    self._add_code(builder, name, executor, retry is not None)
                    accepted = names_of(executor.input_types)
                    if accepted is not None:
                        self._call(_set_types, builder, name.encode(), accepted, None, None)
                    self._add_limits(builder, executor, retry, timeout)
            if self.designation.outputs is not None:
                for name in self.executors:
                    kind = _OUTPUT_KINDS[self.designation.classify(name)]
                    self._call(lib.wf_builder_set_output, builder, name.encode(), kind)
            self._add_choices(
                builder,
                {name: condition for name, (_, _, condition) in zip(condition_of, conditional)},
                {name: selector for name, (_, _, selector) in zip(selector_of, selecting)},
            )
            conditions, selectors = iter(condition_of), iter(selector_of)
            for group in self.groups:
                names = [next(conditions) for _ in group.conditional]
                names.extend(next(selectors) for _ in group.selecting)
                group.add_to(builder, self._call, names)
            self._call(_build, builder, byref(handle))
            return handle.value or 0
        finally:
            _free(builder)

    def _build_described(self, described: Described) -> int:
        builder, handle = described.parse(), c_void_p()
        self.has_choices = bool(described.conditions or described.selectors)
        self.has_clock |= described.has_limits or any(
            cast("WorkflowExecutor", node).workflow._has_clock for node in self.executors.values() if node._is_workflow
        )
        try:
            for path, executor in described.executors.items():
                self._add_code(builder, path, executor, described.may_repeat or self._limits(executor)[0] is not None)
            self._add_choices(builder, described.conditions, described.selectors)
            self._call(_build, builder, byref(handle))
            return handle.value or 0
        finally:
            _free(builder)

    def _add_code(self, builder: c_void_p, path: str, executor: Executor, may_repeat: bool) -> None:
        host = Host(executor)
        self.scopes[path] = host.types
        self.has_native |= executor._native is not None
        struct = executor._native or executor_struct(self.code.keep(host), host.keeps_state, may_repeat)
        self._call(_add_executor, builder, path.encode(), byref(struct))

    def _add_choices(
        self, builder: c_void_p, conditions: Mapping[str, Condition], selectors: Mapping[str, Selector]
    ) -> None:
        """Adds conditions and selectors by their names."""
        if conditions:
            from ._condition import condition_struct  # some need it

            for name, condition in conditions.items():
                struct = condition_struct(name, self.code.keep(condition))
                self._call(lib.wf_builder_add_condition, builder, byref(struct))
        if selectors:
            from ._selector import selector_struct

            for name, selector in selectors.items():
                self._call(lib.wf_builder_add_selector, builder, byref(selector_struct(name, self.code.keep(selector))))

    def _add_sub_workflow(self, builder: c_void_p, name: str, executor: WorkflowExecutor) -> None:
        inner = executor.workflow
        self.scopes.update((f"{name}/{inside}", scope) for inside, scope in inner._scopes.items())
        self.has_clock |= inner._has_clock
        self.has_native |= inner._has_native
        self.has_choices |= inner._has_choices
        flags = executor.flags(self._targets(name))
        self._call(lib.wf_builder_add_sub_workflow, builder, name.encode(), inner._handle, flags)

    def _targets(self, source: str) -> list[Executor]:
        """The executors that get what `source` sends."""
        pairs = [pair for group in self.groups for pair in group.pairs]
        return [self.executors[target] for start, target in pairs if start == source and target in self.executors]

    def _limits(self, executor: Executor) -> tuple[Optional[Retry], Optional[float]]:
        retry, timeout = executor._limits()
        return self.retries.get(executor.id, retry), self.timeouts.get(executor.id, timeout)

    def _add_limits(self, builder: c_void_p, executor: Executor, retry: Any, timeout: Any) -> None:
        if retry is None and timeout is None:
            return
        from ._retry import Retry, milliseconds  # few need it

        self.has_clock |= bool(retry or timeout)
        if retry is not None:
            if not isinstance(retry, Retry):
                raise TypeError(f"the retry of '{executor.id}' must be a Retry, not {retry!r}")
            self._call(lib.wf_builder_set_retry, builder, executor.id.encode(), byref(retry.to_struct()))
        if timeout is not None:
            limit = milliseconds(timeout, f"the timeout of '{executor.id}'")
            self._call(lib.wf_builder_set_timeout, builder, executor.id.encode(), limit)


def _names(choosing: list[tuple[str, str, Callable[..., Any]]]) -> list[str]:
    """What the conditions or the selectors of edges are called."""
    if not choosing:
        return []
    from ._condition import condition_names  # some need it

    return condition_names(choosing)


def _caller() -> Callable[..., None]:
    """Calls functions of the library whose last argument is the place for an error, and raises that."""
    error = c_void_p()
    place = byref(error)

    def call(function: Callable[..., int], *arguments: Any) -> None:
        status = function(*arguments, place)
        if status:
            raise_for(status, error)

    return call
