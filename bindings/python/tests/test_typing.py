"""The package is fully typed, and so are programs that use it. Needs mypy and basedpyright, which has its own node."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1]

PROGRAM = """
import asyncio
from dataclasses import dataclass
from typing import Any

from libworkflow import (
    Case, Default, Executor, InMemoryCheckpointStorage, Retry, WorkflowBuilder, WorkflowContext, WorkflowEvent,
    WorkflowOutputEvent, WorkflowRunResult, executor, handler, response_handler,
)


@dataclass
class Order:
    amount: int


class Clerk(Executor):
    @handler
    async def ask(self, order: Order, ctx: WorkflowContext[str, bool]) -> None:
        seen: int = ctx.get_state("seen", 0)
        ctx.set_state("seen", seen + 1)
        await ctx.send_message("asked")
        await ctx.request_info(f"pay {order.amount}?", bool)

    @response_handler
    async def hear(self, original_request: str, response: bool, ctx: WorkflowContext[str, bool]) -> None:
        await ctx.yield_output(response)


@executor(id="log", retry=Retry(attempts=2))
async def log(text: str, ctx: WorkflowContext) -> None:
    print(text)


async def main() -> bool:
    clerk, storage = Clerk("clerk"), InMemoryCheckpointStorage()
    builder = WorkflowBuilder(start_executor=clerk, checkpoint_storage=storage)
    builder.add_switch_case_edge_group(clerk, [Case(lambda text: bool(text), log), Default(clerk)])
    workflow = builder.build()
    result: WorkflowRunResult = await workflow.run(Order(3))
    asked: WorkflowEvent[Any] = result.get_request_info_events()[0]
    async for event in workflow.run(responses={asked.request_id: True}, stream=True):
        if isinstance(event, WorkflowOutputEvent):
            answer: bool = event.data
            return answer
    return False


asyncio.run(main())
"""


def has(module: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(importlib.util.find_spec(module) is None, reason=f"pip install {module}")


def run(*command: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=PACKAGE,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return f"{done.returncode}\n{done.stdout}"


@has("mypy")
def test_mypy_finds_nothing(tmp_path: Path) -> None:
    text = run("mypy", "--cache-dir", str(tmp_path))
    assert text.startswith("0\n"), text


@has("mypy")
def test_mypy_finds_nothing_in_a_program_and_something_in_a_wrong_one(tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(PROGRAM)
    (tmp_path / "wrong.py").write_text(PROGRAM.replace("workflow.run(Order(3))", "workflow.run(Order(3), 7)"))
    options = ("--strict", "--follow-imports", "silent", "--config-file", "", "--cache-dir", str(tmp_path))
    text = run("mypy", *options, str(tmp_path / "right.py"), MYPYPATH=str(PACKAGE))
    assert text.startswith("0\n"), text
    text = run("mypy", *options, str(tmp_path / "wrong.py"), MYPYPATH=str(PACKAGE))
    assert text.startswith("1\n") and "Found 1 error" in text, text


@has("basedpyright")
def test_pyright_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    settings = {
        "include": [str(PACKAGE / "libworkflow"), str(tmp_path)],
        "ignore": [str(PACKAGE / "libworkflow" / "_abi.py")],  # generated
        "extraPaths": [str(PACKAGE)],
        "typeCheckingMode": "standard",
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    text = run("basedpyright", "-p", str(tmp_path))
    assert text.startswith("0\n"), text


@has("basedpyright")
def test_every_public_name_has_a_known_type() -> None:
    text = run("basedpyright", "--verifytypes", "libworkflow", "--ignoreexternal", PYTHONPATH=str(PACKAGE))
    assert "Type completeness score: 100%" in text, text
