"""Text that fits the page: comments and prototypes in at most 110 columns."""

from __future__ import annotations

import textwrap

from .model import Block, Function

WIDTH = 110
TAGS = {"param": "@param {name} ", "return": "@return ", "note": "@note ", "warning": "@warning "}


def comment(blocks: tuple) -> str:
    """A `/** ... */` comment."""
    lines: list[str] = []
    previous = None
    for block in blocks:
        if previous and needs_gap(previous, block):
            lines.append("")
        lines += wrap_block(block)
        previous = block
    if len(lines) == 1 and len(lines[0]) + len("/**  */") <= WIDTH:
        return f"/** {lines[0]} */"
    body = [f" * {line}".rstrip() for line in lines[1:]]
    return "\n".join([f"/** {lines[0]}", *body, " */"])


def needs_gap(previous: Block, block: Block) -> bool:
    if block.kind == "item":
        return False
    return not (previous.kind == "param" and block.kind in ("param", "return"))


def wrap_block(block: Block) -> list:
    if block.kind == "item":
        lead = "  " * block.depth + "- "
        hang = " " * len(lead)
    else:
        lead = TAGS.get(block.kind, "").format(name=block.name)
        hang = "    " if lead else ""
    return wrap(block.text, lead, hang)


def wrap(text: str, lead: str = "", hang: str = "") -> list:
    return textwrap.wrap(
        text,
        WIDTH - len("/** "),
        initial_indent=lead,
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
    )


def prototype(function: Function) -> str:
    """`WF_API result name(parameters);`, broken below the opening bracket when it is too long."""
    head = f"WF_API {function.result.spell(function.name)}("
    parameters = [p.type.spell(p.name) for p in function.parameters] or ["void"]
    lines, current = [], head
    for number, parameter in enumerate(parameters):
        piece = parameter + (", " if number < len(parameters) - 1 else ");")
        if len((current + piece).rstrip()) > WIDTH:
            lines.append(current.rstrip())
            current = " " * len(head)
        current += piece
    return "\n".join([*lines, current])
