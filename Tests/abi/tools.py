"""Where things are, and how a C program that uses the library is made."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
INCLUDE = ROOT / "include"
LIBRARY = ROOT / "build/lib/libworkflow.so"
UNSTRIPPED = ROOT / ".build/release/libworkflow.so"
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
USE_LIBRARY = [f"-I{INCLUDE}", f"-L{LIBRARY.parent}", f"-Wl,-rpath,{LIBRARY.parent}", "-lworkflow", "-pthread"]


def run(*command, **options) -> str:
    """Runs a command and gives its output; a failure shows everything the command said."""
    done = subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\nexit {done.returncode}\n{done.stdout}"
    return done.stdout


def flags_of(package: str, *kinds: str) -> list:
    return run("pkg-config", *(kinds or ["--cflags", "--libs"]), package).split()


def compile_c(source: Path, program: Path, *flags: str) -> Path:
    compiler = os.environ.get("CC", "gcc")
    run(compiler, "-std=c11", "-D_GNU_SOURCE", "-g", *STRICT, source, "-o", program, *USE_LIBRARY, *flags)
    return program


def ledger() -> dict:
    """Each symbol of the ABI with the version that introduced it."""
    lines = (ROOT / "bindings/abi/symbols.txt").read_text().splitlines()
    return dict(line.split(" ") for line in lines)


def version(line: str) -> str:
    """The `library` or the `abi` version of bindings/abi/version.txt, where both are decided."""
    text = (ROOT / "bindings/abi/version.txt").read_text()
    return dict(row.split(" ") for row in text.splitlines())[line]
