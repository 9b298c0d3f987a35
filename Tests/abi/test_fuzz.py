"""A short and repeatable run of fuzz.py, in a process of its own because a trap would end it."""

import re
import sys
from pathlib import Path

import pytest
from tools import run

FUZZ = Path(__file__).parent / "fuzz.py"


@pytest.mark.parametrize("seed", range(4))
def test_documents_that_are_almost_right(seed, tmp_path):
    output = run(sys.executable, FUZZ, 500, seed, cwd=tmp_path, timeout=300)
    definitions, checkpoints = map(int, re.findall(r"(\d+) (?:definitions|checkpoints)", output))
    assert 0 < definitions < 500 and 0 < checkpoints < 500, output
