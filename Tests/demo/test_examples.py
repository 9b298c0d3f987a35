"""The two hellos: they run, they leak nothing, and the README shows them as they are."""

import re
import shlex
import shutil
import subprocess
import sys

import pytest

from programs import EXAMPLES, ROOT, WordCount

README = (ROOT / "README.md").read_text()


def run(command, folder, environment):
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


@pytest.mark.parametrize(("language", "path"), [("c", "c/hello.c"), ("python", "python/hello.py")])
def test_readme_shows_the_example(language, path):
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert blocks == [(EXAMPLES / path).read_text()]


def test_hello_in_c(built, environment, tmp_path):
    assert run([built / "hello"], tmp_path, environment) == '{"letter": {"dear": "world"}, "from": "C"}\n'
    assert len(list(tmp_path.glob("hello.checkpoints/*.json"))) == 3


def test_hello_in_python(environment, tmp_path):
    assert run([sys.executable, EXAMPLES / "python/hello.py"], tmp_path, environment) == (
        "{'letter': {'dear': 'world'}, 'from': 'Python'}\n"
    )
    assert len(list(tmp_path.glob("hello.checkpoints/*.json"))) == 3


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
def test_hello_leaks_nothing(built, environment, tmp_path):
    run([*VALGRIND, built / "hello"], tmp_path, environment)


@needs_valgrind
def test_word_count_leaks_nothing(built, environment, tmp_path):
    text = tmp_path / "text"
    text.write_text("To be, or not to be, that is the question. " * 20)
    storage = tmp_path / "checkpoints"
    checked = WordCount([*VALGRIND, built / "wordcount"], environment)
    assert checked("start", text, "--storage", storage, "--chunk-bytes", 200).stderr == ""
    assert checked("lineage", "--storage", storage).stderr == ""
    assert checked("resume", "--storage", storage).stderr == ""
    text.unlink()
    oldest = min(path.stem for path in storage.glob("*.json"))
    assert "==" not in checked("resume", "--storage", storage, "--checkpoint", oldest, status=1).stderr
