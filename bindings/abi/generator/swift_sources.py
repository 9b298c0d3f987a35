"""Reads what the compiler's header does not keep: the order of the functions and the paragraphs of their comments.

(The compiler joins paragraphs, turns quotes into curly ones and sorts the functions by name.)
"""

from __future__ import annotations

import re
from pathlib import Path

from .model import Block
from .problems import Problem, raise_all

EXPORT = re.compile(r'^@_cdecl\("(\w+)"\)')
FIELD = re.compile(r"- (Parameters|Parameter (?P<name>\w+)|Returns|Note|Warning):\s*(?P<text>.*)")
ITEM = re.compile(r"(?P<indent> *)- (?P<text>.*)")
NAMED = re.compile(r"(?P<name>\w+): ?(?P<text>.*)")
KINDS = {"Returns": "return", "Note": "note", "Warning": "warning"}


def read_file(path: Path) -> list:
    """The functions of one `<Noun>+C.swift` in their order: (name, comment)."""
    lines = path.read_text().splitlines()
    found, problems = [], []
    for number, line in enumerate(lines):
        match = EXPORT.match(line)
        if not match:
            continue
        try:
            found.append((match[1], parse_comment(comment_above(lines, number), match[1])))
        except Problem as problem:
            problems += problem.messages
    raise_all(problems)
    return found


def comment_above(lines: list, number: int) -> list:
    """The `///` lines that end right above line `number`, without the slashes."""
    start = number
    while start > 0 and lines[start - 1].startswith("///"):
        start -= 1
    return [re.sub(r"^/// ?", "", line).rstrip() for line in lines[start:number]]


def parse_comment(lines: list, function: str) -> tuple:
    if not any(lines):
        raise Problem(f"{function}: has no `///` comment.")
    for line in lines:
        if "```" in line or "*/" in line or "/*" in line:
            raise Problem(f"{function}: a comment for C cannot hold code fences or comment marks: `{line.strip()}`.")
    reader = CommentReader(function)
    for line in lines:
        reader.take(line)
    return reader.blocks()


class CommentReader:
    """Turns Swift's documentation fields into blocks, line by line."""

    def __init__(self, function: str):
        self.function = function
        self.found: list = []
        self.in_parameters = False
        self.open = False  # does the next plain line go on with the last block?

    def take(self, line: str) -> None:
        field, item = FIELD.fullmatch(line), ITEM.fullmatch(line)
        if not line:
            self.open = False
        elif field:
            self.take_field(field)
        elif item and self.in_parameters and len(item["indent"]) == 2:
            self.take_parameter(item["text"])
        elif item:
            self.start("item", item["text"], depth=len(item["indent"]) // 2)
        elif self.open:
            kind, text, name, depth = self.found[-1]
            self.found[-1] = (kind, f"{text} {line.strip()}".strip(), name, depth)
        else:
            self.in_parameters = False
            self.start("text", line.strip())

    def take_field(self, field: re.Match) -> None:
        word = field[1].split()[0]
        self.in_parameters = word == "Parameters"
        if word == "Parameter":
            self.start("param", field["text"], field["name"])
        elif word in KINDS:
            self.start(KINDS[word], field["text"])

    def take_parameter(self, text: str) -> None:
        named = NAMED.fullmatch(text)
        if not named:
            raise Problem(f"{self.function}: expected `- name: text` under `- Parameters:`, found `- {text}`.")
        self.start("param", named["text"], named["name"])

    def start(self, kind: str, text: str, name: str = "", depth: int = 0) -> None:
        self.found.append((kind, text, name, depth))
        self.open = True

    def blocks(self) -> tuple:
        return tuple(Block(kind, text.replace("``", "`"), name, depth) for kind, text, name, depth in self.found)
