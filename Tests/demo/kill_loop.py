#!/usr/bin/env python3
"""Kills the word count at random moments, again and again, and looks at what is left.

Each run begins in one language, is killed with SIGKILL, goes on in the other, is perhaps killed again, and so on.
A superstep that the program has reported is acknowledged: after the kill its checkpoint must be there (or it is
*lost*), no checkpoint may be *damaged*, and in the end the counts must be those of the text (or they are *wrong*).

    Tests/demo/kill_loop.py [--kills 200] [--seed N] [--jobs 2]

Needs only the standard library here, and the demo built: make -C examples.
"""

import argparse
import dataclasses
import hashlib
import json
import os
import platform
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = Path("/usr/share/common-licenses")
PATIENCE = 60  # seconds, for what takes a fraction of one
REPORTED = re.compile(rb" *superstep (\d+) saved")


@dataclasses.dataclass
class Tally:
    """What the loop has seen so far. Guarded by `lock`: two runs may go on at a time."""

    wanted: int
    kills: int = 0
    runs: int = 0
    lost: int = 0
    wrong: int = 0
    damaged: int = 0
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def add(self, **amounts: int) -> None:
        with self.lock:
            for name, amount in amounts.items():
                setattr(self, name, getattr(self, name) + amount)

    @property
    def bad(self) -> int:
        return self.lost + self.wrong + self.damaged

    def __str__(self) -> str:
        damaged = f", {self.damaged} damaged" if self.damaged else ""
        return f"{self.kills} kills in {self.runs} runs: {self.lost} lost, {self.wrong} wrong{damaged}"


class Failure(Exception):
    """Something that must never happen; the sentence names it, `kind` is the column of the tally."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


# ---- The text and what is in it ------------------------------------------------------------------


def write_text(folder: Path) -> Path:
    """A few files that are awkward in different ways, and small: the kills should meet supersteps, not waiting."""
    folder.mkdir()
    licence = next((path for path in (TEXT / "GPL-2", ROOT / "LICENSE") if path.exists()), ROOT / "README.md")
    (folder / "licence").write_bytes(licence.read_bytes()[:7000])
    (folder / "empty").write_bytes(b"")
    (folder / "binary").write_bytes(bytes(range(256)) * 4)
    (folder / "one huge word").write_bytes(b"Abc" * 700)
    (folder / "no newline").write_bytes("naïve words without an end".encode())
    return folder


def count_text(folder: Path) -> Counter:
    """The reference, by a way of its own: a word is a run of ASCII letters in one file, in lower case."""
    found = (re.findall(rb"[a-z]+", path.read_bytes().lower()) for path in folder.iterdir())
    return Counter(word.decode() for words in found for word in words)


# ---- One program ---------------------------------------------------------------------------------


class Program:
    """One process of the word count; a thread reads its reports so that no kill waits for a full pipe."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.acknowledged = -1  # the last superstep that it reported; written by the thread alone
        self.begin = time.monotonic()
        self.errors = (folder / "stderr").open("ab")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.errors)
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            if (report := REPORTED.match(line)) and line.endswith(b"\n"):
                self.acknowledged = int(report[1])

    def kill_when(self, ripe: Callable[["Program"], bool], delay: float) -> int:
        """Waits until the moment is ripe and a little longer, kills if it is still there, answers how it ended."""
        while self.process.poll() is None and not ripe(self):
            if time.monotonic() > self.begin + PATIENCE:
                return self.end()
            time.sleep(0.0005)
        time.sleep(delay)
        self.process.send_signal(signal.SIGKILL)
        return self.end()

    def end(self) -> int:
        """Waits, but not forever, and answers how it ended."""
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure("lost", f"a program did nothing more for {PATIENCE} s") from None
        finally:
            self.process.kill()
            self.process.wait()
            self.reader.join()
            self.process.stdout.close()
            self.errors.close()


# ---- What must be in the folder ------------------------------------------------------------------


