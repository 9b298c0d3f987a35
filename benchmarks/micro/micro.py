"""What micro.c measures, as a table; and whether it keeps within thresholds.json.

    micro.py            counts and times, prints the table, writes ../results/micro.md
    micro.py --check    counts, and names what is beyond its bound or far below it
    micro.py --update   counts three times and writes thresholds.json
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build"
PROGRAM, SHIM = BUILD / "bench-micro", BUILD / "bench-allocations.so"
THRESHOLDS, RESULT = HERE / "thresholds.json", HERE.parent / "results/micro.md"
sys.path.insert(0, str(HERE.parent / "harness"))

COUNTED = 100  # of each load under callgrind
TIMED, ROUNDS = 500, 5
BYTES = 16000  # by which the large loads of micro.c are larger
ALLOWED, LOOSE = 0.05, 0.15
ELSEWHERE = 0.10  # allowed besides where other versions of what is below us are at work
LEAST = 0.5  # of an instruction or allocation: below that it is no difference

Windows = dict[str, tuple[float, float]]  # name: operations, instructions or what was counted
Values = dict[str, float]

# What each row is: how to get it from what one operation of each window costs.
ROWS = {
    "superstep": ("without events or storage", lambda w: w["loop"]),
    "message": ("one to 64 and back, each message", lambda w: w["fan"]),
    "state read": ("of 18 bytes", lambda w: (w["reads"] - w["loop"]) / 16),
    "state write": ("of 17 bytes, committed", lambda w: (w["writes"] - w["loop"]) / 16),
    "state append": ("of 17 bytes, committed", lambda w: (w["appends"] - w["loop"]) / 16),
    "event": ("made, given and freed: each of the four of a superstep", lambda w: (w["events"] - w["loop"]) / 4),
    "checkpoint": ("`memory:`, of a superstep with no state", lambda w: w["memory"] - w["loop"]),
    "byte changed": ("`memory:`, each byte of state that a superstep has replaced, checked and saved",
                     lambda w: (w["big"] - w["makes big"] - w["small"] + w["makes small"]) / BYTES),
    "byte kept": ("`memory:`, each byte of state that no superstep touched", lambda w: (w["keeps"] - w["small"]) / BYTES),
    "durable superstep": ("`sqlite:`, full durability, SQLite included", lambda w: w["sqlite"]),
    "graph": ("of ten executors: built and freed", lambda w: w["build"]),
    "run": ("started and freed, not driven", lambda w: w["start"]),
    "run of a superstep": ("started, driven to its end, freed", lambda w: w["run"]),
    "run resumed": ("the latest of two checkpoints in `memory:`", lambda w: w["resume"]),
}  # fmt: skip
UNTIMED = {"durable superstep"}  # a disk's time


def compile_programs() -> None:
    BUILD.mkdir(exist_ok=True)
    strict = [os.environ.get("CC", "gcc"), "-O2", "-std=c11", "-Wall", "-Wextra", "-Wpedantic"]
    library = [f"-I{ROOT}/include", f"-L{BUILD}/lib", f"-Wl,-rpath,{BUILD}/lib", "-lworkflow"]
    subprocess.run([*strict, HERE / "micro.c", HERE.parent / "measure.c", "-o", PROGRAM, *library], check=True)
    subprocess.run([*strict, "-shared", "-fPIC", HERE / "allocations.c", "-o", SHIM], check=True)


def run(times: int, folder: Path, *before: str, **environment: str) -> list[list[str]]:
    """The lines that the program printed, in words. Swift's dictionaries are in the same order each time."""
    settings = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1", "WORKFLOW_BENCH": str(folder), **environment}
    done = subprocess.run([*before, str(PROGRAM), str(times)], env=settings, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(before)} {PROGRAM} {times} failed:\n{done.stdout}{done.stderr}")
    return [line.rsplit(" ", 3) for line in done.stdout.splitlines()]


def rows(windows: dict[str, float]) -> Values:
    return {name: cost(windows) for name, (_, cost) in ROWS.items()}


def instructions() -> Values:
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        folder = Path(name)
        operations = run(COUNTED, folder, "valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind")
        counted = {}
        for dump in folder.glob("callgrind.*"):
            text = dump.read_text()
            trigger = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.MULTILINE)
            if trigger:
                counted[trigger[1]] = int(re.search(r"^summary: (\d+)$", text, re.MULTILINE)[1])
    return rows({name: counted[name] / int(number) for name, number, _, _ in operations})


def allocations() -> Values:
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        return rows({window: int(made) / int(number) for window, number, _, made in run(COUNTED, Path(name), LD_PRELOAD=str(SHIM))})


def nanoseconds() -> Values:
    """The least of some rounds: what else the machine does only adds."""
    least: dict[str, float] = {}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(dir=BUILD) as name:
            for window, number, time, _ in run(TIMED, Path(name)):
                least[window] = min(least.get(window, float("inf")), int(time) / int(number))
    return rows(least)


def first_line(*command: str) -> str:
    if not shutil.which(command[0]):
        return "?"
    return (subprocess.run(command, capture_output=True, text=True).stdout.splitlines() or ["?"])[0].strip()


