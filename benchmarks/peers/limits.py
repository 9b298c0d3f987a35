"""The bare operations below the workloads: what no engine in Python can do without. The variant names the operation."""

SYNCS = "sqlite and fsync: once a step"
CANNOT: dict[str, str] = {}
ROW = 300  # about what a superstep of `loop` adds to libworkflow's database

if VARIANT != "start":  # noqa: F821
    import asyncio
    import ctypes
    import json
    import os
    import sqlite3

    from workload_data import payload as made
    from workload_data import record


def callback(steps):
    """C calls a Python function with the arguments of an executor."""
    path = os.path.join(os.environ.get("BENCH_BUILD", "build"), "bench-calls.so")
    library = ctypes.CDLL(os.path.abspath(path))
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)

    def invoke(data, context, text, length):
        return 1

    bound = kind(invoke)
    return lambda: library.call(bound, ctypes.c_long(steps))


async def nothing(value):
    return value


def awaited(steps, storage=""):
    """A coroutine called and awaited."""

    async def run():
        n = 0
        while n < steps:
            n += 1
            await nothing(n)
        return n

    return lambda: asyncio.run(run())


def tasks(workers, rounds):
    """asyncio.gather of as many coroutines."""

    async def run():
        done = 0
        for _ in range(rounds):
            done += len(await asyncio.gather(*(nothing(i) for i in range(workers))))
        return done

    return lambda: asyncio.run(run())


def encoded(steps, storage=""):
    """json.dumps of a small checkpoint."""
    value = {"n": 1, "text": "x" * (ROW - 20)}

    def run():
        n = 0
        while n < steps:
            value["n"] = n = n + 1
            json.dumps(value)
        return n

    return run


def database(storage):
    base = sqlite3.connect(os.path.join(storage, "bare.db"), isolation_level=None)
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("PRAGMA synchronous = FULL")
    base.execute("PRAGMA wal_autocheckpoint = 128")  # as our storage: slower without
    base.execute("CREATE TABLE data(number INTEGER PRIMARY KEY, value BLOB)")
    return base


def rows(base, times, row_of):
    for n in range(times):
        base.execute("BEGIN IMMEDIATE")
        base.execute("INSERT INTO data(value) VALUES(?)", (row_of(n),))
        base.execute("COMMIT")
    return times


def sqlite(steps=0, storage="", hops=0, size=0):
    """Commits: WAL, synchronous=FULL, one row each. For the payload, its JSON at every hop."""
    base = database(storage)
    if size:
        data = made(size)
        return lambda: rows(base, hops, lambda n: json.dumps(data)) and len(data["records"])
    return lambda: rows(base, steps, lambda n: b"x" * ROW)


def sqlite_records(steps, storage):
    """The same, a row of 200 bytes."""
    base = database(storage)
    return lambda: rows(base, steps, record)


def fsync(steps, storage):
    """Appends to a file, and fdatasync."""
    file = os.open(os.path.join(storage, "log"), os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def run():
        for _ in range(steps):
            os.write(file, b"x" * ROW)
            os.fdatasync(file)
        return steps

    return run


def copied(hops, size):
    """The bytes of the payload, copied at every hop."""
    text = json.dumps(made(size)).encode()

    def run():
        for _ in range(hops):
            bytearray(text)
        return size // 200

    return run


def dumped(hops, size):
    """json.dumps of the payload, once."""
    data = made(size)

    def run():
        json.dumps(data)
        return size // 200

    return run


def passed(hops, size):
    """The object handed from coroutine to coroutine."""
    data = made(size)

    async def run():
        value = data
        for _ in range(hops):
            value = await nothing(value)
        return len(value["records"])

    return lambda: asyncio.run(run())


def crash(steps, storage):
    """A database with as many rows."""
    base = database(storage)
    base.execute("PRAGMA synchronous = NORMAL")
    return lambda: rows(base, steps, lambda n: b"x" * ROW)


def resume(steps, storage):
    """Opens the database, and reads the last row."""

    def run():
        base = sqlite3.connect(os.path.join(storage, "bare.db"))
        return base.execute("SELECT max(number), value FROM data").fetchone()[0] + 1

    return run


def many(runs, steps):
    async def run():
        done = 0
        for _ in range(runs):
            for n in range(steps):
                await nothing(n)
            done += 1
        return done

    return lambda: asyncio.run(run())


def start():
    """Nothing: the interpreter, and the harness."""
    return lambda: 2
