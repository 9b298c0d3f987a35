"""Storages written in Python: they keep what a run needs, and say what went wrong."""

from __future__ import annotations

import asyncio
import contextvars
import copy
import gc
import json
import os
import threading
import weakref
from ctypes import POINTER, byref, c_char_p, c_void_p, cast, string_at
from functools import partial
from typing import Any, Optional

import pytest
from game import game, hint
from samples import FACTORS_OF_6, factors, run, two_steps

from libworkflow import (
    InMemoryCheckpointStorage,
    WorkflowBuilder,
    WorkflowCheckpoint,
    WorkflowCheckpointException,
    WorkflowContext,
    executor,
)
from libworkflow._abi import WF_E_CONFLICT, WF_E_UNSUPPORTED, WF_NONE, WF_OK
from libworkflow._host_storage import _by_number, _by_object
from libworkflow._library import lib
from libworkflow._storage import handle_of


class Shelf:
    """As agent_framework asks for it: async methods over a dict."""

    def __init__(self) -> None:
        self.kept: dict[str, WorkflowCheckpoint] = {}
        self.fails = 0

    async def pause(self) -> None:
        """Real storages wait for something."""
        await asyncio.sleep(0)

    async def save(self, checkpoint: WorkflowCheckpoint) -> str:
        await self.pause()
        self.fails -= 1
        if self.fails == 0:
            raise OSError(28, "no space left on the shelf")
        self.kept[checkpoint.checkpoint_id] = copy.deepcopy(checkpoint)
        return checkpoint.checkpoint_id

    async def load(self, checkpoint_id: str) -> WorkflowCheckpoint:
        await self.pause()
        if checkpoint_id not in self.kept:
            raise WorkflowCheckpointException(f"nothing called {checkpoint_id} is on the shelf")
        return copy.deepcopy(self.kept[checkpoint_id])

    async def list_checkpoints(self, *, workflow_name: str) -> list[WorkflowCheckpoint]:
        await self.pause()
        return [kept for kept in self.kept.values() if kept.workflow_name == workflow_name]

    async def list_checkpoint_ids(self, *, workflow_name: str) -> list[str]:
        return [kept.checkpoint_id for kept in await self.list_checkpoints(workflow_name=workflow_name)]

    async def get_latest(self, *, workflow_name: str) -> Optional[WorkflowCheckpoint]:
        return max(await self.list_checkpoints(workflow_name=workflow_name), key=lambda c: c.timestamp, default=None)

    async def delete(self, checkpoint_id: str) -> bool:
        return self.kept.pop(checkpoint_id, None) is not None


class SyncShelf:
    """The least that a run needs, and not async."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.threads: set[threading.Thread] = set()

    def save(self, checkpoint: WorkflowCheckpoint) -> str:
        self.threads.add(threading.current_thread())
        self.kept[checkpoint.checkpoint_id] = copy.deepcopy(checkpoint.to_dict())
        return checkpoint.checkpoint_id

    def load(self, checkpoint_id: str) -> WorkflowCheckpoint:
        return WorkflowCheckpoint.from_dict(copy.deepcopy(self.kept[checkpoint_id]))


class Subclass(InMemoryCheckpointStorage):
    """Adds something to a storage of the library."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, int] = {}

    async def save(self, checkpoint: WorkflowCheckpoint) -> str:
        self.kept[checkpoint.checkpoint_id] = checkpoint.iteration_count
        return await super().save(checkpoint)


@pytest.mark.parametrize("kind", [Shelf, SyncShelf, Subclass])
def test_every_checkpoint_can_be_resumed(kind: Any) -> None:
    async def main() -> None:
        storage = kind()
        straight = await factors(storage).run(6)
        assert straight.get_outputs() == [FACTORS_OF_6]
        ids = list(storage.kept)
        assert len(ids) == 8
        for checkpoint_id in ids[:-1]:
            for _ in range(2):
                resumed = await factors(None).run(checkpoint_id=checkpoint_id, checkpoint_storage=storage)
                assert resumed.get_outputs() == [FACTORS_OF_6]

    run(main())


