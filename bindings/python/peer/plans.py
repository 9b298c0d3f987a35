"""Random workflows, as JSON that `play.py` understands."""

from __future__ import annotations

from typing import Any, Callable

from hypothesis import strategies as st

Draw = Callable[[Any], Any]
tests = st.sampled_from([[1, 0], [2, 0], [2, 1], [3, 0], [3, 1], [3, 2], [4, 3]])
numbers = st.sampled_from([4, 9, 7, 6, 5, 3, 2, 1, 0])
answers = st.tuples(st.integers(0, 7), st.integers(0, 5))


def steps(draw: Draw, own: str, ids: list[str], others: list[str]) -> list[dict[str, Any]]:
    """What an executor does with a message."""
    made: list[dict[str, Any]] = []
    if draw(st.integers(0, 5)) < 5:
        made.append({"do": "send", "target": None, "less": 1, "text": False})
    for kind in draw(st.lists(st.sampled_from(["give", "send", *others]), max_size=3)):
        step: dict[str, Any] = {"do": kind}
        if draw(st.integers(0, 3)) == 0:
            step["when"] = draw(tests)
        if kind == "send":
            targeted = draw(st.integers(0, 7)) == 0
            step["target"] = draw(st.sampled_from(ids)) if targeted else None
            step["less"], step["text"] = draw(st.sampled_from([1, 1, 2, 0])), draw(st.integers(0, 4)) == 0
        elif kind == "give":
            step["mark"] = draw(st.integers(0, 99))
        elif kind in ("add", "keep", "look"):
            step["key"] = ("sum " if kind == "add" else "last ") + draw(st.sampled_from([own, own, "of all"]))
        elif kind == "pause":
            step["turns"] = draw(st.integers(1, 3))
        elif kind == "fail":
            step["times"] = draw(st.sampled_from([1, 1, 99]))
        made.append(step)
    return made


def groups(draw: Draw, ids: list[str]) -> tuple[list[dict[str, Any]], set[str]]:
    """Edges that reach all executors, or all but one; and the targets of fan-ins."""
    made: list[dict[str, Any]] = []
    joins: set[str] = set()
    taken: set[tuple[str, str]] = set()
    placed, left = ids[:1], ids[1:]

    def add(**group: Any) -> bool:
        sources = group["sources"] if "sources" in group else [group["source"]]
        pairs = {(source, target) for source in sources for target in group["targets"]}
        if pairs & taken:
            return False
        taken.update(pairs)
        made.append(group)
        return True

    def one(new: list[str]) -> None:
        """A group to what is new, and perhaps to what is there already."""
        source = draw(st.sampled_from(placed))
        if len(new) == 1 and len(placed) > 1 and draw(st.integers(0, 3)) > 0:
            sources = draw(st.lists(st.sampled_from(placed), min_size=2, max_size=3, unique=True))
            if add(kind="fan_in", sources=sources, targets=new):
                joins.update(new)
                return
        back = [id for id in draw(st.lists(st.sampled_from(ids), max_size=2, unique=True)) if (source, id) not in taken]
        targets = [*new, *(id for id in back if id not in new)]
        if len(targets) == 1:
            test = [draw(tests)] if draw(st.integers(0, 2)) == 0 else []
            add(kind="edge", source=source, targets=targets, tests=test)
        elif targets:
            kind = draw(st.sampled_from(["fan_out", "switch", "select"]))
            add(
                kind=kind,
                source=source,
                targets=targets,
                tests=draw(st.lists(tests, min_size=len(targets), max_size=len(targets))),
            )

    if len(left) > 2 and draw(st.integers(0, 4)) == 0:
        chain = [placed[0], *left[: draw(st.integers(1, 3))]]
        made.append({"kind": "chain", "ids": chain})
        taken.update(zip(chain, chain[1:]))
        placed, left = chain, left[len(chain) - 1 :]
    while left:
        size = min(draw(st.sampled_from([1, 2, 1, 3])), len(left))
        one(left[:size])
        placed, left = placed + left[:size], left[size:]
    for _ in range(draw(st.integers(0, 2))):
        one([])
    if made and draw(st.integers(0, 24)) == 13:
        made.pop(draw(st.integers(0, len(made) - 1)))
    return made, joins


@st.composite
def plans(draw: Draw) -> dict[str, Any]:
    ids = [f"e{at}" for at in range(draw(st.sampled_from([4, 5, 6, 3, 2, 1])))]
    edges, joins = groups(draw, ids)
    there = {
        id
        for group in edges
        for id in (group.get("ids") or [*group.get("sources", []), group.get("source"), *group["targets"]])
    }
    known = [id for id in ids if id in there] or ids[:1]
    features = draw(
        st.sets(st.sampled_from(["state", "count", "ask", "fail", "pause", "sources"]), min_size=1, max_size=4)
    )
    others = [*(["add", "keep", "look"] if "state" in features else []), *(["ask"] if "ask" in features else [])]
    others += [*(["pause"] if "pause" in features else []), *(["give_sources"] if "sources" in features else [])]
    others += ["count_up"] if "count" in features else []
    fails = draw(st.sampled_from(ids)) if "fail" in features else None
    nodes = []
    for id in ids:
        takes = "all" if id in joins else draw(st.sampled_from(["numbers", "both", "both", "all", "texts"]))
        mine = [*others, "fail"] if id == fails else others
        own = steps(draw, f"of {id}", known, mine)
        then = steps(draw, f"of {id}", known, [it for it in mine if it != "ask"]) if "ask" in features else []
        nodes.append({"id": id, "takes": takes, "steps": own, "then": then, "saves": "count" in features})
    limit = 100 if "ask" in features else draw(st.sampled_from([100, 100, 12, 6, 3, 1]))
    text = nodes[0]["takes"] == "texts"
    messages = numbers.map(str) if text else numbers
    asks = "ask" in features
    turn = st.fixed_dictionaries(
        {"message": messages, "answers": st.lists(answers, min_size=2 * asks, max_size=3 * asks)}
    )
    plan: dict[str, Any] = {"nodes": nodes, "groups": edges, "max_iterations": limit}
    plan["turns"] = draw(st.lists(turn, min_size=1, max_size=2))
    plan["resume"] = draw(st.lists(st.tuples(st.integers(0, 40), answers, st.booleans()), max_size=2))
    designated = draw(st.sampled_from(["", "", "some", "all", "some and others"]))
    if designated:
        chosen = draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True))
        plan["output_from"] = "all" if designated == "all" else chosen
    if designated == "some and others":
        plan["intermediate_output_from"] = "all_other"
    return plan
