#!/usr/bin/env python3
"""Lets two processes go on with one run at the same time, and kills and freezes them at random moments.

Each resumes the run, is killed with SIGKILL or frozen with SIGSTOP and thawed while the other has gone on, and begins again, until
the run is done. Every checkpoint that one of them has told of is acknowledged: in the end it must be there (or it is
*lost*), undamaged (or it is *torn*), and the checkpoints must be one line: none has two successors (a *fork*), and
each superstep has happened once.

    Tests/faults/two_writers.py directory|sqlite [--kills 300] [--seed N] [--jobs 2]

Needs only the standard library, and build/faults/contender: make build/faults/contender.
"""

import argparse
import contextlib
import dataclasses
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/faults/contender"
PATIENCE = 60  # seconds, for what takes a fraction of one


@dataclasses.dataclass
class Tally:
    """What has been seen so far. Guarded by `lock`: several runs go on at a time."""

    wanted: int
    counts: Counter = dataclasses.field(default_factory=Counter)
    troubles: Counter = dataclasses.field(default_factory=Counter)
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def add(self, **amounts: int) -> None:
        with self.lock:
            self.counts.update(amounts)

    @property
    def bad(self) -> int:
        return sum(self.counts[kind] for kind in ("lost", "torn", "forks", "wrong"))

    def __str__(self) -> str:
        it = self.counts
        return (
            f"{it['kills']} kills and {it['freezes']} freezes in {it['runs']} runs, {it['conflicts']} conflicts: "
            f"{it['lost']} lost, {it['torn']} torn, {it['forks']} forks, {it['wrong']} wrong"
        )