def test_what_comes_back_is_what_went_in() -> None:
    """The document of the library survives the object, with all that the object does not show."""

    @executor(id="pair")
    async def pair(texts: list[str], ctx: WorkflowContext[None, list[str]]) -> None:
        await ctx.yield_output(texts)

    @executor(id="left")
    async def left(text: str, ctx: WorkflowContext[str]) -> None:
        await ctx.send_message(f"{text} left")

    @executor(id="slow")
    async def slow(text: str, ctx: WorkflowContext[str]) -> None:
        await ctx.send_message(text)

    @executor(id="right")
    async def right(text: str, ctx: WorkflowContext[str]) -> None:
        ctx.set_state("seen", {1: 2.5})
        await ctx.send_message(f"{text} right")

    @executor(id="start")
    async def start(text: str, ctx: WorkflowContext[str]) -> None:
        await ctx.send_message(text)

    def workflow(storage: Any) -> Any:
        builder = WorkflowBuilder(start_executor=start, checkpoint_storage=storage, name="pairs")
        builder.add_edge(start, left).add_edge(start, slow).add_edge(slow, right)
        return builder.add_fan_in_edges([left, right], pair).build()

    async def main() -> None:
        shelf = Shelf()
        await workflow(shelf).run("go")
        buffered = 0
        for kept in list(shelf.kept.values()):
            buffered += bool(kept.document["fan_in_buffers"])
            again = WorkflowCheckpoint.from_json(kept.to_json())
            assert again == kept and again.document == kept.document
            resumed = await workflow(shelf).run(checkpoint_id=kept.checkpoint_id)
            is_last = kept.iteration_count == 4
            assert resumed.get_outputs() == ([] if is_last else [["go left", "go right"]])
        assert buffered == 1

    run(main())


def test_order_and_unknown_members_of_messages_are_kept() -> None:
    async def main() -> None:
        shelf = Shelf()
        await two_steps(shelf).run("abc")
        kept = next(iter(shelf.kept.values()))
        document = json.loads(kept.to_json())
        document["messages"] = [
            {"source": source, "target": "reverse", "data": number, "lane": str(number)}
            for number, source in enumerate(["upper", "reverse", "upper", None])
        ]
        document["colour"] = "blue"
        read = WorkflowCheckpoint.from_json(json.dumps(document).encode())
        assert json.loads(read.to_json()) == document
        read.messages["upper"].pop()  # what was edited goes behind the rest
        edited = json.loads(read.to_json())["messages"]
        assert [(message["source"], message["data"]) for message in edited] == [("reverse", 1), (None, 3), ("upper", 0)]

    run(main())


def test_requests_wait_in_a_storage_of_the_host() -> None:
    async def main() -> None:
        shelf = Shelf()
        result = await game(shelf).run(100)
        while result.get_request_info_events():
            latest = await shelf.get_latest(workflow_name="game")
            assert latest is not None
            events = latest.pending_request_info_events
            answers = {name: hint(event.data, 42) for name, event in events.items()}
            result = await game(shelf).run(checkpoint_id=latest.checkpoint_id, responses=answers)
        assert result.get_outputs() == ["42 by is-it-42"]

    run(main())


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_save_that_fails(failing: int) -> None:
    async def main() -> None:
        shelf = Shelf()
        shelf.fails = failing
        seen = []
        with pytest.raises(
            WorkflowCheckpointException, match=r"save of the checkpoint .*OSError: .*no space left"
        ) as caught:
            async for event in two_steps(shelf).run("abc", stream=True):
                seen.append(event.type)
        assert isinstance(caught.value.__cause__, OSError)
        assert seen[-2:] == ["failed", "status"]
        assert len(shelf.kept) == failing - 1
        for checkpoint_id in list(shelf.kept)[-1:]:
            resumed = await two_steps(shelf).run(checkpoint_id=checkpoint_id)
            assert resumed.get_outputs() == ["CBA"]

    run(main())


