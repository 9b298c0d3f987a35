#!/usr/bin/env python3
"""Counts the words of a text, a chunk at a time, and may be killed at any moment.

    reader ──▶ counter ──finished──▶ reporter
                ▲   │
                └more

Every chunk is a superstep, and after every superstep there is a checkpoint. wordcount.c is the same program in C:
what one of them began, the other can finish. For that they agree on four things only: the graph, the messages,
the shared state ("job", "language", "report") and what the counter saves.
"""

import argparse
import asyncio
import os
import sys

from libworkflow import FileCheckpointStorage, Workflow, WorkflowBuilder, WorkflowException

from report import Progress, print_lineage_entry, print_lineage_title, print_report, write_counts
from words import TextError, storable
from work import Counter, Reader, Reporter, finished, more

NAME = "wordcount"


class Refusal(Exception):
    """A command that cannot be done as it was given; the sentence says why."""


def build_workflow(counter: Counter, storage: FileCheckpointStorage) -> Workflow:
    """The same graph as workflow.json; the signature in the checkpoints is the proof."""
    reader, reporter = Reader(), Reporter()
    builder = WorkflowBuilder(name=NAME, start_executor=reader, checkpoint_storage=storage, max_iterations=1_000_000_000)
    builder.add_edge(reader, counter)
    builder.add_edge(counter, counter, condition=more)
    builder.add_edge(counter, reporter, condition=finished)
    return builder.build()


async def start(options: argparse.Namespace, storage: FileCheckpointStorage) -> None:
    if await storage.get_latest(workflow_name=NAME) is not None:
        raise Refusal(f"{options.storage} holds a run already: resume it, or name another folder")
    os.stat(options.path)  # fails with the name as it was given, if there is no such file
    path = storable(os.path.realpath(options.path))
    await run(options, storage, message={"path": path, "chunk_bytes": options.chunk_bytes})


async def resume(options: argparse.Namespace, storage: FileCheckpointStorage) -> None:
    latest = await storage.get_latest(workflow_name=NAME)
    if latest is None:
        raise Refusal(f"there is nothing to resume in {options.storage}")
    checkpoint_id = latest.checkpoint_id
    if options.checkpoint is not None:
        checkpoint_id = find_checkpoint(await storage.list_checkpoint_ids(workflow_name=NAME), options.checkpoint)
    await run(options, storage, checkpoint_id=checkpoint_id)


def find_checkpoint(ids: list[str], tail: str) -> str:
    """The whole id of the checkpoint whose id ends in `tail`, as the lineage shows it."""
    found = [each for each in ids if each.endswith(tail)]
    if not found:
        raise Refusal(f"no checkpoint ends in {tail}: the command lineage shows them all")
    if len(found) > 1:
        raise Refusal(f"several checkpoints end in {tail}: give more of the id")
    return found[0]


async def run(options: argparse.Namespace, storage: FileCheckpointStorage, **beginning) -> None:
    counter = Counter(options.pause_ms)
    progress = Progress(options.verbose)
    report = None
    async for event in build_workflow(counter, storage).run(**beginning, stream=True):
        if event.type == "superstep_completed":
            progress.show(event.iteration, counter.bytes, counter.total)
        elif event.type == "output":
            report = event.data
    progress.end()
    if report is None:
        report = await report_of_finished_run(storage, beginning["checkpoint_id"])
    print_report(report, options.top)
    if options.counts is not None:
        write_counts(report, options.counts)


async def report_of_finished_run(storage: FileCheckpointStorage, checkpoint_id: str) -> dict:
    """A run that was finished before gives no output again: its last checkpoint has the report."""
    print("The run had finished before.")
    checkpoint = await storage.load(checkpoint_id)
    return checkpoint.state["report"]


async def lineage(options: argparse.Namespace, storage: FileCheckpointStorage) -> None:
    print_lineage_title()
    checkpoints = await storage.list_checkpoints(workflow_name=NAME)
    for checkpoint in sorted(checkpoints, key=lambda each: each.checkpoint_id):
        print_lineage_entry(checkpoint)


def number(least: int):
    def parse(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"must be a number from {least} on, and is {text}")
        return int(text)
    return parse


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=NAME, description="Counts the words of a file or a folder; survives being killed.")
    commands = parser.add_subparsers(required=True, metavar="command")
    storing = argparse.ArgumentParser(add_help=False)
    storing.add_argument("--storage", metavar="DIR", required=True, help="the folder of the checkpoints")
    running = argparse.ArgumentParser(add_help=False, parents=[storing])
    running.add_argument("--pause-ms", metavar="N", type=number(0), default=0, help="wait before each chunk, for whoever watches")
    running.add_argument("--top", metavar="N", type=number(0), default=10, help="show so many words at the end (10)")
    running.add_argument("--counts", metavar="FILE", help="write every word and its count to FILE")
    running.add_argument("--verbose", action="store_true", help="a line for every superstep")

    command = commands.add_parser("start", parents=[running], help="begins, with a checkpoint after every chunk")
    command.add_argument("path", metavar="PATH", help="a file or a folder")
    command.add_argument("--chunk-bytes", metavar="N", type=number(1), default=512, help="about so many bytes a chunk (512)")
    command.set_defaults(command=start)
    command = commands.add_parser("resume", parents=[running], help="goes on where it stopped, whoever began it")
    command.add_argument("--checkpoint", metavar="ID", help="go on from this one, not the latest; the end of its id is enough")
    command.set_defaults(command=resume)
    command = commands.add_parser("lineage", parents=[storing], help="shows the checkpoints")
    command.set_defaults(command=lineage)
    return parser.parse_args()


def main() -> int:
    options = parse_options()
    try:
        asyncio.run(options.command(options, FileCheckpointStorage(options.storage)))
    except (Refusal, TextError, WorkflowException) as problem:
        print(f"{NAME}: {problem}", file=sys.stderr)
    except OSError as problem:
        print(f"{NAME}: cannot read {problem.filename}: {problem.strerror}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"\n{NAME}: stopped; go on with: resume --storage {options.storage}", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
