"""Where the examples are, and the word count as something to call."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


class WordCount:
    """The demo in one of its two languages."""

    def __init__(self, command: list, environment: dict) -> None:
        self.command = [str(word) for word in command]
        self.environment = environment

    def __call__(self, *words: object, status: int = 0) -> subprocess.CompletedProcess:
        command = [*self.command, *map(str, words)]
        ended = subprocess.run(command, env=self.environment, capture_output=True, text=True, errors="replace", timeout=60)
        assert ended.returncode == status, ended.stderr or ended.stdout
        return ended
