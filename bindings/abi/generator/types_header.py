"""A strict reader of include/workflow_types.h: what it does not understand it refuses."""

from __future__ import annotations

import re
from pathlib import Path

from .c_syntax import parse_declarator, parse_parameters
from .model import Callback, Enum, Struct, Types
from .problems import Problem

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DIRECTIVE = re.compile(r"^#\s*(ifndef|endif|include|define)\b\s*(.*)$")
STATEMENTS = [
    ("alias", re.compile(r"typedef (\w+) (\w+)")),
    ("enum", re.compile(r"enum (\w+) \{(.*)\}")),
    ("struct", re.compile(r"typedef struct (\w+) \{(.*)\} (\w+)")),
    ("callback", re.compile(r"typedef (\w+) \(\*(\w+)\)\((.*)\)")),
]


def read_types(path: Path) -> Types:
    types = Types()
    code = COMMENT.sub(" ", path.read_text())
    statements = []
    for line in code.splitlines():
        if line.lstrip().startswith("#"):
            read_directive(line.strip(), types)
        else:
            statements.append(line)
    for statement in split_statements("\n".join(statements)):
        read_statement(statement, types)
    return types


def read_directive(line: str, types: Types) -> None:
    match = DIRECTIVE.match(line)
    if not match:
        raise Problem(f"workflow_types.h: does not expect the directive `{line}`.")
    if match[1] == "define" and match[2] != "WORKFLOW_TYPES_H":
        types.macros.append(re.match(r"\w+", match[2])[0])


def split_statements(code: str) -> list:
    """Cuts at each `;` outside braces and folds white space."""
    statements, depth, current = [], 0, ""
    for character in code:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == ";" and depth == 0:
            statements.append(re.sub(r"\s+", " ", current).strip())
            current = ""
        else:
            current += character
    if current.strip():
        raise Problem(f"workflow_types.h: no `;` ends `{current.strip()}`.")
    return statements


def read_statement(statement: str, types: Types) -> None:
    for kind, pattern in STATEMENTS:
        match = pattern.fullmatch(statement)
        if match:
            READERS[kind](match, types)
            return
    raise Problem(f"workflow_types.h: does not understand `{statement}`.")


def read_alias(match: re.Match, types: Types) -> None:
    types.aliases[match[2]] = match[1]


def read_enum(match: re.Match, types: Types) -> None:
    members = []
    for member in match[2].split(","):
        parts = re.fullmatch(r"\s*(WF_\w+) = (-?\d+)\s*", member)
        if not parts:
            raise Problem(f"workflow_types.h: enum {match[1]}: expected `WF_NAME = number`, found `{member.strip()}`.")
        members.append((parts[1], int(parts[2])))
    types.enums.append(Enum(match[1], tuple(members)))


def read_struct(match: re.Match, types: Types) -> None:
    tag, body, name = match.groups()
    if name != f"{tag}_t":
        raise Problem(f"workflow_types.h: struct {tag} must be called {tag}_t, not {name}.")
    where = f"workflow_types.h: {name}"
    fields = [parse_declarator(part.strip(), types.names, where) for part in body.split(";") if part.strip()]
    types.structs.append(Struct(name, tuple(fields)))


def read_callback(match: re.Match, types: Types) -> None:
    result, name, parameters = match.groups()
    where = f"workflow_types.h: {name}"
    kind = parse_declarator(f"{result} result", types.names, where).type
    types.callbacks.append(Callback(name, kind, parse_parameters(parameters, types.names, where)))


READERS = {"alias": read_alias, "enum": read_enum, "struct": read_struct, "callback": read_callback}
