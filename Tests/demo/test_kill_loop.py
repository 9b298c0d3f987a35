"""The kill loop: a short one on every test run, and that it would notice what must not happen."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

import kill_loop
from programs import ROOT


def test_nothing_is_lost_and_nothing_is_wrong(examples, environment):
    command = [sys.executable, ROOT / "Tests/demo/kill_loop.py", "--kills", "20"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ": 0 lost, 0 wrong (" in ended.stdout.splitlines()[-1]


@pytest.fixture
def storage(in_c, tmp_path):
    text = tmp_path / "text"
    text.write_text("one two three " * 20)
    in_c("start", text, "--storage", tmp_path / "checkpoints", "--chunk-bytes", 30)
    return tmp_path / "checkpoints"


def test_good_storage_is_good(storage):
    assert kill_loop.last_superstep(storage) == len(list(storage.glob("*.json"))) - 1


@pytest.mark.parametrize(
    ("kind", "harm"),
    [
        ("damaged", lambda path: path.write_bytes(path.read_bytes()[:-40])),
        ("damaged", lambda path: path.write_bytes(path.read_bytes().replace(b"two", b"owt"))),
        ("damaged", lambda path: path.write_bytes(b"")),
        ("wrong", lambda path: path.unlink()),
        ("wrong", lambda path: path.with_name(f"{path.stem}0.json").write_bytes(path.read_bytes())),
    ],
    ids=["cut short", "altered", "emptied", "missing", "twice"],
)
def test_notices_harm_to_a_checkpoint(storage, kind, harm):
    harm(sorted(storage.glob("*.json"))[3])
    with pytest.raises(kill_loop.Failure) as noticed:
        kill_loop.last_superstep(storage)
    assert noticed.value.kind == kind


def test_notices_a_superstep_that_was_reported_but_not_saved(tmp_path):
    liar = ["echo", "  superstep 3 saved"]
    setting = SimpleNamespace(folder=tmp_path, text=tmp_path, bytes=1000, programs=[liar, liar], starting=[0, 0])
    with pytest.raises(kill_loop.Failure, match="superstep 3 was reported as saved, the newest is -1") as noticed:
        kill_loop.Run(0, 1, setting).go(kill_loop.Tally(wanted=0))
    assert noticed.value.kind == "lost"


def test_notices_a_wrong_count(tmp_path):
    (tmp_path / "counts").write_text("2 one\n1 two\n")
    with pytest.raises(kill_loop.Failure, match=r"1 counts are wrong: one 2 \(not 3\)"):
        kill_loop.check_counts(tmp_path / "counts", kill_loop.Counter(one=3, two=1))
