"""What all tests need."""

from __future__ import annotations

import os
from pathlib import Path

TESTS = Path(__file__).parent

# For the processes that tests start: pytest's own setting of the path reaches this process alone.
os.environ["PYTHONPATH"] = os.pathsep.join([str(TESTS.parent), str(TESTS), os.environ.get("PYTHONPATH", "")])