class Failure(Exception):
    """Something that must never happen; `kind` is the column of the tally."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class Writer:
    """One process that goes on with the run; a thread reads what it tells."""

    def __init__(self, run: "Run") -> None:
        self.run = run
        self.is_done = False
        self.failure = ""
        self.process = subprocess.Popen([PROGRAM, run.url, "run", str(run.supersteps)], stdout=subprocess.PIPE)
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            if not line.endswith(b"\n"):
                continue
            word, _, rest = line.decode().rstrip("\n").partition(" ")
            if word == "saved":
                checkpoint, previous, superstep = rest.split(" ")
                self.run.acknowledged[checkpoint] = (previous, int(superstep))
            elif word == "done":
                self.is_done = True
            elif word == "conflict":
                self.run.tally.add(conflicts=1)
            elif word == "trouble":
                self.failure = rest
                with self.run.tally.lock:
                    self.run.tally.troubles[rest.partition(" ")[0]] += 1

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self, number: int | None = None) -> int:
        """Waits, after a signal if there is one, and answers how it ended."""
        try:
            if number is not None:
                self.process.send_signal(number)
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure("lost", f"a program did nothing more for {PATIENCE} s") from None
        finally:
            self.process.kill()
            self.process.wait()
            self.reader.join()
            self.process.stdout.close()


class Run:
    """One run from its beginning to its end, in a folder of its own."""

    def __init__(self, number: int, options: argparse.Namespace, folder: Path, tally: Tally) -> None:
        self.random = random.Random(f"{options.seed}/{number}")
        self.folder = folder / f"run-{number:05}"
        self.folder.mkdir()
        self.url = f"{options.storage}:{self.folder}/store"
        self.supersteps = self.random.choice((20, 60, 150))
        self.tally = tally
        self.acknowledged: dict[str, tuple[str, int]] = {}

    def go(self) -> None:
        writers: list[Writer] = []
        begin = time.monotonic()
        try:
            writers += [Writer(self), Writer(self)]
            while not any(writer.process.poll() is not None for writer in writers):
                if time.monotonic() > begin + PATIENCE:
                    raise Failure("lost", f"nothing comes of it for {PATIENCE} s; the last trouble: {writers[0].failure}")
                self.disturb(writers)
            for writer in writers:
                status = writer.end()
                if status != 0 or not writer.is_done:
                    raise Failure("wrong", f"a program ended with status {status}: {writer.failure}")
        finally:
            for writer in writers:
                with contextlib.suppress(Failure):
                    writer.end(signal.SIGKILL)
        self.check()

    def disturb(self, writers: list[Writer]) -> None:
        """One of the two is killed or frozen, at once or a little later; sometimes the other one is killed meanwhile."""
        time.sleep(self.random.choice((0, 0.001, 0.004, 0.010)) + self.random.uniform(0, 0.006))
        index = self.random.randrange(2)
        fate = self.random.random()
        if fate < 0.6:
            self.kill(writers, index)
            return
        self.tally.add(freezes=1)
        writers[index].signal(signal.SIGSTOP)
        time.sleep(self.random.uniform(0, 0.020))
        if fate < 0.8:
            self.kill(writers, 1 - index)
            time.sleep(self.random.uniform(0, 0.010))
        if fate < 0.9:
            writers[index].signal(signal.SIGCONT)
        else:
            self.kill(writers, index)

    def kill(self, writers: list[Writer], index: int) -> None:
        """Kills one, unless it is done, and begins anew."""
        if writers[index].process.poll() is not None or self.tally.counts["kills"] >= self.tally.wanted:
            writers[index].signal(signal.SIGCONT)
            return
        status = writers[index].end(signal.SIGKILL)
        if status == -signal.SIGKILL:
            self.tally.add(kills=1)
            writers[index] = Writer(self)

    def check(self) -> None:
        lines = subprocess.run([PROGRAM, self.url, "dump"], stdout=subprocess.PIPE, timeout=PATIENCE, check=False).stdout
        found: dict[str, tuple[str, int]] = {}
        for line in lines.decode().splitlines():
            word, _, rest = line.partition(" ")
            if word == "damaged":
                raise Failure("torn", rest)
            checkpoint, previous, superstep, count = rest.split(" ")
            found[checkpoint] = (previous, int(superstep))
            if superstep != count:
                raise Failure("wrong", f"checkpoint {checkpoint} of superstep {superstep} has counted to {count}")
        for checkpoint, (previous, superstep) in self.acknowledged.items():
            if found.get(checkpoint) != (previous, superstep):
                raise Failure("lost", f"checkpoint {checkpoint} of superstep {superstep} was acknowledged; there is {found.get(checkpoint)}")
        parents = Counter(previous for previous, _ in found.values())
        for checkpoint, children in parents.items():
            if children > 1:
                raise Failure("forks", f"the checkpoint {checkpoint} has {children} successors")
        if sorted(superstep for _, superstep in found.values()) != list(range(self.supersteps + 1)):
            raise Failure("wrong", f"the checkpoints are not those of supersteps 0 to {self.supersteps}: {sorted(found.values())}")


def kill_until_enough(options: argparse.Namespace, folder: Path, tally: Tally) -> None:
    def one_run(number: int) -> None:
        if tally.counts["kills"] >= tally.wanted or tally.bad > 10:
            return
        run = Run(number, options, folder, tally)
        try:
            run.go()
            shutil.rmtree(run.folder)
        except Failure as failure:
            tally.add(**{failure.kind: 1})
            print(f"run {number}: {failure}\n  the evidence is in {run.folder}", file=sys.stderr)
        tally.add(runs=1)

    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(one_run, range(20 * tally.wanted)))


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kills two processes that go on with one run, and looks at what is left.")
    parser.add_argument("storage", choices=("directory", "sqlite"))
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--jobs", type=int, default=2, help="so many runs at a time")
    return parser.parse_args()


def main() -> int:
    options = parse_options()
    if not PROGRAM.exists():
        raise SystemExit(f"two writers: there is no {PROGRAM}: make build/faults/contender")
    # A kill takes nothing from a file system in memory that it would not take from a disk, and there is more of them in a minute.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="two-writers-", dir=os.environ.get("TMPDIR", memory)))
    tally = Tally(options.kills)
    begin = time.monotonic()
    kill_until_enough(options, folder, tally)
    troubles = f"; troubles: {dict(tally.troubles)}" if tally.troubles else ""
    print(f"{options.storage}: {tally} (seed {options.seed}, {time.monotonic() - begin:.0f} s{troubles})")
    if tally.counts["kills"] < tally.wanted:
        print(f"two writers: only {tally.counts['kills']} of {tally.wanted} kills met a program at work", file=sys.stderr)
    if tally.bad:
        print(f"two writers: the evidence is in {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    return 1 if tally.bad or tally.counts["kills"] < tally.wanted else 0


if __name__ == "__main__":
    sys.exit(main())
