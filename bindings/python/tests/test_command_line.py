"""`python -m libworkflow`, as real processes."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Optional

import pytest

TESTS = Path(__file__).parent
KINDS = pytest.mark.parametrize("url", ["sqlite:shop.db", "directory:shop"])


class Shell:
    """Runs commands in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "libworkflow", *arguments]
        return subprocess.Popen(command, cwd=self.folder, text=True, **options)

    def __call__(self, *arguments: str, code: int = 0, stdin: Optional[str] = None) -> tuple[str, str]:
        pipe = subprocess.PIPE
        with self.start(*arguments, stdin=pipe, stdout=pipe, stderr=pipe) as process:
            out, said = process.communicate(stdin, timeout=60)
        assert process.returncode == code, (out, said)
        return out, said


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(TESTS)]))
    return Shell(tmp_path)


@KINDS
def test_run_list_show_and_diff(shell: Shell, url: str) -> None:
    out, said = shell("run", "shop:counter", "--input", "3", "--storage", url, "--run-id", "r1")
    assert out == "lift-off\n"
    assert re.fullmatch(r"done after 4 supersteps; last checkpoint \S+\n", said)
    lines = shell("list", "--storage", url)[0].splitlines()
    assert len(lines) == 5
    assert "superstep 4" in lines[0] and "counter" in lines[0] and "run r1" in lines[0]
    assert len(shell("list", "--storage", url, "--limit", "2")[0].splitlines()) == 3
    entries = json.loads(shell("list", "--storage", url, "--json")[0])
    assert [entry["superstep"] for entry in entries] == [4, 3, 2, 1, 0]
    [line] = shell("list", "--runs", "--storage", url)[0].splitlines()
    assert line.startswith("r1 ") and "idle, superstep 4, 5 checkpoints" in line
    assert shell("list", "--storage", url, "--workflow", "other")[0] == "nothing\n"
    shown = shell("show", "--storage", url)[0]
    assert "left = 0" in shown and re.search(r"status +idle", shown)
    middle = entries[2]["checkpoint_id"]
    assert re.search(r"messages under way:\n  count -> \S+: 1", shell("show", middle, "--storage", url)[0])
    assert json.loads(shell("show", middle, "--storage", url, "--json")[0])["state"] == {"left": 2}
    told = shell("diff", middle, "latest", "--storage", url)[0].splitlines()
    assert told[0] == f"--- {middle}"
    assert {"- state.left = 2", "+ state.left = 0", "- superstep = 2", "+ superstep = 4"} <= set(told)
    parent = json.loads(shell("diff", middle, "--storage", url, "--json")[0])
    assert {"path": "state.left", "before": 3, "after": 2} in parent
    assert "name the checkpoint to compare" in shell("diff", entries[-1]["checkpoint_id"], "--storage", url, code=2)[1]


@KINDS
def test_an_interrupted_run_goes_on(shell: Shell, url: str) -> None:
    arguments = ("run", "shop:counter", "--input", "50", "--storage", url, "--events")
    process = shell.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["type"] == "superstep_completed":
            process.send_signal(signal.SIGINT)
            break
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    command = f"python -m libworkflow resume shop:counter --storage {url}"
    assert said.startswith("interrupted. The last checkpoint is ") and said.strip().endswith(command)
    out, said = shell(*command.split()[3:])
    assert out == "lift-off\n"
    states = {entry["superstep"] for entry in json.loads(shell("list", "--storage", url, "--limit", "0", "--json")[0])}
    assert states == set(range(52))


@KINDS
def test_a_killed_run_goes_on(shell: Shell, url: str) -> None:
    process = shell.start("run", "shop:counter", "--input", "50", "--storage", url, "--events", stdout=subprocess.PIPE)
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line).get("iteration") == 3:
            process.kill()
            break
    process.communicate(timeout=60)
    assert shell("resume", "shop:counter", "--storage", url)[0] == "lift-off\n"


