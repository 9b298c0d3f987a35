"""Exported runs: the schema, what one library has written and every later one takes in, and what is refused."""

import copy
import json
import shutil

import pytest
from documents import EXPORT, EXPORT_V1, GOLDEN, HERE, check
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from libworkflow._abi import WF_E_CHECKPOINT, WF_E_INVALID, WF_E_JSON
from puppet import Storage
from test_agreement import BEYOND_A_SCHEMA, LENIENT, WRONG, at, refused_by_the_library
from test_golden import OUTPUTS

RUN = "golden 1 é"
WHOLE = json.loads(EXPORT_V1.read_bytes())

kinds = pytest.mark.parametrize("kind", ["memory:", "directory:", "sqlite:"])


def opened(kind, tmp_path):
    return Storage(kind + (str(tmp_path / "storage") if kind != "memory:" else ""))


def refusal(document, puppet=None):
    """By a storage, or by the run that resumes one of its checkpoints; never with anything but a sentence about the document,
    and if by the storage, nothing is imported."""
    text = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    storage = Storage("memory:")
    try:
        storage.import_run(text)
    except Exception as error:
        assert getattr(error, "status", None) in {WF_E_CHECKPOINT, WF_E_INVALID, WF_E_JSON}, f"{error!r}: {text.decode()}"
        assert storage.list() == [], f"{error!r}, but something was imported"
        return error
    finally:
        storage.close()
    for checkpoint in document["checkpoints"] if puppet else []:
        if found := refused_by_the_library(puppet, checkpoint):
            return found
    return None


# What the library refuses and a schema cannot say.
BEYOND = ("greater than the one before", "should be the id of the last checkpoint", "that of no other memo", f"should be '{RUN}'")


def compare(document, puppet):
    problems = [error for error in EXPORT.iter_errors(document) if not LENIENT.keys() & set(error.path)]
    found = refusal(document, puppet)
    if problems:
        assert found is not None, f"the library takes what the schema refuses: {problems[0].json_path}: {problems[0].message}"
    elif found is not None:
        beyond = BEYOND_A_SCHEMA.search(str(found)) or any(sentence in str(found) for sentence in BEYOND) or ".run_id" in str(found)
        assert beyond, f"the schema takes what the library refuses: {found}"


def places():
    """Of the export, and the first level of its checkpoints: what is deeper is that of single documents."""
    yield from ((name,) for name in WHOLE)
    for index, document in enumerate(WHOLE["checkpoints"]):
        yield ("checkpoints", index)
        yield from (("checkpoints", index, name) for name in document)
    for index, memo in enumerate(WHOLE["memos"]):
        yield ("memos", index)
        yield from (("memos", index, name) for name in memo)


PLACES = list(places())


@st.composite
def changed(draw):
    document = copy.deepcopy(WHOLE)
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        path = draw(st.sampled_from(PLACES))
        try:
            around, name, value = at(document, path[:-1]), path[-1], at(document, path)
        except (KeyError, IndexError, TypeError):
            continue  # the first change took it away
        how = draw(st.sampled_from(["replace", "drop", "add", "double", "move"]))
        if how == "replace":
            around[name] = copy.deepcopy(draw(st.sampled_from(WRONG)))
        elif how == "drop":
            del around[name]
        elif how == "add" and isinstance(value, dict):
            value["unknown"] = copy.deepcopy(draw(st.sampled_from(WRONG)))
        elif how == "double" and isinstance(around, list):
            around.insert(name, copy.deepcopy(value))
        elif how == "move":
            around[name] = copy.deepcopy(at(WHOLE, draw(st.sampled_from(PLACES))))
    return document


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(document=changed())
def test_what_is_changed_is_refused_by_both_or_neither(document, puppet):
    compare(document, puppet)


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_each_member_is_dropped_or_replaced(path, puppet):
    for value in [..., *WRONG]:
        document = copy.deepcopy(WHOLE)
        if value is ...:
            del at(document, path[:-1])[path[-1]]
        else:
            at(document, path[:-1])[path[-1]] = copy.deepcopy(value)
        compare(document, puppet)


def test_is_valid_and_what_was_exported_then():
    check(WHOLE)
    assert (WHOLE["run_id"], WHOLE["head"], len(WHOLE["checkpoints"]), len(WHOLE["memos"])) == (RUN, WHOLE["checkpoints"][-1]["checkpoint_id"], 5, 1)
    for document in WHOLE["checkpoints"]:
        file = HERE / "directory" / f"{document['checkpoint_id']}.json"
        assert document | {"checksum": None} == json.loads(file.read_bytes()) | {"checksum": None}


def test_is_exported_today_as_it_was_then(tmp_path):
    shutil.copytree(HERE / "directory", tmp_path / "storage")
    storage = opened("directory:", tmp_path)
    assert storage.export(RUN) == EXPORT_V1.read_bytes()
    storage.close()


@kinds
def test_goes_through_every_storage_and_goes_on(kind, tmp_path, puppet):
    storage = opened(kind, tmp_path)
    storage.import_run(EXPORT_V1.read_bytes())
    storage.import_run(EXPORT_V1.read_bytes())
    assert storage.export(RUN) == EXPORT_V1.read_bytes()
    run = puppet.resume(WHOLE["head"], storage=storage.handle)
    run.to_the_end()
    assert run.failed is None and run.outputs == OUTPUTS["partial"]
    run.close()
    exported = storage.export(RUN)
    check(exported)
    assert json.loads(exported)["checkpoints"][:5] == WHOLE["checkpoints"] and json.loads(exported)["memos"] == WHOLE["memos"]
    storage.close()


@kinds
def test_memos_are_found_behind_an_import(kind, tmp_path, puppet):
    """What was done is not done again."""
    storage = opened(kind, tmp_path)
    storage.import_run(EXPORT_V1.read_bytes())
    run = puppet.restore((HERE / "checkpoint-v1-entry.json").read_bytes(), storage=storage.handle)
    next(run.checkpoints())
    assert puppet.recalled == ['{"paid": 1.10, "to": "ä"}'.encode()]
    run.close()
    storage.close()


@kinds
def test_unknown_members_of_a_checkpoint_survive(kind, tmp_path):
    """Byte for byte."""
    golden = next(file for file in GOLDEN if "everything" in file.name).read_bytes()
    assert b'"x-\xc3\xbcnknown": ' in golden
    storage, other = opened(kind, tmp_path), Storage("memory:")
    storage.save(golden)
    exported = storage.export("golden 3")
    check(exported)
    other.import_run(exported)
    assert other.load(json.loads(golden)["checkpoint_id"]) == golden
    assert other.export("golden 3") == exported
    storage.close()
    other.close()


@pytest.mark.parametrize("path", [(), ("memos", 0)], ids=["the export", "a memo"])
def test_unknown_members_elsewhere_are_refused(path):
    """No storage could keep them: nobody is to lose something by an import."""
    document = copy.deepcopy(WHOLE)
    at(document, path)["unknown"] = None
    assert not EXPORT.is_valid(document)
    assert "unknown" in str(refusal(document)) or "memos[0]" in str(refusal(document))


def test_another_version_is_refused():
    document = WHOLE | {"version": 2}
    assert not EXPORT.is_valid(document) and "newer" in str(refusal(document))


def test_no_memo_is_there_twice():
    """One of two would be lost."""
    document = WHOLE | {"memos": [WHOLE["memos"][0], WHOLE["memos"][0] | {"value": 1}]}
    assert EXPORT.is_valid(document) and "that of no other memo" in str(refusal(document))