def versions() -> dict[str, str]:
    """Of what is counted along with the engine."""
    swift = re.search(r"Swift version (\S+)", first_line("swift", "--version"))
    return {
        "valgrind": first_line("valgrind", "--version"), "glibc": platform.libc_ver()[1],
        "sqlite": sqlite3.sqlite_version, "jansson": first_line("pkg-config", "--modversion", "jansson"),
        "swift": swift[1] if swift else "?", "machine": platform.machine(),
    }  # fmt: skip


def complaints(measured: dict[str, Values], thresholds: dict, here: dict[str, str]) -> list[str]:
    """A sentence for each value that is beyond its bound, or so far below that the bound guards nothing."""
    found = []
    other = [f"{name} {version} instead of {thresholds['versions'].get(name)}" for name, version in here.items() if version != thresholds["versions"].get(name)]
    for name in ROWS:
        for what, values in measured.items():
            noted, value = thresholds["rows"].get(name, {}).get(what), values[name]
            if noted is None:
                found.append(f"{name}: no bound for its {what} in {THRESHOLDS.name}: run `make bench-micro-update`.")
                continue
            bound = noted["bound"] * (1 + ELSEWHERE) if other else noted["bound"]
            if value > bound:
                why = f" ({', '.join(other)}: {ELSEWHERE:.0%} more than the bound noted)" if other else ""
                found.append(
                    f"{name}: {value:,.1f} {what}, bound {bound:,.1f}{why}, {noted['measured']:,.1f} when it was set. "
                    "If it is meant, run `make bench-micro-update` and say why in the commit."
                )
            elif not other and value < noted["measured"] * (1 - LOOSE) - LEAST:
                found.append(
                    f"{name}: {value:,.1f} {what}, {1 - value / noted['measured']:.0%} less than the {noted['measured']:,.1f} when its "
                    "bound was set. Well done: run `make bench-micro-update` to tighten it."
                )
    return found


def update() -> None:
    rounds = [{"instructions": instructions(), "allocations": allocations()} for _ in range(3)]
    noted: dict[str, dict] = {name: {} for name in ROWS}
    for name in ROWS:
        for what in rounds[0]:
            values = sorted(one[what][name] for one in rounds)
            if max(values[2] - values[1], values[1] - values[0]) > max(0.01 * values[1], LEAST):
                print(f"{name}: {what} are not repeatable: {', '.join(f'{value:,.1f}' for value in values)}")
            bound = max(values[1] * (1 + ALLOWED), values[1] + LEAST)
            noted[name][what] = {"measured": round(values[1], 2), "bound": round(bound, 2)}
    content = ",\n".join(f'    {json.dumps(name)}: {json.dumps(values)}' for name, values in noted.items())
    THRESHOLDS.write_text(f'{{\n  "date": "{date.today()}",\n  "versions": {json.dumps(versions())},\n  "rows": {{\n{content}\n  }}\n}}\n')
    print(f"{THRESHOLDS.relative_to(ROOT)} written")


def table(measured: dict[str, Values], thresholds: dict) -> str:
    lines = ["| | ns | instructions | bound | allocations | bound | |", "|---|--:|--:|--:|--:|--:|---|"]
    for name, (what, _) in ROWS.items():
        cells = ["" if name in UNTIMED else number(measured["nanoseconds"][name])]
        for kind in ["instructions", "allocations"]:
            cells += [number(measured[kind][name]), number(thresholds["rows"][name][kind]["bound"])]
        lines.append(f"| {name} | {' | '.join(cells)} | {what} |")
    return "\n".join(lines)


def number(value: float) -> str:
    """Three digits at least; what is next to nothing is nothing."""
    value = 0 if abs(value) < 0.005 else value
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"


def report() -> None:
    from machine import machine

    load = os.getloadavg()[0]
    measured = {"instructions": instructions(), "allocations": allocations(), "nanoseconds": nanoseconds()}
    text = table(measured, json.loads(THRESHOLDS.read_text()))
    print(text)
    facts = {**machine(), **versions(), "load": f"{load:.1f} before", "date": str(date.today())}
    RESULT.write_text(
        "# What one of each costs\n\nMade by `make bench-micro`; [benchmarks/README.md](../README.md#one-of-each) says how. Instructions and "
        "allocations are counted and can be compared\nwith those of another day; nanoseconds are the least of "
        f"{ROUNDS} rounds and of this machine.\n\n{text}\n\n| | |\n|---|---|\n" + "".join(f"| {name} | {fact} |\n" for name, fact in facts.items())
    )


def main(words: list[str]) -> None:
    compile_programs()
    if words == ["--update"]:
        update()
    elif words == ["--check"]:
        found = complaints({"instructions": instructions(), "allocations": allocations()}, json.loads(THRESHOLDS.read_text()), versions())
        sys.exit("\n".join(found) if found else 0)
    elif words:
        sys.exit(__doc__)
    else:
        report()


if __name__ == "__main__":
    main(sys.argv[1:])
