"""The runner of `bindings/python/peer`, with a checkout of our own: the real one is nothing that can be committed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PEER = Path(__file__).parents[1] / "peer"

TESTS = """
import pytest
from agent_framework import Executor, WorkflowBuilder, WorkflowContext, handler
from agent_framework import AgentExecutor
from agent_framework._workflows._edge import SingleEdgeGroup

class Shout(Executor):
    @handler
    async def shout(self, text: str, ctx: WorkflowContext[int, str]) -> None:
        await ctx.yield_output(text.upper())

async def test_runs():
    assert (await WorkflowBuilder(start_executor=Shout("s")).build().run("a")).get_outputs() == ["A"]

@pytest.mark.parametrize("number", [1, 2])
def test_names(number):
    assert SingleEdgeGroup("a", "b").edges[0].id == "a->b"

def test_of_agents():
    AgentExecutor()
"""


def run(folder: Path, tests: str) -> tuple[int, str]:
    place = folder / "python" / "packages" / "core" / "tests" / "workflow"
    place.mkdir(parents=True)
    (place / "test_some.py").write_text(tests)
    done = subprocess.run([sys.executable, PEER / "run.py", folder], capture_output=True, text=True)
    return done.returncode, done.stdout


def test_what_fails_without_a_reason_is_unexpected(tmp_path: Path) -> None:
    status, text = run(tmp_path, TESTS)
    assert status == 1 and "3 in scope, 2 passed, 0 skip themselves, 1 failed" in text
    unexpected = "UNEXPECTED: NotImplementedError: libworkflow has no AgentExecutor"
    assert f"test_some.py::test_of_agents\n      {unexpected}" in text


def test_without_it_all_is_well(tmp_path: Path) -> None:
    status, text = run(tmp_path, TESTS.partition("def test_of_agents")[0])
    assert status == 0 and "2 in scope, 2 passed, 0 skip themselves, 0 failed" in text


def test_without_tests_nothing_is_well(tmp_path: Path) -> None:
    assert subprocess.run([sys.executable, PEER / "run.py", tmp_path], capture_output=True).returncode == 1


@pytest.mark.parametrize("name", ["out_of_scope.txt", "differs.txt"])
def test_each_line_of_a_list_has_a_reason(name: str) -> None:
    lines = [line for line in (PEER / name).read_text().splitlines() if line and not line.startswith("#")]
    assert lines and all(len(line.split(None, 1)) == 2 for line in lines)
    assert len({line.split()[0] for line in lines}) == len(lines)


def test_the_guide_names_each_difference() -> None:
    guide = (PEER.parents[2] / "docs" / "migrating.md").read_text()
    for line in (PEER / "differs.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            assert line.split()[0].rpartition("::")[2] in guide