def test_loading_what_is_not_there() -> None:
    async def main() -> None:
        with pytest.raises(WorkflowCheckpointException, match="nothing called gone") as caught:
            await two_steps(Shelf()).run(checkpoint_id="gone")
        assert "on the shelf" in str(caught.value.__cause__)
        with pytest.raises(WorkflowCheckpointException, match="KeyError"):
            await two_steps(SyncShelf()).run(checkpoint_id="gone")

        class Empty(Shelf):
            async def load(self, checkpoint_id: str) -> Any:
                return None

        with pytest.raises(WorkflowCheckpointException, match="no checkpoint 'gone' in the host's storage"):
            await two_steps(Empty()).run(checkpoint_id="gone")

        class Wrong(Shelf):
            async def load(self, checkpoint_id: str) -> Any:
                return {"checkpoint": checkpoint_id}

        with pytest.raises(WorkflowCheckpointException, match="must give a WorkflowCheckpoint"):
            await two_steps(Wrong()).run(checkpoint_id="gone")

    run(main())


class Diary(Shelf):
    """Also keeps what a run remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.memos: dict[tuple[str, str], bytes] = {}

    async def remember(self, run_id: str, key: str, memo: bytes) -> bool:
        await self.pause()
        return self.memos.setdefault((run_id, key), memo) is memo

    async def recall(self, run_id: str, key: str) -> Optional[bytes]:
        await self.pause()
        return self.memos.get((run_id, key))

    async def forget(self, run_id: str) -> bool:
        gone = [place for place in self.memos if place[0] == run_id]
        for place in gone:
            del self.memos[place]
        return bool(gone)


@pytest.mark.parametrize(
    ("kind", "expected"), [(Diary, [WF_NONE, WF_OK, WF_OK, WF_E_CONFLICT, b"[1,  2]"]), (Shelf, [])]
)
def test_memos(kind: Any, expected: list[Any]) -> None:
    seen: list[Any] = []

    @executor(id="payer")
    async def payer(text: str, ctx: WorkflowContext[None, str]) -> None:
        context, value = ctx._open(), c_void_p()
        recall = partial(lib.wf_context_recall, context, b"receipt", cast(byref(value), POINTER(c_char_p)), None, None)
        seen.append(recall())
        for memo in (b"[1,  2]", b"[1,  2]", b"[3]"):
            seen.append(lib.wf_context_remember(context, b"receipt", memo, len(memo), None))
        recall()
        seen.append(string_at(value.value) if value.value else None)

    async def main() -> None:
        storage = kind()
        workflow = WorkflowBuilder(start_executor=payer, checkpoint_storage=storage).build()
        await workflow.run("abc")
        assert seen == (expected or [WF_E_UNSUPPORTED] * 4 + [None])
        if expected:
            ((run_id, _),) = storage.memos
            handle = handle_of(storage)
            assert lib.wf_storage_forget(handle, run_id.encode(), None) == WF_OK and not storage.memos
            assert lib.wf_storage_forget(handle, run_id.encode(), None) == WF_NONE

    run(main())


def test_a_mixed_up_checkpoint_is_noticed() -> None:
    async def main() -> None:
        shelf = Shelf()
        await two_steps(shelf).run("abc")
        first, *_, last = shelf.kept
        shelf.kept[last] = shelf.kept[first]
        with pytest.raises(WorkflowCheckpointException, match="mixed them up"):
            await two_steps(shelf).run(checkpoint_id=last)

    run(main())


@pytest.mark.parametrize("thing", [object(), "directory", 7, {"save": 1}])
def test_what_is_no_storage(thing: Any) -> None:
    with pytest.raises(TypeError, match="is not a storage: it has no method 'save'"):
        two_steps(thing)


def test_async_methods_have_a_loop_and_a_thread_of_their_own() -> None:
    place: contextvars.ContextVar[str] = contextvars.ContextVar("place")
    seen = set()

    class Watching(Shelf):
        async def pause(self) -> None:
            seen.add((asyncio.get_running_loop(), threading.current_thread(), place.get()))
            await asyncio.to_thread(int)
            await asyncio.sleep(0.001)

    async def main() -> None:
        place.set("here")
        shelf = Watching()
        await asyncio.gather(*(two_steps(shelf).run(str(number)) for number in range(5)))
        assert len(shelf.kept) == 15
        ((loop, thread, where),) = seen
        assert loop is not asyncio.get_running_loop() and thread is not threading.current_thread() and where == "here"

    run(main())
    run(main())  # another loop of the program, the same of the storages
    assert len(seen) == 1


def test_methods_that_are_not_async_run_where_they_are_called() -> None:
    shelf = SyncShelf()
    run(two_steps(shelf).run("abc"))
    assert shelf.threads == {threading.current_thread()}


def test_a_lock_of_the_programs_loop_is_refused_and_not_waited_for() -> None:
    """Waiting for it would wait for ever."""

    class Locking(Shelf):
        def __init__(self, lock: asyncio.Lock) -> None:
            super().__init__()
            self.lock = lock

        async def pause(self) -> None:
            async with self.lock:
                pass

    async def main() -> None:
        lock = asyncio.Lock()

        async def hold() -> None:
            async with lock:
                await asyncio.sleep(60)

        async with lock:
            other = asyncio.ensure_future(hold())
            await asyncio.sleep(0)  # it waits: now the lock belongs to this loop
            with pytest.raises(WorkflowCheckpointException, match=r"different (event )?loop"):
                await two_steps(Locking(lock)).run("abc")
            other.cancel()

    run(main())


def test_a_run_inside_an_async_method() -> None:
    class Nested(Shelf):
        async def pause(self) -> None:
            await two_steps(Shelf()).run("abc")

    with pytest.raises(WorkflowCheckpointException, match="cannot have an async storage"):
        run(two_steps(Nested()).run("abc"))


def test_ctrl_c_in_a_storage_ends_the_program() -> None:
    class Interrupted(SyncShelf):
        def save(self, checkpoint: WorkflowCheckpoint) -> str:
            raise KeyboardInterrupt

        def load(self, checkpoint_id: str) -> WorkflowCheckpoint:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(two_steps(Interrupted()).run("abc"))
    with pytest.raises(KeyboardInterrupt):
        run(two_steps(Interrupted()).run(checkpoint_id="x"))


def test_nothing_stays_behind() -> None:
    gc.collect()
    before = len(_by_number)
    shelf = SyncShelf()
    gone = weakref.ref(shelf)
    run(two_steps(shelf).run("abc"))
    run(two_steps(shelf).run("abc"))
    assert len(_by_number) == before + 1
    del shelf
    gc.collect()
    assert gone() is None and len(_by_number) == before and len(_by_object) == before


def test_an_object_that_cannot_be_watched() -> None:
    class Slotted:
        __slots__ = ("kept", "threads")
        save, load = SyncShelf.save, SyncShelf.load

        def __init__(self) -> None:
            SyncShelf.__init__(self)  # type: ignore[arg-type]

    shelf = Slotted()
    run(two_steps(shelf).run("abc"))  # type: ignore[arg-type]
    assert len(shelf.kept) == 3


def test_system_exit_in_an_async_method_leaves_the_others_their_loop() -> None:
    class Leaving(Shelf):
        async def pause(self) -> None:
            raise SystemExit(3)

    with pytest.raises(SystemExit):
        run(two_steps(Leaving()).run("abc"))
    assert run(two_steps(Shelf()).run("abc")).get_outputs() == ["CBA"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_has_a_loop_of_its_own() -> None:
    run(two_steps(Shelf()).run("abc"))
    child = os.fork()
    if child == 0:
        try:
            shelf = Shelf()
            outputs = run(two_steps(shelf).run("abc")).get_outputs()
            os._exit(0 if outputs == ["CBA"] and len(shelf.kept) == 3 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
