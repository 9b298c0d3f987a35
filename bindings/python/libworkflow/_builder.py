"""Describes a graph and builds a workflow from it."""

from __future__ import annotations

from binascii import crc32  # not from zlib, which nobody else here needs
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Optional, Union

from ._abi import WF_DURABILITY_FULL, WF_RUN_STRICT_STATE
from ._assembly import DEFAULT_MAX_ITERATIONS, Assembly, RunSettings
from ._edge import Condition
from ._edge_group import EdgeGroup, FanInEdgeGroup, FanOutEdgeGroup, Selector, SingleEdgeGroup
from ._event import mask_of
from ._executor import Executor, checked_executor
from ._legacy import outdated
from ._legacy_builder import OlderBuilder
from ._output import UNSET, OutputDesignation, OutputSelection, Selection
from ._storage_handle import handle_of
from ._validation import validate_workflow_graph
from ._workflow import Workflow

if TYPE_CHECKING:
    from ._case import Case, Default
    from ._described import Definition, Described, Executors, Functions
    from ._durability import Durability
    from ._fork import Migration
    from ._retry import Retry
    from ._storage import CheckpointStorage


class WorkflowBuilder(OlderBuilder):
    """Collects executors and edges; every method but `build` answers with the builder.

    A workflow without a `name` gets one made of its executors and edges, the same in every process.

    What the executors in `output_from` yield is an "output" event, what those in `intermediate_output_from` yield an
    "intermediate" one, and what others yield is hidden. "all" stands for all executors that declare the type of their
    output, "all_other" for those of them that are not in `output_from`. Without both, every yield is an output.

    With `strict_state`, two executors that write one key of the shared state in one superstep fail the run; else the
    later one in the order of executors counts, and a "warning" event says so.

    A checkpoint of another graph is refused, unless `migrate(checkpoint, report)` gives one that fits: the same object,
    changed. The report is that of `Workflow.compare`; None refuses.

    Events of the types in `hidden_events`, such as "executor_invoked", are not made at all, which saves time; "status"
    cannot be hidden. For what is inside a sub-workflow, the builder around it counts.

    With a `lease` in seconds, a handler that waits for something fails when for so long it has not called
    `ctx.keep_alive`, with which the time begins anew.

    `durability` says when checkpoints are saved, and what they survive:

    "full": every one, before the run goes on; it is there after a power loss.
    "process": every one, before the run goes on; it survives the death of the process. After a power loss some of the
        last ones may be missing; those that are there are whole.
    "exit": one, whenever a run comes to rest (done, waiting for an answer, failed, cancelled); it is there after a
        power loss. A process that dies on the way loses what the run did since its last rest. The "checkpoint" event
        comes after the status.

    A storage that is written in Python decides for itself what its checkpoints survive.

    Raises:
        TypeError: the start is not an executor, the storage not a storage, the migration cannot be called, the lease
            is no number, or the hidden events are one text.
        ValueError: a selection of outputs is an unknown text, a hidden event no type that can be hidden, the lease
            out of its range, or the durability none of the three.

    >>> WorkflowBuilder(name="two", start_executor=echo).add_edge(echo, shout).build()
    Workflow(name='two', executors=['echo', 'shout'])
    """

    def __init__(
        self,
        max_iterations: int = DEFAULT_MAX_ITERATIONS,
        name: Optional[str] = None,
        description: Optional[str] = None,
        *,
        start_executor: Optional[Executor] = None,
        checkpoint_storage: Optional[CheckpointStorage] = None,
        output_from: Selection = UNSET,
        intermediate_output_from: Selection = UNSET,
        output_executors: Selection = UNSET,
        strict_state: bool = False,
        migrate: Optional[Migration] = None,
        hidden_events: Iterable[str] = (),
        lease: Optional[float] = None,
        durability: Durability = "full",
    ) -> None:
        self._selection = OutputSelection(output_from, intermediate_output_from, output_executors)
        self._strict_state = strict_state
        if migrate is not None and not callable(migrate):
            raise TypeError(f"the migration {migrate!r} cannot be called")
        self._migrate = migrate
        self._mask = mask_of(hidden_events)
        self._lease = 0 if lease is None else _milliseconds(lease, "a lease")
        self._durability = WF_DURABILITY_FULL if durability == "full" else _level(durability)
        if checkpoint_storage is not None:
            handle_of(checkpoint_storage)  # refuses other objects
        self._max_iterations = max_iterations
        self._name = name
        self._description = description
        self._checkpoint_storage = checkpoint_storage
        self._executors: dict[str, Executor] = {}
        self._groups: list[EdgeGroup] = []
        self._retries: dict[str, Optional[Retry]] = {}
        self._timeouts: dict[str, Optional[float]] = {}
        self._start_executor = start_executor
        self._described: Optional[Described] = None
        if start_executor is not None:
            self._id(start_executor)
        else:
            outdated("WorkflowBuilder() without a start_executor", "WorkflowBuilder(start_executor=...)")

    @classmethod
    def from_definition(
        cls,
        definition: Definition,
        executors: Executors,
        conditions: Optional[Functions] = None,
        selectors: Optional[Functions] = None,
        *,
        description: Optional[str] = None,
        checkpoint_storage: Optional[CheckpointStorage] = None,
        strict_state: bool = False,
        migrate: Optional[Migration] = None,
        hidden_events: Iterable[str] = (),
        lease: Optional[float] = None,
        durability: Durability = "full",
    ) -> WorkflowBuilder:
        """Takes the graph from a JSON definition, a dict or a text: what `Workflow.definition` gives, in any language.

        The code is added by the ids and names that the definition has. What is inside a sub-workflow is named by its
        path: `executors={"first": First("first"), "sub/reader": Reader("reader")}`. The definition alone says how often
        an executor is tried again, how long it may take and what becomes of its outputs. Nothing can be added to such a
        builder.

        Raises:
            TypeError: an executor is none, a function cannot be called, or what the class says of its options.
            ValueError: code is missing or has no place, with all names; it is no JSON; or what the class says.
            WorkflowValidationError: it is JSON, but no definition; the error has every place that is wrong.
        """
        from ._described import Described  # few need it

        return cls._from(
            Described(definition, executors, conditions or {}, selectors or {}),
            description=description,
            checkpoint_storage=checkpoint_storage,
            strict_state=strict_state,
            migrate=migrate,
            hidden_events=hidden_events,
            lease=lease,
            durability=durability,
        )

    @classmethod
    def _from(cls, described: Described, **options: Any) -> WorkflowBuilder:
        from ._workflow_executor import WorkflowExecutor  # few need it

        nodes: dict[str, Executor] = {}
        for node in described.plain["executors"]:
            id, ties = node["id"], node.get("sub_workflow")
            if ties is None:
                nodes[id] = described.executors[id]
            else:
                inner = cls._from(described.inside(id)).build()
                flags = ties.get("direct_output", False), not ties.get("intercept_requests", False)
                nodes[id] = WorkflowExecutor(inner, id, *flags, shared_state=ties.get("shared_state", False))
        start = nodes.get(described.plain["start"])
        if start is None:
            from ._validation_errors import GraphConnectivityError

            raise GraphConnectivityError(f"the start '{described.plain['start']}' is no executor of the definition")
        limit = described.plain.get("max_supersteps", DEFAULT_MAX_ITERATIONS)
        builder = cls(limit, described.plain["name"], start_executor=start, **options)
        builder._executors = nodes
        builder._groups = described.groups()
        builder._described = described
        return builder

    def add_edge(self, source: Executor, target: Executor, condition: Optional[Condition] = None) -> WorkflowBuilder:
        """Messages of `source` go to `target`, if `condition(message)` is true.

        A condition must depend on the message alone. An async one must not wait for anything.

        Raises:
            TypeError: an end is not an executor, or the condition cannot be called.
            ValueError: another executor has the same id.
        """
        if condition is not None and not callable(condition):
            raise TypeError(f"the condition {condition!r} cannot be called")
        return self._add(SingleEdgeGroup(self._id(source), self._id(target), condition))

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
        return self._add(FanOutEdgeGroup(self._id(source), self._ids(targets)))

    def add_fan_in_edges(self, sources: Sequence[Executor], target: Executor) -> WorkflowBuilder:
        """`target` gets one list with the messages of all `sources`, once each of them has sent one.

        Raises:
            ValueError: there are fewer than two sources, or two executors have the same id.
            TypeError: one is not an executor.
        """
        if len(sources) < 2:
            raise ValueError("a fan-in needs at least two sources")
        return self._add(FanInEdgeGroup(self._ids(sources), self._id(target)))

    def add_switch_case_edge_group(self, source: Executor, cases: Sequence[Union[Case, Default]]) -> WorkflowBuilder:
        """Every message of `source` goes to the target of the first `Case` that takes it, else to the `Default`'s.

        Raises:
            ValueError: there are fewer than two cases, not exactly one default, or two executors have the same id.
            TypeError: one is neither a case nor a default, or holds something else than it should.
        """
        from ._case import group_cases  # few need it
        from ._switch_group import SwitchCaseEdgeGroup

        source_id = self._id(source)
        return self._add(SwitchCaseEdgeGroup(source_id, group_cases(cases, self._id)))

    def add_multi_selection_edge_group(
        self, source: Executor, targets: Sequence[Executor], selection_func: Selector
    ) -> WorkflowBuilder:
        """Every message of `source` goes to those `targets` whose ids `selection_func(message, ids)` answers.

        The function gets the ids of all targets. It must depend on the message alone, and may choose none. Choosing
        what is no target fails the run.

        Raises:
            ValueError: there are fewer than two targets, or two executors have the same id.
            TypeError: one is not an executor, or the function cannot be called.
        """
        if len(targets) < 2:
            raise ValueError("a selection needs at least two targets")
        if not callable(selection_func):
            raise TypeError(f"the selector {selection_func!r} cannot be called")
        return self._add(FanOutEdgeGroup(self._id(source), self._ids(targets), selection_func))

    def set_retry(self, executor: Executor, retry: Optional[Retry]) -> WorkflowBuilder:
        """Lets the handlers of `executor` that fail be called again; counts more than what its class says.

        Raises:
            TypeError: one of the two is something else.
            ValueError: another executor has the same id, or it is a workflow: set it for the executors inside.
        """
        from ._retry import Retry  # few need it

        if retry is not None and not isinstance(retry, Retry):
            raise TypeError(f"{retry!r} is not a Retry")
        self._retries[self._limited(executor)] = retry
        return self

    def set_timeout(self, executor: Executor, seconds: Optional[float]) -> WorkflowBuilder:
        """Lets the handlers of `executor` fail that take longer; counts more than what its class says.

        A late handler is cancelled. One that keeps the event loop to itself fails when it ends.

        Raises:
            TypeError: it is not an executor.
            ValueError: another executor has the same id, it is a workflow, or the time is out of its range.
        """
        if seconds is not None:
            _milliseconds(seconds, "a timeout")
        self._timeouts[self._limited(executor)] = seconds
        return self

    def _limited(self, executor: Executor) -> str:
        if isinstance(executor, Executor) and executor._is_workflow:
            raise ValueError(f"'{executor.id}' is a workflow: set a retry or a timeout for the executors inside")
        return self._id(executor)

    def build(self) -> Workflow:
        """Checks the graph. The builder may be used again; its workflows share the executor objects.

        Raises:
            TypeError: the class of an executor has a `retry` or a `timeout` that is none.
            EdgeDuplicationError: two edges have the same source and target.
            TypeCompatibilityError: an executor takes nothing of what another one sends to it.
            GraphConnectivityError: an executor cannot be reached from the start.
            WorkflowValidationError: the graph is wrong in another way. Each of these names all problems.
        """
        start = self._start_executor
        if start is None:
            raise ValueError("the workflow has no start: use WorkflowBuilder(start_executor=...)")
        if self._described is None:
            outputs, intermediates = self._selection.resolve(self._executors)
            designation = OutputDesignation(None if outputs is None else frozenset(outputs), frozenset(intermediates))
        else:
            outputs, intermediates, designation = None, [], self._described.designation
        validate_workflow_graph(self._groups, self._executors, start, outputs or (), intermediates)
        settings = RunSettings(
            WF_RUN_STRICT_STATE if self._strict_state else 0, self._mask, self._lease, self._durability, self._migrate
        )
        return Workflow._of(
            Assembly(
                self._name or self._default_name(start),
                dict(self._executors),
                list(self._groups),
                start,
                designation,
                self._description,
                self._max_iterations,
                settings,
                self._checkpoint_storage,
                dict(self._retries),
                dict(self._timeouts),
                self._described,
            )
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self._name!r}, executors={list(self._executors)})"

    def _id(self, executor: Executor) -> str:
        """The id of an executor, which belongs to the graph from now on."""
        if self._described is not None:
            raise RuntimeError("the graph comes from a definition, and has all that it says: change the definition")
        name = getattr(executor, "id", None)
        if isinstance(name, str) and self._executors.get(name) is executor:
            return name  # most are named by several edges
        known = self._executors.setdefault(checked_executor(executor).id, executor)
        if known is not executor:
            raise ValueError(f"Duplicate executor ID '{executor.id}' detected in workflow.")
        return executor.id

    def _ids(self, executors: Sequence[Executor]) -> list[str]:
        return [self._id(executor) for executor in executors]

    def _add(self, group: EdgeGroup) -> WorkflowBuilder:
        self._groups.append(group)
        return self

    def _default_name(self, start: Executor) -> str:
        pairs = sorted(pair for group in self._groups for pair in group.pairs)
        text = repr((start.id, sorted(self._executors), pairs))
        return f"workflow-{crc32(text.encode()):08x}"


def _level(durability: Any) -> int:
    from ._durability import level_of  # few need it

    return level_of(durability)


def _milliseconds(seconds: Any, what: str) -> int:
    from ._retry import milliseconds  # few need it

    return milliseconds(seconds, what)
