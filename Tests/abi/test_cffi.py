"""cffi, and so every binding generator that reads plain C, understands the preprocessed header."""

import ctypes

import cffi
from test_layout import STRUCTS, abi
from tools import INCLUDE, LIBRARY, ledger, run


def declarations() -> str:
    """workflow.h after the preprocessor, without what the system headers bring."""
    text = run("gcc", "-E", "-DWF_API=", f"-I{INCLUDE}", INCLUDE / "workflow.h")
    kept, ours = [], False
    for line in text.splitlines():
        if line.startswith("# "):
            ours = f'"{INCLUDE}/workflow' in line
        elif ours:
            kept.append(line)
    return "\n".join(kept)


def test_cffi_parses_the_header():
    interface = cffi.FFI()
    interface.cdef(declarations())
    names = {name for name in ledger() if "jansson" not in name}
    library = interface.dlopen(str(LIBRARY))
    assert names <= set(dir(library))


def test_cffi_agrees_with_ctypes_about_layouts():
    interface = cffi.FFI()
    interface.cdef(declarations())
    for name in STRUCTS:
        structure = getattr(abi(), name)
        kind = interface.typeof(name)
        assert interface.sizeof(kind) == ctypes.sizeof(structure)
        for field, description in kind.fields:
            assert description.offset == getattr(structure, field).offset, f"{name}.{field}"
