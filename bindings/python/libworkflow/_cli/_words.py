"""What the commands have in common: finding things, and saying what is wrong."""

from __future__ import annotations

import json
import os
from typing import Any

from .._latest import found_id
from .._storage import EngineStorage, open_storage

FAILED, MISUSED, WAITING, INTERRUPTED = 1, 2, 3, 130


class Refused(Exception):
    """What was asked for cannot be done; the text is for the person who asked."""

    def __init__(self, text: str, code: int = MISUSED) -> None:
        super().__init__(text)
        self.code = code


def storage_of(url: str, *, is_new_allowed: bool = False) -> EngineStorage:
    """The storage of that URL. Looking at one that is not there must not make it."""
    kind, _, path = url.partition(":")
    if kind not in ("sqlite", "directory", "memory"):
        raise Refused(f"--storage {url!r} is none: write sqlite:FILE or directory:FOLDER")
    if kind == "memory" and not is_new_allowed:
        raise Refused("--storage memory: ends with its process: write sqlite:FILE or directory:FOLDER")
    if not is_new_allowed and not os.path.exists(path):
        raise Refused(f"there is no {kind} {path!r} here (in {os.getcwd()}); look at the path behind --storage", FAILED)
    try:
        return open_storage(url)
    except Exception as error:
        raise Refused(f"--storage {url}: {error}", FAILED) from error


async def id_of(storage: Any, given: str, workflow_name: str | None = None) -> str:
    """The id of the checkpoint that somebody means.

    Raises:
        Refused: there is none, or several.
    """
    if given == "latest" and workflow_name is not None:
        return found_id(storage, workflow_name, given_latest())
    if given == "latest":
        newest = await storage.find(limit=10)
        whole = [entry for entry in newest if "problem" not in entry]
        if not whole:
            raise Refused("there is no checkpoint in this storage that can be read", FAILED)
        return str(whole[0]["checkpoint_id"])
    ids = [entry["checkpoint_id"] for entry in await storage.find()]
    fitting = [given] if given in ids else [each for each in ids if each.startswith(given)]
    if len(fitting) == 1:
        return str(fitting[0])
    if fitting:
        raise Refused(f"{len(fitting)} checkpoints begin with {given!r}; write more of it: {', '.join(fitting[:5])}")
    raise Refused(f"no checkpoint is called {given!r}; 'python -m libworkflow list --storage ...' has them all", FAILED)


def given_latest() -> Any:
    """What stands for 'latest' elsewhere in the package."""
    from .._latest import LATEST

    return LATEST


def text_or_json(text: str, takes_only_text: bool, what: str) -> Any:
    """A value that somebody has typed."""
    if takes_only_text:
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refused(f"{what} is no JSON ({error}); a text is written in quotes too: '\"{text[:20]}\"'") from None


def told(error: BaseException) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def short(value: Any, most: int = 200) -> str:
    """A value of a checkpoint in one line."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= most else f"{text[: most - 1]}…"
