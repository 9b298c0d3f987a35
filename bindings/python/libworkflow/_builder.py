"""Describes a graph and builds a workflow from it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from ctypes import byref, c_char_p, c_void_p
from typing import Any, Callable, Optional

from . import _abi
from ._condition import Condition, condition_names
from ._errors import EdgeDuplicationError
from ._executor import Executor
from ._host import Host, executor_struct
from ._library import lib, raise_for
from ._storage import CheckpointStorage, handle_of
from ._workflow import Workflow

DEFAULT_MAX_ITERATIONS = 100


class WorkflowBuilder:
    """Collects executors and edges; every method but `build` answers with the builder.

    A workflow without a `name` gets one made of its executors and edges, the same in every process.

    Raises:
        TypeError: the start is not an executor, or the storage not a storage.
    """

    def __init__(
        self,
        max_iterations: int = DEFAULT_MAX_ITERATIONS,
        name: Optional[str] = None,
        description: Optional[str] = None,
        *,
        start_executor: Executor,
        checkpoint_storage: Optional[CheckpointStorage] = None,
    ) -> None:
        handle_of(checkpoint_storage)  # refuses other objects
        self._max_iterations = max_iterations
        self._name = name
        self._description = description
        self._checkpoint_storage = checkpoint_storage
        self._executors: dict[str, Executor] = {}
        self._singles: list[tuple[str, str, Optional[Condition]]] = []
        self._groups: list[tuple[str, str, list[str]]] = []
        self._order: list[tuple[str, int]] = []
        self._start_executor = start_executor
        self._id(start_executor)

    def add_edge(self, source: Executor, target: Executor, condition: Optional[Condition] = None) -> WorkflowBuilder:
        """Messages of `source` go to `target`, if `condition(message)` is true.

        A condition must depend on the message alone. An async one must not wait for anything.

        Raises:
            TypeError: an end is not an executor, or the condition cannot be called.
            ValueError: another executor has the same id.
        """
        if condition is not None and not callable(condition):
            raise TypeError(f"the condition {condition!r} cannot be called")
        self._order.append(("single", len(self._singles)))
        self._singles.append((self._id(source), self._id(target), condition))
        return self

    def add_chain(self, executors: Sequence[Executor]) -> WorkflowBuilder:
        """An edge from each executor to the next.

        Raises:
            ValueError: there are fewer than two, or two have the same id.
            TypeError: one is not an executor.
        """
        if len(executors) < 2:
            raise ValueError("a chain needs at least two executors")
        for source, target in zip(executors, executors[1:]):
            self.add_edge(source, target)
        return self

    def add_fan_out_edges(self, source: Executor, targets: Sequence[Executor]) -> WorkflowBuilder:
        """Every message of `source` goes to all `targets`.

        Raises:
            ValueError: there are fewer than two targets, or two executors have the same id.
            TypeError: one is not an executor.
        """
        if len(targets) < 2:
            raise ValueError("a fan-out needs at least two targets")
        return self._add_group("fan_out", self._id(source), targets)

    def add_fan_in_edges(self, sources: Sequence[Executor], target: Executor) -> WorkflowBuilder:
        """`target` gets one list with the messages of all `sources`, once each of them has sent one.

        Raises:
            ValueError: there are fewer than two sources, or two executors have the same id.
            TypeError: one is not an executor.
        """
        if len(sources) < 2:
            raise ValueError("a fan-in needs at least two sources")
        self._add_group("fan_in", "", sources)
        kind, _, ids = self._groups[-1]
        self._groups[-1] = (kind, self._id(target), ids)
        return self

    def build(self) -> Workflow:
        """Checks the graph. The builder may be used again; its workflows share the executor objects.

        Raises:
            EdgeDuplicationError: two edges have the same source and target.
            GraphConnectivityError: an executor cannot be reached from the start.
            WorkflowValidationError: the graph is wrong in another way.
        """
        self._refuse_duplicates()
        hosts = [Host(executor) for executor in self._executors.values()]
        conditional = [edge for edge in self._singles if edge[2] is not None]
        names = iter(condition_names(conditional))  # type: ignore[arg-type]
        builder, handle = c_void_p(), c_void_p()
        _call(lib.wf_builder_new, (self._name or self._default_name()).encode(), byref(builder))
        try:
            _call(lib.wf_builder_set_max_supersteps, builder, self._max_iterations)
            _call(lib.wf_builder_set_start, builder, self._start_executor.id.encode())
            for index, host in enumerate(hosts, 1):
                struct = executor_struct(index, host.keeps_state)
                _call(lib.wf_builder_add_executor, builder, host.id.encode(), byref(struct))
            conditions: dict[str, Condition] = {}
            for kind, index in self._order:
                if kind == "single":
                    self._build_edge(builder, self._singles[index], names, conditions)
                else:
                    self._build_group(builder, *self._groups[index])
            _call(lib.wf_builder_build, builder, byref(handle))
        finally:
            lib.wf_builder_free(builder)
        return Workflow(
            handle.value or 0,
            hosts,
            list(conditions.values()),
            self._start_executor,
            description=self._description,
            max_iterations=self._max_iterations,
            checkpoint_storage=self._checkpoint_storage,
        )

    def _id(self, executor: Executor) -> str:
        """The id of an executor, which belongs to the graph from now on."""
        if not isinstance(executor, Executor):
            raise TypeError(f"{executor!r} is not an executor: use an Executor object or a function with @executor")
        if not hasattr(executor, "_handlers"):
            raise TypeError(f"{type(executor).__name__} must call super().__init__(id=...) in its __init__")
        known = self._executors.setdefault(executor.id, executor)
        if known is not executor:
            raise ValueError(f"two executors have the id '{executor.id}'")
        return executor.id

    def _add_group(self, kind: str, end: str, executors: Sequence[Executor]) -> WorkflowBuilder:
        self._order.append(("group", len(self._groups)))
        self._groups.append((kind, end, [self._id(executor) for executor in executors]))
        return self

    def _pairs(self) -> list[tuple[str, str]]:
        """Every edge as source and target."""
        pairs = [(source, target) for source, target, _ in self._singles]
        for kind, end, others in self._groups:
            pairs += [(end, other) if kind == "fan_out" else (other, end) for other in others]
        return pairs

    def _refuse_duplicates(self) -> None:
        seen: set[tuple[str, str]] = set()
        for source, target in self._pairs():
            if (source, target) in seen:
                raise EdgeDuplicationError(f"the edge {source}->{target} is there twice")
            seen.add((source, target))

    def _default_name(self) -> str:
        text = repr((self._start_executor.id, sorted(self._executors), sorted(self._pairs())))
        return f"workflow-{zlib.crc32(text.encode()):08x}"

    def _build_edge(self, builder: Any, edge: Any, names: Any, conditions: dict[str, Condition]) -> None:
        source, target, condition = edge
        name = None
        if condition is not None:
            name = next(names)
            if name not in conditions:
                conditions[name] = condition
                _call(lib.wf_builder_add_condition, builder, byref(_condition_struct(name, len(conditions))))
            name = name.encode()
        _call(lib.wf_builder_add_edge, builder, source.encode(), target.encode(), name)

    def _build_group(self, builder: Any, kind: str, end: str, others: list[str]) -> None:
        ids = (c_char_p * len(others))(*(other.encode() for other in others))
        if kind == "fan_out":
            _call(lib.wf_builder_add_fan_out_edges, builder, end.encode(), ids, len(others))
        else:
            _call(lib.wf_builder_add_fan_in_edges, builder, ids, len(others), end.encode())


def _condition_struct(name: str, index: int) -> _abi.wf_condition_t:
    from . import _trampolines

    return _abi.wf_condition_t(
        flags=_abi.WF_STRICT_RESULT, name=name.encode(), evaluate=_trampolines.condition, user_data=index
    )


def _call(function: Callable[..., int], *arguments: Any) -> None:
    error = c_void_p()
    status = function(*arguments, byref(error))
    if status:
        raise_for(status, error)