def test_an_older_checkpoint_is_resumed_as_a_branch(shell: Shell) -> None:
    url = "sqlite:shop.db"
    shell("run", "shop:counter", "--input", "3", "--storage", url)
    entries = json.loads(shell("list", "--storage", url, "--json")[0])
    assert shell("resume", "shop:counter", entries[2]["checkpoint_id"], "--storage", url)[0] == "lift-off\n"
    again = json.loads(shell("list", "--storage", url, "--json")[0])
    assert [entry["previous_checkpoint_id"] for entry in again].count(entries[2]["checkpoint_id"]) == 2


@KINDS
def test_questions_and_answers(shell: Shell, url: str) -> None:
    order = json.dumps({"number": 1, "amount": 2.5})
    out, said = shell("run", "shop:office", "--input", order, "--storage", url, code=3)
    assert out == ""
    assert "pay: 'clerk' asks 'pay 2.5?', for a bool" in said
    assert f"resume shop:office --storage {url} --answer pay=ANSWER" in said
    assert "pay: 'clerk' asks \"pay 2.5?\"" in shell("show", "--storage", url)[0]
    more = ("resume", "shop:office", "--storage", url)
    assert "must be of type bool, not int" in shell(*more, "--answer", "pay=3", code=2)[1]
    assert "is no JSON" in shell(*more, "--answer", "pay=yes", code=2)[1]
    assert "requests that wait: pay, name" in shell(*more, "--answer", "play=true", code=2)[1]
    out, said = shell(*more, "--answer", "pay=true", code=3)
    assert out == '{"paid":true}\n' and "name: 'clerk' asks 'to whom?', for a str" in said
    assert shell(*more, "--answer", "name=7 of 9")[0] == "7 of 9\n"


def test_a_conversation(shell: Shell) -> None:
    out, said = shell("run", "shop:teller", "--input", "5 coins", "--storage", "sqlite:shop.db", code=3)
    assert out == "" and "'teller' asks 'pay 5 coins?', for a bool" in said
    assert shell("resume", "shop:teller", "--storage", "sqlite:shop.db", "--answer", "pay=true")[0] == "True\n"
    assert "said" in shell("show", "--storage", "sqlite:shop.db")[0]


def test_inputs(shell: Shell) -> None:
    assert shell("run", "shop:speaker", "--input", "7")[0] == "7\n"  # it takes only text
    assert shell("run", "shop:speaker", "--input", "-", stdin="from stdin")[0] == "from stdin\n"
    (shell.folder / "input").write_text("from a file")
    assert shell("run", "shop:speaker", "--input", "@input")[0] == "from a file\n"
    tagged = '{"$type":"tuple","value":[1,2]}'
    assert shell("run", "shop:anything", "--input", tagged)[0] == tagged + "\n"
    assert (
        "tagged 'date' cannot be read"
        in shell("run", "shop:anything", "--input", '{"$type":"date","value":1}', code=2)[1]
    )
    for given, problem in (
        ("hello", "is no JSON"),
        ("1.5", "--input is a float, and 'count' takes int"),
        ("@missing", "No such file"),
    ):
        code = 1 if given == "@missing" else 2
        assert problem in shell("run", "shop:counter", "--input", given, code=code)[1]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["run", "shop", "--input", "1"], "names no workflow: write module:name"),
        (["run", "shop.py:counter", "--input", "1"], "write the module's name, shop:counter"),
        (["run", "shopp:counter", "--input", "1"], "there is no module 'shopp'"),
        (["run", "shop:nothing", "--input", "1"], "workflows in it: anything, counter, failing, speaker, teller"),
        (["run", "shop:number", "--input", "1"], "is a int, not a workflow"),
        (["resume", "shop:counter"], "say --storage where its checkpoints are"),
        (["resume", "shop:counter", "--storage", "sqlite:missing.db"], "there is no sqlite 'missing.db' here"),
        (["list", "--storage", "missing.db"], "write sqlite:FILE or directory:FOLDER"),
        (["list", "--storage", "memory:"], "ends with its process"),
        (["show", "--storage", "directory:missing"], "there is no directory 'missing' here"),
        (["list"], "--storage"),
        (["dance"], "invalid choice"),
        ([], "COMMAND"),
    ],
)
def test_what_cannot_be(shell: Shell, arguments: list[str], problem: str) -> None:
    with shell.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        out, said = process.communicate(timeout=60)
    assert process.returncode in (1, 2)
    assert problem in said and "Traceback" not in said
    assert out == "" and list(shell.folder.iterdir()) == []  # looking makes nothing


