"""The examples, built once, and a way to run them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder of the C examples, built against the library of this tree."""
    subprocess.run(["make", "-s", "-C", EXAMPLES], check=True)
    return ROOT / "build/examples"


@pytest.fixture(scope="session")
def environment() -> dict:
    """With the Python package of this tree, whatever else is installed."""
    path = os.pathsep.join(filter(None, [str(ROOT / "bindings/python"), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


class WordCount:
    """The demo in one of its two languages."""

    def __init__(self, command: list, environment: dict) -> None:
        self.command = [str(word) for word in command]
        self.environment = environment

    def __call__(self, *words: object, status: int = 0) -> subprocess.CompletedProcess:
        command = [*self.command, *map(str, words)]
        ended = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)
        assert ended.returncode == status, ended.stderr or ended.stdout
        return ended


@pytest.fixture(scope="session")
def in_c(built, environment) -> WordCount:
    return WordCount([built / "wordcount"], environment)


@pytest.fixture(scope="session")
def in_python(environment) -> WordCount:
    return WordCount([sys.executable, EXAMPLES / "wordcount/wordcount.py"], environment)


@pytest.fixture(params=["C", "Python"])
def wordcount(request, in_c, in_python) -> WordCount:
    """Each test that asks for it runs once in each language."""
    return in_c if request.param == "C" else in_python


@pytest.fixture
def other(wordcount, in_c, in_python) -> WordCount:
    """The demo in the language that `wordcount` is not."""
    return in_python if wordcount is in_c else in_c
