"""Where it was measured, and with what."""

from __future__ import annotations

import ast
import json
import os
import platform
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from processes import BUILD, PYTHON
from workloads import PEERS


def installed() -> dict[str, str]:
    """The peers that are there, with the versions of their packages."""
    done = subprocess.run([str(PYTHON), "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True)
    versions = {package["name"]: package["version"] for package in json.loads(done.stdout)}
    return {
        peer: ", ".join(f"{name} {versions[name]}" for name in names)
        for peer, names in PEERS.items()
        if all(name in versions for name in names)
    }


def reasons(peer: str) -> str:
    """Why it could not be installed: the end of what pip said."""
    log = BUILD / f"peers/{peer}.log"
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    errors = [line for line in text.splitlines() if line.startswith("ERROR")]
    return errors[-1][:200] if errors else "not installed"


def facts(there: dict[str, str]) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """What each file says of its peer: what it cannot do, and whether it syncs. Its package need not be imported for that."""
    cannot, syncs = {}, {}
    for peer in [*there, "libworkflow"]:
        path = Path(__file__).resolve().parents[1] / f"peers/{peer}.py"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        plain = [node for node in tree.body if isinstance(node, (ast.Assign, ast.AnnAssign)) and ast.unparse(node).lstrip("_")[:2].isupper()]
        values: dict[str, Any] = {}
        exec(compile(ast.Module(plain, []), str(path), "exec"), values)
        cannot[peer], syncs[peer] = values["CANNOT"], values["SYNCS"]
    return cannot, syncs


def machine() -> dict[str, str]:
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return {
        "processor": f"{os.cpu_count()} × {cpu}", "memory": f"{memory / 1e6:.0f} GB",
        "system": f"{platform.system()} {platform.release()}", "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version, "file system": file_system(),
    }  # fmt: skip


def file_system() -> str:
    done = subprocess.run(["stat", "-f", "-c", "%T", str(BUILD)], capture_output=True, text=True)
    return done.stdout.strip() or "?"
