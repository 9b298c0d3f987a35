"""The package as users get it."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

PACKAGE = Path(__file__).parents[1]

USE = """
import asyncio, libworkflow
from libworkflow import *

@executor(id="a")
async def a(n: int, ctx: WorkflowContext[int, int]) -> None:
    await ctx.yield_output(n + 1)

assert "site-packages" in libworkflow.__file__, libworkflow.__file__
print(asyncio.run(WorkflowBuilder(start_executor=a).build().run(1)).get_outputs())
"""


def test_wheel_works_in_a_fresh_environment(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "-w", str(tmp_path), str(PACKAGE)], check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    assert wheel.name.endswith(f"-py3-none-{platform}.whl")
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    target = next((environment / "lib").glob("python*/site-packages"))
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(target)], check=True)
    done = subprocess.run([str(python), "-I", "-c", USE], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stdout.strip() == "[2]", done.stderr
