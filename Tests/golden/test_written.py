"""What the library writes is valid: in runs of random scripts, and in the examples."""

import json
import os
import subprocess
import sys
from collections import Counter
from random import Random

import pytest
from documents import ROOT, check, check_databases, check_folder

TEXTS = ["a", "b", "é", "e\u0301", "☃ \"\\/", "0", "a b", "\U0001F600"]
VALUES = ["null", "1.50e0", "-0.0", "1E-7", "9223372036854775807", "[[], {}]", '{"$type": "t", "value": 1}', r'"\u0000\/☃"']
TARGETS = [None, "left", "right", "join é", "sub", "deep", "warden", "shaky", "start"]
PARTS = ["left", "right", "sub", "warden", "twin", "shaky"]
TYPES = [None, "boolean", "string"]


def script(random: Random, depth: int) -> dict:
    """What an executor may be told to do; also what it has no right to do."""

    def verb() -> list:
        one = random.choice
        kind = one(["send"] * 6 + ["ask", "ask", "output", "set", "share", "unset", "unshare", "save", "answer", "fail", "halt"]
                   + ["append", "append shared"])
        if kind == "send":
            return [kind, one(TARGETS), script(random, depth - 1)] if depth else ["output", one(VALUES)]
        if kind == "ask":
            return [kind, one(TEXTS), script(random, depth - 1), one(TYPES)] if depth else ["fail"]
        words = {"output": [VALUES], "set": [TEXTS, VALUES], "share": [TEXTS, VALUES], "append": [TEXTS, VALUES], "append shared": [TEXTS, VALUES], "unset": [TEXTS], "unshare": [TEXTS],
                 "save": [VALUES], "answer": [TEXTS, VALUES]}  # fmt: skip
        return [kind, *(one(choices) for choices in words.get(kind, []))]

    return {name: [verb() for _ in range(random.randint(1, 4))] for name in ["do", "then"]}


def test_random_runs(puppet):
    """Valid, and taken by the library again. What a script has no right to do is left out."""
    seen: Counter[str] = Counter()
    puppet.forgives = True
    for seed in range(300):
        random = Random(seed)
        puppet.failures = random.randint(0, 4)
        whole = {"do": [["send", random.choice(PARTS), script(random, 3)] for _ in range(random.randint(1, 6))]}
        run = puppet.start(json.dumps(whole).encode(), run_id=random.choice(TEXTS).encode())
        for document in run.to_the_end():
            check(document)
            puppet.restore(document).close()
            found = json.loads(document)
            seen.update([found["kind"], *(name for name in found if found[name])])
            seen.update(name for work in found.get("partial", []) for name in work["staged"])
        run.close()
    assert all(seen[name] > 20 for name in [  # what never gets anywhere proves nothing
        "entry", "superstep", "response", "partial", "messages", "fan_in_buffers", "state", "executor_states",
        "pending_request_info_events", "sub_workflows", "lanes", "appended_state", "appended_shared_state",
    ]), seen  # fmt: skip


@pytest.mark.parametrize("language", ["c", "python"])
@pytest.mark.parametrize("story", ["hello", "resume"])
def test_examples(story, language, examples, tmp_path):
    command = [examples / story] if language == "c" else [sys.executable, ROOT / f"examples/python/{story}.py"]
    subprocess.run(command, cwd=tmp_path, env=environment(), check=True, stdout=subprocess.DEVNULL, timeout=60)
    assert check_folder(tmp_path) + check_databases(tmp_path) >= 3


@pytest.mark.parametrize("language", ["c", "python"])
def test_word_count(language, examples, tmp_path):
    (tmp_path / "text").write_text("To be, or not to be, that is the question. " * 20)
    command = [examples / "wordcount"] if language == "c" else [sys.executable, ROOT / "examples/wordcount/wordcount.py"]
    words = ["start", tmp_path / "text", "--storage", tmp_path / "kept", "--chunk-bytes", "200"]
    subprocess.run([*command, *words], env=environment(), check=True, stdout=subprocess.DEVNULL, timeout=60)
    assert check_folder(tmp_path / "kept") >= 5


def environment() -> dict:
    path = os.pathsep.join(filter(None, [str(ROOT / "bindings/python"), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
