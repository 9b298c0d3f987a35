#!/usr/bin/env python3
"""Builds the wheel and runs the tests of the package against it, where there is nothing else but pytest and hypothesis.

usage: try_wheel.py FOLDER [arguments for pytest]

Needs the network, or a folder of wheels in PIP_FIND_LINKS with PIP_NO_INDEX. With bubblewrap (`bwrap`) the libjansson
of the system is hidden meanwhile, so that the one in the wheel has to do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent


def without(*names: str) -> list[str]:
    """The beginning of a command that does not see these libraries of the system; empty without bubblewrap."""
    if shutil.which("bwrap") is None:
        print("bwrap is missing: the libraries of the system stay where they are", file=sys.stderr)
        return []
    files = {
        file.resolve() for folder in ("/usr/lib", "/lib") for name in names for file in Path(folder).rglob(f"{name}*")
    }
    hidden = [argument for file in sorted(files) for argument in ("--ro-bind", "/dev/null", str(file))]
    return ["bwrap", "--dev-bind", "/", "/", *hidden]


def build(folder: Path) -> Path:
    """The wheel of this source tree."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*command, str(HERE)], check=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    wheel = build(folder)
    venv.create(folder / "environment", with_pip=True)
    python = str(folder / "environment" / "bin" / "python")
    install = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        str(wheel),
        "pytest",
        "hypothesis",
    ]
    subprocess.run(install, check=True)
    shutil.copytree(HERE / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = tests\n")  # not the settings of the source tree
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "LIBWORKFLOW_LIBRARY")
    }
    command = [
        *without("libjansson.so"),
        python,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests",
        *sys.argv[2:],
    ]
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
