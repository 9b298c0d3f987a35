"""What it must show: each budget, what was measured, and whether it is met."""

from __future__ import annotations

from typing import Callable, Iterator, Optional

from numbers_of_run import Numbers, kind_of, short
from workloads import WORKLOADS

W = {workload.key: workload for workload in WORKLOADS}
Line = tuple[str, str, Optional[bool]]
OURS, C = "libworkflow", "c_host"


def lines(numbers: Numbers) -> Iterator[Line]:
    """What, measured, met; None: not measured."""

    def times(what: str, key: str, over: Optional[str], under: str, least: float, note: str = "") -> Line:
        ratio = numbers.ratio(W[key], over, under) if over and key in numbers.results else None
        return compared(f"{what}: at least {least:g} ×", ratio, ratio is not None and ratio >= least, note or over or "", key)

    def most(what: str, key: str, over: str, under: str, bound: float) -> Line:
        ratio = numbers.ratio(W[key], over, under) if key in numbers.results else None
        return compared(f"{what}: at most {bound:g} ×", ratio, ratio is not None and ratio <= bound, "")

    def compared(what: str, ratio: Optional[float], met: bool, note: str, key: str = "") -> Line:
        if ratio is None:
            return what, "not measured", None
        if key and W[key].judged == "rounds" and len(numbers.medians(W[key], OURS)) < 3:  # the disk of one moment
            return what, f"{short(ratio)} × ({note}), in fewer than three rounds: undecided", None
        return what, f"{short(ratio)} ×" + (f" ({note})" if note else ""), met

    def best(key: str, among: Callable[[str], bool] = lambda row: True) -> Optional[str]:
        return numbers.best_peer(W[key], among) if key in numbers.results else None

    def value(key: str, row: str, what: str, bound: float, unit: str, kind: str = "") -> Line:
        middle = numbers.middle(W[key], row, kind) if key in numbers.results else None
        what = f"{what}: at most {bound:g} {unit}"
        return (what, "not measured", None) if middle is None else (what, f"{short(middle)} {unit}", middle <= bound)

    def over(key: str, limit: str, what: str, bound: float, told: Callable[[float], str]) -> Line:
        ours, bare = (numbers.middle(W[key], row) if key in numbers.results else None for row in (OURS, limit))
        return (what, "not measured", None) if ours is None or bare is None else (what, f"{told(ours - bare)} ms", ours - bare <= bound)

    yield value("loop", "c_host:quiet", "superstep, C host, no events", 1, "µs")
    yield value("loop", C, "superstep, C host, all events", 1, "µs")
    yield times("superstep, Python function", "loop", "agent_framework:function", f"{OURS}:function", 30)
    yield times("superstep, Python `async def`", "loop", "agent_framework", OURS, 20)
    yield times("superstep, faster than every peer", "loop", best("loop"), OURS, 1)
    yield most("superstep, Python, of a ctypes callback", "loop", OURS, "limits:callback", 5)
    yield times("checkpoint in memory", "loop_memory", "agent_framework", OURS, 25)
    yield times("checkpoint in memory, best peer", "loop_memory", best("loop_memory"), OURS, 2)
    yield times("durable checkpoint, of bare SQLite", "loop_durable", "limits:sqlite", OURS, 0.7)
    syncing = best("loop_durable", lambda row: row.partition(":")[0] not in ("agent_framework", "duroxide"))
    yield times("durable checkpoint, best peer that syncs", "loop_durable", syncing, OURS, 3)
    yield times("growing state, best peer", "grow_2000", best("grow_2000"), OURS, 4)
    yield on_disk(numbers)
    yield linear(numbers)
    yield times("64 workers, a message", "fan", "agent_framework", OURS, 20)
    yield times("5 MB, durable, best peer", "payload_durable", best("payload_durable"), OURS, 2)
    yield over("payload", "limits:passed", "5 MB without checkpoints: at most 1 ms over coroutines", 1, short)
    yield times("1,000 small runs, best peer", "many", best("many"), OURS, 5)
    yield times("resume, faster than every peer", "resume", best("resume"), OURS, 1)
    yield over("start", "limits:start", "import, build, run, exit: at most 60 ms over the bare interpreter", 60, "{:.0f}".format)
    yield value("start", C, "cold start, C host", 10, "ms", "rounds")
    told = numbers.results.get("start", {}).get(C, {})
    peak = told.get("peak_mb")
    yield "C host: under 15 MB resident", f"{peak:.1f} MB" if peak else "not measured", peak < 15 if peak else None


def on_disk(numbers: Numbers) -> Line:
    told = numbers.results.get("grow_2000", {}).get(OURS, {})
    what = "growing state, on disk: at most 3 × the state, no more than the best peer"
    if "bytes" not in told:
        return what, "not measured", None
    rows = numbers.results["grow_2000"].items()
    least = min((row["bytes"], name) for name, row in rows if kind_of(name) == "peer" and "bytes" in row)
    times = told["bytes"] / (2000 * 203)
    said = f"{times:.2f} × ({least[1]}: {least[0] / 2000 / 203:.2f} ×)"
    if times <= 3 and any(kind_of(name) == "peer" and "bytes" not in row for name, row in rows):
        return what, said + ", but some peers are missing: undecided", None
    return what, said, times <= 3 and told["bytes"] <= least[0]


def linear(numbers: Numbers) -> Line:
    what, medians = "growing state, linear: 16 × the supersteps in at most 20 × the time", []
    for key in ("grow_500", "grow_8000"):
        middle = numbers.middle(W[key], OURS) if key in numbers.results else None
        if middle is None:
            return what, "not measured", None
        medians.append(middle)
    return what, f"{medians[1] / medians[0]:.1f} ×", medians[1] / medians[0] <= 20
