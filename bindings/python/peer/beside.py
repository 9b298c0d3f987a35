"""Plays random workflows under the published `agent_framework` and under libworkflow: both must do the same.

    python bindings/python/peer/beside.py [EXAMPLES [PYTHON_OF_THE_PEER]]

Outputs, events, superstep numbers, final states and checkpoints are compared, as far as `differences.py` does not say
that they differ on purpose. Each package runs in a process of its own. Without the second argument, `environment.py`
makes an environment with the package. Prints how many examples were compared, and how many of them only up to a
difference that is listed; ends with the smallest example of one that is not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from differences import REASONS, compare
from environment import python_of_the_peer
from hypothesis import HealthCheck, given, settings
from plans import plans

HERE = Path(__file__).resolve().parent


class Player:
    """A process that has one of the packages."""

    def __init__(self, python: str, package: str, path: str = "") -> None:
        environment = {**os.environ, "PYTHONPATH": path}
        command = [python, str(HERE / "play.py"), package]
        self.process = subprocess.Popen(command, env=environment, stdin=-1, stdout=-1, text=True)

    def ask(self, plan: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(plan) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the process has ended"
        answer: dict[str, Any] = json.loads(line)
        assert "broken" not in answer, answer["broken"]
        return answer

    def end(self) -> None:
        self.process.communicate()


def features(account: dict[str, Any]) -> set[str]:
    """What happened in a plan, so that nobody believes in examples that try nothing."""
    if "refused" in account:
        return {f"refused: {account['refused']}"}
    turns = account["turns"]
    events = [event for turn in turns for step in turn["supersteps"] for event in step["did"]]
    found = {event[0] for event in events if event[0] in ("output", "intermediate", "request_info", "executor_failed")}
    found |= {f"ended with {turn['error'][0]}" for turn in turns if "error" in turn}
    found |= {" and ".join(turn["how"]) for turn in turns}
    found |= {"fan-in" for event in events if event[0] == "executor_invoked" and isinstance(event[2], list)}
    found |= {
        "several messages to one executor" for turn in turns for step in turn["supersteps"] if crowded(step["did"])
    }
    found |= {"more than five supersteps" for turn in turns if len(turn["supersteps"]) > 5}
    return found | {"shared state" for checkpoint in account["checkpoints"] if checkpoint["state"]}


def crowded(did: list[list[Any]]) -> bool:
    invoked = [event[1] for event in did if event[0] == "executor_invoked"]
    return len(set(invoked)) < len(invoked)


class Differs(Exception):
    """In what, and the plan."""


def main() -> int:
    examples = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    peer = sys.argv[2] if len(sys.argv) > 2 else python_of_the_peer()
    there, here = Player(peer, "agent_framework"), Player(sys.executable, "libworkflow", str(HERE.parent))
    counts: Counter[str] = Counter()
    seen: Counter[str] = Counter()

    @given(plans())
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False)
    def beside(plan: dict[str, Any]) -> None:
        there.ask(plan)
        here.ask(plan)
        theirs, ours = there.answer(), here.answer()
        if "too_much" in theirs or "too_much" in ours:
            counts["too much"] += 1
            return
        found, reason = compare(plan, theirs, ours)
        if found:
            raise Differs(f"{found}\n{json.dumps(plan)}")
        seen.update(features(ours))
        counts["refused" if "refused" in ours else reason or "whole"] += 1

    found = ""
    try:
        beside()
    except Differs as error:
        found = f"DIFFERS: {error}"
    finally:
        there.end()
        here.end()
        print(f"{sum(counts.values())} examples: {counts.pop('whole', 0)} did the same to the end", end="")
        print(f", {counts.pop('refused', 0)} were refused alike, {counts.pop('too much', 0)} were too long to compare")
        for reason, count in counts.most_common():
            print(f"{count:7} the same up to a listed difference: {REASONS[reason]}")
        print("what happened in how many: " + ", ".join(f"{what} {count}" for what, count in sorted(seen.items())))
    if found:
        print(found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
