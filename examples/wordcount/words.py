"""The text side of the job: which files, where a cut may be, what a word is. Nothing here knows of workflows.

words.c says the same in C, rule for rule: a run may pass from one to the other at any chunk.
"""

import os
import re
import zlib

WORD = re.compile(rb"[A-Za-z]+")


class TextError(Exception):
    """The text cannot be read, or is not what it was. The sentence is for the person who runs the job."""


def list_files(path: str) -> tuple[str, list[str]]:
    """The folder, and the sorted names of the regular files below it. A file is a folder of one.

    Links inside the folder are left out, as `find -type f` does: they could lead in circles.
    """
    if os.path.isfile(path):
        folder, name = os.path.split(path)
        return folder, [name]
    names = []
    for folder, _, files in os.walk(path, onerror=_refuse):
        paths = (os.path.join(folder, name) for name in files)
        names += [os.path.relpath(each, path) for each in paths if os.path.isfile(each) and not os.path.islink(each)]
    return path, sorted(names, key=os.fsencode)


def storable(name: str) -> str:
    """The name, unless a checkpoint cannot hold it: a file name may be any bytes, JSON is UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError as problem:
        raise TextError(f"the name of {name!a} is not UTF-8, so a checkpoint cannot hold it") from problem
    return name


def measure_file(path: str) -> tuple[int, int]:
    """The length and the CRC-32 of a file: enough to notice later that it is not the same any more."""
    length = checksum = 0
    with _open(path) as file:
        while block := file.read(1 << 16):
            length += len(block)
            checksum = zlib.crc32(block, checksum)
    return length, checksum


def read_part(path: str, offset: int, size: int) -> bytes:
    """`size` bytes from `offset` on, and the rest of the word that they end in: a cut never splits a word."""
    with _open(path) as file:
        file.seek(offset)
        part = bytearray(file.read(size))
        while part[-1:].isalpha() and (byte := file.read(1)).isalpha():
            part += byte
    return bytes(part)


def words_in(part: bytes) -> list[str]:
    """Maximal runs of ASCII letters, in lower case. Bytes, not characters: any file has words, or none."""
    return [word.decode("ascii").lower() for word in WORD.findall(part)]


def _open(path: str):
    try:
        return open(path, "rb")
    except OSError as problem:
        _refuse(problem)


def _refuse(problem: OSError):
    raise TextError(f"cannot read {problem.filename}: {problem.strerror}") from problem