def last_superstep(storage: Path) -> int:
    """The superstep of the newest checkpoint; -1 if there is none.

    Every file must be whole and unaltered, and together they must be one line from the entry on: a superstep that
    is missing was lost, one that is there twice was done twice.
    """
    checkpoints = [read_checkpoint(path) for path in sorted(storage.glob("*.json"))]
    parent = None
    for expected, checkpoint in enumerate(checkpoints):
        if (checkpoint["superstep"], checkpoint["previous_checkpoint_id"]) != (expected, parent):
            raise Failure("wrong", f"checkpoint {checkpoint['checkpoint_id']} is not superstep {expected} after {parent}")
        parent = checkpoint["checkpoint_id"]
    return len(checkpoints) - 1


def read_checkpoint(path: Path) -> dict:
    """The last member of the file is the SHA-256 of the document without that member."""
    text = path.read_bytes()
    before, found, after = text.rpartition(b',\n"checksum": "sha256:')
    if not found or hashlib.sha256(before + b"\n}\n").hexdigest().encode() + b'"\n}\n' != after:
        raise Failure("damaged", f"the checksum of {path.name} is not that of its text")
    return json.loads(text)


def check_counts(path: Path, expected: Counter) -> None:
    counts = {word: int(count) for count, word in (line.split() for line in path.read_text().splitlines())}
    if counts != expected:
        words = [word for word in counts.keys() | expected.keys() if counts.get(word) != expected.get(word)]
        sample = ", ".join(f"{word} {counts.get(word)} (not {expected.get(word)})" for word in sorted(words)[:5])
        raise Failure("wrong", f"{len(words)} counts are wrong: {sample}")


# ---- One run -------------------------------------------------------------------------------------


class Run:
    """One count from beginning to end, with the kills on its way, in a folder of its own."""

    def __init__(self, number: int, seed: int, setting: "Setting") -> None:
        self.setting = setting
        self.random = random.Random(f"{seed}/{number}")
        self.folder = setting.folder / f"run-{number:04}"
        self.storage = self.folder / "checkpoints"
        self.counts = self.folder / "counts"
        self.language = number % 2
        self.kills_left = self.random.choice((1, 1, 2, 3))
        self.chunk_bytes = self.random.choice((100, 150, 250))
        self.supersteps = setting.bytes // self.chunk_bytes
        self.folder.mkdir()

    def go(self, tally: Tally) -> None:
        acknowledged = -1
        while True:
            program = Program(self.command(acknowledged), self.folder)
            killing = self.kills_left and tally.kills < tally.wanted
            status = self.kill(program, acknowledged) if killing else program.end()
            acknowledged = max(acknowledged, program.acknowledged)
            kept = last_superstep(self.storage)
            tally.add(kills=status == -signal.SIGKILL)
            if kept < acknowledged:
                raise Failure("lost", f"superstep {acknowledged} was reported as saved, the newest is {kept}")
            if status == 0:
                return check_counts(self.counts, self.setting.expected)
            if status != -signal.SIGKILL:
                raise Failure("lost", f"a program ended with status {status}; its message is in {self.folder}/stderr")
            self.language = 1 - self.language

    def command(self, acknowledged: int) -> list[str]:
        """Goes on if there is anything to go on from; before the first checkpoint nothing was promised.

        A checkpoint has its place in `heads` a moment before it has its name: the next program that looks will name it.
        """
        program = self.setting.programs[self.language]
        options = ["--storage", str(self.storage), "--counts", str(self.counts), "--verbose"]
        if any(self.storage.glob("*.json")) or any(self.storage.glob("heads/*/*")) or acknowledged >= 0:
            return [*program, "resume", *options]
        return [*program, "start", str(self.setting.text), "--chunk-bytes", str(self.chunk_bytes), *options]

    def kill(self, program: Program, acknowledged: int) -> int:
        """Most moments are somewhere in the work that is left, a few in the time when the program starts.

        Where in a superstep the kill falls is up to the delay, which is about as long as a superstep.
        """
        self.kills_left -= 1
        if self.random.random() < 0.15:
            age = self.random.uniform(0, self.setting.starting[self.language])
            return program.kill_when(lambda it: time.monotonic() >= it.begin + age, 0)
        superstep = self.random.randint(acknowledged + 1, max(acknowledged + 1, self.supersteps - 1))
        return program.kill_when(lambda it: it.acknowledged >= superstep, self.random.uniform(0, 0.004))


