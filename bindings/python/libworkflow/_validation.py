"""What a graph must be before it becomes a workflow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import GenericAlias
from typing import TYPE_CHECKING, Any, Optional

from ._annotations import type_name
from ._edge_group import EdgeGroup, FanInEdgeGroup, InternalEdgeGroup
from ._executor import Executor
from ._log import hint, is_heard
from ._type_fit import fits

if TYPE_CHECKING:
    from ._validation_errors import WorkflowValidationError

Pair = tuple[str, str]
Links = tuple[EdgeGroup, list[Pair]]

DEBUG, INFO, WARNING = 10, 20, 30  # of logging


def validate_workflow_graph(
    edge_groups: Sequence[EdgeGroup],
    executors: Mapping[str, Executor],
    start_executor: Executor,
    output_executors: Sequence[str] = (),
    intermediate_executors: Optional[Sequence[str]] = None,
) -> None:
    """Checks a graph.

    Raises:
        WorkflowValidationError: it is not valid. The error is that of the first problem, its text names them all,
            and `problems` has one error for each.

    >>> validate_workflow_graph([SingleEdgeGroup("echo", "shout")], {"echo": echo, "shout": shout}, echo)
    """
    groups = [group for group in edge_groups if not isinstance(group, InternalEdgeGroup)]
    known = executors or {start_executor.id: start_executor}
    links = [(group, group.pairs) for group in groups]
    pairs = [pair for _, of_group in links for pair in of_group]
    problems: list[WorkflowValidationError] = [
        *_duplicates(pairs),
        *_misfits(links, known),
        *_unconnected(pairs, known, start_executor.id),
    ]
    if output_executors or intermediate_executors:
        problems += _designations(known, output_executors, intermediate_executors or ())
    if problems:
        raise _all_in_one(problems)
    _tell(groups, known)


def _tell(groups: Sequence[EdgeGroup], executors: Mapping[str, Executor]) -> None:
    """Logs what is allowed and may yet be a mistake."""
    if not is_heard(WARNING):
        return  # nor anything less
    is_verbose = is_heard(DEBUG)
    for group in groups:
        for source, target in group.pairs:
            if source not in executors or target not in executors:
                continue  # named elsewhere
            if source == target:
                hint(
                    WARNING,
                    "Self-loop detected: executor '%s' sends to itself, which may cause infinite recursion without a "
                    "condition or a handler that stops",
                    source,
                )
            offered, taken = _offered(group, executors[source]), executors[target].input_types
            if not offered:
                hint(
                    WARNING,
                    "Executor '%s' has no output type annotations: whether '%s' takes what it sends is not checked. "
                    "Consider adding WorkflowContext[T] generics to its handlers",
                    source,
                    target,
                )
            elif is_verbose:
                pairs = [f"{type_name(a)} -> {type_name(b)}" for a in offered for b in taken if fits(a, b)]
                hint(
                    DEBUG,
                    "Type compatibility validated for edge '%s' -> '%s'. Compatible type pairs: %s",
                    source,
                    target,
                    ", ".join(pairs),
                )
    senders = {source for group in groups for source, _ in group.pairs}
    ends = sorted(executors.keys() - senders)
    if ends:
        text = "Dead-end executors detected (no edge leaves them): %s. Verify these are intended as final nodes"
        hint(INFO, text, ends)


def _offered(group: EdgeGroup, source: Executor) -> list[Any]:
    """The types in which what `source` sends comes to the targets of a group."""
    sent = source.output_types
    return [GenericAlias(list, (kind,)) for kind in sent] if isinstance(group, FanInEdgeGroup) else sent


def _all_in_one(problems: list[WorkflowValidationError]) -> WorkflowValidationError:
    first = problems[0]
    first.problems = problems
    if len(problems) > 1:
        first.message = "\n".join([first.message, *(f"[{p.validation_type.value}] {p.message}" for p in problems[1:])])
        first.args = (first.message,)
    return first


def _duplicates(pairs: list[Pair]) -> Iterator[WorkflowValidationError]:
    if len(set(pairs)) < len(pairs):
        from ._validation_errors import EdgeDuplicationError

        for (source, target), count in Counter(pairs).items():
            if count > 1:
                yield EdgeDuplicationError(f"{source}->{target}")


def _misfits(links: Iterable[Links], executors: Mapping[str, Executor]) -> Iterator[WorkflowValidationError]:
    """Edges along which nothing that is declared can go. Executors that declare nothing are left alone."""
    for group, pairs in links:
        for source, target in pairs:
            if source not in executors or target not in executors:
                continue  # named elsewhere
            offered, taken = _offered(group, executors[source]), executors[target].input_types
            if offered and taken and offered != taken and not _any_fits(offered, taken):
                from ._validation_errors import TypeCompatibilityError

                yield TypeCompatibilityError(source, target, offered, taken)


def _any_fits(offered: list[Any], taken: list[Any]) -> bool:
    return any(fits(mine, theirs) for mine in offered for theirs in taken)


def _unconnected(pairs: list[Pair], executors: Mapping[str, Executor], start: str) -> Iterator[WorkflowValidationError]:
    mentioned = {name for pair in pairs for name in pair}
    if start not in executors:
        yield _connectivity(f"the start executor '{start}' is not present in the workflow graph")
        return
    unknown = mentioned - executors.keys()
    if unknown:
        yield _connectivity(f"edges name executors that are not in the workflow: {sorted(unknown)}")
    following: dict[str, list[str]] = {}
    for source, target in pairs:
        following.setdefault(source, []).append(target)
    reached, todo = {start}, [start]
    for name in todo:
        for target in following.get(name, ()):
            if target not in reached:
                reached.add(target)
                todo.append(target)
    lost = executors.keys() - reached
    if lost:
        names = ", ".join(f"'{name}'" for name in sorted(lost))
        yield _connectivity(f"The following executors are unreachable from the start executor '{start}': {names}")


def _connectivity(text: str) -> WorkflowValidationError:
    from ._validation_errors import GraphConnectivityError

    return GraphConnectivityError(text)


def _designations(
    executors: Mapping[str, Executor], outputs: Sequence[str], intermediates: Sequence[str]
) -> Iterator[WorkflowValidationError]:
    from ._validation_errors import ValidationTypeEnum, WorkflowValidationError

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
