#!/usr/bin/env python3
"""The same work in libworkflow and in its peers, in turns; writes benchmarks/results.

usage: compare.py [--quick] [--minutes N] [--only KEY,...] [--peers NAME,...] [--into FOLDER] [--report]

Every measurement is a process of its own. In a round each workload goes to all rows, one after another; then the next round
begins, as long as there is time: 20 minutes, or 3 with --quick. What takes long is measured once. --report only tells anew
what was measured. `make bench` installs the peers first.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "harness"))

from machine import facts, installed, reasons  # noqa: E402
from processes import ROOT, measure  # noqa: E402
from workloads import PEERS, WORKLOADS, Workload  # noqa: E402

RESULTS = ROOT / "benchmarks/results"


def rows_of(workload: Workload, there: dict[str, str], cannot: dict[str, dict[str, str]]) -> list[str]:
    peers = [row for row in [*PEERS, *workload.more] if row.partition(":")[0] in there]
    peers = [row for row in peers if not {workload.key, workload.key.partition("_")[0] + "_*"} & {*cannot[row.partition(":")[0]]}]
    # Ours among the peers, so that what the machine does meanwhile happens to both.
    rows, ours = [], list(workload.ours)
    for peer in peers:
        rows.append(peer)
        if ours:
            rows.append(ours.pop(0))
    return [*rows, *ours, *(f"limits:{function}" for _, function in workload.limits)]


def call_of(workload: Workload, row: str) -> str:
    peer, _, variant = row.partition(":")
    return variant if peer == "limits" else workload.call


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--only", default="")
    parser.add_argument("--peers", default="")
    parser.add_argument("--into", default=str(RESULTS))
    arguments = parser.parse_args()
    into = Path(arguments.into)
    into.mkdir(parents=True, exist_ok=True)
    if not arguments.report:
        (into / "results.json").write_text(json.dumps(measured(arguments), indent=1) + "\n")
    from report import write

    write(into)


def measured(arguments: argparse.Namespace) -> dict:  # type: ignore[type-arg]
    quick, begin = arguments.quick, time.monotonic()
    limit, patience = (165, 8) if quick else (1140, 45)
    if arguments.minutes:
        limit = int(arguments.minutes * 60)
    only, peers = arguments.only.split(","), arguments.peers.split(",")
    there = {name: version for name, version in installed().items() if not arguments.peers or name in peers}
    missing = {} if arguments.peers else {name: reasons(name) for name in PEERS if name not in there}
    cannot, syncs = facts(there)
    chosen = [w for w in WORKLOADS if (w.key in only if arguments.only else w.in_quick or not quick)]
    results: dict = {w.key: {} for w in chosen}  # type: ignore[type-arg]
    loads = [os.getloadavg()[0]]
    for number in range(1 if quick else 5):
        for workload in chosen:
            turns = 1 if quick else workload.turns
            rows = rows_of(workload, there, cannot)
            for turn, row in ((turn, row) for turn in range(turns) for row in rows):
                told = results[workload.key].setdefault(row, {"rounds": []})
                spent = time.monotonic() - begin
                if (number or turn) and (spent > limit or "none" in told or told["took"] > 8):
                    continue
                told["none"] = "the time was over" if spent > limit else too_slow(results, workload, row)
                if told["none"]:
                    continue
                del told["none"]
                one = measure(workload, row, call_of(workload, row), workload.values(quick), patience)
                if "none" in one:
                    told["none"] = one["none"]
                else:
                    told["rounds"].append(one.pop("samples"))
                    told.setdefault("processor_rounds", []).append(one.pop("processor"))
                    told["took"] = max(one.pop("wall"), told.get("took", 0))
                    told.update(one)
                show(number, workload, row, told, spent)
            loads.append(os.getloadavg()[0])
    from machine import machine

    return {
        "machine": machine(), "quick": quick, "load": [min(loads), statistics.median(loads), max(loads)],
        "seconds": time.monotonic() - begin, "versions": there, "missing": missing, "cannot": cannot, "syncs": syncs,
        "values": {w.key: w.values(quick) for w in chosen}, "results": results,
    }  # fmt: skip


def too_slow(results: dict, workload: Workload, row: str) -> str:  # type: ignore[type-arg]
    """A state four times as long takes sixteen times as long, where it is written whole."""
    before = {"grow_2000": "grow_500", "grow_8000": "grow_2000"}.get(workload.key)
    told = results.get(before, {}).get(row)
    if told is None:
        return ""
    if "none" in told:
        return "not tried: fewer supersteps took too long already"
    return f"not tried: a quarter of the supersteps took {told['took']:.0f} s" if told["took"] > 20 else ""


def show(number: int, workload: Workload, row: str, told: dict, spent: float) -> None:  # type: ignore[type-arg]
    what = told.get("none") or f"{statistics.median(told['rounds'][-1]):.4g} {workload.unit}"
    print(f"{spent:6.0f} s  round {number + 1}  {workload.key:16} {row:26} {what}", flush=True)


if __name__ == "__main__":
    main()