class Setting:
    """What all runs share: the text, its counts, the two programs and how long each of them takes to start."""

    def __init__(self, folder: Path, python: str, program: str) -> None:
        self.folder = folder
        self.text = write_text(folder / "text")
        self.expected = count_text(self.text)
        self.bytes = sum(path.stat().st_size for path in self.text.iterdir())
        self.programs = [[python, str(ROOT / "examples/wordcount/wordcount.py")], [program]]
        self.starting = [self.measure(program, index) for index, program in enumerate(self.programs)]

    def measure(self, program: list[str], index: int) -> float:
        """The seconds until the first checkpoint, in a run that nobody kills and that must be right."""
        storage, counts = self.folder / f"straight-{index}", self.folder / f"straight-{index}.counts"
        begin = time.monotonic()
        process = subprocess.Popen(
            [*program, "start", str(self.text), "--storage", str(storage), "--counts", str(counts)], stdout=subprocess.DEVNULL
        )
        while process.poll() is None and not any(storage.glob("*.json")):
            time.sleep(0.001)
        first = time.monotonic() - begin
        if process.wait() != 0:
            raise SystemExit(f"kill loop: {program[0]} does not even get through when nobody kills it")
        check_counts(counts, self.expected)
        return first


# ---- The loop ------------------------------------------------------------------------------------


def kill_until_enough(setting: Setting, seed: int, tally: Tally, jobs: int) -> None:
    def one_run(number: int) -> None:
        if tally.kills >= tally.wanted:
            return
        run = Run(number, seed, setting)
        try:
            run.go(tally)
            shutil.rmtree(run.folder)
        except Failure as failure:
            tally.add(**{failure.kind: 1})
            print(f"\nrun {number}: {failure}\n  the evidence is in {run.folder}", file=sys.stderr)
        tally.add(runs=1)
        show(f"\r\033[K{tally}" if sys.stdout.isatty() else "")

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one_run, range(20 * tally.wanted)))


def show(text: str) -> None:
    print(text, end="", flush=True)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kills the word count at random moments and looks at what is left.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--jobs", type=int, default=2, help="so many runs at a time")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--program", default=str(ROOT / "build/examples/wordcount"), help="the C program")
    return parser.parse_args()


def main() -> int:
    options = parse_options()
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT / "bindings/python"), os.environ.get("PYTHONPATH")]))
    if not Path(options.program).exists():
        raise SystemExit(f"kill loop: there is no {options.program}: build it with make -C examples")
    folder = Path(tempfile.mkdtemp(prefix="kill-loop-"))
    setting = Setting(folder, options.python, options.program)
    tally = Tally(options.kills)
    begin = time.monotonic()
    starting = " and ".join(f"{1000 * seconds:.0f} ms" for seconds in setting.starting)
    print(f"seed {options.seed}, {options.jobs} at a time; Python and C take {starting} to start; {platform.platform()}")
    kill_until_enough(setting, options.seed, tally, options.jobs)
    show("\r\033[K" if sys.stdout.isatty() else "")
    print(f"{tally} ({time.monotonic() - begin:.0f} s)")
    if tally.kills < tally.wanted:
        print(f"kill loop: only {tally.kills} of {tally.wanted} kills met a program at work", file=sys.stderr)
    if tally.bad:
        print(f"kill loop: the evidence is in {folder}; --seed {options.seed} draws the same moments again", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    return 1 if tally.bad or tally.kills < tally.wanted else 0


if __name__ == "__main__":
    sys.exit(main())
