"""Time and memory of large loads at three sizes, each four times the one before, each in a process of its own.

    scale.py [LOAD ...]    prints the tables and, for all loads, writes results/scale.md
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parent / "build/bench-scale"
RESULT = HERE / "results/scale.md"
sys.path.insert(0, str(HERE / "harness"))

# What scale.c calls it, what it is, how many of what at full size.
LOADS = [
    ("runs", "Live runs in one process, without a storage", 100_000, "runs"),
    ("chain", "A graph that is a chain", 1_000_000, "executors"),
    ("fan", "A graph that is one fan-out and one fan-in", 1_000_000, "executors"),
    ("messages", "Messages in one superstep, all to one executor", 1_000_000, "messages"),
    ("messages-saved", "The same, with the checkpoint between, `sqlite:`", 1_000_000, "messages"),
    ("requests", "Pending requests, answered all at once, `sqlite:`", 10_000, "requests"),
    ("requests-singly", "Pending requests, of which 100 are answered one after another, `sqlite:`", 10_000, "requests"),
    ("requests-singly-memory", "The same, `memory:`", 10_000, "requests"),
    ("values", "A state of values of 10 kB, `sqlite:`", 100_000, "kB"),
    ("value", "A state that is one value, `sqlite:`", 100_000, "kB"),
    ("checkpoints", "Checkpoints of one run, `sqlite:`", 100_000, "checkpoints"),
    ("checkpoints-memory", "The same, `memory:`", 100_000, "checkpoints"),
    ("checkpoints-directory", "The same, `directory:`, which has a file for each", 4_000, "checkpoints"),
]
TRIES = [3, 2, 1]  # at each size: the least counts
SHORT = 0.005  # seconds: below that, how it grows cannot be told
LINEAR = 1.25  # exponents above are marked

Steps = dict[str, tuple[float, float]]  # name: seconds of the processor, most MB so far


def measure(load: str, size: int) -> Steps:
    done = subprocess.run([PROGRAM, load, str(size)], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"scale.py: `{PROGRAM.name} {load} {size}` ended with {done.returncode} after: {done.stdout.strip() or 'nothing'}")
    words = [line.rsplit(" ", 2) for line in done.stdout.splitlines()]
    return {name: (float(seconds), float(memory)) for name, seconds, memory in words}


def least(tries: list[Steps]) -> Steps:
    return {name: (min(one[name][0] for one in tries), min(one[name][1] for one in tries)) for name in tries[0]}


def growth(small: float, large: float) -> float:
    """The x of n^x between two sizes of which one is four times the other."""
    return math.log(large / small) / math.log(4)


def seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.1f} ms" if value >= 1e-3 else f"{value * 1e6:.0f} µs"


def each(value: float) -> str:
    return f"{value * 1e6:.1f} µs" if value >= 1e-6 else f"{value * 1e9:.0f} ns"


def exponent(values: list[float], short: bool) -> str:
    if short:
        return ""
    found = growth(max(values[1], 1e-9), values[2])
    return f"**{found:.2f}**" if found > LINEAR else f"{found:.2f}"


def table(title: str, full: int, what: str, results: list[Steps]) -> str:
    sizes = [full // 16, full // 4, full]
    lines = [
        f"## {title}\n", f"| {what} | {' | '.join(f'{size:,}' for size in sizes)} | for each | n^ |", "|---|--:|--:|--:|--:|--:|",
    ]  # fmt: skip
    for step in results[0]:
        times = [result[step][0] for result in results]
        lines.append(f"| {step} | {' | '.join(map(seconds, times))} | {each(times[2] / full)} | {exponent(times, times[2] < SHORT)} |")
    peaks = [max(memory for _, memory in result.values()) for result in results]
    added = peaks[2] - peaks[0]  # what a process has anyway is in both
    per = added * 2**20 / (sizes[2] - sizes[0])
    lines.append(f"| most memory | {' | '.join(f'{peak:.0f} MB' for peak in peaks)} | {max(per, 0):,.0f} B | {exponent(peaks, added < 5)} |")
    return "\n".join(lines)


def main(wanted: list[str]) -> None:
    from machine import machine

    os.environ.setdefault("WORKFLOW_BENCH", str(HERE.parent / "build/bench"))
    load = os.getloadavg()[0]
    tables = []
    for name, title, full, what in LOADS:
        if wanted and name not in wanted:
            continue
        results = [least([measure(name, size) for _ in range(tries)]) for size, tries in zip([full // 16, full // 4, full], TRIES)]
        tables.append(table(title, full, what, results))
        print(tables[-1] + "\n", flush=True)
    if wanted:
        return
    facts = {**machine(), "load": f"{load:.1f} before, {os.getloadavg()[0]:.1f} after", "date": str(date.today())}
    RESULT.write_text(
        "# Large loads\n\nMade by `make bench-scale`; [benchmarks/README.md](../README.md#large-loads) says how. Times are of the processor, "
        f"in fresh processes; `n^` is the\nexponent with which the time grows from the second size to the third: 1 is linear, 0 does not grow. "
        f"Above {LINEAR} it is bold.\n\n" + "\n\n".join(tables) + "\n\n## Where\n\n| | |\n|---|---|\n"
        + "".join(f"| {name} | {fact} |\n" for name, fact in facts.items())
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
