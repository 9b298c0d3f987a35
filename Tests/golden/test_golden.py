"""Documents of version 1, made once: what one library has written, every later one reads and goes on with."""

import json
import shutil
from pathlib import Path

import pytest
from documents import GOLDEN, HERE, check, check_folder
from libworkflow._abi import WF_E_CHECKPOINT
from puppet import Storage

JOIN = [b'"one"', b'"two"']
SHAKY = [b'"shaky got its answer"', b'"twin got its answer"']
REST = [*JOIN, b'"both"', b'"late"', b'"warden answered the second"', b'"warden heard of it"', b'"and of the second"']
OPEN = b'"start got its answer"'

# What comes out when they are resumed and all that is asked is answered with yes.
OUTPUTS = {
    "entry": [*JOIN, *REST, OPEN, *SHAKY],
    "superstep": [*JOIN, *REST, OPEN, *SHAKY],
    "response": [*JOIN, *SHAKY, *REST, OPEN],
    "partial": [*SHAKY, *REST, OPEN],  # what the others achieved is not done again
    "fork": [*JOIN, *REST, OPEN, *SHAKY],
    "everything": [*SHAKY, *REST, OPEN],
    "halt": [b"1"],
    "appended": [],
}
STATE = {"e\u0301": b"true", "größe": b"1.50e0", "joined": b"[true]",
         "é": rb'[9223372036854775807, -0.0, 1E-7, "\u00e9\ud83d\ude00 \/ \n \u0000 \"' + "☃".encode() + rb'\""]'}  # fmt: skip
STATES = {name: STATE for name in OUTPUTS} | {
    "fork": {"": b"0", **STATE, "größe": b"9", "new": b"[null]"},
    "halt": {},
    "appended": {"log": rb'[ 0,{"n": 1.50e0},2,3]', "new": rb'["\u00e9"]'},
}
EXECUTORS = {
    "start": {"saved": {"n": 100.0}, "state": {"k": {"deep": [[], {}]}}},
    "join é": {"state": {"one": 1}},
    "warden": {"saved": 7, "state": {"seen": [1]}},
    "shaky": {"state": {"asked": True, "one": 1}},
    "sub/first": {"state": {"granted": True, "own": "first"}},
    "sub/deep/last": {"state": {"own": "last"}},
}

every = pytest.mark.parametrize("file", GOLDEN, ids=lambda file: name_of(file))


def name_of(file: Path) -> str:
    return file.stem.removeprefix("checkpoint-v1-")


def line(document: bytes, member: str) -> bytes:
    """A member of a document as it is spelled."""
    [found] = [row for row in document.splitlines() if row.startswith(f'"{member}": '.encode())]
    return found.removesuffix(b",")


def spelled(state: dict) -> bytes:
    members = sorted((json.dumps(key, ensure_ascii=False).encode(), value) for key, value in state.items())
    return b'"state": {' + b",".join(key + b":" + value for key, value in members) + b"}"


def test_all_are_there():
    assert [name_of(file) for file in GOLDEN] == sorted(OUTPUTS)
    documents = [json.loads(file.read_bytes()) for file in GOLDEN]
    assert {document["kind"] for document in documents} == {"entry", "superstep", "response", "partial", "fork"}


def test_one_has_everything():
    """Every member that the format knows; `checksum` is in files only."""
    document = json.loads((HERE / "checkpoint-v1-everything.json").read_bytes())
    assert set(document) == {
        "format", "version", "checkpoint_id", "previous_checkpoint_id", "run_id", "workflow_name", "graph_signature",
        "timestamp", "kind", "superstep", "input_superstep", "messages", "fan_in_buffers", "state", "executor_states",
        "pending_request_info_events", "sub_workflows", "partial", "lanes", "metadata", "graph", "x-ünknown", "later",
    }  # fmt: skip
    assert all(document[member] for member in document if member != "messages")
    works, requests = document["partial"], document["pending_request_info_events"].values()
    more = [json.loads((HERE / f"checkpoint-v1-{name}.json").read_bytes())["partial"] for name in ("halt", "appended")]
    assert {name for work in sum(more, works) for name in work["staged"]} == {
        "messages", "requests", "answers", "state", "deleted_state", "appended_state", "shared_state", "deleted_shared_state",
        "appended_shared_state", "halts",
    }  # fmt: skip
    assert {name for work in works for name in work} == {
        "executor", "handled", "failed_attempts", "not_before_us", "deliveries", "staged",
    }  # fmt: skip
    deliveries = [delivery for work in works for delivery in work["deliveries"]]
    assert {name for delivery in deliveries for name in delivery} == {"sources", "lane", "data", "request"}
    assert {"intercepted_at" in request for request in requests} == {True, False}
    assert {"lane" in fan_in for fan_in in document["fan_in_buffers"]} == {True, False}


@every
def test_is_valid(file):
    check(file.read_bytes())


