"""superstep.py: what one superstep costs a Python host, beside a bare ctypes callback and, where it is installed, beside
agent_framework doing the same.

A self-loop of N supersteps. Each row is the median of several rounds that alternate with the other rows; compare the rows
with each other, not with those of another day or machine. Run by `make bench-engine`.
"""

import asyncio
import ctypes
import importlib
import statistics
import time
from typing import Any, Callable

STEPS, ROUNDS = 3000, 5


def bare_callback() -> float:
    """C calls a Python function with the arguments of an executor: qsort is the C function at hand."""
    calls = 0

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    def compare(left: int, right: int) -> int:
        nonlocal calls
        calls += 1
        return 0

    array = (ctypes.c_int * STEPS)()
    qsort = ctypes.CDLL(None).qsort
    begin = time.perf_counter()
    qsort(array, STEPS, ctypes.sizeof(ctypes.c_int), compare)
    return (time.perf_counter() - begin) / calls


def self_loop(package: str, checkpoints: bool) -> Callable[[], float]:
    """The same program under either package: only the import differs."""
    api: Any = importlib.import_module(package)
    Context: Any = api.WorkflowContext[int, int]

    class Countdown(api.Executor):  # type: ignore[misc]
        @api.handler
        async def count(self, left: int, ctx: Context) -> None:
            if left:
                await ctx.send_message(left - 1)
            else:
                await ctx.yield_output(left)

    async def outputs(workflow: Any) -> Any:
        # asyncio.run looks at the repr of what its coroutine returns: that must not be thousands of events.
        return (await workflow.run(STEPS - 1)).get_outputs()

    def measure() -> float:
        countdown = Countdown(id="countdown")
        storage = api.InMemoryCheckpointStorage() if checkpoints else None
        builder = api.WorkflowBuilder(start_executor=countdown, max_iterations=STEPS + 1, checkpoint_storage=storage)
        workflow = builder.add_edge(countdown, countdown).build()
        begin = time.perf_counter()
        result = asyncio.run(outputs(workflow))
        seconds = time.perf_counter() - begin
        assert result == [0], "the loop did not end as it should"
        return seconds / STEPS

    return measure


def main() -> None:
    rows = {"bare ctypes callback": bare_callback}
    for package in ("libworkflow", "agent_framework"):
        try:
            rows[f"{package}: superstep"] = self_loop(package, checkpoints=False)
            rows[f"{package}: superstep with a checkpoint in memory"] = self_loop(package, checkpoints=True)
        except ModuleNotFoundError:
            print(f"({package} is not installed here; its rows are left out)")
    times: Any = {name: [] for name in rows}
    for _ in range(ROUNDS):
        for name, measure in rows.items():
            times[name].append(measure() * 1e6)
    for name, values in times.items():
        print(f"{name:56} {statistics.median(values):8.2f} us   ({min(values):.2f} to {max(values):.2f})")


if __name__ == "__main__":
    main()
