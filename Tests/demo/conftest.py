"""A way to run the examples."""

import os
import sys
from pathlib import Path

import pytest

from programs import EXAMPLES, ROOT, WordCount


@pytest.fixture(scope="session")
def environment() -> dict:
    """With the Python package of this tree, whatever else is installed."""
    path = os.pathsep.join(filter(None, [str(ROOT / "bindings/python"), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="session")
def in_c(examples, environment) -> WordCount:
    return WordCount([examples / "wordcount"], environment)


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
