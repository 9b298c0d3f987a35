"""Structs have the same layout in C and in ctypes, and constants the same values."""

import ctypes
import importlib.util
import re
from functools import lru_cache

import pytest
from tools import INCLUDE, ROOT, run

STRUCTS = ["wf_executor_t", "wf_condition_t", "wf_selector_t", "wf_value_t", "wf_retry_t", "wf_storage_code_t", "wf_conformance_t", "wf_run_options_t", "wf_record_t"]


@lru_cache
def abi():
    """The generated ctypes module, without the package around it."""
    path = ROOT / "bindings/python/libworkflow/_abi.py"
    spec = importlib.util.spec_from_file_location("_abi", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ask_c(expressions: list, tmp_path) -> list:
    """The values of integer expressions, as a C compiler sees them."""
    prints = "\n".join(f'    printf("%lld\\n", (long long)({expression}));' for expression in expressions)
    source = tmp_path / "ask.c"
    source.write_text(f'#include <stdio.h>\n#include "workflow.h"\nint main(void) {{\n{prints}\n}}\n')
    run("gcc", f"-I{INCLUDE}", source, "-o", tmp_path / "ask")
    return [int(line) for line in run(tmp_path / "ask").split()]


def test_every_struct_is_compared():
    declared = re.findall(r"^} (wf_\w+_t);", (INCLUDE / "workflow_types.h").read_text(), re.MULTILINE)
    assert declared == STRUCTS


@pytest.mark.parametrize("name", STRUCTS)
def test_layout(name, tmp_path):
    structure = getattr(abi(), name)
    fields = [field for field, _ in structure._fields_]
    questions = [f"sizeof({name})"]
    expected = [ctypes.sizeof(structure)]
    for field in fields:
        questions += [f"offsetof({name}, {field})", f"sizeof((({name} *)0)->{field})"]
        expected += [getattr(structure, field).offset, getattr(structure, field).size]
    assert ask_c(questions, tmp_path) == expected


def test_ctypes_sets_the_struct_size():
    for name in STRUCTS:
        assert getattr(abi(), name)().struct_size == ctypes.sizeof(getattr(abi(), name))


def test_constants(tmp_path):
    names = [name for name in vars(abi()) if name.startswith("WF_") and isinstance(getattr(abi(), name), int)]
    declared = set(re.findall(r"\b(WF_[A-Z_]+) = ", (INCLUDE / "workflow_types.h").read_text()))
    assert declared <= set(names)
    c = ask_c([f"(int64_t){name}" for name in names], tmp_path)
    assert [value % 2**64 for value in c] == [getattr(abi(), name) % 2**64 for name in names]
    assert ask_c(["WF_EVENT_BIT(11)"], tmp_path) == [abi().WF_EVENT_BIT(11)]
