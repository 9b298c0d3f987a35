"""The package can be called as `signatures.txt` says, which is how programs call what they know."""

from __future__ import annotations

import inspect
import re
import typing
from pathlib import Path
from typing import Any

import pytest

import libworkflow
from libworkflow import (
    Executor,
    FanOutEdgeGroup,
    SwitchCaseEdgeGroupCase,
    ValidationTypeEnum,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowEventSource,
    WorkflowEventType,
    WorkflowExecutor,
    WorkflowRunState,
    handler,
)

LINES = [
    line
    for line in (Path(__file__).parent / "signatures.txt").read_text().splitlines()
    if line and not line.startswith("#")
]


def named(name: str) -> Any:
    found: Any = libworkflow
    for part in name.split("."):
        found = getattr(found, part)
    return found


def parameters(signature: inspect.Signature, *, is_method: bool) -> list[inspect.Parameter]:
    found = list(signature.parameters.values())
    return found[1:] if is_method and found and found[0].name in ("self", "cls") else found


def problems(theirs: list[inspect.Parameter], ours: list[inspect.Parameter]) -> list[str]:
    """What of their calls would fail."""
    found, mine = [], {one.name: one for one in ours}
    for at, one in enumerate(theirs):
        other = mine.get(one.name)
        if one.kind is one.VAR_KEYWORD:
            if not any(other.kind is other.VAR_KEYWORD for other in ours):
                found.append("takes no further keywords")
        elif other is None:
            found.append(f"has no {one.name}")
        elif one.kind is not one.KEYWORD_ONLY and (other.kind is other.KEYWORD_ONLY or ours[at] is not other):
            found.append(f"{one.name} is not at {at}")
        elif one.default is not one.empty and other.default is other.empty:
            found.append(f"{one.name} must be given")
        elif one.default not in (one.empty, ...) and one.default != other.default:
            found.append(f"{one.name} is {other.default!r} if not given")
    known = {one.name for one in theirs}
    for other in ours:
        if other.name not in known and other.default is other.empty and other.kind < other.VAR_KEYWORD:
            if other.kind is not other.VAR_POSITIONAL:
                found.append(f"{other.name} must be given")
    return found


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split("(")[0])
def test_it_can_be_called_so(line: str) -> None:
    found = re.fullmatch(r"(async )?([\w.]+)(?:\((.*)\))?", line)
    assert found is not None
    is_async, name, arguments = found.groups()
    target = named(name)
    if arguments is None:
        assert not inspect.isfunction(target)
        return
    theirs = parameters(inspect.signature(eval(f"lambda {arguments}: 0")), is_method=False)
    function = target.__init__ if inspect.isclass(target) else target
    is_method = inspect.isclass(target) or "." in name
    assert problems(theirs, parameters(inspect.signature(function), is_method=is_method)) == []
    assert bool(is_async) == inspect.iscoroutinefunction(target)


def test_a_call_that_would_fail_is_found() -> None:
    def check(theirs: str, ours: str) -> list[str]:
        return problems(
            *(list(inspect.signature(eval(f"lambda {one}: 0")).parameters.values()) for one in (theirs, ours))
        )

    assert check("a, b=None, *, c=1, **d", "a, b=None, more=1, *, c=1, other=2, **e") == []
    assert check("a", "b") == ["has no a", "b must be given"]
    assert check("a, b", "b, a") == ["a is not at 0", "b is not at 1"]
    assert check("a", "*, a") == ["a is not at 0"]
    assert check("a=1", "a") == ["a must be given"]
    assert check("a=1", "a=2") == ["a is 2 if not given"]
    assert check("a=...", "a=2") == []
    assert check("**a", "a=1") == ["takes no further keywords"]
    assert check("a", "a, *, b") == ["b must be given"]


def select(message: Any, ids: Any = None) -> Any:
    return ids


class Node(Executor):
    @handler
    async def take(self, message: str, ctx: WorkflowContext[str]) -> None: ...


def test_objects_have_the_members() -> None:
    node = Node("a")
    workflow = WorkflowBuilder(start_executor=node, description="d").build()
    for name in (
        "id name description status max_iterations executors edge_groups start_executor_id graph_signature "
        "graph_signature_hash input_types output_types"
    ).split():
        assert getattr(workflow, name) is not None, name
    assert (node.id, node.type, node.is_request_response_capable) == ("a", "Node", False)
    assert WorkflowExecutor(workflow, "box").workflow is workflow
    fan = FanOutEdgeGroup("a", ["b", "c"], select)
    assert fan.selection_func is select and fan.selection_func_name == "select"
    assert SwitchCaseEdgeGroupCase(select, "b").condition is select
    (group,) = workflow.edge_groups
    assert group.source_executor_ids == ["internal:a"] and group.target_executor_ids == ["a"] and group.id


def test_words() -> None:
    assert {state.value for state in WorkflowRunState} == set(
        "STARTED IN_PROGRESS IN_PROGRESS_PENDING_REQUESTS IDLE IDLE_WITH_PENDING_REQUESTS FAILED CANCELLED".split()
    )
    assert {source.value for source in WorkflowEventSource} == {"FRAMEWORK", "EXECUTOR"}
    assert {kind.value for kind in ValidationTypeEnum} == set(
        "EDGE_DUPLICATION EXECUTOR_DUPLICATION TYPE_COMPATIBILITY GRAPH_CONNECTIVITY HANDLER_OUTPUT_ANNOTATION "
        "OUTPUT_VALIDATION".split()
    )
    assert set(typing.get_args(WorkflowEventType)) >= set(
        "started status failed output intermediate data request_info warning error superstep_started "
        "superstep_completed executor_invoked executor_completed executor_failed executor_bypassed".split()
    )
    assert libworkflow.CheckpointID is str and libworkflow.DEFAULT_MAX_ITERATIONS == 100


@pytest.mark.parametrize(
    "name, bases",
    [
        ("WorkflowRunnerException", "WorkflowException"),
        ("WorkflowConvergenceException", "WorkflowRunnerException"),
        ("WorkflowCheckpointException", "WorkflowRunnerException"),
        ("WorkflowValidationError", "WorkflowException"),
        ("EdgeDuplicationError", "WorkflowValidationError"),
        ("TypeCompatibilityError", "WorkflowValidationError"),
        ("GraphConnectivityError", "WorkflowValidationError"),
    ],
)
def test_errors_are_kinds_of_others(name: str, bases: str) -> None:
    assert issubclass(named(name), named(bases))
