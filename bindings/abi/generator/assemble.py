"""Joins what the readers found into one Api, and refuses what does not fit together."""

from __future__ import annotations

import re
from pathlib import Path

from .compiler_header import read_functions
from .model import Api, Block, Export, Function, Section, Version
from .problems import Problem, raise_all
from .swift_sources import read_file
from .types_header import read_types

# Said once here instead of at every function; a function may still say its own.
COMMON_PARAMETERS = {
    "error": "Optional. Receives what went wrong, owned by the caller (wf_error_free); NULL when nothing did.",
}


def read_api(root: Path, compiler_header: Path) -> Api:
    own = root / "bindings/abi"
    types = read_types(root / "include/workflow_types.h")
    functions = read_functions(compiler_header, types.names)
    nouns = read_sections(own / "sections.txt")
    sources = root / "Sources/WorkflowABI"
    check_files(sources, nouns)
    sections, problems = [], []
    for noun, (introduction, files) in nouns.items():
        exports = []
        for file in files:
            for name, comment in read_file(sources / file):
                function = functions.pop(name, None)
                found = check_export(name, function, comment, file)
                problems += found
                if not found:
                    exports.append(Export(function, complete(function, comment)))
        sections.append(Section(noun, introduction, tuple(exports)))
    for name in functions:
        problems.append(f"{name}: the compiler exports it, but no Sources/WorkflowABI/<Noun>+C.swift has it.")
    raise_all(problems)
    return Api(
        version=read_version(own / "version.txt"),
        guide=(own / "guide.txt").read_text(),
        jansson_guide=(own / "guide_jansson.txt").read_text(),
        types=types,
        sections=tuple(sections),
    )


def read_version(path: Path) -> Version:
    match = re.fullmatch(r"library (\d+\.\d+\.\d+)\nabi (\d+)\n", path.read_text())
    if not match:
        raise Problem(f"{path.name}: expected the two lines `library 1.2.3` and `abi 0`.")
    return Version(match[1], int(match[2]))


def read_sections(path: Path) -> dict:
    """noun -> (introduction, files), in the order of the header.

    A line is `noun: introduction`, or `noun [Part Other]: introduction` where the functions of a noun go on in
    <Noun>+Part+C.swift and <Noun>+Other+C.swift.
    """
    nouns = {}
    for line in filter(None, path.read_text().splitlines()):
        match = re.fullmatch(r"(\w+)(?: \[([\w ]+)\])?: (.+)", line)
        if not match:
            raise Problem(f"{path.name}: expected `noun: what it is`, found `{line}`.")
        noun, parts, introduction = match.groups()
        names = [noun.capitalize(), *(f"{noun.capitalize()}+{part}" for part in (parts or "").split())]
        nouns[noun] = introduction, [f"{name}+C.swift" for name in names]
    return nouns


def check_files(sources: Path, nouns: dict) -> None:
    known = {file for _, files in nouns.values() for file in files}
    for path in sorted(sources.glob("*+C.swift")):
        if path.name not in known:
            noun, *parts = path.name.removesuffix("+C.swift").split("+")
            where = f"in the line for `{noun.lower()}` no [{parts[0]}]" if parts else f"no line for `{noun.lower()}`"
            raise Problem(f"{path.name}: bindings/abi/sections.txt has {where}.")


def check_export(name: str, function: Function | None, comment: tuple, file: str) -> list:
    if function is None:
        return [f"{name}: stands in {file}, but the compiler does not export it; is it public?"]
    problems = []
    names = {parameter.name for parameter in function.parameters}
    documented = {block.name for block in comment if block.kind == "param"}
    for missing in sorted(names - documented - set(COMMON_PARAMETERS)):
        problems.append(f"{name}: the parameter `{missing}` is not documented.")
    for extra in sorted(documented - names):
        problems.append(f"{name}: documents the parameter `{extra}`, which it does not have.")
    if comment[0].kind != "text":
        problems.append(f"{name}: the comment must begin with a sentence that says what the function does.")
    if function.result.base == "wf_status_t" and not any(block.kind == "return" for block in comment):
        problems.append(f"{name}: answers a status, but its comment has no `- Returns:` that says which and why.")
    if mentions_jansson(function) and file != "Jansson+C.swift":
        problems.append(f"{name}: mentions json_t; such functions belong in Jansson+C.swift.")
    return problems


def mentions_jansson(function: Function) -> bool:
    return any(kind.base == "json_t" for kind in [function.result, *(p.type for p in function.parameters)])


def complete(function: Function, comment: tuple) -> tuple:
    """The comment in the order text, parameters (as declared), result."""
    by_name = {block.name: block for block in comment if block.kind == "param"}
    for name, text in COMMON_PARAMETERS.items():
        by_name.setdefault(name, Block("param", text, name))
    parameters = [by_name[parameter.name] for parameter in function.parameters]
    first = next((i for i, block in enumerate(comment) if block.kind == "param"), None)
    if first is None:
        first = next((i for i, block in enumerate(comment) if block.kind == "return"), len(comment))
    rest = [block for block in comment[first:] if block.kind != "param"]
    return (*comment[:first], *parameters, *rest)
