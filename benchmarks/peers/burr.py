"""burr, with function actions, called synchronously. The durable storage is its SQLitePersister."""

import os

from burr.core import ApplicationBuilder, State, action, default, expr
from burr.core.persistence import InMemoryPersister, SQLitePersister
from workload_data import payload as made
from workload_data import record

SYNCS = "four times a superstep: SQLite, rollback journal, synchronous=FULL"
CANNOT = {"fan": "fans out only inside of one action (MapStates), in threads, not in the graph"}


def persister_of(storage):
    if storage == "memory":
        return InMemoryPersister()
    kept = SQLitePersister(os.path.join(storage, "runs.db"))
    kept.initialize()
    return kept


def application(nodes, transitions, entry, values, storage, app_id="1", loads=False):
    builder = ApplicationBuilder().with_actions(**nodes).with_transitions(*transitions)
    builder = builder.with_identifiers(app_id=app_id)
    if storage:
        kept = persister_of(storage)
        builder = builder.with_state_persister(kept)
        if loads:
            builder = builder.initialize_from(kept, True, values, entry)
            return builder.build()
    return builder.with_state(**values).with_entrypoint(entry).build()


@action(reads=["n"], writes=["n"])
def count(state: State) -> State:
    return state.update(n=state["n"] + 1)


@action(reads=[], writes=["done"])
def end(state: State) -> State:
    return state.update(done=True)


def counting(steps, storage, work=count, app_id="1", loads=False):
    """The last step is `end`: burr halts at an action, not on a condition."""
    transitions = [("count", "count", expr(f"n < {steps - 1}")), ("count", "end", default)]
    return application(
        {"count": work, "end": end}, transitions, "count", {"n": 0}, storage, app_id=app_id, loads=loads
    )


def finished(app):
    return app.run(halt_after=["end"])[2]


def loop(steps, storage=""):
    app = counting(steps, storage)
    return lambda: finished(app)["n"] + 1


def grow(steps, storage):
    @action(reads=["list"], writes=["list"])
    def add(state: State) -> State:
        return state.append(list=record(len(state["list"])))

    transitions = [("add", "add", expr(f"len(list) < {steps}")), ("add", "end", default)]
    app = application({"add": add, "end": end}, transitions, "add", {"list": []}, storage)
    return lambda: len(finished(app)["list"])


def payload(hops, size, storage=""):
    @action(reads=["data"], writes=["data"])
    def carry(state: State) -> State:
        return state.update(data=state["data"])

    names = [f"hop{i}" for i in range(hops - 1)]
    app = application(
        {**{name: carry for name in names}, "end": end}, list(zip(names, [*names[1:], "end"])), "hop0",
        {"data": made(size)}, storage,
    )  # fmt: skip
    return lambda: len(finished(app)["data"]["records"])


def crash(steps, storage):
    @action(reads=["n"], writes=["n"])
    def dying(state: State) -> State:
        if state["n"] == steps:
            os._exit(0)
        return state.update(n=state["n"] + 1)

    app = counting(steps + 2, storage, dying)
    return lambda: finished(app)["n"]


def resume(steps, storage):
    return lambda: finished(counting(steps + 2, storage, loads=True))["n"]


def many(runs, steps):
    def all_of_them():
        return sum(finished(counting(steps, "memory", app_id=str(i)))["n"] + 1 == steps for i in range(runs))

    return all_of_them


def start():
    return loop(2)