@every
def test_goes_on_to_a_known_end(file, puppet):
    name, golden = name_of(file), file.read_bytes()
    run = puppet.restore(golden)
    for document in run.to_the_end():
        check(document)
    last = run.document()
    assert run.failed is None and run.outputs == OUTPUTS[name]
    assert line(last, "state") == spelled(STATES[name])
    if name == "appended":
        assert line(last, "executor_states") == b'"executor_states": {"left":{"state":{"mine":[[]]}}}'
    elif name != "halt":
        ended = json.loads(last)
        assert ended["executor_states"] == EXECUTORS and ended["pending_request_info_events"] == {}
        assert line(last, "sub_workflows") == b'"sub_workflows": {"sub":{"state":{"inside":-1}}}'
    run.close()


def test_goes_on_after_it_was_halted(puppet):
    run = puppet.restore((HERE / "checkpoint-v1-halt.json").read_bytes())
    run.to_the_end()
    assert run.outputs == [b"1"] and json.loads(run.document())["messages"] != []
    run.input(b"{}")
    run.to_the_end()
    assert json.loads(run.document())["messages"] == [] and run.failed is None
    run.close()


def test_what_is_unknown_is_written_again(puppet):
    golden = (HERE / "checkpoint-v1-everything.json").read_bytes()
    run = puppet.restore(golden)
    documents = run.to_the_end()
    assert len(documents) > 3
    for document in documents:
        for member in ["x-ünknown", "later", "metadata", "graph"]:
            assert line(document, member) == line(golden, member)
    assert line(golden, "later") == b'"later": 12345678901234567890e-3'
    run.close()


@every
@pytest.mark.parametrize("kind", ["memory:", "directory:"])
def test_comes_back_from_a_storage_byte_for_byte(file, kind, tmp_path):
    golden = file.read_bytes()
    id = json.loads(golden)["checkpoint_id"]
    url = kind + str(tmp_path) * (kind != "memory:")
    storage = Storage(url)
    storage.save(golden)
    storage.save(golden)
    assert storage.load(id) == golden
    storage.close()
    if kind != "memory:":
        again = Storage(url)
        assert again.load(id) == golden
        again.close()
        check_folder(tmp_path)


@pytest.fixture
def folder(tmp_path):
    """A copy of the golden folder: five checkpoints of one run, and what it remembered."""
    return Path(shutil.copytree(HERE / "directory", tmp_path / "directory"))


def test_files_are_valid(folder):
    assert check_folder(folder) == 6


def test_files_are_read(folder):
    storage = Storage(f"directory:{folder}")
    listed = storage.list()
    assert [entry.get("problem") for entry in listed] == [None] * 5
    goldens = {json.loads(file.read_bytes())["checkpoint_id"]: file.read_bytes() for file in GOLDEN}
    loaded = {entry["checkpoint_id"]: storage.load(entry["checkpoint_id"]) for entry in listed}
    assert {id: text for id, text in loaded.items() if id in goldens}.items() <= goldens.items()
    assert len(loaded.keys() & goldens.keys()) == 4  # the first superstep has no golden document of its own
    parents = [None, *loaded][:-1]
    assert [json.loads(text)["previous_checkpoint_id"] for text in loaded.values()] == parents
    storage.close()


def test_a_run_goes_on_in_its_folder(folder, puppet):
    storage = Storage(f"directory:{folder}")
    latest = storage.list()[-1]["checkpoint_id"]
    run = puppet.resume(latest, storage=storage.handle)
    documents = run.to_the_end()
    assert run.outputs == OUTPUTS["partial"]
    run.close()
    saved = storage.list()
    assert len(saved) == 5 + len(documents) and not any("problem" in entry for entry in saved)
    storage.close()
    assert check_folder(folder) == len(saved) + 1


def test_a_run_from_its_entry_finds_what_it_remembered(folder, puppet):
    """What was done is not done again."""
    golden = (HERE / "checkpoint-v1-entry.json").read_bytes()
    storage = Storage(f"directory:{folder}")
    id = storage.list()[0]["checkpoint_id"]
    assert json.loads(golden)["checkpoint_id"] == id
    run = puppet.restore(golden, storage=storage.handle)
    next(run.checkpoints())
    assert puppet.recalled == ['{"paid": 1.10, "to": "ä"}'.encode()]
    run.close()
    storage.close()


def test_a_changed_byte_is_found(folder):
    """In a digit, where the file stays JSON."""
    files = sorted(folder.glob("*.json"))
    for file in files:
        file.write_bytes(file.read_bytes().replace(b"1.50e0", b"1.60e0"))
    storage = Storage(f"directory:{folder}")
    listed = storage.list()
    assert len(listed) == 5 and all("checksum" in entry["problem"] for entry in listed)
    for file in files:
        with pytest.raises(Exception, match="checksum") as raised:
            storage.load(file.stem)
        assert raised.value.status == WF_E_CHECKPOINT
    storage.close()


def test_a_changed_memo_is_found(folder, puppet):
    [memo] = folder.glob("memos/*.json")
    memo.write_bytes(memo.read_bytes().replace(b"1.10", b"1.20"))
    storage = Storage(f"directory:{folder}")
    run = puppet.restore((HERE / "checkpoint-v1-entry.json").read_bytes(), storage=storage.handle)
    run.to_the_end()
    assert run.failed is not None and puppet.recalled == []
    assert "checksum" in puppet.broken.pop()
    run.close()
    storage.close()
