"""The examples, built once, whichever tests ask first."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A callback need not use all that it is given.
STRICT = "-O2 -g -Wall -Wextra -Werror -Wno-unused-parameter"


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder of the C examples, built against the library of this tree; two processes of tests do not build it at once."""
    subprocess.run(["flock", ROOT / "build", "make", "-s", "-C", ROOT / "examples", f"CFLAGS={STRICT}"], check=True)
    return ROOT / "build/examples"
