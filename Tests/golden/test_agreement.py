"""The schema and the library refuse the same documents, as far as a schema can say it.

Golden documents are changed at the places that the format defines; what is inside the host's values is nobody's business.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

import pytest
from documents import CHECKPOINT, GOLDEN, HERE, MEMO
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from libworkflow._abi import WF_E_CHECKPOINT, WF_E_INVALID, WF_E_MISMATCH, WF_E_UNSUPPORTED
from puppet import Storage

DOCUMENTS = {file.stem: json.loads(file.read_bytes()) for file in GOLDEN}
EVERYTHING = DOCUMENTS["checkpoint-v1-everything"]

# Values of the host: looked at by nobody.
VALUES = {"data", "saved"}
# Objects with names of the host or of another document: what is in them is not looked at.
OPAQUE = {"state", "shared_state", "appended_state", "appended_shared_state", "metadata", "graph"}
# Objects whose members are named by ids.
MAPS = {"executor_states", "pending_request_info_events", "sub_workflows"}

# What the library refuses and a schema cannot say, by its sentence.
BEYOND_A_SCHEMA = re.compile(
    r"""was\ made\ by\ a\ different\ graph
    |should\ be\ an\ executor\ of\ the\ workflow         # names of the graph
    |should\ be\ an\ executor\ that\ (has\ code|can\ ask)
    |should\ be\ a\ fan-in\ of\ the\ workflow
    |should\ be\ a\ sub-workflow\ with\ a\ state
    |should\ be\ the\ sub-workflow\ around\ its\ executor
    |should\ be\ a\ source\ of\ the\ fan-in
    |should\ be\ at\ most\ the\ superstep                # one member against another
    |request_id'\ should\ be\ '
    |should\ be\ the\ executor\ that\ made\ the\ request
    |should\ be\ one\ that\ the\ executor\ made
    |should\ be\ the\ answer\ to\ a\ request
    |should\ be\ the\ only\ one\ of\ its\ fan-in
    |should\ be\ that\ of\ no\ other\ pending\ request
    |should\ be\ declared\ after\ the\ one\ before
    |should\ be\ for\ a\ key                              # one member against another
    |should\ be\ the\ number\ of\ messages\ it\ has\ handled""",
    re.VERBOSE,
)

# What the schema refuses and the library takes, and why.
LENIENT = {
    "checksum": "counts in a file only, where it is compared byte for byte, and is dropped everywhere else",
}

WRONG = [None, True, False, 0, 1, -1, 1.5, 2**53, 2**53 + 1, 2**63 - 1, "", "x", "left", "sub", "é", "0", "3.7", "3..7", "a b",
         "partial", "superstep", "0" * 64, "G" * 64, "\0", [], [None], ["left"], ["left", "right"], [[]], [{}], {}, {"x": 1},
         {"state": {}}, {"data": 1}, {"source": None, "target": None, "data": 1}]  # fmt: skip


def places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Every place that the format defines; not the document itself."""
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    if path and path[-1] in OPAQUE and not (len(path) > 1 and path[-2] in MAPS):
        return
    for name, inner in inside:
        if name not in VALUES and not (len(path) == 0 and name not in CHECKPOINT.schema["properties"]):
            yield from places(inner, (*path, name))


