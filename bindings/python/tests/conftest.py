"""What all tests need."""

from __future__ import annotations

import gc
import json
import os
import signal
from collections.abc import Iterator
from ctypes import byref, c_void_p
from pathlib import Path
from typing import Any

import pytest

from libworkflow._library import lib, take_text
from libworkflow._storage import EngineStorage, open_storage

# A shell starts what runs in the background with it ignored, and so would be every process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

TESTS = Path(__file__).parent

# For the processes that tests start: pytest's own setting of the path reaches this process alone.
os.environ["PYTHONPATH"] = os.pathsep.join([str(TESTS.parent), str(TESTS), os.environ.get("PYTHONPATH", "")])


def _schema() -> Any:
    """That of a checkpoint; None where the tests stand alone, with nothing but the wheel and pytest."""
    try:
        from jsonschema import Draft202012Validator

        return Draft202012Validator(json.loads((TESTS.parents[2] / "docs" / "checkpoint.schema.json").read_text()))
    except (ImportError, FileNotFoundError, IndexError):
        return None


CHECKPOINT = _schema()


def _problems(handle: int) -> list[str]:
    """What the schema says against the checkpoints that a storage has."""
    if CHECKPOINT is None:
        return []
    text, found = c_void_p(), []
    if lib.wf_storage_list(handle, None, byref(text), None, None):
        return []  # a test took its folder away
    for entry in json.loads(take_text(text)):
        if "problem" in entry or lib.wf_storage_load(handle, entry["checkpoint_id"].encode(), byref(text), None, None):
            continue
        document = take_text(text)
        found += [f"{error.json_path}: {error.message[:200]}" for error in CHECKPOINT.iter_errors(json.loads(document))]
    return found


@pytest.fixture(params=["memory", "directory", "sqlite"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> EngineStorage:
    """One of each kind that the library has."""
    place = {"memory": "", "directory": tmp_path / "checkpoints", "sqlite": tmp_path / "flow.db"}[request.param]
    return open_storage(f"{request.param}:{place}")


@pytest.fixture(autouse=True)
def valid_checkpoints(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test leaves in a storage of the library is valid under docs/checkpoint.schema.json."""
    problems: list[str] = []

    def free(handle: int) -> None:
        problems.extend(_problems(handle))
        lib.wf_storage_free(handle)

    monkeypatch.setattr(EngineStorage.__del__, "__defaults__", (free,))
    yield
    gc.collect()
    assert problems == []
