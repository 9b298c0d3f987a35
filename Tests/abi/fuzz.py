#!/usr/bin/env python3
"""Feeds the library documents that are almost right: whatever it answers, it must not crash, hang or lose its way.

usage: fuzz.py ROUNDS [SEED]

Mutates workflow definitions and checkpoint documents, and lets the library parse, build, restore and run them. The
document in hand is always in the file fuzz-last.json of the working directory: after a crash it is the one.
"""

import copy
import ctypes
import json
import random
import sys
from pathlib import Path

from test_layout import abi
from tools import LIBRARY

ABI = abi()
WF = ctypes.CDLL(str(LIBRARY))
ABI.declare(WF)

DEFINITION = {
    "name": "story",
    "start": "a",
    "max_supersteps": 9,
    "executors": [{"id": name} for name in "abcd"],
    "edges": [
        {"kind": "single", "source": "a", "target": "b", "condition": "yes"},
        {"kind": "fan_out", "source": "b", "targets": ["a", "c"]},
        {"kind": "fan_in", "sources": ["b", "c"], "target": "d"},
    ],
    "conditions": [{"name": "yes", "version": "1"}],
}

STRANGE = [
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 0.5, 1e308, "", "a", "d", "\0", "\ud83c\udf5e",
    "x" * 600, "../x", "single", "fan_in", [], {}, [[]], [None] * 3, {"a": 1}, {"": {}},
    "2026-11-21T05:19:00.123456+00:00",
]  # fmt: skip


@ABI.wf_executor_fn
def invoke(_, context, text, length):
    """Sends its input on, keeps it as state and in a list, and puts it out."""
    WF.wf_context_set_state(context, len(text) % 2, b"k", text, length, None)
    WF.wf_context_append(context, len(text) % 2, b"k" if length % 3 else b"list", text, length, None)
    WF.wf_context_output(context, text, length, None)
    return WF.wf_context_send(context, None, b"1", 1, None)


@ABI.wf_executor_fn
def save(_, context, _text, _length):
    return WF.wf_context_save(context, b"[1]", 3, None)


@ABI.wf_executor_fn
def restore(_, _context, _text, _length):
    return 0


@ABI.wf_condition_fn
def yes(_, _text, _length):
    return 1


def handle():
    return ctypes.c_void_p()


def mutate(document, chance: random.Random):
    """A copy with a place or a few changed."""
    document = copy.deepcopy(document)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        holder, key = chance.choice(list(places(document)))
        action = chance.random()
        if action < 0.15 and isinstance(holder, dict):
            del holder[key]
        elif action < 0.25 and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        elif action < 0.35 and isinstance(holder, dict):
            holder["x" + key] = copy.deepcopy(holder[key])
        else:
            holder[key] = copy.deepcopy(chance.choice(STRANGE))
    return document


def places(value):
    keys = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(keys):
        yield value, key
        yield from places(inner)
    if value in ({}, []):
        yield {"": value}, ""


