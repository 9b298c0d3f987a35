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
    taken = list(map(int, re.findall(r"(\d+) (?:definitions|checkpoints|edits|migrations)", output)))
    assert len(taken) == 4 and all(0 < count < 500 for count in taken), output
