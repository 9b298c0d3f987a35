"""neograph-engine, C++ with a pybind11 binding, called synchronously with plain functions as nodes."""

import os

import neograph_engine as ng
from workload_data import payload as made
from workload_data import record

SYNCS = "three times a superstep: SQLite"
CANNOT: dict[str, str] = {}


def store_of(storage):
    if not storage:
        return None
    return ng.InMemoryCheckpointStore() if storage == "memory" else ng.SqliteCheckpointStore(os.path.join(storage, "runs.db"))


def node(name, work):
    ng.node(name)(work)
    return name


def compiled(channels, nodes, edges, storage, routes=()):
    """`nodes` are names of types; `routes` are (from, condition, routes)."""
    definition = {
        "schema_version": ng.TOPOLOGY_SCHEMA_VERSION,
        "name": "bench",
        "channels": {name: {"reducer": reducer} for name, reducer in channels.items()},
        "nodes": nodes,
        "edges": [{"from": one, "to": next} for one, next in edges],
        "conditional_edges": [{"from": one, "condition": name, "routes": to} for one, name, to in routes],
    }
    return ng.GraphEngine.compile(definition, ng.NodeContext(), store_of(storage))


def run(engine, values, steps, thread="1"):
    config = ng.RunConfig(thread_id=thread, input=values, max_steps=steps + 10)
    return engine.run(config).output["channels"]


def again_while(condition):
    ng.ConditionRegistry.instance().register_condition("more", lambda state: "again" if condition(state) else "end")


def counting(steps, storage, work=lambda state: [ng.ChannelWrite("n", state.get("n") + 1)]):
    node("count", work)
    again_while(lambda state: state.get("n") < steps)
    routes = [("count", "more", {"again": "count", "end": ng.END_NODE})]
    return compiled({"n": "overwrite"}, {"count": {"type": "count"}}, [(ng.START_NODE, "count")], storage, routes)


def loop(steps, storage=""):
    engine = counting(steps, storage)
    return lambda: run(engine, {"n": 0}, steps)["n"]["value"]


def grow(steps, storage):
    def add(state):
        n = state.get("n") + 1
        return [ng.ChannelWrite("list", [record(n)]), ng.ChannelWrite("n", n)]

    node("add", add)
    again_while(lambda state: state.get("n") < steps)
    routes = [("add", "more", {"again": "add", "end": ng.END_NODE})]
    channels = {"list": "append", "n": "overwrite"}
    engine = compiled(channels, {"add": {"type": "add"}}, [(ng.START_NODE, "add")], storage, routes)
    return lambda: len(run(engine, {"list": [], "n": 0}, steps)["list"]["value"])


def fan(workers, rounds):
    ng.ReducerRegistry.instance().register_reducer("sum", lambda current, incoming: (current or 0) + incoming)
    node("spread", lambda state: [])
    node("work", lambda state: [ng.ChannelWrite("answers", 1)])
    node("collect", lambda state: [])
    again_while(lambda state: state.get("answers") < workers * rounds)
    names = [f"work{i}" for i in range(workers)]
    nodes = {name: {"type": "work"} for name in names}
    nodes.update(spread={"type": "spread"}, collect={"type": "collect", "barrier": {"wait_for": names}})
    edges = [(ng.START_NODE, "spread"), *(("spread", name) for name in names), *((name, "collect") for name in names)]
    routes = [("collect", "more", {"again": "spread", "end": ng.END_NODE})]
    engine = compiled({"answers": "sum"}, nodes, edges, "", routes)
    return lambda: run(engine, {"answers": 0}, rounds * 3)["answers"]["value"]


def payload(hops, size, storage=""):
    node("carry", lambda state: [ng.ChannelWrite("data", state.get("data"))])
    names = [f"hop{i}" for i in range(hops)]
    edges = list(zip([ng.START_NODE, *names], [*names, ng.END_NODE]))
    engine = compiled({"data": "overwrite"}, {name: {"type": "carry"} for name in names}, edges, storage)
    data = made(size)
    return lambda: len(run(engine, {"data": data}, hops)["data"]["value"]["records"])


def crash(steps, storage):
    def count(state):
        if state.get("n") == steps:
            os._exit(0)
        return [ng.ChannelWrite("n", state.get("n") + 1)]

    engine = counting(steps + 1, storage, count)
    return lambda: run(engine, {"n": 0}, steps)["n"]["value"]


def resume(steps, storage):
    def go_on():
        engine = counting(steps + 1, storage)
        return engine.resume("1").output["channels"]["n"]["value"]

    return go_on


def many(runs, steps):
    def all_of_them():
        done = 0
        for i in range(runs):
            done += run(counting(steps, "memory"), {"n": 0}, steps)["n"]["value"] == steps
        return done

    return all_of_them


def start():
    return loop(2)
