"""What is measured, for whom, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PEERS = {  # what `make bench` installs; the name of each file in benchmarks/peers, and its packages
    "agent_framework": ["agent-framework-core"],
    "langgraph": ["langgraph", "langgraph-checkpoint-sqlite"],
    "dbos": ["dbos"],
    "llama_index": ["llama-index-workflows"],
    "burr": ["burr"],
    "pydantic_graph": ["pydantic-graph"],
    "neograph": ["neograph-engine"],
    "duroxide": ["duroxide"],
}
DURABLE = "<a folder>"


@dataclass
class Workload:
    key: str
    letter: str
    title: str
    call: str
    full: dict[str, Any]
    quick: dict[str, Any]
    unit: str  # of what is told
    scale: float  # units in a second
    per: str = ""  # the product of these values divides; nothing: the whole
    expect: str = ""  # the result, an expression of the values
    prepared_by: str = ""
    ours: list[str] = field(default_factory=lambda: ["libworkflow", "c_host"])
    more: list[str] = field(default_factory=list)  # variants of peers
    limits: list[tuple[str, str]] = field(default_factory=list)  # (label, function of peers/limits.py)
    repeat: int = 1
    in_quick: bool = True
    turns: int = 1  # so often in a round: where the disk is what counts, and does not stay the same for long
    times: float = 1  # a C host does so many steps more, that the clock sees something

    @property
    def judged(self) -> str:
        """By what ratios are taken: by the clock where a disk is at work, else by the processor time, which does not count
        what else the machine does."""
        return "rounds" if DURABLE in self.full.values() else "processor_rounds"

    def values(self, quick: bool) -> dict[str, Any]:
        return {**self.full, **(self.quick if quick else {})}

    def divisor(self, values: dict[str, Any]) -> float:
        return float(eval(self.per, {}, values)) if self.per else 1.0


EVERY = ["libworkflow", "libworkflow:class", "libworkflow:function", "libworkflow:quiet", "c_host", "c_host:quiet"]
SQLITE = ("SQLite commit", "sqlite")
FSYNC = ("append and fdatasync", "fsync")

WORKLOADS = [
    Workload(
        "loop", "a", "superstep without checkpoints", "loop", {"steps": 3000}, {"steps": 1000}, "µs", 1e6, "steps", "steps",
        ours=EVERY, more=["agent_framework:function", "agent_framework:class", "pydantic_graph:class"],
        limits=[("ctypes callback", "callback"), ("await", "awaited")], repeat=5, times=20,
    ),
    Workload(
        "loop_memory", "b", "superstep with a checkpoint in memory", "loop", {"steps": 3000, "storage": "memory"},
        {"steps": 1000}, "µs", 1e6, "steps", "steps", ours=EVERY, more=["agent_framework:function"],
        limits=[("JSON encoding of 300 bytes", "encoded"), ("await", "awaited")], repeat=5, times=5,
    ),
    Workload(
        "loop_durable", "c", "superstep with a durable checkpoint", "loop", {"steps": 150, "storage": DURABLE},
        {"steps": 100}, "µs", 1e6, "steps", "steps", limits=[SQLITE, FSYNC], turns=7,
    ),
    Workload(
        "grow_500", "d", "state that grows by 200 bytes, {steps:,} supersteps", "grow", {"steps": 500, "storage": DURABLE},
        {"steps": 100}, "s", 1, "", "steps", ours=["libworkflow", "libworkflow:set", "c_host"], more=["langgraph:delta"],
        limits=[("SQLite commits of 200 bytes", "sqlite_records")],
    ),
    Workload(
        "fan", "e", "one to 64 workers and back, {rounds} rounds: a message", "fan", {"workers": 64, "rounds": 50},
        {"rounds": 10}, "µs", 1e6, "2 * workers * rounds", "workers * rounds",
        limits=[("asyncio.gather", "tasks")], repeat=3,
    ),
    Workload(
        "payload", "f", "{size:,} bytes through ten executors", "payload", {"hops": 10, "size": 5_000_000}, {"size": 1_000_000}, "ms", 1e3, "",
        "size // 200", limits=[("coroutines", "passed"), ("memory copy", "copied"), ("JSON encoding, once", "dumped")],
        repeat=3,
    ),
    Workload(
        "payload_durable", "f", "the same, with durable checkpoints", "payload",
        {"hops": 10, "size": 5_000_000, "storage": DURABLE}, {"size": 1_000_000}, "ms", 1e3, "", "size // 200",
        limits=[("ten times: JSON encoding, SQLite commit", "sqlite")],
    ),
    Workload(
        "resume", "g", "resume from the last of {steps:,} checkpoints, in a fresh process", "resume",
        {"steps": 2000, "storage": DURABLE}, {"steps": 500}, "ms", 1e3, "", "steps + 1", prepared_by="crash",
        limits=[("SQLite: open, read the last row", "resume")],
    ),
    Workload(
        "start", "h", "import, build, run two supersteps, exit", "start", {}, {}, "ms", 1e3, "", "2",
        limits=[("the bare interpreter", "start")],
    ),
    Workload(
        "many", "i", "{runs:,} runs of 5 supersteps, checkpoints in memory: a run", "many", {"runs": 1000, "steps": 5},
        {"runs": 200}, "µs", 1e6, "runs", "runs", limits=[("await", "many")],
    ),
    # Last in each round, because it takes longest.
    Workload(
        "grow_2000", "d", "state that grows by 200 bytes, {steps:,} supersteps", "grow", {"steps": 2000, "storage": DURABLE},
        {}, "s", 1, "", "steps", ours=["libworkflow", "libworkflow:set", "c_host"], more=["langgraph:delta"],
        limits=[("SQLite commits of 200 bytes", "sqlite_records")], in_quick=False,
    ),
    Workload(
        "grow_8000", "d", "state that grows by 200 bytes, {steps:,} supersteps", "grow", {"steps": 8000, "storage": DURABLE},
        {}, "s", 1, "", "steps", ours=["libworkflow", "c_host"], more=["langgraph:delta"],
        limits=[("SQLite commits of 200 bytes", "sqlite_records")], in_quick=False,
    ),
]  # fmt: skip
