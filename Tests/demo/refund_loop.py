#!/usr/bin/env python3
"""Kills a program that pays refunds at random moments, until it is through, again and again.

In the end each order must be in the ledger once (or it was *lost*, or paid *double*), and the receipt that the last
checkpoint has for it must be that line of the ledger (or it is *wrong*). A refund that was paid in a superstep that was
killed is recalled when the superstep is run again; a kill between the payment and wf_context_remember is answered by
the ledger, which takes the idempotency key. How often either happened is counted: a loop in which nothing was ever
recalled proves nothing.

    Tests/demo/refund_loop.py [--kills 200] [--seed N] [--forgetful]

With --forgetful the program neither remembers nor gives a key, and the loop must find refunds that were paid double.
"""

import argparse
import dataclasses
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ORDERS = 48  # BATCHES * ORDERS of refunds.c
PATIENCE = 60  # seconds, for what takes a fraction of one


@dataclasses.dataclass
class Tally:
    kills: int = 0
    runs: int = 0
    refunds: int = 0
    recalled: int = 0
    known: int = 0  # to the service, by the key
    double: int = 0
    lost: int = 0
    wrong: int = 0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills in {self.runs} runs, {self.refunds} refunds: {self.recalled} recalled, {self.known} known to the "
            f"service; {self.double} double, {self.lost} lost, {self.wrong} wrong"
        )

    def look(self, folder: Path) -> None:
        """Counts what a run that is through has left."""
        ledger = [int(line.split()[1]) for line in (folder / "ledger").read_text().splitlines()]
        trace = (folder / "trace").read_text().split() if (folder / "trace").exists() else []
        self.runs += 1
        self.refunds += len(ledger)
        self.recalled += trace.count("recalled")
        self.known += trace.count("known")
        self.double += len(ledger) - len(set(ledger))
        self.lost += len(set(range(ORDERS)) - set(ledger))
        last = json.loads(max((folder / "checkpoints").glob("*.json")).read_text())
        receipts = last["executor_states"]["cashier"]["state"]
        self.wrong += sum(ledger[line - 1] != int(order.removeprefix("order ")) for order, line in receipts.items())
        self.wrong += ORDERS - len(receipts)


def build(folder: Path) -> Path:
    program = folder / "refunds"
    library = ROOT / "build/lib"
    flags = ["-O2", "-Wall", "-Wextra", f"-I{ROOT}/include", f"-L{library}", f"-Wl,-rpath,{library}", "-lworkflow"]
    subprocess.run([os.environ.get("CC", "cc"), ROOT / "Tests/demo/refunds.c", "-o", program, *flags], check=True)
    return program


class Loop:
    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.folder = folder
        self.wanted = options.kills
        self.random = random.Random(options.seed)
        self.command = [str(build(folder))]
        self.mode = ["forgetful"] if options.forgetful else []
        self.tally = Tally()
        self.length = self.measure()

    def measure(self) -> float:
        """The seconds that a run takes when nobody kills it; all must be right."""
        begin = time.monotonic()
        if self.play("straight") != 0:
            raise SystemExit("refund loop: the program does not even get through when nobody kills it")
        length = time.monotonic() - begin
        self.tally.look(self.folder / "straight")
        return length

    def go(self) -> None:
        while self.tally.kills < self.wanted:
            name = f"run-{self.tally.runs:04}"
            while (status := self.play(name, self.random.uniform(0, self.length / 2))) != 0:
                if status != -signal.SIGKILL:
                    raise SystemExit(f"refund loop: the program ended with status {status} in {self.folder}/{name}")
                self.tally.kills += 1
            self.tally.look(self.folder / name)

    def play(self, name: str, seconds: float = PATIENCE) -> int:
        """The program in the folder of that name, killed after so many seconds if it is still there. How it ended."""
        (self.folder / name).mkdir(exist_ok=True)
        process = subprocess.Popen([*self.command, str(self.folder / name), *self.mode])
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kills a program that pays refunds, and looks at the ledger.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--forgetful", action="store_true", help="remember nothing: refunds must then be paid double")
    return parser.parse_args()


def main() -> int:
    options = parse_options()
    folder = Path(tempfile.mkdtemp(prefix="refund-loop-"))
    begin = time.monotonic()
    loop = Loop(options, folder)
    loop.go()
    tally = loop.tally
    print(f"{tally} ({time.monotonic() - begin:.0f} s, seed {options.seed})")
    bad = tally.double + tally.lost + tally.wrong > 0
    idle = tally.recalled == 0 and not options.forgetful
    if idle:
        print("refund loop: nothing was ever recalled: the kills missed what they were meant for", file=sys.stderr)
    if bad and not options.forgetful:
        print(f"refund loop: the evidence is in {folder}; --seed {options.seed} draws the same moments again", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    return 1 if bad or idle else 0


if __name__ == "__main__":
    sys.exit(main())
