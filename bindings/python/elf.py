"""Reads what a shared library needs, for the wheel: the versions of glibc's symbols, and other libraries.

Straight from the file, so that building a wheel needs no further tools.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

_DYNAMIC, _VERNEED = 6, 0x6FFFFFFE  # types of sections
_NEEDED = 1  # a tag of the dynamic section
_GLIBC = re.compile(r"GLIBC_(\d+)\.(\d+)(?:\.\d+)?$")


class Library:
    """A shared library, 64 bits and little-endian as all the platforms that are built for.

    Raises:
        ValueError: it is none.
    """

    def __init__(self, path: Path) -> None:
        self._bytes = path.read_bytes()
        if self._bytes[:6] != b"\x7fELF\x02\x01":
            raise ValueError(f"{path} is no 64-bit little-endian ELF file")
        at, size, count = (self._read("<Q", 40), self._read("<H", 58), self._read("<H", 60))
        # Of a section header: type, offset, size, the section with its texts.
        self._sections = [
            (self._read("<I", p + 4), self._read("<Q", p + 24), self._read("<Q", p + 32), self._read("<I", p + 40))
            for p in range(at, at + size * count, size)
        ]

    def needed(self) -> list[str]:
        """The libraries that the loader brings in with it."""
        found = []
        for _, start, size, texts in self._of_kind(_DYNAMIC):
            for at in range(start, start + size, 16):
                if self._read("<Q", at) == _NEEDED:
                    found.append(self._text(texts, self._read("<Q", at + 8)))
        return found

    def versions(self) -> list[str]:
        """The versions of symbols that it needs, such as GLIBC_2.34."""
        found = []
        for _, at, _, texts in self._of_kind(_VERNEED):
            more_files = True
            while more_files:
                count, first, following = (self._read(form, at + to) for form, to in (("<H", 2), ("<I", 8), ("<I", 12)))
                entry = at + first
                for _ in range(count):
                    found.append(self._text(texts, self._read("<I", entry + 8)))
                    entry += self._read("<I", entry + 12)
                more_files, at = following != 0, at + following
        return found

    def glibc(self) -> tuple[int, int]:
        """The oldest glibc that it runs with; (0, 0) if it needs none."""
        matches = filter(None, map(_GLIBC.match, self.versions()))
        return max(((int(match[1]), int(match[2])) for match in matches), default=(0, 0))

    def _of_kind(self, kind: int) -> list[tuple[int, int, int, int]]:
        return [section for section in self._sections if section[0] == kind]

    def _text(self, section: int, at: int) -> str:
        start = self._sections[section][1] + at
        return self._bytes[start : self._bytes.index(b"\0", start)].decode()

    def _read(self, form: str, at: int) -> int:
        number: int = struct.unpack_from(form, self._bytes, at)[0]
        return number
