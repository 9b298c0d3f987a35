"""`.ci/setup` on machines that lack something, played with a PATH of our own."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tools import ROOT

PRESENT = ["sh", "dirname", "env", "python3", "strip"]


@pytest.fixture
def path(tmp_path):
    """A folder with a fake swift, a fake apt-get that only says what it was asked, and little else."""
    for name in PRESENT:
        (tmp_path / name).symlink_to(shutil.which(name))
    for name, line in {"swift": "", "apt-get": 'echo "apt-get $*"', "id": "echo 0"}.items():
        put(tmp_path / name, line)
    return tmp_path


def put(program: Path, line: str) -> None:
    program.write_text(f"#!/bin/sh\n{line}\n")
    program.chmod(0o755)


def setup(path) -> subprocess.CompletedProcess:
    command = [shutil.which("sh"), ROOT / ".ci/setup", "build"]
    return subprocess.run(command, env={"PATH": str(path)}, capture_output=True, text=True)


def test_says_what_is_missing_before_it_installs_it(path):
    done = setup(path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "setup: missing here: gcc g++ pkg-config libjansson-dev libsqlite3-dev",
        "setup: installing it with apt-get",
        "apt-get update -q",
        "apt-get install -q -y --no-install-recommends gcc g++ pkg-config libjansson-dev libsqlite3-dev",
    ]


def test_asks_for_sudo_when_not_root(path):
    put(path / "id", "echo 1000")
    put(path / "sudo", 'echo "sudo $*"')
    assert "sudo apt-get update -q" in setup(path).stdout.splitlines()


def test_does_nothing_when_nothing_is_missing(path):
    (path / "pkg-config").symlink_to(shutil.which("true"))
    put(path / "gcc", f"echo {path / 'gcc'}")
    assert (setup(path).stdout, setup(path).returncode) == ("", 0)


def test_asks_for_a_compiler_that_has_the_static_library(path):
    (path / "pkg-config").symlink_to(shutil.which("true"))
    put(path / "gcc", "echo libstdc++.a")  # as gcc says it where there is none
    assert "setup: missing here: g++" in setup(path).stdout.splitlines()


def test_names_what_is_missing_where_there_is_no_apt(path):
    (path / "apt-get").unlink()
    done = setup(path)
    assert done.returncode == 1
    assert "missing here: gcc" in done.stdout and "there is no apt-get" in done.stderr


def test_a_missing_toolchain_gets_one_sentence(path):
    (path / "swift").unlink()
    done = setup(path)
    assert done.returncode == 1
    assert done.stdout == "" and done.stderr.count("\n") == 1 and "Swift toolchain" in done.stderr
