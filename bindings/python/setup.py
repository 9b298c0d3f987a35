"""Puts the library of the source tree into the wheel; all else is in pyproject.toml."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "build" / "lib" / "libworkflow.so"


class BuildWithLibrary(build_py):
    """Copies libworkflow.so next to the modules; makes it first if it is not there."""

    def run(self) -> None:
        if self.editable_mode:
            super().run()
            return  # the package finds the library in the source tree
        shutil.rmtree(self.build_lib, ignore_errors=True)  # modules of an earlier build that are gone since
        super().run()
        if not LIBRARY.exists():
            if not (ROOT / "Makefile").exists():
                raise SystemExit(
                    f"{LIBRARY} is missing, and this is not the source tree of libworkflow to make it from"
                )
            subprocess.run(["make", "-C", str(ROOT), "lib"], check=True)
        shutil.copyfile(LIBRARY, Path(self.build_lib) / "libworkflow" / LIBRARY.name)


class PlatformWheel(bdist_wheel):
    """Any Python 3: the library is loaded, not linked."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


class PlatformDistribution(Distribution):
    """Only this platform."""

    def has_ext_modules(self) -> bool:
        return True


setup(
    distclass=PlatformDistribution,
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
    options={"build": {"build_base": str(ROOT / "build" / "python")}},
)
