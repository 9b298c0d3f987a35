"""Installs the peers into build/peers, each on its own: one that cannot be installed is left out, and the result says why."""

import subprocess
import sys

from processes import BUILD, PYTHON
from workloads import PEERS


def main() -> None:
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(BUILD / "peers")], check=True)
    for name, packages in {**PEERS, "plots": ["matplotlib"]}.items():
        print(f"installing {name}: {' '.join(packages)}", flush=True)
        with open(BUILD / f"peers/{name}.log", "w", encoding="utf-8") as log:
            pip = [str(PYTHON), "-m", "pip", "install", "--upgrade", "--disable-pip-version-check", *packages]
            if subprocess.run(pip, stdout=log, stderr=log).returncode:
                print(f"  it cannot be installed; see {log.name}", flush=True)


if __name__ == "__main__":
    main()
