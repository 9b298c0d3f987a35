"""One measurement: a fresh process, and what it says."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from workloads import DURABLE, Workload

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
PYTHON = BUILD / "peers/bin/python"
WORKER = ROOT / "benchmarks/harness/worker.py"


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "LIBWORKFLOW_LIBRARY": str(BUILD / "lib/libworkflow.so"),
        "PYTHONPATH": str(ROOT / "bindings/python"),
        "PYTHONDONTWRITEBYTECODE": "",  # the peers are compiled as pip installed them, and so is ours from the second time on
        "BENCH_BUILD": str(BUILD),
        "BENCH_FOLDER": str(folder),
        "NEOGRAPH_SUPPRESS_FANOUT_WARNING": "1",
    }


def command(workload: Workload, row: str, call: str, values: dict[str, Any], expect: bool) -> list[str]:
    peer, _, variant = row.partition(":")
    words = [f"{name}={value}" for name, value in values.items()]
    if expect:
        words.append(f"expect={eval(workload.expect, {}, values)}")
        words.append(f"repeat={workload.repeat}")
    if peer == "c_host":
        return [str(BUILD / "bench-host"), call, *words, *(["quiet=1"] if variant == "quiet" else [])]
    return [str(PYTHON), str(WORKER), row, call, *words]


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def measure(workload: Workload, row: str, call: str, values: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Samples in the unit of the workload, bytes on disk, and the peak of memory; or why there are none."""
    folder = BUILD / f"bench/peer-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    durable = values.get("storage") == DURABLE
    given = {name: str(folder) if value == DURABLE else value for name, value in values.items()}
    if row.startswith("c_host") and workload.times != 1:
        given["steps"] = int(given["steps"] * workload.times)
    if row == "c_host" and call == "start":
        given = {}
    try:
        if workload.prepared_by:
            prepare(workload, row, given, folder, seconds)
        size = size_of(folder) if workload.prepared_by else 0
        begin, worked = time.perf_counter(), of_children()
        said = run(command(workload, row, call, given, expect=True), folder, seconds)
        wall, worked = time.perf_counter() - begin, of_children() - worked
    except subprocess.TimeoutExpired:
        return {"none": f"more than {seconds:.0f} s"}
    except RuntimeError as error:
        return {"none": f"failed: {error}"}
    line = json.loads(said)
    samples, processor = line["samples"], line["processor"]
    if workload.key == "start":
        samples, processor = [wall], [worked]
    divisor = workload.divisor(given)
    per = workload.scale / divisor
    told = {"samples": [s * per for s in samples], "processor": [s * per for s in processor]}
    told.update(peak_mb=line["peak_kb"] / 1024, wall=wall)
    if durable:
        told["bytes"] = size or size_of(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return told


def prepare(workload: Workload, row: str, given: dict[str, Any], folder: Path, seconds: float) -> None:
    """In memory, where syncing costs nothing, and then copied: what is measured reads it only."""
    place = Path(tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    try:
        there = {name: str(place) if value == str(folder) else value for name, value in given.items()}
        run(command(workload, row, workload.prepared_by, there, expect=False), place, seconds)
        shutil.copytree(place, folder, dirs_exist_ok=True)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(words: list[str], folder: Path, seconds: float) -> str:
    done = subprocess.run(words, env=environment(folder), capture_output=True, text=True, timeout=seconds, cwd=folder)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or f"status {done.returncode}").splitlines()[-1]
        raise RuntimeError(last[:200])
    lines = done.stdout.strip().splitlines()
    return lines[-1] if lines else ""
