"""What of two accounts of one plan may differ, and why; everything else must be equal.

Each of these is in docs/migrating.md or docs/behaviour.md. Where it is no matter of writing the same thing otherwise,
the accounts are compared up to the superstep in which it shows.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NamedTuple, Optional

Account = dict[str, Any]

REASONS = {
    "shared state": "what an executor writes, others see from the next superstep on; there at once (weak spot W18)",
    "order": "which of two sources' messages to one executor comes first is nobody's promise",
    "fan-in": "a fan-in delivers all that came in a superstep; there a message may stay behind (decision 4)",
    "siblings": "what a failed handler has put out is not told; its siblings finish, and are cancelled there",
    "problems": "a graph is refused for all its problems at once; there for the first",
}


class Superstep(NamedTuple):
    """One superstep of one call of `run`, or (`number` None) what came before the first."""

    turn: int
    number: Optional[int]
    did: list[list[Any]]
    done: bool


def supersteps(account: Account) -> list[Superstep]:
    """Those of all turns, numbered from 1 with every message, as there; here they go on with the turns."""
    found, offset = [], 0
    starts = beginnings(account)
    for at, turn in enumerate(account["turns"]):
        if turn["how"] == ["message"]:
            offset = turn["supersteps"][0]["number"] - 1 if turn["supersteps"] else 0
        elif turn["from"] is not None:
            offset = starts[turn["from"]]
        found.append(Superstep(at, None, turn["before"], True))
        steps = [step for step in turn["supersteps"] if step["did"] or not idle(account, turn)]
        found += [Superstep(at, step["number"] - offset, step["did"], step["done"]) for step in steps]
    return found


def idle(account: Account, turn: dict[str, Any]) -> bool:
    """Whether it resumes what is finished: one empty superstep there, none here."""
    return turn["how"] == ["checkpoint_id"] and not account["checkpoints"][turn["from"]]["messages"]


def beginnings(account: Account) -> list[int]:
    """For each checkpoint the number of the first one of its turn."""
    lengths = {len(account["checkpoints"])} | {
        turn["history"] for turn in account["turns"] if turn["how"] == ["message"]
    }
    found: list[int] = []
    for at, checkpoint in enumerate(account["checkpoints"]):
        found.append(checkpoint["number"] if at in lengths else found[-1])
    return found


def excuse(plan: dict[str, Any], step: Superstep, theirs: Superstep) -> str:
    """Why the two need not do the same in this superstep; empty if they must."""
    failed = any(event[0] == "executor_failed" for event in step.did + theirs.did)
    if failed or not step.done:
        return "siblings"
    nodes = {node["id"]: node for node in plan["nodes"]}
    invoked = Counter(event[1] for event in step.did if event[0] == "executor_invoked")
    writes: dict[str, set[str]] = {}
    uses: dict[str, set[str]] = {}
    for id in invoked:
        for do in nodes[id]["steps"] + nodes[id]["then"]:
            if do["do"] in ("add", "keep"):
                writes.setdefault(do["key"], set()).add(id)
            if do["do"] in ("add", "keep", "look"):
                uses.setdefault(do["key"], set()).add(id)
            if invoked[id] > 1 and do["do"] in ("keep", "look"):
                return "order"
    if any(len(uses[key]) > 1 for key in writes):
        return "shared state"
    joins = [group for group in plan["groups"] if group["kind"] == "fan_in"]
    for kind, id, data in step.did:
        if kind == "executor_invoked" and isinstance(data, list):
            if any(len(data) > len(group["sources"]) for group in joins if id in group["targets"]):
                return "fan-in"
    return ""


def canonical(value: Any) -> Any:
    """Without the order of lists: messages of several sources may be gathered in any."""
    if isinstance(value, list):
        return sorted((canonical(item) for item in value), key=json.dumps)
    return {key: canonical(item) for key, item in value.items()} if isinstance(value, dict) else value


def by_executor(step: Superstep, ordered: bool) -> dict[str, Any]:
    """What each did, in its order, if that is defined. A request is told when its handler ends, and at once there."""
    found: dict[str, list[Any]] = {}
    for event in sorted(step.did, key=lambda event: event[0] == "request_info"):
        mine = found.setdefault(event[1], [])
        if (
            event[0] == "executor_completed" and not ordered
        ):  # which message came with the third of three counts is open
            mine += [["completed"], *(["completed with", item] for item in event[2] or ())]
        else:
            mine.append(event)
    return found if ordered else canonical(found)


def compare(plan: dict[str, Any], theirs: Account, ours: Account) -> tuple[str, str]:
    """What differs, and which of the reasons excuses what comes after it; both may be empty."""
    if "refused" in theirs or "refused" in ours:
        if theirs.get("refused") == ours.get("refused"):
            return "", ""
        both = "refused" in theirs and "refused" in ours
        return ("", "problems") if both and ours["problems"] > 1 else (f"refused: {theirs} {ours}", "")
    pairs = list(zip(supersteps(theirs), supersteps(ours)))
    ordered = True
    for their, our in pairs:
        where = f"turn {our.turn}, superstep {our.number}"
        if their[:2] != our[:2]:
            return f"{where}: there it is turn {their.turn}, superstep {their.number}", ""
        invoked = Counter(event[1] for event in our.did if event[0] == "executor_invoked")
        ordered = ordered and all(amount == 1 for amount in invoked.values())
        reason = excuse(plan, our, their)
        if reason == "siblings":
            failures = [sorted(event[1] for event in it.did if event[0] == "executor_failed") for it in (their, our)]
            if failures[0] != failures[1] or their.done != our.done:
                return f"{where}: failed {failures}", ""
        elif reason:
            return "", reason
        elif by_executor(their, ordered) != by_executor(our, ordered):
            return f"{where}:\n  there {by_executor(their, ordered)}\n  here  {by_executor(our, ordered)}", ""
    if len(supersteps(theirs)) != len(supersteps(ours)):
        return f"there are {len(supersteps(theirs))} supersteps there, and {len(supersteps(ours))} here", ""
    for at, (their_turn, our_turn) in enumerate(zip(theirs["turns"], ours["turns"])):
        for name in ("how", "error", "status", "states"):
            if their_turn.get(name) != our_turn.get(name):
                if name == "states" and (idle(ours, our_turn) or our_turn["waiting"] or "error" in our_turn):
                    continue
                return f"turn {at}: {name} is {their_turn.get(name)} there, and {our_turn.get(name)} here", ""
    if len(theirs["turns"]) != len(ours["turns"]):
        return "the number of turns", ""
    return compare_checkpoints(theirs, ours, ordered), ""


def compare_checkpoints(theirs: Account, ours: Account, ordered: bool) -> str:
    if len(theirs["checkpoints"]) != len(ours["checkpoints"]):
        return f"{len(theirs['checkpoints'])} checkpoints there, {len(ours['checkpoints'])} here"
    offsets = zip(beginnings(theirs), beginnings(ours))
    for at, (their, our, (there, here)) in enumerate(zip(theirs["checkpoints"], ours["checkpoints"], offsets)):
        their, our = {**their, "number": their["number"] - there}, {**our, "number": our["number"] - here}
        if not ordered:
            their, our = canonical(their), canonical(our)
        if their != our:
            return f"checkpoint {at}:\n  there {their}\n  here  {our}"
    return ""
