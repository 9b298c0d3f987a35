"""What a graph must be before it becomes a workflow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import GenericAlias

from ._edge_group import EdgeGroup, FanInEdgeGroup, InternalEdgeGroup
from ._errors import (
    EdgeDuplicationError,
    GraphConnectivityError,
    TypeCompatibilityError,
    ValidationTypeEnum,
    WorkflowValidationError,
)
from ._executor import Executor
from ._log import tell
from ._type_fit import fits


def validate_workflow_graph(
    edge_groups: Sequence[EdgeGroup],
    executors: Mapping[str, Executor],
    start_executor: Executor,
    output_executors: Sequence[str] = (),
    intermediate_executors: Sequence[str] = (),
) -> None:
    """Checks a graph.

    Raises:
        WorkflowValidationError: it is not valid. The error is that of the first problem, its text names them all,
            and `problems` has one error for each.
    """
    groups = [group for group in edge_groups if not isinstance(group, InternalEdgeGroup)]
    known = executors or {start_executor.id: start_executor}
    problems: list[WorkflowValidationError] = [
        *_duplicates(groups),
        *_misfits(groups, known),
        *_unconnected(groups, known, start_executor.id),
        *_designations(known, output_executors, intermediate_executors),
    ]
    if problems:
        raise _all_in_one(problems)
    for source, target in (pair for group in groups for pair in group.pairs):
        if source == target:
            tell("executor '%s' sends to itself: it needs a condition or a handler that stops", source)


def _all_in_one(problems: list[WorkflowValidationError]) -> WorkflowValidationError:
    first = problems[0]
    first.problems = problems
    if len(problems) > 1:
        first.message = "\n".join([first.message, *(f"[{p.validation_type.value}] {p.message}" for p in problems[1:])])
        first.args = (first.message,)
    return first


def _duplicates(groups: Iterable[EdgeGroup]) -> Iterator[WorkflowValidationError]:
    for (source, target), count in Counter(pair for group in groups for pair in group.pairs).items():
        if count > 1:
            yield EdgeDuplicationError(f"{source}->{target}")


def _misfits(groups: Iterable[EdgeGroup], executors: Mapping[str, Executor]) -> Iterator[WorkflowValidationError]:
    """Edges along which nothing that is declared can go. Executors that declare nothing are left alone."""
    for group in groups:
        for source, target in group.pairs:
            if source not in executors or target not in executors:
                continue  # named elsewhere
            sent, taken = executors[source].output_types, executors[target].input_types
            is_list = isinstance(group, FanInEdgeGroup)
            offered = [GenericAlias(list, (kind,)) for kind in sent] if is_list else sent
            if sent and taken and not any(fits(mine, theirs) for mine in offered for theirs in taken):
                yield TypeCompatibilityError(source, target, offered, taken)


def _unconnected(
    groups: Iterable[EdgeGroup], executors: Mapping[str, Executor], start: str
) -> Iterator[WorkflowValidationError]:
    pairs = [pair for group in groups for pair in group.pairs]
    mentioned = {name for pair in pairs for name in pair}
    if start not in executors:
        yield GraphConnectivityError(f"the start executor '{start}' is not present in the workflow graph")
        return
    unknown = sorted(mentioned - executors.keys())
    if unknown:
        yield GraphConnectivityError(f"edges name executors that are not in the workflow: {unknown}")
    following: dict[str, list[str]] = {}
    for source, target in pairs:
        following.setdefault(source, []).append(target)
    reached, todo = {start}, [start]
    while todo:
        fresh = [target for target in following.get(todo.pop(), ()) if target not in reached]
        reached.update(fresh)
        todo.extend(fresh)
    lost = sorted(executors.keys() - reached)
    if lost:
        names = ", ".join(f"'{name}'" for name in lost)
        yield GraphConnectivityError(f"these executors are unreachable from the start executor '{start}': {names}")


def _designations(
    executors: Mapping[str, Executor], outputs: Sequence[str], intermediates: Sequence[str]
) -> Iterator[WorkflowValidationError]:
    def problem(text: str) -> WorkflowValidationError:
        return WorkflowValidationError(text, ValidationTypeEnum.OUTPUT_VALIDATION)

    both = sorted(set(outputs) & set(intermediates))
    if both:
        yield problem(f"executors cannot be both output and intermediate: {both}")
    for what, names in (("Output", outputs), ("Intermediate", intermediates)):
        for name in names:
            if name not in executors:
                yield problem(f"{what} executor '{name}' is not present in the workflow graph")
            elif not executors[name].workflow_output_types:
                yield problem(
                    f"{what} executor '{name}' must have output type annotations defined: "
                    "WorkflowContext[OutT, WorkflowOutT]"
                )
