"""Runs samples of `agent_framework` under the published package and under libworkflow, and compares what they print.

    python bindings/python/peer/run_samples.py PATH_TO_CHECKOUT [PYTHON_OF_THE_PEER]

The path is a checkout of microsoft/agent-framework; the samples are those of `python/samples/03-workflows` that need no
model. Nothing in them is changed but the import, in a copy. Python's `random` is seeded, and each sample runs with
several seeds. The second argument is a Python that has agent-framework-core; without it, `environment.py` makes one.

Ids, times and addresses are random, and are replaced by placeholders. Where handlers of one superstep print, their
order is nobody's promise; for the samples of `UNORDERED` the sorted lines are compared. Lines that differ on purpose
stand in `DIFFERS`. Ends with 1 if anything else differs.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from environment import python_of_the_peer

HERE = Path(__file__).resolve().parent
FOLDER = Path("python", "samples", "03-workflows")
SEEDS = 3
SECONDS = 60
"""For one run. Some sleep for seconds; none takes longer than ten."""

SAMPLES = [
    "_start-here/step1_executors_and_edges.py",
    "control-flow/sequential_executors.py",
    "control-flow/sequential_streaming.py",
    "control-flow/workflow_cancellation.py",
    "control-flow/intermediate_vs_terminal_outputs.py",
    "parallelism/aggregate_results_of_different_types.py",
    "parallelism/map_reduce_and_visualization.py",
    "composition/sub_workflow_basics.py",
    "composition/sub_workflow_parallel_requests.py",
    "composition/sub_workflow_request_interception.py",
    "checkpoint/checkpoint_with_resume.py",
    "checkpoint/sub_workflow_checkpoint.py",
]

UNORDERED = {
    "composition/sub_workflow_parallel_requests.py": "a workflow inside runs one message at a time there, several here",
}
"""Where handlers that run beside each other print."""

DIFFERS = {
    "checkpoint/sub_workflow_checkpoint.py": [
        (r"Captured review request id: ", "ids of requests are random there, and the same after a crash here"),
        (r"Using checkpoint <id> at iteration ", "there only the entry checkpoint can be read (weak spot W8)"),
        (r"Pending review requests: ", "the entry checkpoint has none"),
    ],
}
"""Beginnings of lines that are left out of the comparison, and why. Each must differ."""

PLACEHOLDERS = [
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<id>"),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)?", "<time>"),
    (r"\bdatetime\.datetime\([\d, ]+\)", "<time>"),
    (r"\b0x[0-9a-f]+\b", "<address>"),
    (r"\b(agent_framework|libworkflow)\b", "<package>"),
]


class Printed(NamedTuple):
    lines: list[str]
    code: int
    stderr: str


def run(python: str, package: str, tree: Path, sample: str, seed: int) -> Printed:
    """One sample, in a copy of its own: some write files beside themselves."""
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(tree, place, dirs_exist_ok=True)
        file = Path(place, sample)
        file.write_text(re.sub(r"^(from|import) agent_framework\b", rf"\1 {package}", file.read_text(), flags=re.M))
        code = (
            "import random, runpy, sys; sys.modules['graphviz'] = None; "  # neither has it, nor its program on the PATH
            f"random.seed({seed}); runpy.run_path({file.name!r}, run_name='__main__')"
        )
        environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONWARNINGS": "ignore", "PATH": ""}
        if package == "libworkflow":
            environment["PYTHONPATH"] = str(HERE.parent)
        else:
            environment.pop("PYTHONPATH", None)
        command = [python, "-c", code]
        done = subprocess.run(
            command, cwd=file.parent, env=environment, capture_output=True, text=True, timeout=SECONDS
        )
        text = done.stdout.replace(place, "<folder>")
    for form, placeholder in PLACEHOLDERS:
        text = re.sub(form, placeholder, text)
    lines = text.splitlines()
    return Printed(sorted(lines) if sample in UNORDERED else lines, done.returncode, done.stderr)


def compare(peer: str, tree: Path, sample: str) -> str:
    """How a sample differs; empty if it does not."""
    for seed in range(SEEDS):
        theirs = run(peer, "agent_framework", tree, sample, seed)
        ours = run(sys.executable, "libworkflow", tree, sample, seed)
        if theirs.code:
            return f"fails under agent_framework itself:\n{theirs.stderr}"
        if ours.code:
            return f"fails:\n{ours.stderr}"
        forms = [form for form, _ in DIFFERS.get(sample, ())]
        for form in list(forms):
            if matching(theirs.lines, form) == matching(ours.lines, form):
                return f"DIFFERS says that lines {form!r} do, and they do not"
        left = [[line for line in it.lines if not any(re.match(form, line) for form in forms)] for it in (theirs, ours)]
        if left[0] != left[1]:
            return f"with seed {seed}:\n" + "\n".join(difflib.unified_diff(*left, "there", "here", lineterm="", n=1))
    return ""


def matching(lines: list[str], form: str) -> list[str]:
    return [line for line in lines if re.match(form, line)]


def main() -> int:
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    tree = Path(sys.argv[1]).resolve() / FOLDER
    if not tree.is_dir():
        raise SystemExit(f"{tree} is not there: give a checkout of microsoft/agent-framework")
    peer = sys.argv[2] if len(sys.argv) == 3 else python_of_the_peer()
    unexpected = 0
    for sample in SAMPLES:
        found = compare(peer, tree, sample)
        if found:
            unexpected += 1
            print(f"UNEXPECTED {sample}\n{found}", flush=True)
        else:
            print(f"same       {sample}" + ("  (lines sorted)" if sample in UNORDERED else ""), flush=True)
            for form, why in DIFFERS.get(sample, ()):
                print(f"           but for {form!r}: {why}", flush=True)
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main())
