"""Runs the C programs c/test_*.c: what a caller may do wrong, and what the library says to it."""

from pathlib import Path

import pytest
from tools import compile_c, flags_of, run

PROGRAMS = sorted((Path(__file__).parent / "c").glob("test_*.c"))


@pytest.mark.parametrize("source", PROGRAMS, ids=lambda path: path.stem)
def test_program(source, tmp_path):
    program = compile_c(source, tmp_path / source.stem, *flags_of("jansson"))
    output = run(program, cwd=tmp_path, timeout=120)
    assert "ok " in output and "FAILED" not in output
