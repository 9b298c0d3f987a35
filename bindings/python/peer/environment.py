"""The published `agent-framework-core`, in an environment of its own below `build`: it has 100 MB.

    python bindings/python/peer/environment.py [VERSION]

makes it, unless it is there, and prints its Python. Needs the network once.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

VERSION = "1.23.0"
"""What is compared with: the newest one when this was written."""

BUILD = Path(__file__).resolve().parents[3] / "build" / "peer"


def python_of_the_peer(version: str = VERSION) -> str:
    """The Python that has the package."""
    place = BUILD / version
    done = place / "done"
    python = str(place / "bin" / "python")
    if not done.exists():
        print(f"installing agent-framework-core {version} in {place}", file=sys.stderr)
        venv.create(place, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, f"agent-framework-core=={version}"], check=True)
        done.touch()
    return python


if __name__ == "__main__":
    print(python_of_the_peer(*sys.argv[1:2]))