def test_which_checkpoint(shell: Shell) -> None:
    url = "sqlite:shop.db"
    shell("run", "shop:counter", "--input", "1", "--storage", url)
    first = json.loads(shell("list", "--storage", url, "--json")[0])[0]["checkpoint_id"]
    assert first in shell("show", first[:-1], "--storage", url)[0]
    assert "write more of it" in shell("show", first[:2], "--storage", url, code=2)[1]
    assert "no checkpoint is called 'xyz'" in shell("show", "xyz", "--storage", url, code=1)[1]


def test_a_run_that_fails(shell: Shell) -> None:
    _, said = shell("run", "shop:failing", "--input", "1", "--storage", "sqlite:shop.db", code=1)
    assert "shop.py" in said and "LookupError: no such order" in said
    assert "resume shop:failing --storage sqlite:shop.db" in said
    said = shell("run", "shop:failing", "--input", "1", "--run-id", "x", code=1)[1]
    assert "There is no storage" in said


def test_a_run_id_that_is_taken(shell: Shell) -> None:
    arguments = ("run", "shop:counter", "--input", "1", "--storage", "sqlite:shop.db", "--run-id", "daily")
    shell(*arguments)
    assert "WorkflowConflictException" in shell(*arguments, code=1)[1]


def test_events_are_lines_of_json(shell: Shell) -> None:
    out, _ = shell("run", "shop:office", "--input", '{"number": 1, "amount": 1}', "--events", "--quiet", code=3)
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["type"] for event in events][:2] == ["started", "status"]
    assert {"request_info", "executor_invoked", "superstep_completed"} <= {event["type"] for event in events}


def test_quiet(shell: Shell) -> None:
    assert shell("run", "shop:counter", "--input", "1", "--quiet") == ("lift-off\n", "")


def test_a_reader_that_has_had_enough(shell: Shell) -> None:
    url = "sqlite:shop.db"
    shell("run", "shop:counter", "--input", "1", "--storage", url)
    process = shell.start("list", "--storage", url, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    process.wait(60)


def through_terminal(shell: Shell, *arguments: str) -> str:
    """What a person sees on a terminal."""
    leader, follower = pty.openpty()
    with shell.start(*arguments, stdin=follower, stdout=follower, stderr=follower) as process:
        os.close(follower)
        seen = b""
        while select.select([leader], [], [], 60)[0]:
            try:
                chunk = os.read(leader, 4096)
            except OSError:
                break  # the other side is closed
            if not chunk:
                break
            seen += chunk
    os.close(leader)
    assert process.returncode == 0, seen
    return seen.decode()


def test_progress_on_a_terminal(shell: Shell) -> None:
    arguments = ("run", "shop:counter", "--input", "30", "--storage", "sqlite:shop.db")
    seen = through_terminal(shell, *arguments)
    lines = re.findall(r"\r\x1b\[Ksuperstep (\d+) · [\d.]+ s[^\r\n]* · saved \S+", seen)
    assert len(lines) > 2 and list(map(int, lines)) == sorted(map(int, lines))
    assert "\r\x1b[Klift-off\r\n" in seen  # what is written does not stand behind the line
    assert re.search(r"\r\x1b\[Kdone after 31 supersteps", seen)
    assert "\x1b" not in through_terminal(shell, *arguments, "--quiet")


def test_no_progress_without_a_terminal(shell: Shell) -> None:
    assert "\x1b" not in "".join(shell("run", "shop:counter", "--input", "30"))


def test_help(shell: Shell) -> None:
    out, _ = shell("--help")
    assert "exit codes:" in out and all(name in out for name in ("run", "resume", "list", "show", "diff"))
    for name in ("run", "resume", "list", "show", "diff"):
        assert "--storage" in shell(name, "--help")[0]
