"""Finds the workflow that a command line names, and reads its input."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from typing import Any

from .._annotations import type_name
from .._builder import WorkflowBuilder
from .._codec import from_plain
from .._request import Question
from .._workflow import Workflow
from ._words import FAILED, Refused, text_or_json


def workflow_of(target: str) -> Workflow:
    """The workflow behind `module:name`.

    Raises:
        Refused: there is none.
    """
    module_name, _, path = target.partition(":")
    if not module_name or not path:
        raise Refused(f"{target!r} names no workflow: write module:name, such as shop:workflow for shop.py")
    if module_name.endswith(".py") or "/" in module_name:
        raise Refused(
            f"{module_name!r} is a file: write the module's name, {os.path.basename(module_name)[:-3]}:{path}"
        )
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not (module_name + ".").startswith(error.name + "."):
            raise  # the module is there, and lacks another
        raise Refused(f"there is no module {error.name!r} in {os.getcwd()} or installed", FAILED) from None
    for name in path.split("."):
        if not hasattr(found, name):
            names = ", ".join(sorted(key for key, value in vars(found).items() if _is_workflow(value))) or "none"
            raise Refused(f"{module_name} has no {name!r}; workflows in it: {names}", FAILED)
        found = getattr(found, name)
    if not _is_workflow(found) and callable(found):
        found = found()
    if isinstance(found, WorkflowBuilder):
        found = found.build()
    if not isinstance(found, Workflow):
        raise Refused(f"{target} is a {type(found).__name__}, not a workflow", FAILED)
    return found


def _is_workflow(value: object) -> bool:
    return isinstance(value, (Workflow, WorkflowBuilder))


def message_for(workflow: Workflow, given: str) -> Any:
    """The message that `--input` means.

    Raises:
        Refused: it cannot be read, or does not fit.
    """
    text = _read(given)
    kinds = workflow._start_executor.input_types
    value = text_or_json(text, all(kind is str or _is_conversation(kind) for kind in kinds), "--input")
    try:
        value = from_plain(value)
    except ValueError as error:
        raise Refused(f"--input: {error}") from None
    for kind in kinds:
        with contextlib.suppress(ValueError):
            return Question(None, kind).accept("", value)
    if isinstance(value, str) and any(map(_is_conversation, kinds)):
        from .._chat_message import normalize_messages

        return normalize_messages(value)
    names = ", ".join(map(type_name, kinds))
    raise Refused(f"--input is a {type(value).__name__}, and '{workflow._start_executor.id}' takes {names}")


def _is_conversation(kind: Any) -> bool:
    chat = sys.modules.get("libworkflow._chat_message")  # read by whoever has such a type
    return chat is not None and kind == list[chat.Message]  # type: ignore[name-defined]


def _read(given: str) -> str:
    if given == "-":
        return sys.stdin.read()
    if given.startswith("@"):
        try:
            with open(given[1:], encoding="utf-8") as file:
                return file.read()
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"--input {given}: {error}", FAILED) from None
    return given
