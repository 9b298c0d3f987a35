"""The runner of `bindings/python/peer`, with a checkout of our own: the real one is nothing that can be committed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PEER = Path(__file__).parents[1] / "peer"

if not PEER.exists():
    pytest.skip("what compares with the peer stays in the source tree", allow_module_level=True)

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


PLAN = {
    "nodes": [
        {"id": "a", "takes": "numbers", "then": [], "saves": True, "steps": [
            {"do": "send", "target": None, "less": 1, "text": False}, {"do": "add", "key": "sum"}, {"do": "ask"}]},
        {"id": "b", "takes": "all", "then": [], "saves": True, "steps": [
            {"do": "count_up"}, {"do": "give", "mark": 7}]},
    ],
    "groups": [{"kind": "edge", "source": "a", "targets": ["b"], "tests": []}],
    "max_iterations": 9,
    "turns": [{"message": 5, "answers": [[1, 3]]}],
    "resume": [[1, [1, 2], True]],
}  # fmt: skip


def played() -> dict[str, Any]:
    command = [sys.executable, PEER / "play.py", "libworkflow"]
    done = subprocess.run(command, input=json.dumps(PLAN) + "\n", capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_a_plan_is_played_and_compared() -> None:
    spec = importlib.util.spec_from_file_location("differences", PEER / "differences.py")
    assert spec is not None and spec.loader is not None
    differences = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(differences)
    account = played()
    assert [turn["how"] for turn in account["turns"]] == [
        ["message"],
        ["responses"],
        ["checkpoint_id"],
        ["checkpoint_id", "responses"],
    ]
    assert account["turns"][0]["supersteps"][1]["did"] == [
        ["executor_invoked", "b", 4],
        ["output", "b", ["count", 1]],
        ["output", "b", [7, 4]],
        ["executor_completed", "b", [["count", 1], [7, 4]]],
    ]
    assert account["checkpoints"][1]["state"] == {"sum": 5} and account["checkpoints"][1]["pending"] == [["a", "5?"]]
    assert differences.compare(PLAN, account, played()) == ("", "")
    for change in (
        lambda it: it["turns"][0]["supersteps"][1]["did"][2].__setitem__(2, [7, 5]),
        lambda it: it["turns"][0]["supersteps"][1].update(number=3),
        lambda it: it["turns"][1].update(status="FAILED"),
        lambda it: it["checkpoints"][1]["state"].update(sum=6),
        lambda it: it["checkpoints"].pop(),
        lambda it: it["turns"].pop(),
    ):
        changed = played()
        change(changed)
        found, reason = differences.compare(PLAN, account, changed)
        assert found and not reason
