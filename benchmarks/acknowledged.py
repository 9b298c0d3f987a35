#!/usr/bin/env python3
"""Kills a program 200 times at each level of durability, and counts what it had been told and is not there.

Told is a superstep when its "superstep_completed" came out of the run, and a checkpoint when its "checkpoint" did. With
"full" and "process" nothing of either may be missing; with "exit" no checkpoint may be, and the supersteps since the
last rest are: that they are seen to be missing shows that this program would see it.

    benchmarks/acknowledged.py [--kills 200] [--seed N] [STORAGE ...]

Needs only the standard library, and build/bench-acknowledged: make build/bench-acknowledged.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[1] / "build/bench-acknowledged"
LEVELS = ("full", "process", "exit")
PATIENCE = 60


def one_kill(url: str, level: int, delay: float) -> tuple[dict[str, int], int, int]:
    """What was told last of each kind, what is there, and what is damaged."""
    told = {"superstep": -1, "checkpoint": -1}
    process = subprocess.Popen([PROGRAM, url, "run", str(level)], stdout=subprocess.PIPE)
    killer = threading.Timer(delay, process.kill)
    killer.start()
    for line in process.stdout:
        word, number = line.split()
        told[word.decode()] = max(told[word.decode()], int(number))
    killer.join()
    process.stdout.close()
    if process.wait(PATIENCE) != -9:
        raise SystemExit(f"acknowledged: the program ended by itself with status {process.returncode}")
    there, damaged = subprocess.run([PROGRAM, url, "dump"], stdout=subprocess.PIPE, timeout=PATIENCE, check=True).stdout.split()
    return told, int(there), int(damaged)


def discard(place: Path) -> None:
    for path in place.parent.glob(place.name + "*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def measure(storage: str, level: int, options: argparse.Namespace, folder: Path) -> int:
    chance = random.Random(f"{options.seed}/{storage}/{level}")
    totals = dict.fromkeys(("begun", "told", "supersteps", "runs", "checkpoints", "damaged"), 0)
    for number in range(options.kills):
        place = folder / f"{storage}-{level}-{number}"
        told, there, damaged = one_kill(f"{storage}:{place}", level, chance.uniform(0.005, 0.120))
        missing = max(0, told["superstep"] - there)
        totals["told"] += max(0, told["superstep"])
        totals["begun"] += told["superstep"] >= 0
        totals["runs"] += missing > 0
        totals["supersteps"] += missing
        totals["checkpoints"] += max(0, told["checkpoint"] - there)
        totals["damaged"] += damaged
        if there >= told["checkpoint"] and not damaged:  # evidence is kept
            discard(place)
    print(
        f"{storage:10} {LEVELS[level]:8} {options.kills:6} {totals['begun']:7} {totals['told']:11}"
        f" {totals['supersteps']:19} {totals['runs']:8} {totals['checkpoints']:20} {totals['damaged']:8}",
        flush=True,
    )
    return totals["checkpoints"] + totals["damaged"] + (totals["supersteps"] if LEVELS[level] != "exit" else 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("storage", nargs="*", default=["sqlite", "directory"])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="acknowledged-", dir=os.environ.get("TMPDIR", memory)))
    begin, broken = time.monotonic(), 0
    print(
        f"{'storage':10} {'level':8} {'kills':>6} {'begun':>7} {'supersteps':>11} {'missing supersteps':>19} {'in runs':>8}"
        f" {'missing checkpoints':>20} {'damaged':>8}"
    )
    for storage in options.storage:
        for level in range(len(LEVELS)):
            broken += measure(storage, level, options, folder)
    print(f"{broken} promises broken (seed {options.seed}, {time.monotonic() - begin:.0f} s)")
    if not broken:
        shutil.rmtree(folder)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
