"""Reads the prototypes of the exported functions from the header that the Swift compiler writes.

That header is not made for C on Linux, but its prototypes are what the compiler really emitted.
"""

from __future__ import annotations

import re
from pathlib import Path

from .c_syntax import parse_parameters, parse_type
from .model import Function, Parameter
from .problems import Problem, raise_all

PROTOTYPE = re.compile(r"SWIFT_EXTERN (?P<result>.+?)\b(?P<name>\w+)\((?P<parameters>.*)\) SWIFT_NOEXCEPT[ A-Z_]*;")
NOT_C = re.compile(r"\b(_Nullable|_Nonnull|_Null_unspecified)\b")
REFUSED = {
    "NSInteger": "`Int` has no fixed width in C: use Int32 or Int64",
    "BOOL": "`Bool` has no fixed width in C: use Int32",
}


def read_functions(path: Path, known: set) -> dict:
    """The functions by name."""
    functions, problems = {}, []
    for line in path.read_text().splitlines():
        if not line.startswith("SWIFT_EXTERN "):
            continue
        try:
            function = parse_prototype(line, known)
            functions[function.name] = function
        except Problem as problem:
            problems += problem.messages
    raise_all(problems)
    return functions


def parse_prototype(line: str, known: set) -> Function:
    match = PROTOTYPE.fullmatch(line)
    if not match:
        raise Problem(f"The compiler printed a prototype of an unknown shape: {line}")
    name = match["name"]
    if not name.startswith("wf_"):
        raise Problem(f"{name}: every exported function begins with wf_.")
    for word, advice in REFUSED.items():
        if re.search(rf"\b{word}\b", line):
            raise Problem(f"{name}: {advice}.")
    result = parse_type(re.findall(r"\w+|\*", as_c(match["result"])), known, f"{name}: the result")
    parameters = parse_parameters(as_c(match["parameters"]), known, name)
    return Function(name, result, tuple(Parameter(plain_name(p.name), p.type) for p in parameters))


def as_c(text: str) -> str:
    """In workflow_types.h each `struct wf_x` is also called wf_x_t; Swift may use either name."""
    text = re.sub(r"\bstruct (\w+)", r"\1_t", text)
    return NOT_C.sub("", text).replace("NSUInteger", "size_t")


def plain_name(name: str) -> str:
    """The compiler prints `out` as `out_`, a keyword of Objective-C."""
    return name[:-1] if name.endswith("_") else name
