"""The little C that both headers need: one type, one declarator, one parameter list."""

from __future__ import annotations

import re

from .model import CType, Parameter
from .problems import Problem

SCALARS = {"void", "char", "size_t", "int32_t", "uint32_t", "int64_t", "uint64_t", "double", "json_t"}

# Names that are fine in Swift and would break a C or C++ program that includes the header.
KEYWORDS = set(
    "alignas alignof and asm auto bool break case catch char class compl const constexpr continue decltype default "
    "delete do double else enum explicit export extern false float for friend goto if inline int long mutable "
    "namespace new noexcept not nullptr operator or private protected public register requires restrict return "
    "short signed sizeof static struct switch template this throw true try typedef typeid typename union unsigned "
    "using virtual void volatile while xor".split()
)


def parse_declarator(text: str, known: set, where: str) -> Parameter:
    """`const char *const *names` -> the type and the name."""
    tokens = re.findall(r"\w+|\*", text)
    if "".join(tokens) != re.sub(r"\s", "", text):
        raise Problem(f"{where}: cannot read `{text}`: only names, `const` and `*` may stand in a declaration.")
    if not tokens or tokens[-1] in ("*", "const"):
        raise Problem(f"{where}: `{text}` has no name.")
    name = tokens.pop()
    if name in KEYWORDS:
        raise Problem(f"{where}: `{name}` is a keyword of C or C++; choose another name for it.")
    return Parameter(name, parse_type(tokens, known, f"{where}: `{name}`"))


def parse_type(tokens: list, known: set, where: str) -> CType:
    first_star = tokens.index("*") if "*" in tokens else len(tokens)
    words, rest = tokens[:first_star], tokens[first_star:]
    base = [word for word in words if word != "const"]
    if len(base) != 1 or base[0] not in known | SCALARS:
        raise Problem(
            f"{where} has the type `{' '.join(tokens)}`, which is neither a fixed-width integer, double, size_t, char nor a "
            "type of workflow_types.h."
        )
    pointers: list[bool] = []
    for token in rest:
        if token == "*":
            pointers.append(False)
        elif token == "const":
            pointers[-1] = True
        else:
            raise Problem(f"{where}: `{token}` stands after a `*`.")
    return CType(base[0], "const" in words, tuple(pointers))


def parse_parameters(text: str, known: set, where: str) -> tuple:
    if text.strip() == "void":
        return ()
    if "(" in text:
        raise Problem(f"{where}: a function type is written out in the parameters; give it a name in workflow_types.h.")
    return tuple(parse_declarator(part.strip(), known, where) for part in text.split(","))
