"""What the person sees: progress, the result, the line of checkpoints. The twin of report.c."""

from __future__ import annotations

import sys


class Progress:
    """How far the counting is. On a terminal one line is updated; elsewhere a line is written at each tenth.

    Before the counter has begun, the total is 0: not known.
    """

    def __init__(self, every_superstep: bool) -> None:
        self.every_superstep = every_superstep
        self.on_terminal = sys.stdout.isatty() and not every_superstep
        self.tenth = 0

    def show(self, superstep: int, done: int, total: int) -> None:
        percent = 100 * done // total if total else 0
        if not self.on_terminal and not self.every_superstep and percent // 10 == self.tenth:
            return
        self.tenth = percent // 10
        before, after = ("\r\033[K", "") if self.on_terminal else ("", "\n")
        line = f"  superstep {superstep} saved"
        if total:
            line += f": {done} of {total} bytes counted, {percent} %"
        print(before + line, end=after, flush=True)

    def end(self) -> None:
        if self.on_terminal:
            print()


def print_report(report: dict, top: int) -> None:
    """The totals and the most frequent words."""
    counts = report["counts"]
    print(f"{report['words']} words, {len(counts)} of them different, in {report['bytes']} bytes of {report['files']} file(s)")
    for word, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:top]:
        print(f"{count:8} {word}")


def write_counts(report: dict, path: str) -> None:
    """Writes every word with its count, sorted, one a line."""
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"{count} {word}\n" for word, count in sorted(report["counts"].items()))


def short_id(checkpoint_id: str | None) -> str:
    """The end of a checkpoint's id. The beginning tells only the time, and is the same for a minute."""
    return checkpoint_id[-8:] if checkpoint_id else "-"


def print_lineage_title() -> None:
    print(f"{'superstep':>9}  {'kind':<9}  {'checkpoint':<10}  {'parent':<8}  written by")


def print_lineage_entry(checkpoint) -> None:
    kind, language = checkpoint.document["kind"], checkpoint.state.get("language", "-")
    checkpoint_id, parent = short_id(checkpoint.checkpoint_id), short_id(checkpoint.previous_checkpoint_id)
    print(f"{checkpoint.iteration_count:>9}  {kind:<9}  {checkpoint_id:<10}  {parent:<8}  {language}")
