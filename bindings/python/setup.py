"""Puts the library of the source tree into the wheel, with what it needs; all else is in pyproject.toml."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # a build does not find what stands beside this file

from elf import Library  # noqa: E402

ROOT = HERE.parents[1]
LIBRARY = ROOT / "build" / "lib" / "libworkflow.so"
BROUGHT_ALONG = "libjansson.so.4"
"""Beside the library, where its run path ($ORIGIN) looks first. Under its own name: a part of the program that is
written in C, and the library, must have one and the same jansson, and the loader takes the name for that."""


def place_of(name: str) -> Path:
    """Where the loader finds a library that ours needs."""
    told = subprocess.run(["ldd", str(LIBRARY)], capture_output=True, text=True, check=True).stdout
    found = re.search(rf"{re.escape(name)} => (/\S+)", told)
    if found is None:
        raise SystemExit(f"{name}, which {LIBRARY} needs, is not installed (Debian: libjansson4)")
    return Path(found[1])


class BuildWithLibrary(build_py):
    """Copies libworkflow.so and libjansson.so.4 next to the modules; makes the first if it is not there."""

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
        package = Path(self.build_lib) / "libworkflow"
        shutil.copyfile(LIBRARY, package / LIBRARY.name)
        shutil.copyfile(place_of(BROUGHT_ALONG), package / BROUGHT_ALONG)


class PlatformWheel(bdist_wheel):
    """Any Python 3: the library is loaded, not linked. The platform is the glibc that the libraries really need."""

    def get_tag(self) -> tuple[str, str, str]:
        platform = super().get_tag()[2]
        floor = max(Library(path).glibc() for path in (LIBRARY, place_of(BROUGHT_ALONG)))
        if platform.startswith("linux_") and floor > (0, 0):
            platform = "manylinux_{}_{}_{}".format(*floor, platform.partition("_")[2])
        return "py3", "none", platform


class PlatformDistribution(Distribution):
    """Only this platform."""

    def has_ext_modules(self) -> bool:
        return True


setup(
    distclass=PlatformDistribution,
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
    options={"build": {"build_base": str(ROOT / "build" / "python")}},
)
