"""The work: three executors, and the two conditions of the loop. The twin of work.c."""

import asyncio
import os
import zlib

from libworkflow import Executor, WorkflowContext, handler

from words import TextError, list_files, measure_file, read_part, storable, words_in


def sign(ctx: WorkflowContext) -> None:
    """Says in the next checkpoint who worked on it."""
    ctx.set_state("language", "Python")


class Reader(Executor):
    """What there is to count."""

    def __init__(self) -> None:
        super().__init__(id="reader")

    @handler
    async def read_job(self, request: dict, ctx: WorkflowContext[dict]) -> None:
        ctx.set_state("job", describe_job(request["path"], request["chunk_bytes"]))
        sign(ctx)
        await ctx.send_message({"file": 0, "offset": 0})


def describe_job(path: str, chunk_bytes: int) -> dict:
    folder, names = list_files(path)
    if not names:
        raise TextError(f"there is no file in {path}")
    files = [describe_file(folder, name) for name in names]
    return {"folder": folder, "chunk_bytes": chunk_bytes, "bytes": sum(file["bytes"] for file in files), "files": files}


def describe_file(folder: str, name: str) -> dict:
    length, checksum = measure_file(os.path.join(folder, name))
    return {"name": storable(name), "bytes": length, "crc32": checksum}


class Counter(Executor):
    """One chunk a superstep.

    What it knows stays in memory from chunk to chunk; the two checkpoint hooks carry it through checkpoints.
    """

    def __init__(self, pause_ms: int = 0) -> None:
        super().__init__(id="counter")
        self.counts: dict[str, int] = {}
        self.words = 0
        self.bytes = 0
        self.checksum = 0  # CRC-32 of the counted part of the current file
        self.total = 0  # of all files, in bytes; for the progress line, not saved
        self.pause_ms = pause_ms  # so that a person has time to watch, or to kill; not saved

    async def on_checkpoint_save(self) -> dict:
        return {"counts": self.counts, "words": self.words, "bytes": self.bytes, "crc32": self.checksum}

    async def on_checkpoint_restore(self, state: dict) -> None:
        self.counts, self.words = state["counts"], state["words"]
        self.bytes, self.checksum = state["bytes"], state["crc32"]

    @handler
    async def count_next_chunk(self, position: dict, ctx: WorkflowContext[dict]) -> None:
        """Sends itself the next position; after the last one, the totals to whom it may concern."""
        job = ctx.get_state("job")
        self.total = job["bytes"]
        await asyncio.sleep(self.pause_ms / 1000)
        sign(ctx)

        index, offset = self.count_chunk(job, position["file"], position["offset"])
        if index < len(job["files"]):
            await ctx.send_message({"file": index, "offset": offset})
        else:
            await ctx.send_message({"files": index, "bytes": self.bytes, "words": self.words, "counts": self.counts})

    def count_chunk(self, job: dict, index: int, offset: int) -> tuple[int, int]:
        """A chunk goes on in the next file, or many small files would be many supersteps. Answers the position behind."""
        room = job["chunk_bytes"]
        while room > 0 and index < len(job["files"]):
            file = job["files"][index]
            length = self.count_part(os.path.join(job["folder"], file["name"]), file, offset, room)
            room, offset = room - length, offset + length
            if offset == file["bytes"]:
                self.checksum = 0
                index, offset = index + 1, 0
        return index, offset

    def count_part(self, path: str, file: dict, offset: int, size: int) -> int:
        """Counts the part of a chunk that is in one file, and answers its length."""
        part = read_part(path, offset, size)
        self.bytes += len(part)
        self.checksum = zlib.crc32(part, self.checksum)
        for word in words_in(part):
            self.counts[word] = self.counts.get(word, 0) + 1
            self.words += 1

        end = offset + len(part)
        at_end = not part or end >= file["bytes"]
        if at_end and (end, self.checksum) != (file["bytes"], file["crc32"]):
            raise TextError(f"{path} has changed since the run began; put it back as it was and resume, or start again")
        return len(part)


class Reporter(Executor):
    """The result."""

    def __init__(self) -> None:
        super().__init__(id="reporter")

    @handler
    async def report_totals(self, totals: dict, ctx: WorkflowContext[dict, dict]) -> None:
        ctx.set_state("report", totals)  # for whoever comes after the last checkpoint
        sign(ctx)
        await ctx.yield_output(totals)  # for whoever is watching


def more(message: dict) -> bool:
    return "offset" in message


def finished(message: dict) -> bool:
    return "counts" in message
