"""Writes benchmarks/results/results.md, and has the plots drawn."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Iterator

from budgets import lines
from numbers_of_run import Numbers, kind_of, name_of, short
from processes import PYTHON
from workloads import PEERS, Workload

ORDER = {"ours": 0, "peer": 1, "limit": 2}


def write(folder: Path) -> None:
    numbers = Numbers(folder)
    (folder / "results.md").write_text("\n".join(document(numbers)) + "\n", encoding="utf-8")
    plot = Path(__file__).resolve().parent / "plot.py"
    subprocess.run([str(PYTHON), str(plot), str(folder)], check=True)
    print(f"{folder}: results.md, results.json, compared.svg, compared.png, growing.svg, growing.png")


def document(numbers: Numbers) -> Iterator[str]:
    told = numbers.all
    yield "# Measured\n"
    yield "Made by `make bench`; [benchmarks/README.md](../README.md) says what each row is. Read the ratios, not the times:"
    yield "they are of one run, in turns, on a machine that may do other things too. Its load was"
    yield f"{told['load'][0]:.1f} to {told['load'][2]:.1f} (median {told['load'][1]:.1f}), and it took {told['seconds'] / 60:.0f} minutes"
    yield f"{'with' if told['quick'] else 'without'} `--quick`.\n"
    yield "| | |\n|---|---|"
    for name, value in told["machine"].items():
        yield f"| {name} | {value} |"
    for peer, versions in told["versions"].items():
        yield f"| {peer} | {versions} |"
    for peer, reason in told["missing"].items():
        yield f"| {peer} | left out: {reason} |"
    for note in told.get("notes", []):
        yield f"\n{note}"
    yield "\n![the medians of all](compared.svg)\n\n![growing](growing.svg)\n"
    yield from budget_table(numbers)
    for workload in numbers.workloads:
        yield from table(numbers, workload)


def budget_table(numbers: Numbers) -> Iterator[str]:
    yield "## Budgets\n"
    yield "By the clock where a disk is at work, by processor time elsewhere, but for the cold start.\n"
    yield "| budget | measured | |\n|---|---|---|"
    for what, measured, met in lines(numbers):
        yield f"| {what} | {measured} | {'' if met is None else 'met' if met else '**not met**'} |"
    yield ""


def table(numbers: Numbers, workload: Workload) -> Iterator[str]:
    rows = numbers.results[workload.key]
    durable = workload.judged == "rounds"
    yield f"## ({workload.letter}) {numbers.title(workload)}\n"
    yield f"{workload.unit}; the median, and all samples from the least to the most.\n"
    head = ["", "clock", "processor", "× libworkflow, Python", "peak MB"] + (["on disk", "syncs"] if durable else [])
    yield "| " + " | ".join(head) + " |\n|" + "---|" * len(head)
    measured = [row for row in rows if rows[row]["rounds"]]
    measured.sort(key=lambda row: (ORDER[kind_of(row)], numbers.middle(workload, row)))
    for row in measured:
        yield "| " + " | ".join(cells(numbers, workload, row, durable)) + " |"
    yield ""
    yield from sentences(numbers, workload)
    for row in rows:
        if "none" in rows[row]:
            yield f"* {name_of(row, workload)}: {rows[row]['none']}."
    for peer in PEERS:
        cannot = numbers.all["cannot"].get(peer, {})
        reason = cannot.get(workload.key) or cannot.get(workload.key.partition("_")[0] + "_*")
        if reason:
            yield f"* {name_of(peer, workload)}: {reason}."
    yield ""


def cells(numbers: Numbers, workload: Workload, row: str, durable: bool) -> Iterator[str]:
    told = numbers.results[workload.key][row]
    yield name_of(row, workload)
    for kind in ("rounds", "processor_rounds"):
        least, most = numbers.spread(workload, row, kind)
        yield f"{short(numbers.middle(workload, row, kind) or 0)} ({short(least)} to {short(most)})"
    ratio = numbers.ratio(workload, row, "libworkflow")
    yield short(ratio) if ratio is not None else ""
    yield f"{told['peak_mb']:.0f}"
    if durable:
        peer = row.partition(":")[0]
        yield f"{told['bytes']:,}"
        yield numbers.all["syncs"].get({"c_host": "libworkflow"}.get(peer, peer), "")


def sentences(numbers: Numbers, workload: Workload) -> Iterator[str]:
    """The two ratios that count, for each of our rows."""
    best = numbers.best_peer(workload)
    limit = f"limits:{workload.limits[0][1]}"
    for row in workload.ours:
        if not numbers.medians(workload, row):
            continue
        parts = []
        peer, bare = best and numbers.ratio(workload, best, row), numbers.ratio(workload, row, limit)
        if best and peer:
            parts.append(f"{name_of(best, workload)}, the best peer, takes {short(peer)} × as long")
        if bare:
            parts.append(f"it takes {short(bare)} × as long as {name_of(limit, workload)}")
        if parts:
            yield f"* {name_of(row, workload)}: {'; '.join(parts)}."
