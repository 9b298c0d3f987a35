"""What was measured, in medians and ratios."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any, Optional

from workloads import PEERS, WORKLOADS, Workload

NAMES = {"libworkflow": "libworkflow, Python", "c_host": "libworkflow, C", "llama_index": "llama-index-workflows"}
NAMES.update(pydantic_graph="pydantic-graph", neograph="neograph-engine", agent_framework="agent-framework")


def name_of(row: str, workload: Workload) -> str:
    peer, _, variant = row.partition(":")
    if peer == "limits":
        return next(label for label, function in workload.limits if function == variant)
    return NAMES.get(peer, peer) + (f", {variant}" if variant else "")


def kind_of(row: str) -> str:
    peer = row.partition(":")[0]
    return "limit" if peer == "limits" else "peer" if peer in PEERS else "ours"


class Numbers:
    def __init__(self, folder: Path) -> None:
        self.all: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        self.results: dict[str, dict[str, Any]] = self.all["results"]
        self.workloads = [workload for workload in WORKLOADS if workload.key in self.results]

    def title(self, workload: Workload) -> str:
        return workload.title.format(**self.all["values"][workload.key])

    def medians(self, workload: Workload, row: str, kind: str = "") -> list[float]:
        """One for each round."""
        told = self.results.get(workload.key, {}).get(row, {})
        return [statistics.median(samples) for samples in told.get(kind or workload.judged, [])]

    def middle(self, workload: Workload, row: str, kind: str = "") -> Optional[float]:
        medians = self.medians(workload, row, kind)
        return statistics.median(medians) if medians else None

    def spread(self, workload: Workload, row: str, kind: str = "") -> tuple[float, float]:
        samples = [s for one in self.results[workload.key][row][kind or workload.judged] for s in one]
        return min(samples), max(samples)

    def ratio(self, workload: Workload, over: str, under: str) -> Optional[float]:
        """The median of those of the rounds in which both were measured."""
        pairs = zip(self.medians(workload, over), self.medians(workload, under))
        ratios = [a / b for a, b in pairs if b]
        return statistics.median(ratios) if ratios else None

    def best_peer(self, workload: Workload, among: Any = lambda row: True) -> Optional[str]:
        rows = [row for row in self.results[workload.key] if kind_of(row) == "peer" and among(row)]
        there = [(self.middle(workload, row), row) for row in rows if self.middle(workload, row) is not None]
        return min(there)[1] if there else None  # type: ignore[type-var]


def short(value: float) -> str:
    """Three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.4f}"
