#!/usr/bin/env python3
"""What `import libworkflow` costs over the bare interpreter, beside what its users import anyway. With bytecode files.

usage: PYTHONPATH=bindings/python benchmarks/import.py [rounds]
"""

import os
import statistics
import sys
import tempfile

STATEMENTS = ["pass", "import libworkflow", "import dataclasses", "import asyncio"]


def milliseconds(statement: str) -> float:
    """The processor time of one process: the clock on the wall would count what else the machine does."""
    process = os.posix_spawn(sys.executable, [sys.executable, "-c", statement], os.environ)
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"'{statement}' failed")
    return (usage.ru_utime + usage.ru_stime) * 1000


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 31
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        times = [[milliseconds(statement) for statement in STATEMENTS] for _ in range(rounds + 1)][1:]
    bare = statistics.median(row[0] for row in times)
    for column, statement in enumerate(STATEMENTS[1:], 1):
        print(f"{statistics.median(row[column] for row in times) - bare:6.1f} ms  {statement}")


if __name__ == "__main__":
    main()
