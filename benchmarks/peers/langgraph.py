"""langgraph, the graph API, called synchronously with plain functions: faster than its `ainvoke`.

The durable storage is its SqliteSaver at durability="sync", which saves before the run goes on. Variant "delta": the growing
list in a DeltaChannel, which stores what was added.
"""

import operator
import os
import sqlite3
from typing import Annotated, Any, TypedDict

from langgraph.graph import END, START, StateGraph
from workload_data import payload as made
from workload_data import record

SYNCS = "twice a superstep: SQLite, WAL, synchronous=FULL, the checkpoint and its writes"
CANNOT: dict[str, str] = {}


def saver(storage):
    if not storage:
        return None
    if storage == "memory":
        from langgraph.checkpoint.memory import InMemorySaver

        return InMemorySaver()
    from langgraph.checkpoint.sqlite import SqliteSaver

    return SqliteSaver(sqlite3.connect(os.path.join(storage, "runs.db"), check_same_thread=False))


def invoke(graph, state, steps, storage, thread="1"):
    config = {"configurable": {"thread_id": thread}, "recursion_limit": steps + 10}
    return graph.invoke(state, config, **({"durability": "sync"} if storage else {}))


class Counted(TypedDict):
    n: int


def counting(steps, storage, count=lambda state: {"n": state["n"] + 1}):
    graph = StateGraph(Counted)
    graph.add_node("count", count)
    graph.add_edge(START, "count")
    graph.add_conditional_edges("count", lambda state: "count" if state["n"] < steps else END, ["count", END])
    return graph.compile(checkpointer=saver(storage))


def loop(steps, storage=""):
    graph = counting(steps, storage)
    return lambda: invoke(graph, {"n": 0}, steps, storage)["n"]


def grow(steps, storage):
    if VARIANT == "delta":  # noqa: F821
        from langgraph.channels.delta import DeltaChannel

        def extended(state: list, writes: list) -> list:
            return [*(state or []), *(one for write in writes for one in write)]

        kind: Any = Annotated[list, DeltaChannel(extended)]
    else:
        kind = Annotated[list, operator.add]
    Growing = TypedDict("Growing", {"list": kind})
    graph = StateGraph(Growing)
    graph.add_node("add", lambda state: {"list": [record(len(state["list"]))]})
    graph.add_edge(START, "add")
    graph.add_conditional_edges("add", lambda state: "add" if len(state["list"]) < steps else END, ["add", END])
    graph = graph.compile(checkpointer=saver(storage))
    return lambda: len(invoke(graph, {"list": []}, steps, storage)["list"])


class Fanned(TypedDict):
    answers: Annotated[int, operator.add]
    done: int


def fan(workers, rounds):
    names = [f"work{i}" for i in range(workers)]
    graph = StateGraph(Fanned)
    graph.add_node("spread", lambda state: {"done": state["done"]})
    graph.add_node("collect", lambda state: {"done": state["answers"]})
    for name in names:
        graph.add_node(name, lambda state: {"answers": 1})
        graph.add_edge("spread", name)
    graph.add_edge(START, "spread")
    graph.add_edge(names, "collect")
    graph.add_conditional_edges(
        "collect", lambda state: "spread" if state["done"] < workers * rounds else END, ["spread", END]
    )
    compiled = graph.compile()
    return lambda: invoke(compiled, {"answers": 0, "done": 0}, rounds * 3, "")["done"]


class Carried(TypedDict):
    data: dict


def payload(hops, size, storage=""):
    graph = StateGraph(Carried)
    names = [f"hop{i}" for i in range(hops)]
    for name in names:
        graph.add_node(name, lambda state: {"data": state["data"]})
    for one, next in zip([START, *names], [*names, END]):
        graph.add_edge(one, next)
    compiled = graph.compile(checkpointer=saver(storage))
    data = made(size)
    return lambda: len(invoke(compiled, {"data": data}, hops, storage)["data"]["records"])


def crash(steps, storage):
    def count(state):
        if state["n"] == steps:
            os._exit(0)
        return {"n": state["n"] + 1}

    graph = counting(steps + 1, storage, count)
    return lambda: invoke(graph, {"n": 0}, steps, storage)["n"]


def resume(steps, storage):
    def go_on():
        return invoke(counting(steps + 1, storage), None, steps, storage)["n"]

    return go_on


def many(runs, steps):
    def all_of_them():
        return sum(
            invoke(counting(steps, "memory"), {"n": 0}, steps, "memory", str(i))["n"] == steps for i in range(runs)
        )

    return all_of_them


def start():
    return loop(2)
