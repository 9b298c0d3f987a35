"""The command line: what can be said, and which command it means."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from .._abi import WF_VERSION
from ._words import Refused

_ABOUT = """Runs workflows, and shows, compares and resumes their checkpoints.

  python -m libworkflow run shop:workflow --input '{"order": 7}' --storage sqlite:runs.db
  python -m libworkflow list --storage sqlite:runs.db
  python -m libworkflow resume shop:workflow --storage sqlite:runs.db

Outputs go to stdout, all else to stderr."""

_CODES = """exit codes:
  0  the run is done; the command did what it was asked for
  1  the run failed, or a checkpoint is missing or damaged: stderr says why
  2  the command line cannot be: nothing was done
  3  the run waits for answers: stderr says which, and how to give them
  130  interrupted with Ctrl-C: the last checkpoint is good, and stderr says how to go on"""

_TARGET = "module:name of a workflow, of a WorkflowBuilder, or of a function without parameters that gives one"
_STORAGE = "sqlite:FILE or directory:FOLDER"
_ID = "a checkpoint: its id, the beginning of it if no other has the same, or 'latest'"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m libworkflow",
        description=_ABOUT,
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"libworkflow {WF_VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, about: str, more: str = "") -> Any:
        return commands.add_parser(
            name,
            help=about,
            description=f"{about}\n\n{more}".strip(),
            epilog=_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    run = add(
        "run", "Starts a run and prints its outputs.", "Without --storage the workflow's own is used, if it has one."
    )
    run.add_argument("target", metavar="MODULE:WORKFLOW", help=_TARGET)
    run.add_argument(
        "--input",
        required=True,
        help="the message it starts with: JSON; if the workflow takes only text, or what somebody says, the text as it "
        "is; @FILE reads a file, - reads stdin",
    )
    run.add_argument("--run-id", help="a name for the run; refused if there is a run of that name already")
    _add_running(run)

    resume = add(
        "resume",
        "Goes on with a run from a checkpoint, after a crash, Ctrl-C, or a question.",
        "Without an id it goes on where the workflow's latest run stands. An id means that very checkpoint: what came\n"
        "after it stays, as a branch.",
    )
    resume.add_argument("target", metavar="MODULE:WORKFLOW", help=_TARGET)
    resume.add_argument("checkpoint", metavar="ID", nargs="?", default="latest", help=f"{_ID} (the default)")
    resume.add_argument(
        "--answer",
        metavar="REQUEST=ANSWER",
        action="append",
        default=[],
        help="an answer to a request, as JSON, or as text if text is asked for; may be given several times",
    )
    _add_running(resume)

    listing = add("list", "Lists checkpoints, the newest first.")
    listing.add_argument("--runs", action="store_true", help="list runs instead, each with where it stands")
    listing.add_argument("--workflow", metavar="NAME", help="only of the workflow with this name")
    listing.add_argument("--run", metavar="RUN_ID", help="only of this run")
    listing.add_argument("--limit", type=int, default=20, help="at most so many; 0 for all (default: %(default)s)")
    _add_looking(listing)

    show = add("show", "Shows what is in a checkpoint: state, messages under way, requests that wait.")
    show.add_argument("checkpoint", metavar="ID", nargs="?", default="latest", help=f"{_ID} (the default)")
    _add_looking(show)

    diff = add(
        "diff", "Shows what differs between two checkpoints.", "Without the second: between the first and its parent."
    )
    diff.add_argument("first", metavar="ID", help=_ID)
    diff.add_argument("second", metavar="ID", nargs="?", help=_ID)
    _add_looking(diff)
    return parser


def _add_running(parser: Any) -> None:
    parser.add_argument("--storage", metavar="URL", help=f"where checkpoints go: {_STORAGE}")
    parser.add_argument("--events", action="store_true", help="print every event to stdout as one line of JSON")
    parser.add_argument("--quiet", action="store_true", help="nothing on stderr but errors")


def _add_looking(parser: Any) -> None:
    parser.add_argument("--storage", metavar="URL", required=True, help=f"where the checkpoints are: {_STORAGE}")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")


def main(arguments: Sequence[str]) -> int:
    """Does what the command line says; gives the exit code."""
    given = _parser().parse_args(arguments)
    try:
        if given.command in ("run", "resume"):
            from ._running import resume, run

            return run(given) if given.command == "run" else resume(given)
        from . import _looking

        code = {"list": _looking.listing, "show": _looking.show, "diff": _looking.diff}[given.command](given)
        sys.stdout.flush()
        return int(code)
    except Refused as error:
        print(f"{given.command}: {error}", file=sys.stderr)
        return error.code
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
