"""The refund experiment: 200 kills and no refund paid twice; and that the loop would notice if one were."""

import subprocess
import sys

from programs import ROOT

LOOP = ROOT / "Tests/demo/refund_loop.py"


def loop(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, LOOP, *words], capture_output=True, text=True, timeout=300)


def test_no_refund_is_paid_twice_and_none_is_lost():
    ended = loop("--kills", "200")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "; 0 double, 0 lost, 0 wrong (" in ended.stdout.splitlines()[-1]


def test_a_program_that_remembers_nothing_pays_twice():
    ended = loop("--kills", "60", "--forgetful")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert " 0 lost" in ended.stdout and "; 0 double" not in ended.stdout
