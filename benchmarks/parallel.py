"""What a second thread is worth, and what stands in its way: runs parallel.c, counts its waits with strace, and with lackey the
memory that two threads write both. Prints the tables and writes results/parallel.md."""

from __future__ import annotations

import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parent / "build/bench-parallel"
RESULT = HERE / "results/parallel.md"
sys.path.insert(0, str(HERE / "harness"))

LINE = 6  # bits of an address within a cache line
WATCHED = 8  # supersteps of each thread under lackey
TRACED = 2000  # supersteps of each run under strace

POOL = {
    "bare": "threads that only do the work",
    "pool": "16 executors of a fan-out, on the pool",
}
DRIVEN = {
    "quiet": "16 runs, one event a superstep",
    "events": "16 runs, all events",
    "memory": "16 runs, checkpoints in `memory:`",
}
LABELS = {"1": "one thread", "2": "two threads, one workflow", "2 own": "two threads, a workflow each", "2 processes": "two processes"}
WATCH = ["quiet 2", "quiet 2 own", "events 2", "memory 2"]  # a dozen seconds each

Setups = dict[str, tuple[int, int, float, float, float]]  # name: workers, operations, seconds by the clock, at work, waits


def measure() -> Setups:
    done = subprocess.run([PROGRAM], stdout=subprocess.PIPE, text=True, check=True)
    found: Setups = {}
    for line in done.stdout.splitlines():
        name, _, numbers = line.partition(": ")
        workers, operations, clock, work, waits = numbers.split()
        found[name] = (int(workers), int(operations), float(clock), float(work), float(waits))
    return found


def futexes(setup: str) -> str:
    """How often threads asked the kernel to wait or to wake, beyond what a run of no superstep does: every contended lock does."""
    if not shutil.which("strace"):
        return "no strace here"
    counts = []
    for supersteps in [0, TRACED]:
        with tempfile.NamedTemporaryFile("r") as log:
            done = subprocess.run(["strace", "-f", "-c", "-e", "trace=futex", "-o", log.name, PROGRAM, setup, str(supersteps)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if done.returncode != 0:
                return "strace may not trace here"
            row = re.search(r"^ *\S+ +\S+ +\S+ +(\d+).* futex$", log.read(), re.MULTILINE)
            counts.append(int(row[1]) if row else 0)
    return f"{max(counts[1] - counts[0], 0)}"


def shared_lines(setup: str) -> list[float]:
    """The cache lines that two threads, each with a run of its own, write both: how often in a superstep, for each line.

    They take turns, so nothing depends on who is faster. What one writes and the other does not is its own. Memory that malloc gave
    to one and then to the other would count too, but each thread has an arena of its own."""
    if not shutil.which("valgrind"):
        return []
    with tempfile.TemporaryDirectory(dir=PROGRAM.parent) as name:
        trace = Path(name) / "trace"
        command = ["valgrind", "--tool=lackey", "--trace-mem=yes", f"--log-file={trace}", str(PROGRAM), setup, str(WATCHED), "watch"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        mark = f"{int(done.stdout, 16):08x},"
        written = {1: collections.Counter[int](), 2: collections.Counter[int]()}
        phase, marks = 0, 0
        with open(trace, encoding="ascii", errors="replace") as lines:
            for line in lines:
                if not line.startswith((" S ", " M ")):
                    continue
                if line.startswith(mark, 3):
                    marks += 1
                    phase = {1: 1, 3: 2}.get(marks, 0)
                elif phase:
                    written[phase][int(line[3 : line.index(",")], 16) >> LINE] += 1
    if marks != 4:
        raise SystemExit(f"parallel.py: {marks} marks in the trace of '{setup}', where 4 were expected")
    both = written[1].keys() & written[2].keys()
    often = [min(written[1][line], written[2][line]) / WATCHED for line in both]
    return sorted((count for count in often if count >= 1), reverse=True)


def rate(setup: tuple[int, int, float, float, float]) -> float:
    return setup[1] / setup[2]


def pool_table(found: Setups) -> str:
    lines = ["| | one thread | two | speed-up |", "|---|--:|--:|--:|"]
    for name, what in POOL.items():
        one, two = found[f"{name} 1"], found[f"{name} 2"]
        lines.append(f"| {what} | {one[2] * 1e3:.0f} ms | {two[2] * 1e3:.0f} ms | {one[2] / two[2]:.2f} × |")
    lines.append(f"| the executors on the thread that drives | {found['inline'][2] * 1e3:.0f} ms | | |")
    return "\n".join(lines)


def driven_table(found: Setups) -> str:
    lines = [
        "| | | supersteps a second | speed-up | at work for each | beside one thread | waits | futex calls | lines both write |",
        "|---|---|--:|--:|--:|--:|--:|--:|---|",
    ]  # fmt: skip
    for name, what in DRIVEN.items():
        base = found[f"{name} 1"]
        for variant, label in LABELS.items():
            setup_name = f"{name} {variant}"
            setup = found[setup_name]
            each, ratio = setup[3] / setup[1], setup[3] / setup[1] / (base[3] / base[1])
            calls = lines_text = ""
            if name == "memory":
                label = label.replace("one workflow", "one workflow, one storage").replace("a workflow each", "a workflow and a storage each")
            if setup_name in WATCH:
                calls = futexes(setup_name)
                lines_text = ", ".join(f"{count:.0f}" for count in shared_lines(setup_name)) or "none"
            speed = f"{rate(setup) / rate(base):.2f} ×" if variant != "1" else ""
            lines.append(f"| {what if variant == '1' else ''} | {label} | {rate(setup):,.0f} | {speed} | {each * 1e6:.2f} µs | {ratio:.2f} × | {setup[4]:.0f} | {calls} | {lines_text} |")
    return "\n".join(lines)


def main() -> None:
    from machine import machine

    load = os.getloadavg()[0]
    found = measure()
    text = f"{pool_table(found)}\n\n{driven_table(found)}"
    print(text)
    facts = {**machine(), "load": f"{load:.1f} before, {os.getloadavg()[0]:.1f} after", "date": str(date.today())}
    RESULT.write_text(
        "# Two threads\n\nMade by `make bench-parallel`; [benchmarks/README.md](../README.md#two-threads) says what the columns are. "
        "Read speed-ups beside those of bare threads\nand of two processes: more than these the machine had not to give.\n\n"
        f"{text}\n\n| | |\n|---|---|\n" + "".join(f"| {name} | {fact} |\n" for name, fact in facts.items())
    )


if __name__ == "__main__":
    main()
