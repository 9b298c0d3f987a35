"""The examples: each story ends well and prints the same lines in C and in Python, and the README shows hello as it is."""

import re
import shlex
import shutil
import subprocess
import sys

import pytest

from programs import EXAMPLES, ROOT, WordCount

README = (ROOT / "README.md").read_text()


def run(command, folder, environment, timeout=60):
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout)
    # Under `-X dev` asyncio tells of steps that took long: on a busy machine any does.
    assert (ended.returncode, re.sub(r"(?m)^Executing <.* took [\d.]+ seconds\n", "", ended.stderr)) == (0, "")
    return ended.stdout


@pytest.mark.parametrize(("language", "path"), [("c", "c/hello.c"), ("python", "python/hello.py")])
def test_readme_shows_the_example(language, path):
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert blocks == [(EXAMPLES / path).read_text()]


def test_hello_in_c(examples, environment, tmp_path):
    assert run([examples / "hello"], tmp_path, environment) == '{"letter": {"dear": "world"}, "from": "C"}\n'
    assert len(list(tmp_path.glob("hello.checkpoints/*.json"))) == 3


def test_hello_in_python(environment, tmp_path):
    assert run([sys.executable, EXAMPLES / "python/hello.py"], tmp_path, environment) == (
        "{'letter': {'dear': 'world'}, 'from': 'Python'}\n"
    )
    assert len(list(tmp_path.glob("hello.checkpoints/*.json"))) == 3


STORIES = {
    "branch": ["20 g: postman", "750 g: van", "40000 g: truck"],
    "loop": ["6", "3", "10", "5", "16", "8", "4", "2", "1", "[8, 16]"],
    "fan_out_fan_in": [
        "superstep 1", "  reader", "superstep 2", "  words", "  letters", "  vowels", "superstep 3", "  report", "[6, 13, 6]",
    ],
    "human": ["pay-it: pay 1200?", "waiting: yes", "maybe is no answer", "paid: 1200"],
    "sub_workflow": [
        "split: 4", "sum/twice: 4", "sum/twice: 40", "sum/plus_one: 8", "sum/plus_one: 80", "report: 9", "output: 9",
        "report: 81", "output: 81",
    ],
    "resume": ["1", "2", "interrupted", "3", "4", "5", "counted to 5"],
    "custom_storage": [
        "saved: row 1", "saved: row 2", "saved: row 3", "odd: 5", "saved: row 4", "again from row 2", "saved: row 5", "odd: 5",
        "saved: row 6",
    ],
}  # fmt: skip


@pytest.mark.parametrize("language", ["c", "python"])
@pytest.mark.parametrize("story", STORIES)
def test_story(story, language, examples, environment, tmp_path):
    command = [examples / story] if language == "c" else [sys.executable, "-X", "dev", EXAMPLES / f"python/{story}.py"]
    for _ in range(2):  # what the first time leaves behind changes nothing
        assert run(command, tmp_path, environment).splitlines() == STORIES[story]


@pytest.mark.parametrize("language", ["c", "python"])
def test_conformance(language, examples, environment, tmp_path):
    """It takes its time: a thousand checkpoints are synced one by one, three processes are killed."""
    command = [examples / "conformance"] if language == "c" else [sys.executable, "-X", "dev", EXAMPLES / "python/conformance.py"]
    told = run(command, tmp_path, environment, timeout=400)
    assert told.split("\n") == [f"{level}: passed" for level in ("basic", "fence", "processes", "memos", "large")] + [""]


def test_every_story_is_told_in_both_languages_and_listed():
    names = sorted(["hello", "conformance", *STORIES])
    assert sorted(path.stem for path in EXAMPLES.glob("c/*.c")) == names
    assert sorted(path.stem for path in EXAMPLES.glob("python/*.py")) == names
    listed = (EXAMPLES / "README.md").read_text()
    for name in names:
        assert f"| {name} |" in listed and f"(c/{name}.c)" in listed and f"(python/{name}.py)" in listed


def test_hello_in_c_is_one_line_to_build(environment, tmp_path):
    """As a user does it who has installed the library."""
    prefix = tmp_path / "installed"
    subprocess.run(["make", "-s", "-C", ROOT, "install", f"PREFIX={prefix}"], check=True)
    environment = environment | {"PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig"), "LD_LIBRARY_PATH": str(prefix / "lib")}
    line = f"cc {shlex.quote(str(EXAMPLES / 'c/hello.c'))} $(pkg-config --cflags --libs workflow) -o hello"
    run(["sh", "-c", line], tmp_path, environment)
    assert run(["./hello"], tmp_path, environment) == '{"letter": {"dear": "world"}, "from": "C"}\n'


needs_valgrind = pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not here")
# The type caches of the Swift runtime are held by tagged pointers, which valgrind takes for "possible" leaks.
REAL_LEAKS = "definite,indirect"
VALGRIND = ["valgrind", "--quiet", "--error-exitcode=9", "--leak-check=full", f"--show-leak-kinds={REAL_LEAKS}",
            f"--errors-for-leak-kinds={REAL_LEAKS}"]


@needs_valgrind
def test_hello_leaks_nothing(examples, environment, tmp_path):
    run([*VALGRIND, examples / "hello"], tmp_path, environment)


@needs_valgrind
def test_word_count_leaks_nothing(examples, environment, tmp_path):
    text = tmp_path / "text"
    text.write_text("To be, or not to be, that is the question. " * 20)
    storage = tmp_path / "checkpoints"
    checked = WordCount([*VALGRIND, examples / "wordcount"], environment)
    assert checked("start", text, "--storage", storage, "--chunk-bytes", 200).stderr == ""
    assert checked("lineage", "--storage", storage).stderr == ""
    assert checked("resume", "--storage", storage).stderr == ""
    text.unlink()
    oldest = min(path.stem for path in storage.glob("*.json"))
    assert "==" not in checked("resume", "--storage", storage, "--checkpoint", oldest, status=1).stderr
