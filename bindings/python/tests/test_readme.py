"""Every code block of the package's README, in its order, in one folder and one namespace.

A block whose first line is `# name.py` or `/* name.c */` is a file. In a console block a line `...` stands for
any output. What a block needs or must show beyond what people read stands in a comment `<!-- test ... -->` around it.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from libworkflow._library import lib

README = Path(__file__).parents[1] / "README.md"
ROOT = README.parents[2]

if not README.exists():
    pytest.skip("the README stays in the source tree", allow_module_level=True)


class Block(NamedTuple):
    line: int
    kind: str
    text: str


def _blocks() -> list[Block]:
    text = README.read_text()
    form = re.compile(r"^```(?P<kind>\w*)\n(?P<code>.*?)^```$|^<!-- test\n(?P<hidden>.*?)^-->$", re.M | re.S)
    return [
        Block(text.count("\n", 0, match.start()) + 1, match["kind"] or "python", match["code"] or match["hidden"])
        for match in form.finditer(text)
    ]


BLOCKS = _blocks()


class Reader:
    """Somebody who types what the README says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {}
        exec("import asyncio\nfrom libworkflow import *", self.names)

    def do(self, block: Block) -> None:
        named = re.match(r"(?:# |/\* )(\w+\.\w+)(?: \*/)?\n", block.text)
        if named is not None:
            (self.folder / named[1]).write_text(block.text)
        elif block.kind == "python":
            self.run(block)
        elif block.kind == "console":
            for command in re.split(r"^\$ ", block.text, flags=re.M)[1:]:
                self.type(*command.split("\n", 1))
        else:
            raise AssertionError(f"nobody knows what to do with a block of kind {block.kind!r}")

    def run(self, block: Block) -> None:
        code = compile("\n" * block.line + block.text, str(README), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        said = io.StringIO()

        async def wait() -> None:
            await eval(code, self.names)

        with contextlib.redirect_stdout(said):
            asyncio.run(wait()) if code.co_flags & inspect.CO_COROUTINE else exec(code, self.names)
        for shown in re.findall(r"^ *print\(.*\)  # (.*)$", block.text, re.M):
            assert shown in said.getvalue()

    def type(self, command: str, expected: str) -> None:
        if command.startswith("pip install "):
            assert (ROOT / command.split()[-1] / "pyproject.toml").exists()  # test_install.py does it
            return
        supervised = re.match(r"timeout -s KILL \d+ (.*)", command)
        if supervised is not None:
            out = self.kill(supervised[1])
        else:
            here = f"-I{ROOT / 'include'} {lib._name}"
            command = command.replace("$(pkg-config --cflags --libs workflow)", here)
            if command.startswith("cc ") and shutil.which("cc") is None:
                pytest.skip("there is no C compiler")
            done = subprocess.run(self.known(command), shell=True, cwd=self.folder, stdout=-1, stderr=-2, text=True)
            out = done.stdout  # with stderr: both are seen
            assert done.returncode == (3 if "waits for answers" in expected else 0), f"{command}\n{out}"
        form = "".join(
            r"(?:.*\n)*" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n"
            for line in expected.splitlines()
        )
        assert re.fullmatch(form, out), f"{command}\n{out}"

    def kill(self, command: str) -> str:
        """After the third line, whenever that is: the clock of a busy machine is no measure."""
        with subprocess.Popen(
            self.known(f"exec {command}"), shell=True, cwd=self.folder, stdout=-1, text=True
        ) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(3)]
            process.kill()
            return "".join(lines)

    def known(self, command: str) -> str:
        return command.replace("python ", f"{sys.executable} ", 1)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder, before, modules = tmp_path_factory.mktemp("readme"), os.getcwd(), set(sys.modules)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    yield Reader(folder)
    sys.path.remove(str(folder))
    os.chdir(before)
    for name in set(sys.modules) - modules:
        if getattr(sys.modules[name], "__file__", None) and str(folder) in str(sys.modules[name].__file__):
            del sys.modules[name]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"line-{block.line}")
def test_block(reader: Reader, block: Block) -> None:
    reader.do(block)


def test_there_are_blocks() -> None:
    assert len(BLOCKS) > 12