def objects(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """The objects whose members the format names."""
    for place in [(), *places(value)]:
        if isinstance(at(value, place), dict) and not (place and place[-1] in OPAQUE | MAPS):
            yield place


def at(value: Any, path: tuple) -> Any:
    for name in path:
        value = value[name]
    return value


def refused_by_the_library(puppet: Any, document: Any) -> Optional[Exception]:
    """By a storage or by a run; never with anything but a sentence about the document."""
    text = json.dumps(document, ensure_ascii=False).encode()
    storage = Storage("memory:")
    try:
        storage.save(text)
        puppet.restore(text).close()
    except Exception as error:
        allowed = {WF_E_CHECKPOINT, WF_E_INVALID, WF_E_MISMATCH, WF_E_UNSUPPORTED}
        assert getattr(error, "status", None) in allowed, f"{error!r}: {text.decode()}"
        return error
    finally:
        storage.close()
    return None


def compare(puppet: Any, document: Any) -> None:
    problems = [error for error in CHECKPOINT.iter_errors(document) if not LENIENT.keys() & set(error.path)]
    refusal = refused_by_the_library(puppet, document)
    if problems:
        assert refusal is not None, f"the library takes what the schema refuses: {problems[0].json_path}: {problems[0].message}"
    elif refusal is not None:
        assert BEYOND_A_SCHEMA.search(str(refusal)), f"the schema takes what the library refuses: {refusal}"


@st.composite
def changed(draw: Any) -> Any:
    document = copy.deepcopy(DOCUMENTS[draw(st.sampled_from(sorted(DOCUMENTS)))])
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        path = draw(st.sampled_from(list(places(document))))
        around, name = at(document, path[:-1]), path[-1]
        how = draw(st.sampled_from(["replace", "replace", "drop", "add", "swap", "double", "move"]))
        if how == "replace":
            around[name] = copy.deepcopy(draw(st.sampled_from(WRONG)))
        elif how == "drop":
            del around[name]
        elif how == "add" and isinstance(around[name], dict):
            around[name]["unknown"] = copy.deepcopy(draw(st.sampled_from(WRONG)))
        elif how == "double" and isinstance(around, list):
            around.insert(name, copy.deepcopy(around[name]))
        elif how in ("swap", "move"):  # a value of the format where another one belongs
            other = draw(st.sampled_from(list(places(document))))
            around[name] = copy.deepcopy(at(document, other))
    return document


# One puppet for all examples: restoring runs none of its code.
quietly = settings(
    max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@quietly
@given(document=changed())
def test_what_is_changed_is_refused_by_both_or_neither(document, puppet):
    compare(puppet, document)


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_what_is_untouched_is_taken_by_both(name, puppet):
    assert CHECKPOINT.is_valid(DOCUMENTS[name]) and refused_by_the_library(puppet, DOCUMENTS[name]) is None


def test_each_member_is_dropped(puppet):
    tried = 0
    for path in objects(EVERYTHING):
        for name in at(EVERYTHING, path):
            document = copy.deepcopy(EVERYTHING)
            del at(document, path)[name]
            compare(puppet, document)
            tried += 1
    assert tried > 100


def test_each_object_gets_a_member_that_nobody_knows(puppet):
    """At the top it is kept, inside it is refused."""
    tried = 0
    for path in objects(EVERYTHING):
        document = copy.deepcopy(EVERYTHING)
        at(document, path)["unknown"] = None
        assert CHECKPOINT.is_valid(document) == (path == ()), path
        assert (refused_by_the_library(puppet, document) is None) == (path == ()), path
        tried += 1
    assert tried > 20


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_each_place_gets_each_wrong_value(value, puppet):
    """Of the first entry of every kind: the others are alike."""
    for path in places(EVERYTHING):
        if any(isinstance(name, int) and name > 0 and "partial" not in path for name in path):
            continue
        document = copy.deepcopy(EVERYTHING)
        at(document, path[:-1])[path[-1]] = copy.deepcopy(value)
        compare(puppet, document)


# ---- The exceptions hold: a difference that is gone must leave the lists


def test_lenient_checksum(puppet):
    document = EVERYTHING | {"checksum": 5}
    assert not CHECKPOINT.is_valid(document) and refused_by_the_library(puppet, document) is None


def test_an_integer_is_spelled_as_one(puppet):
    """JSON Schema takes 2.0 for an integer; the library does not."""
    document = EVERYTHING | {"superstep": 2.0}
    assert CHECKPOINT.is_valid(document) and "'superstep'" in str(refused_by_the_library(puppet, document))


def test_no_integer_is_larger_than_64_bits(puppet):
    """Also in values of the host, where a schema allows anything."""
    document = EVERYTHING | {"unknown": 2**63}
    text = json.dumps(document).encode()
    assert CHECKPOINT.is_valid(document)
    with pytest.raises(Exception, match="too big integer"):
        puppet.restore(text)


def test_no_member_is_there_twice(puppet):
    """A schema sees the last one."""
    text = (HERE / "checkpoint-v1-everything.json").read_bytes().replace(b'"lanes": ', b'"lanes": 1,\n"lanes": ', 1)
    assert CHECKPOINT.is_valid(json.loads(text))
    with pytest.raises(Exception, match="duplicate"):
        puppet.restore(text)


# ---- Memos


def sealed(memo: dict) -> bytes:
    """As a file: one member a line, and the hash of all before it at the end."""
    rows = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in memo.items()]
    text = ("{\n" + ",\n".join(rows) + "\n}\n").encode()
    return text[:-3] + f',\n"checksum": "sha256:{hashlib.sha256(text).hexdigest()}"\n}}\n'.encode()


@pytest.mark.parametrize("name", ["format", "version", "run_id", "key", "value", "unknown"])
def test_a_memo_lacks_a_member_or_has_another(name, puppet, tmp_path):
    folder = Path(shutil.copytree(HERE / "directory", tmp_path / "directory"))
    [file] = folder.glob("memos/*.json")
    memo = json.loads(file.read_bytes())
    del memo["checksum"]
    if name in memo:
        del memo[name]
    else:
        memo[name] = [1]
    file.write_bytes(sealed(memo))
    storage = Storage(f"directory:{folder}")
    run = puppet.restore((HERE / "checkpoint-v1-entry.json").read_bytes(), storage=storage.handle)
    run.to_the_end()
    run.close()
    storage.close()
    refusal = puppet.broken.pop() if puppet.broken else None
    assert (refusal is None) == MEMO.is_valid(json.loads(file.read_bytes())) == (name == "unknown"), refusal
    assert bool(puppet.recalled) == (name == "unknown")
