"""The ABI as plain values: what the readers produce and the writers consume."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class CType:
    """A base type and its pointers, such as `const char *const *`.

    `pointers` holds one flag for each `*`, from the inside out: is that pointer itself const?
    """

    base: str
    const: bool = False
    pointers: tuple[bool, ...] = ()

    def spell(self, name: str = "") -> str:
        stars = "".join("*const " if const else "*" for const in self.pointers)
        text = ("const " if self.const else "") + self.base
        return f"{text} {stars}{name}".rstrip() if stars or name else text


@dataclass(frozen=True)
class Parameter:
    name: str
    type: CType


@dataclass(frozen=True)
class Function:
    name: str
    result: CType
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class Block:
    """One paragraph of a comment. `kind` is text, item, param, return, note or warning."""

    kind: str
    text: str
    name: str = ""
    depth: int = 0


@dataclass(frozen=True)
class Export:
    """A function together with what the source says about it."""

    function: Function
    comment: tuple[Block, ...]


@dataclass(frozen=True)
class Section:
    """The functions of one noun, in the order of `Sources/WorkflowABI/<Noun>+C.swift` and its parts."""

    noun: str
    introduction: str
    exports: tuple[Export, ...]


@dataclass(frozen=True)
class Enum:
    name: str
    members: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Struct:
    name: str
    fields: tuple[Parameter, ...]

    @property
    def is_handle(self) -> bool:
        return [field.name for field in self.fields] == ["reserved"]


@dataclass(frozen=True)
class Callback:
    name: str
    result: CType
    parameters: tuple[Parameter, ...]


@dataclass
class Types:
    """What include/workflow_types.h declares."""

    aliases: dict[str, str] = field(default_factory=dict)
    enums: list[Enum] = field(default_factory=list)
    structs: list[Struct] = field(default_factory=list)
    callbacks: list[Callback] = field(default_factory=list)
    macros: list[str] = field(default_factory=list)

    @property
    def handles(self) -> set[str]:
        return {struct.name for struct in self.structs if struct.is_handle}

    @property
    def names(self) -> set[str]:
        return {*self.aliases, *(x.name for x in self.structs), *(x.name for x in self.callbacks)}


@dataclass(frozen=True)
class Version:
    library: str
    abi: int

    @property
    def parts(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.library.split("."))


@dataclass(frozen=True)
class Api:
    version: Version
    guide: str
    jansson_guide: str
    types: Types
    sections: tuple[Section, ...]

    @property
    def functions(self) -> list[Function]:
        return [export.function for section in self.sections for export in section.exports]
