"""duroxide: replays a deterministic generator; each step is an activity. SQLite, in memory or in a file.

A history may hold 1,024 events, so that a loop must begin anew (continue_as_new) every few hundred steps. It polls each
millisecond. After a crash it waits until the lock of the dead worker ends, 30 s by default.
"""

import os

from duroxide import Client, Runtime, RuntimeOptions, SqliteProvider
from workload_data import payload as made
from workload_data import record

SYNCS = "hardly ever: SQLite, only when its write-ahead log is folded in; six times in 100 steps"
CANNOT = {
    "loop": "always records into SQLite, at least one in memory",
    "payload": "always records into SQLite, at least one in memory",
}
ANEW = 200


def runtime_of(storage):
    provider = SqliteProvider.in_memory() if storage == "memory" else SqliteProvider.open(
        os.path.join(storage, "runs.db")
    )  # fmt: skip
    return provider, Runtime(provider, RuntimeOptions(dispatcher_poll_interval_ms=1, log_level="error"))


def counts(ctx, given):
    n, last = given["n"], given["last"]
    for _ in range(min(ANEW, last - n)):
        n = yield ctx.schedule_activity("count", n)
    if n < last:
        return (yield ctx.continue_as_new({"n": n, "last": last}))
    return n


def begun(storage, orchestration, activity, ready=lambda runtime: None):
    provider, runtime = runtime_of(storage)
    runtime.register_activity("count", activity)
    runtime.register_orchestration("work", orchestration)
    runtime.start()
    return Client(provider)


def result(client, id, timeout=600_000):
    status = client.wait_for_orchestration(id, timeout)
    if status.status != "Completed":
        raise SystemExit(f"duroxide: {status.status}: {status.error}")
    return status.output


def run(client, given, id="1"):
    client.start_orchestration(id, "work", given)
    return result(client, id)


def loop(steps, storage):
    client = begun(storage, counts, lambda ctx, n: n + 1)
    return lambda: run(client, {"n": 0, "last": steps})


def grow(steps, storage):
    """The state is handed on whole when it begins anew."""

    def grows(ctx, given):
        records = given["records"]
        for _ in range(min(ANEW, steps - len(records))):
            records.append((yield ctx.schedule_activity("count", len(records))))
        if len(records) < steps:
            return (yield ctx.continue_as_new({"records": records}))
        return len(records)

    client = begun(storage, grows, lambda ctx, n: record(n))
    return lambda: run(client, {"records": []})


def fan(workers, rounds, storage="memory"):
    """Its rounds are recorded in a SQLite in memory: less than that it cannot."""

    def fans(ctx, given):
        done, last = given["done"], workers * rounds
        for _ in range(3):
            if done < last:
                answers = yield ctx.all([ctx.schedule_activity("count", i) for i in range(workers)])
                done += len(answers)
        if done < last:
            return (yield ctx.continue_as_new({"done": done}))
        return done

    client = begun(storage, fans, lambda ctx, n: n)
    return lambda: run(client, {"done": 0})


def payload(hops, size, storage):
    def carries(ctx, given):
        data = given
        for _ in range(hops):
            data = yield ctx.schedule_activity("count", data)
        return len(data["records"])

    client = begun(storage, carries, lambda ctx, data: data)
    data = made(size)
    return lambda: run(client, data)


def crash(steps, storage):
    def dying(ctx, n):
        if n == steps:
            os._exit(0)
        return n + 1

    client = begun(storage, counts, dying)
    return lambda: run(client, {"n": 0, "last": steps + 1})


def resume(steps, storage):
    return lambda: result(begun(storage, counts, lambda ctx, n: n + 1), "1")


def many(runs, steps):
    client = begun("memory", counts, lambda ctx, n: n + 1)

    def all_of_them():
        return sum(run(client, {"n": 0, "last": steps}, str(i)) == steps for i in range(runs))

    return all_of_them


def start():
    return loop(2, "memory")
