"""The commands `list`, `show` and `diff`. They read documents as they are: the workflow's code is not needed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from .._fork import load_text
from .._request import TAG as QUESTION
from ._words import FAILED, Refused, id_of, short, storage_of, told


def listing(given: Any) -> int:
    """Checkpoints or runs, the newest first."""
    storage = storage_of(given.storage)
    query = {"workflow_name": given.workflow, "run_id": given.run, "limit": given.limit or None}
    found = _ask(storage.runs(**query) if given.runs else storage.find(**query))
    if given.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return 0
    for entry in found:
        if "problem" in entry:
            print(f"{entry.get('checkpoint_id', entry.get('run_id'))}  DAMAGED: {entry['problem']}")
        elif given.runs:
            print(
                f"{entry['run_id']}  {entry['timestamp'][:19]}  {entry['workflow_name']}  {entry['status']}, "
                f"superstep {entry['superstep']}, {entry['checkpoints']} checkpoints, last {entry['head']}"
            )
        else:
            print(
                f"{entry['checkpoint_id']}  {entry['timestamp'][:19]}  {entry['workflow_name']}  "
                f"superstep {entry['superstep']} ({entry['kind']}), run {entry['run_id']}"
            )
    if not found:
        print("nothing")
    elif given.limit and len(found) == given.limit:
        print(f"... the newest {given.limit}; --limit 0 shows all")
    return 0


def show(given: Any) -> int:
    """One checkpoint."""
    storage = storage_of(given.storage)
    checkpoint_id = _ask(id_of(storage, given.checkpoint))
    document = _document(storage, checkpoint_id)
    if given.json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return 0
    summary = _ask(storage.summary(checkpoint_id))
    for name in (
        "checkpoint_id",
        "previous_checkpoint_id",
        "workflow_name",
        "run_id",
        "timestamp",
        "kind",
        "superstep",
    ):
        print(f"{name:<23}{document[name]}")
    print(f"{'status':<23}{summary['status']}")
    _section("state", [f"{key} = {short(value)}" for key, value in document["state"].items()])
    messages = [
        f"{each['source'] or 'input'} -> {each['target']}: {short(each['data'])}" for each in document["messages"]
    ]
    _section("messages under way", messages)
    waiting = document["pending_request_info_events"].items()
    _section(
        "requests",
        [f"{key}: '{each['source_executor_id']}' asks {short(_asked(each['data']))}" for key, each in waiting],
    )
    saved = document.get("executor_states", {}).items()
    _section("kept by executors", [f"{name} = {short(value)}" for name, value in saved])
    return 0


def diff(given: Any) -> int:
    """What differs between two checkpoints."""
    storage = storage_of(given.storage)
    first = _document(storage, _ask(id_of(storage, given.first)))
    if given.second is None:
        if first["previous_checkpoint_id"] is None:
            raise Refused(f"{first['checkpoint_id']} is the first of its run: name the checkpoint to compare it with")
        first, second = _document(storage, first["previous_checkpoint_id"]), first
    else:
        second = _document(storage, _ask(id_of(storage, given.second)))
    changes = list(_changes("", first, second))
    if given.json:
        print(json.dumps([{"path": path, **sides} for path, sides in changes], ensure_ascii=False, indent=2))
        return 0
    print(f"--- {first['checkpoint_id']}\n+++ {second['checkpoint_id']}")
    for path, sides in changes:
        for sign, side in (("-", "before"), ("+", "after")):
            if side in sides:
                print(f"{sign} {path} = {short(sides[side])}")
    return 0


def _asked(data: Any) -> Any:
    """A question without what is around it; one from another language has nothing around it."""
    question = isinstance(data, dict) and data.get("$type") == QUESTION
    return data["value"]["data"] if question else data


_OWN = frozenset(("checkpoint_id", "previous_checkpoint_id", "checksum", "timestamp"))
"""What differs between any two checkpoints."""


def _changes(path: str, first: Any, second: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where two JSON values differ, and what stands there."""
    if isinstance(first, dict) and isinstance(second, dict):
        for name in dict.fromkeys([*first, *second]):
            if path or name not in _OWN:
                yield from _member(f"{path}.{name}" if path else name, first, second, name)
    elif isinstance(first, list) and isinstance(second, list):
        before, after = dict(enumerate(first)), dict(enumerate(second))
        for at in range(max(len(first), len(second))):
            yield from _member(f"{path}[{at}]", before, after, at)
    elif first != second or type(first) is not type(second):
        yield path, {"before": first, "after": second}


def _member(path: str, first: dict[Any, Any], second: dict[Any, Any], key: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if key not in second:
        yield path, {"before": first[key]}
    elif key not in first:
        yield path, {"after": second[key]}
    else:
        yield from _changes(path, first[key], second[key])


def _section(title: str, lines: list[str]) -> None:
    if lines:
        print(f"\n{title}:")
        for line in lines:
            print(f"  {line}")


def _document(storage: Any, checkpoint_id: str) -> Any:
    try:
        return json.loads(load_text(storage, checkpoint_id))
    except Exception as error:
        raise Refused(told(error), FAILED) from None


def _ask(question: Any) -> Any:
    try:
        return asyncio.run(question)
    except (ValueError, RuntimeError) as error:
        raise Refused(told(error), FAILED) from None
