"""The headers compile alone and without a warning, whatever the language, the standard and the compiler."""

import pytest
from tools import INCLUDE, STRICT, compile_c, flags_of, run

STANDARDS = {"c99": "c", "c11": "c", "c17": "c", "c++11": "c++", "c++20": "c++"}
COMPILERS = {"gcc": {"c": "gcc", "c++": "g++"}, "clang": {"c": "clang", "c++": "clang++"}}
HEADERS = ["workflow.h", "workflow_types.h", "workflow_jansson.h"]


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_compiles_alone(compiler, standard, header, tmp_path):
    language = STANDARDS[standard]
    source = tmp_path / "alone"
    source.write_text(f'#include "{header}"\n')
    run(
        COMPILERS[compiler][language], f"-std={standard}", *STRICT, "-x", language, "-fsyntax-only", source,
        f"-I{INCLUDE}", *flags_of("jansson", "--cflags"),
    )  # fmt: skip


@pytest.mark.parametrize("standard", STANDARDS)
def test_twice_in_one_program(standard, tmp_path):
    """In two translation units, and twice in each: nothing is defined, everything is guarded."""
    language = STANDARDS[standard]
    text = '#include "workflow.h"\n#include "workflow_jansson.h"\n#include "workflow.h"\n'
    initialisers = "wf_executor_t executor = WF_EXECUTOR_INIT; wf_condition_t condition = WF_CONDITION_INIT;"
    initialisers += " wf_run_options_t options = WF_RUN_OPTIONS_INIT;"
    (tmp_path / "first").write_text(f"{text}int first(void);\nint first(void) {{ return WF_OK; }}\n")
    (tmp_path / "second").write_text(
        f"{text}int first(void);\nint main(void) {{ {initialisers} (void)condition; (void)options;"
        " return first() + (executor.struct_size != sizeof executor); }\n"
    )
    program = tmp_path / "program"
    run(
        COMPILERS["gcc"][language], f"-std={standard}", *STRICT, "-x", language, tmp_path / "first",
        tmp_path / "second", "-o", program, f"-I{INCLUDE}", *flags_of("jansson"),
    )  # fmt: skip
    run(program)


def test_the_hello_of_the_guide_runs(tmp_path):
    """The program in the guide is copied out of the header as a reader would."""
    text = (INCLUDE / "workflow.h").read_text()
    guide = text[text.index(" *     #include <stdio.h>") : text.index(" *     Every call of a real program")]
    source = tmp_path / "hello.c"
    source.write_text("".join(f"{line[7:]}\n" for line in guide.splitlines()))
    output = run(compile_c(source, tmp_path / "hello"))
    assert 'hello, "world"' in output
    assert '"type":"output"' in output.replace(" ", "")


@pytest.mark.parametrize("header", ["workflow.h", "workflow_jansson.h"])
def test_no_line_is_longer_than_the_page(header):
    for number, line in enumerate((INCLUDE / header).read_text().splitlines(), start=1):
        assert len(line) <= 110, f"{header}:{number}"
