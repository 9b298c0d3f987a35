"""The C programs again, under valgrind with the release library: no wrong access, nothing lost."""

import pytest
from test_c import PROGRAMS
from tools import ROOT, USE_LIBRARY, compile_c, flags_of, run

# The conformance suite saves thousands of checkpoints: under valgrind a quarter of an hour, for calls that the others make too.
TOO_LONG = {"test_conformance", "conformance"}
EXAMPLES = [path for path in sorted((ROOT / "examples/c").glob("*.c")) if path.stem not in TOO_LONG]
PROGRAMS = [path for path in PROGRAMS if path.stem not in TOO_LONG]

VALGRIND = [
    "valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite,indirect",
    "--errors-for-leak-kinds=definite,indirect", "--num-callers=30",
]  # fmt: skip


@pytest.mark.parametrize("source", PROGRAMS, ids=lambda path: path.stem)
def test_program(source, tmp_path):
    program = compile_c(source, tmp_path / source.stem, *flags_of("jansson"))
    output = run(*VALGRIND, program, cwd=tmp_path, timeout=600)
    assert "ok " in output and "FAILED" not in output


@pytest.mark.parametrize("source", EXAMPLES, ids=lambda path: path.stem)
def test_example(source, tmp_path):
    program = tmp_path / source.stem
    run("gcc", "-g", source, "-o", program, *USE_LIBRARY, *flags_of("jansson"))
    assert run(*VALGRIND, program, cwd=tmp_path, timeout=600)


LEAK = """
#include <workflow.h>
int main(void) {
    wf_builder_t *builder = NULL;
    return wf_builder_new("lost", &builder, NULL);
}
"""


def test_valgrind_finds_what_is_lost(tmp_path):
    (tmp_path / "leak.c").write_text(LEAK)
    program = compile_c(tmp_path / "leak.c", tmp_path / "leak")
    with pytest.raises(AssertionError, match="definitely lost"):
        run(*VALGRIND, program, cwd=tmp_path)
