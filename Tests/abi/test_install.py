"""`make install`, and then a program that knows nothing of the source tree, with pkg-config and with CMake."""

import os
import shutil
from pathlib import Path

import pytest
from tools import ROOT, run, version

PROGRAM = Path(__file__).parent / "install"
INSTALLED = {
    "include/workflow.h",
    "include/workflow_types.h",
    "include/workflow_jansson.h",
    "lib/libworkflow.so",
    f"lib/libworkflow.so.{version('abi')}",
    f"lib/libworkflow.so.{version('library')}",
    "lib/pkgconfig/workflow.pc",
    "lib/cmake/workflow/workflow-config.cmake",
    "lib/cmake/workflow/workflow-config-version.cmake",
}


def make_install(*settings: str) -> None:
    run("make", "--no-print-directory", "-C", ROOT, "install", *settings)


@pytest.fixture(scope="module")
def prefix(tmp_path_factory) -> Path:
    """An installation that was moved after it was made, as packages are."""
    stage = tmp_path_factory.mktemp("stage")
    make_install("PREFIX=/opt/somewhere", f"DESTDIR={stage}")
    moved = tmp_path_factory.mktemp("moved") / "prefix"
    shutil.move(stage / "opt/somewhere", moved)
    return moved


def test_what_is_installed(prefix):
    assert {path.relative_to(prefix).as_posix() for path in prefix.rglob("*") if not path.is_dir()} == INSTALLED


def test_prefix_alone(tmp_path):
    make_install(f"PREFIX={tmp_path / 'here'}")
    assert (tmp_path / "here/include/workflow.h").is_file()


def test_with_pkg_config(prefix, tmp_path):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
    flags = run("pkg-config", "--cflags", "--libs", "workflow", env=environment).split()
    shutil.copy(PROGRAM / "main.c", tmp_path)
    run("gcc", "main.c", "-o", "installed", *flags, f"-Wl,-rpath,{prefix}/lib", cwd=tmp_path)
    assert run("pkg-config", "--modversion", "workflow", env=environment).strip() == version("library")
    assert run(tmp_path / "installed").strip() == f"libworkflow {version('library')}"


def test_with_cmake(prefix, tmp_path):
    shutil.copytree(PROGRAM, tmp_path, dirs_exist_ok=True)
    run("cmake", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", tmp_path / "build")
    assert run(tmp_path / "build/installed").startswith("libworkflow ")


FITS = {"0.3": 1, "0.3.1": 1, "0.3.2": 1, "": 1, "0.3.3": 0, "0.2": 0, "0.4": 0, "1.0": 0}


@pytest.mark.parametrize("wanted", FITS)
def test_cmake_takes_a_version_that_fits(tmp_path, wanted):
    """Asks for `wanted` where 0.3.2 is installed."""
    package = tmp_path / "lib/cmake/workflow"
    package.mkdir(parents=True)
    for template in (ROOT / "bindings/c").glob("*.cmake.in"):
        text = template.read_text().replace("@VERSION@", "0.3.2").replace("@ABI@", "0")
        (package / template.stem).write_text(text)
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.13)\nproject(asks C)\n"
        f'find_package(workflow {wanted} QUIET)\nmessage(STATUS "found=${{workflow_FOUND}}")\n'
    )
    output = run("cmake", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={tmp_path}")
    assert f"found={FITS[wanted]}" in output
