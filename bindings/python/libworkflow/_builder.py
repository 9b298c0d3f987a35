"""Describes a graph and builds a workflow from it."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from ctypes import byref, c_char_p, c_void_p
from dataclasses import dataclass
from typing import Any, Callable, Optional

from ._condition import Condition, condition_names, condition_struct
from ._errors import EdgeDuplicationError
from ._executor import Executor
from ._host import Host, executor_struct
from ._library import lib, raise_for
from ._storage import CheckpointStorage, handle_of
from ._workflow import Workflow

DEFAULT_MAX_ITERATIONS = 100


@dataclass
class EdgeGroup:
    """What one call of the builder added."""

    kind: str
    sources: list[str]
    targets: list[str]
    condition: Optional[Condition] = None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Its edges as source and target."""
        return [(source, target) for source in self.sources for target in self.targets]


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
        self._groups: list[EdgeGroup] = []
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
        return self._add("single", [source], [target], condition)

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
        return self._add("fan_out", [source], targets)

    def add_fan_in_edges(self, sources: Sequence[Executor], target: Executor) -> WorkflowBuilder:
        """`target` gets one list with the messages of all `sources`, once each of them has sent one.

        Raises:
            ValueError: there are fewer than two sources, or two executors have the same id.
            TypeError: one is not an executor.
        """
        if len(sources) < 2:
            raise ValueError("a fan-in needs at least two sources")
        return self._add("fan_in", sources, [target])

    def build(self) -> Workflow:
        """Checks the graph. The builder may be used again; its workflows share the executor objects.

        Raises:
            EdgeDuplicationError: two edges have the same source and target.
            GraphConnectivityError: an executor cannot be reached from the start.
            WorkflowValidationError: the graph is wrong in another way.
        """
        self._refuse_duplicates()
        hosts = [Host(executor) for executor in self._executors.values()]
        conditional = [(*group.pairs[0], group.condition) for group in self._groups if group.condition]
        names = condition_names(conditional)
        conditions = dict(zip(names, (condition for _, _, condition in conditional)))
        builder, handle = c_void_p(), c_void_p()
        _call(lib.wf_builder_new, (self._name or self._default_name()).encode(), byref(builder))
        try:
            _call(lib.wf_builder_set_max_supersteps, builder, self._max_iterations)
            _call(lib.wf_builder_set_start, builder, self._start_executor.id.encode())
            for index, host in enumerate(hosts, 1):
                _call(
                    lib.wf_builder_add_executor,
                    builder,
                    host.id.encode(),
                    byref(executor_struct(index, host.keeps_state)),
                )
            for index, name in enumerate(conditions, 1):
                _call(lib.wf_builder_add_condition, builder, byref(condition_struct(name, index)))
            following = iter(names)
            for group in self._groups:
                _add_edges(builder, group, next(following) if group.condition else None)
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

    def _add(
        self, kind: str, sources: Sequence[Executor], targets: Sequence[Executor], condition: Optional[Condition] = None
    ) -> WorkflowBuilder:
        ids = [self._id(executor) for executor in (*sources, *targets)]
        self._groups.append(EdgeGroup(kind, ids[: len(sources)], ids[len(sources) :], condition))
        return self

    def _refuse_duplicates(self) -> None:
        pairs = Counter(pair for group in self._groups for pair in group.pairs)
        for (source, target), count in pairs.items():
            if count > 1:
                raise EdgeDuplicationError(f"{source}->{target}")

    def _default_name(self) -> str:
        pairs = sorted(pair for group in self._groups for pair in group.pairs)
        text = repr((self._start_executor.id, sorted(self._executors), pairs))
        return f"workflow-{zlib.crc32(text.encode()):08x}"


def _add_edges(builder: c_void_p, group: EdgeGroup, condition: Optional[str]) -> None:
    sources, targets = ([name.encode() for name in ids] for ids in (group.sources, group.targets))
    if group.kind == "single":
        _call(lib.wf_builder_add_edge, builder, sources[0], targets[0], condition.encode() if condition else None)
    elif group.kind == "fan_out":
        _call(lib.wf_builder_add_fan_out_edges, builder, sources[0], _texts(targets), len(targets))
    else:
        _call(lib.wf_builder_add_fan_in_edges, builder, _texts(sources), len(sources), targets[0])


def _texts(items: list[bytes]) -> Any:
    return (c_char_p * len(items))(*items)


def _call(function: Callable[..., int], *arguments: Any) -> None:
    error = c_void_p()
    status = function(*arguments, byref(error))
    if status:
        raise_for(status, error)