def as_text(document, chance: random.Random) -> bytes:
    """Mostly JSON; sometimes with a byte changed or the end cut off."""
    text = bytearray(json.dumps(document, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass"))
    if chance.random() < 0.2:
        text[chance.randrange(len(text))] = chance.randrange(256)
    if chance.random() < 0.1:
        del text[chance.randrange(len(text)) :]
    Path("fuzz-last.json").write_bytes(text)
    return bytes(text)


def build(text: bytes):
    """The workflow of a definition, or None."""
    builder, workflow = handle(), handle()
    if WF.wf_builder_parse(text, len(text), ctypes.byref(builder), None) == 0:
        executor = ABI.wf_executor_t(invoke=invoke, save=save, restore=restore)
        for name in (b"a", b"b", b"c", b"d"):
            WF.wf_builder_add_executor(builder, name, ctypes.byref(executor), None)
        condition = ABI.wf_condition_t(name=b"yes", evaluate=yes)
        WF.wf_builder_add_condition(builder, ctypes.byref(condition), None)
        WF.wf_builder_build(builder, ctypes.byref(workflow), None)
    WF.wf_builder_free(builder)
    return workflow if workflow.value else None


def drive(run) -> bool:
    """Does it end within a thousand events?"""
    event = handle()
    for _ in range(1000):
        if WF.wf_run_next(run, 0, ctypes.byref(event), None) != 0:
            return True
        json.loads(WF.wf_event_json(event, None))
        WF.wf_event_free(event)
    return False


def checkpoints(workflow) -> list:
    """The documents at several points of a good run."""
    run, event, found = handle(), handle(), []
    options = ABI.wf_run_options_t(flags=ABI.WF_RUN_CHECKPOINTS)
    WF.wf_run_start(workflow, ctypes.byref(options), b'{"m": 1}', 8, ctypes.byref(run), None)
    while WF.wf_run_next(run, 0, ctypes.byref(event), None) == 0:
        if WF.wf_event_kind(event) == ABI.WF_EVENT_CHECKPOINT:
            text, length = handle(), ctypes.c_size_t()
            WF.wf_run_checkpoint(run, ctypes.byref(text), ctypes.byref(length), None)
            found.append(json.loads(ctypes.string_at(text, length.value)))
            WF.wf_free(text)
        WF.wf_event_free(event)
    WF.wf_run_free(run)
    return found


def try_checkpoint(workflow, storage, text: bytes) -> bool:
    """Was it taken?"""
    run, report = handle(), handle()
    if WF.wf_workflow_compare(workflow, text, len(text), ctypes.byref(report), None, None) == 0:
        json.loads(ctypes.string_at(report))
    WF.wf_free(report)
    taken = WF.wf_run_restore(workflow, None, text, len(text), ctypes.byref(run), None) == 0
    if taken and not drive(run):
        raise SystemExit("fuzz: the run does not end, though its workflow has a limit")
    WF.wf_run_free(run)
    WF.wf_storage_save(storage, text, len(text), None)
    return taken


def try_edits(workflow, document, text: bytes) -> bool:
    """Are they taken, for a good checkpoint?"""
    run, good = handle(), json.dumps(document).encode()
    options = ABI.wf_run_options_t(edits=text)
    taken = WF.wf_run_restore(workflow, ctypes.byref(options), good, len(good), ctypes.byref(run), None) == 0
    if taken and not drive(run):
        raise SystemExit("fuzz: the edited run does not end, though its workflow has a limit")
    WF.wf_run_free(run)
    return taken


def try_migration(other, document, text: bytes) -> bool:
    """Is it taken as what a good checkpoint of another graph becomes?"""

    @ABI.wf_migrate_fn
    def migrate(_, _checkpoint, _length, report, _report_length, migration):
        json.loads(report)
        return WF.wf_migration_set(migration, text, len(text), None)

    run, good = handle(), json.dumps(document).encode()
    options = ABI.wf_run_options_t(migrate=migrate)
    taken = WF.wf_run_restore(other, ctypes.byref(options), good, len(good), ctypes.byref(run), None) == 0
    if taken and not drive(run):
        raise SystemExit("fuzz: the migrated run does not end, though its workflow has a limit")
    WF.wf_run_free(run)
    return taken


def try_definition(text: bytes) -> bool:
    """Was it taken?"""
    workflow, run = build(text), handle()
    if not workflow:
        return False
    WF.wf_run_start(workflow, None, b"1", 1, ctypes.byref(run), None)
    drive(run)
    WF.wf_run_free(run)
    WF.wf_workflow_free(workflow)
    return True


def main() -> None:
    rounds, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(2**32)
    chance = random.Random(seed)
    workflow, storage = build(json.dumps(DEFINITION).encode()), handle()
    WF.wf_storage_open(b"memory:", ctypes.byref(storage), None)
    good = checkpoints(workflow)
    other = build(json.dumps({**DEFINITION, "conditions": [{"name": "yes", "version": "2"}]}).encode())
    contents = ["messages", "fan_in_buffers", "state", "executor_states", "metadata"]
    taken = [0, 0, 0, 0]
    for _ in range(rounds):
        taken[0] += try_definition(as_text(mutate(DEFINITION, chance), chance))
        taken[1] += try_checkpoint(workflow, storage, as_text(mutate(chance.choice(good), chance), chance))
        document = chance.choice(good)
        edits = {name: document[name] for name in chance.sample(contents, 2)}
        taken[2] += try_edits(workflow, document, as_text(mutate(edits, chance), chance))
        taken[3] += try_migration(other, document, as_text(mutate(document, chance), chance))
    print(
        f"fuzz: seed {seed}: of {rounds} each, {taken[0]} definitions, {taken[1]} checkpoints, {taken[2]} edits and "
        f"{taken[3]} migrations were taken and ran"
    )


if __name__ == "__main__":
    main()
