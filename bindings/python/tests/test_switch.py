"""Switches and selections: who gets a message."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from samples import run

from libworkflow import (
    Case,
    Default,
    EdgeDuplicationError,
    Executor,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    executor,
    handler,
)


@executor(id="source")
async def source(message: Any, ctx: WorkflowContext[Any]) -> None:
    await ctx.send_message(message)


class End(Executor):
    @handler
    async def end(self, message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output((self.id, message))


def ends(*ids: str) -> list[End]:
    return [End(id) for id in ids]


def switch(*cases: Any) -> Workflow:
    return WorkflowBuilder(start_executor=source).add_switch_case_edge_group(source, cases).build()


def is_small(n: int) -> bool:
    return n < 10


@pytest.mark.parametrize("default_at", [0, 1, 2])
def test_switch_takes_the_first_case_that_fits_wherever_the_default_stands(default_at: int) -> None:
    async def main() -> None:
        a, b, c = ends("a", "b", "c")
        cases: list[Any] = [Case(is_small, a), Case(condition=lambda n: n < 100, target=b)]
        cases.insert(default_at, Default(target=c))
        workflow = switch(*cases)
        for n, target in ((1, "a"), (50, "b"), (500, "c")):
            assert (await workflow.run(n)).get_outputs() == [(target, n)]

    run(main())


def test_cases_may_share_a_target() -> None:
    async def main() -> None:
        a, b = ends("a", "b")
        workflow = switch(Case(lambda n: n == 1, a), Case(lambda n: n == 2, a), Case(lambda n: n == 3, b), Default(b))
        assert [(await workflow.run(n)).get_outputs() for n in range(5)] == [
            [("b", 0)], [("a", 1)], [("a", 2)], [("b", 3)], [("b", 4)],
        ]  # fmt: skip

    run(main())


def test_wrong_switches() -> None:
    a, b = ends("a", "b")
    for cases, words in (
        ([Default(a)], "at least two"),
        ([Case(is_small, a), Case(is_small, b)], "exactly one Default, not 0"),
        ([Default(a), Default(b)], "exactly one Default, not 2"),
    ):
        with pytest.raises(ValueError, match=words):
            switch(*cases)
    with pytest.raises(TypeError, match="neither a Case nor a Default"):
        switch(a, b)
    with pytest.raises(TypeError, match="cannot be called"):
        switch(Case("yes", a), Default(b))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="is not an executor"):
        switch(Case(is_small, "a"), Default(b))  # type: ignore[arg-type]


def test_a_case_that_raises_fails_the_run() -> None:
    async def main() -> None:
        a, b = ends("a", "b")
        with pytest.raises(ZeroDivisionError):
            await switch(Case(lambda n: 1 // n, a), Default(b)).run(0)

    run(main())


def selection(function: Any, ids: str = "abc") -> Workflow:
    targets: Sequence[Executor] = ends(*ids)
    return WorkflowBuilder(start_executor=source).add_multi_selection_edge_group(source, targets, function).build()


def test_selection_goes_to_those_that_were_chosen() -> None:
    async def main() -> None:
        offered: list[list[str]] = []

        def choose(message: str, targets: list[str]) -> list[str]:
            offered.append(targets)
            return [target for target in reversed(targets) if target in message] * 2

        workflow = selection(choose)
        for message in ("ca", "b", "x"):
            outputs = (await workflow.run(message)).get_outputs()
            assert outputs == [(id, message) for id in "abc" if id in message]
        assert offered == [["a", "b", "c"]] * 3

    run(main())


def test_selector_may_be_async_but_not_wait() -> None:
    async def main() -> None:
        async def first(message: Any, targets: list[str]) -> list[str]:
            return targets[:1]

        assert (await selection(first).run(1)).get_outputs() == [("a", 1)]

    run(main())


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (["a", "z"], RuntimeError, "chose 'z', but its targets are 'a', 'b', 'c'"),
        ([1], RuntimeError, "chose 1"),
        ("abc", TypeError, "list of executor ids, not 'abc'"),
        (None, TypeError, "list of executor ids, not None"),
    ],
)
def test_wrong_selections_fail_the_run(answer: Any, kind: type[Exception], words: str) -> None:
    async def main() -> None:
        with pytest.raises(kind, match=words):
            await selection(lambda message, targets: answer).run(1)

    run(main())


def test_wrong_selection_groups() -> None:
    (a,) = ends("a")
    builder = WorkflowBuilder(start_executor=source)
    with pytest.raises(ValueError, match="at least two"):
        builder.add_multi_selection_edge_group(source, [a], lambda m, t: t)
    with pytest.raises(TypeError, match="cannot be called"):
        builder.add_multi_selection_edge_group(source, ends("b", "c"), "all")  # type: ignore[arg-type]
    with pytest.raises(EdgeDuplicationError):
        WorkflowBuilder(start_executor=source).add_multi_selection_edge_group(source, [a, a], lambda m, t: t).build()


def test_targeted_message_is_selected_too() -> None:
    async def main() -> None:
        @executor(id="picky")
        async def picky(target: str, ctx: WorkflowContext[str]) -> None:
            await ctx.send_message(target, target_id=target)

        builder = WorkflowBuilder(start_executor=picky)
        workflow = builder.add_multi_selection_edge_group(picky, ends("a", "b"), lambda m, t: ["a"]).build()
        assert (await workflow.run("a")).get_outputs() == [("a", "a")]
        assert (await workflow.run("b")).get_outputs() == []

    run(main())


def test_signature_sees_selectors_and_cases_and_is_the_same_in_every_process() -> None:
    a, b = ends("a", "b")
    signatures = [
        switch(Case(is_small, a), Default(b)).graph_signature_hash,
        switch(Case(lambda n: True, a), Default(b)).graph_signature_hash,
        switch(Case(is_small, b), Default(a)).graph_signature_hash,
        selection(is_small, "ab").graph_signature_hash,
        selection(lambda m, t: t, "ab").graph_signature_hash,
    ]
    assert len(set(signatures)) == len(signatures)
    code = (
        "from test_switch import *\na, b = ends('a', 'b')\n"
        "print(switch(Case(is_small, a), Default(b)).graph_signature_hash)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == signatures[:1]
