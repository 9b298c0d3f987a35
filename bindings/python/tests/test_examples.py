"""The example in every docstring, and what objects say of themselves."""

from __future__ import annotations

import asyncio
import ctypes
import doctest
import inspect
from pathlib import Path
from typing import Any

import pytest
from samples import run

import libworkflow
from libworkflow import Executor, WorkflowBuilder, WorkflowContext, WorkflowViz, executor, handler

PUBLIC = [
    name
    for name in libworkflow.__all__
    if inspect.isclass(getattr(libworkflow, name)) or callable(getattr(libworkflow, name))
]
WITHOUT = {"AgentRunInputs", "CheckpointID", "WorkflowEventType"}  # other names for types of Python


class Shout(Executor):
    @handler
    async def shout(self, text: str, ctx: WorkflowContext[str, str]) -> None:
        await ctx.yield_output(text.upper())


@executor
async def echo(text: str, ctx: WorkflowContext[str]) -> None:
    await ctx.send_message(text)


@executor
async def double(number: int, ctx: WorkflowContext[int]) -> None: ...


@pytest.mark.parametrize("name", sorted(set(PUBLIC) - WITHOUT))
def test_the_example_is_right(name: str, tmp_path: Path) -> None:
    text = inspect.getdoc(getattr(libworkflow, name)) or ""
    known: dict[str, Any] = {one: getattr(libworkflow, one) for one in libworkflow.__all__}
    known.update(
        asyncio=asyncio,
        ctypes=ctypes,
        echo=echo,
        double=double,
        folder=tmp_path,
        shout=Shout("shout"),
        boss=Shout("boss"),
    )
    known.update(workflow=WorkflowBuilder(name="hello", start_executor=known["shout"]).build())
    test = doctest.DocTestParser().get_doctest(text, known, name, None, None)
    assert test.examples, f"{name} has no example"
    told: list[str] = []
    flags = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL * ("Traceback" in text and "..." in text)
    result = doctest.DocTestRunner(optionflags=flags).run(test, out=told.append)
    assert result.failed == 0, "".join(told)


def test_objects_say_what_they_are() -> None:
    said: list[str] = []

    @executor(id="a")
    async def a(text: str, ctx: WorkflowContext[str]) -> None:
        said.extend(map(repr, (ctx, ctx.state, ctx.own_state)))
        said.append(ctx)  # type: ignore[arg-type]

    async def main() -> None:
        builder = WorkflowBuilder(name="w", start_executor=a)
        assert repr(builder) == "WorkflowBuilder(name='w', executors=['a'])"
        workflow = builder.build()
        assert repr(workflow) == "Workflow(name='w', executors=['a'])"
        assert repr(WorkflowViz(workflow)) == "WorkflowViz(Workflow(name='w', executors=['a']))"
        stream = workflow.run("x", stream=True)
        assert repr(stream) == "ResponseStream(0 events, not begun)"
        await stream.__anext__()
        assert repr(stream) == "ResponseStream(1 events, under way)"
        await stream
        assert repr(stream) == "ResponseStream(7 events, ended)"
        assert said[:3] == ["WorkflowContext(executor_id='a')", "State(shared)", "State(of 'a')"]
        assert repr(said[3]) == "WorkflowContext(executor_id='a', ended)"

    run(main())
