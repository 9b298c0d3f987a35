"""A message is the object that was sent: among the handlers of one process, and as long as nobody needs its text."""

from __future__ import annotations

import asyncio
import copy
import ctypes
import gc
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional, Union

import pytest
from samples import run

from libworkflow import (
    Executor,
    InMemoryCheckpointStorage,
    NativeExecutor,
    Retry,
    SQLiteCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowExecutor,
    WorkflowRunResult,
    executor,
    handler,
    register_type,
)
from libworkflow import _values as values
from libworkflow._storage import EngineStorage
from libworkflow._type_names import name_of


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """The library has let go of everything when nobody has its runs and events any more."""
    gc.collect()
    before = values.count()
    yield
    gc.collect()
    assert values.count() == before == 0


class Node(Executor):
    """Calls a function for every message."""

    def __init__(self, id: str, function: Any) -> None:
        super().__init__(id)
        self._function = function

    @handler
    async def handle(self, message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await self._function(message, ctx)


class Lock:
    """Has no text."""

    def __init__(self) -> None:
        self.inside = threading.Lock()


@dataclass
class Page:
    """Counts how often it is written."""

    lines: list[str] = field(default_factory=list)


written: list[Page] = []


def encode(page: Page) -> Any:
    written.append(page)
    return page.lines


register_type(Page, encode=encode, decode=Page)


@pytest.fixture(autouse=True)
def nothing_is_written() -> None:
    written.clear()


def sending(*made: Any) -> Node:
    async def send(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        for value in made:
            await ctx.send_message(value)

    return Node("first", send)


def keeping(found: list[Any], id: str = "last") -> Node:
    async def keep(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        found.append(message)

    return Node(id, keep)


async def pass_on(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
    await ctx.send_message(message)


def chain(*nodes: Executor, **options: Any) -> Workflow:
    builder = WorkflowBuilder(start_executor=nodes[0], **options)
    for source, target in zip(nodes, nodes[1:]):
        builder.add_edge(source, target)
    return builder.build()


def play(workflow: Workflow, message: Any = 0) -> WorkflowRunResult:
    """The result of a run. Not by `asyncio.run`, which looks at the repr of what it gives, and so at every event."""
    found = list[WorkflowRunResult]()

    async def main() -> None:
        found.append(await workflow.run(message))

    run(main())
    return found.pop()


def test_the_receiver_gets_the_object() -> None:
    page, text, found = Page(["a"]), "x" * 5000, list[Any]()
    play(chain(sending(page, text, [1], {"a": 2}, Lock), Node("middle", pass_on), keeping(found)))
    assert found[0] is page and found[1] is text and found[2:] == [[1], {"a": 2}, Lock]
    assert written == []


def test_in_a_sub_workflow_too() -> None:
    page, found = Page(), list[Any]()
    inner = chain(Node("inside", pass_on), keeping(found))
    play(chain(sending(page), WorkflowExecutor(inner, id="box")))
    assert found == [page] and found[0] is page and written == []


def test_receivers_share_it_and_the_sender_may_still_change_it() -> None:
    page, found = Page(["sent"]), list[Any]()

    async def send(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.send_message(page)
        page.lines.append("then")
        assert ctx.get_sent_messages()[0] is page

    async def add(message: Page, ctx: WorkflowContext[Any, Any]) -> None:
        message.lines.append(ctx.executor_id)
        found.append(message)

    first, nodes = Node("first", send), [Node(id, add) for id in "bc"]
    play(WorkflowBuilder(start_executor=first).add_fan_out_edges(first, nodes).build())
    assert found == [page, page] and page.lines == ["sent", "then", "b", "c"]


def test_an_output_is_the_object_and_the_state_a_copy() -> None:
    page = Page(["a"])

    async def send(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        ctx.set_state("page", page)
        await ctx.yield_output(page)
        page.lines.append("b")
        assert ctx.get_state("page") == Page(["a"]) and ctx.get_yielded_outputs()[0] is page

    written.clear()
    (found,) = play(chain(Node("first", send))).get_outputs()
    assert found is page and page.lines == ["a", "b"] and len(written) == 1  # for the state


@pytest.mark.parametrize("has_storage", [False, True])
def test_an_output_may_be_anything(has_storage: bool) -> None:
    lock = Lock()

    async def give(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output([lock])

    storage = InMemoryCheckpointStorage() if has_storage else None
    result = play(chain(Node("first", give), checkpoint_storage=storage))
    assert result.get_outputs()[0][0] is lock


def test_an_output_of_a_sub_workflow_is_the_object_too() -> None:
    page, found = Page(["a"]), list[Any]()

    async def give(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output(page)

    inner = chain(Node("inside", give))
    play(chain(WorkflowExecutor(inner, id="box"), keeping(found)))
    assert found == [page] and found[0] is page
    direct = chain(WorkflowExecutor(inner, id="box", allow_direct_output=True))
    assert play(direct).get_outputs()[0] is page


@pytest.mark.parametrize("has_storage", [False, True])
def test_the_input_is_the_object_where_nothing_is_saved(has_storage: bool) -> None:
    page, again, found = Page(["a"]), Page(["b"]), list[Any]()
    storage = InMemoryCheckpointStorage() if has_storage else None
    workflow = chain(keeping(found), checkpoint_storage=storage)

    async def main() -> None:
        written.clear()
        await workflow.run(page)
        await workflow.run(again)  # goes on with the run that rests

    run(main())
    assert found == [page, again] and (found[0] is page) == (found[1] is again) == (not has_storage)
    assert len(written) == (2 if has_storage else 0)


def test_an_input_that_a_checkpoint_cannot_hold_is_refused_at_once() -> None:
    found = list[Any]()
    storage = InMemoryCheckpointStorage()
    workflow = chain(keeping(found), checkpoint_storage=storage, name="refused")

    async def main() -> None:
        await workflow.run([1])
        with pytest.raises(TypeError, match=r"message\[0\]\.inside cannot be saved"):
            await workflow.run([Lock()])
        await workflow.run([2])
        assert found == [[1], [2]]

    run(main())


def test_an_input_that_nobody_writes_may_be_anything() -> None:
    lock, found = Lock(), list[Any]()
    play(chain(keeping(found)), lock)
    assert found[0] is lock

    async def never(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        raise AssertionError("it gets copies")

    patient = Node("patient", never)
    builder = WorkflowBuilder(start_executor=patient).set_retry(patient, Retry(2, delay=0.001))
    with pytest.raises(TypeError, match=r"message\.inside cannot be saved"):
        play(builder.build(), lock)


def test_beside_an_executor_in_c_it_is_a_copy() -> None:
    """C code may let go of a message on a thread of its own."""
    page, found = Page(["a"]), list[Any]()
    first, last = sending(page), keeping(found)
    native = NativeExecutor("native", ctypes.CDLL(None).abs, input=int)
    play(WorkflowBuilder(start_executor=first).add_edge(first, last).add_edge(first, native).build())
    assert found == [page] and found[0] is not page and len(written) == 1 and values.count() == 0
    with pytest.raises(TypeError, match=r"executor 'first': message\.inside cannot be saved"):
        first = sending(Lock())
        play(WorkflowBuilder(start_executor=first).add_edge(first, last).add_edge(first, native).build())


# ---- Checkpoints


def test_a_checkpoint_has_what_the_receiver_is_given(storage: EngineStorage) -> None:
    async def send(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        page = Page(["sent"])
        await ctx.send_message(page)
        page.lines.append("then")

    async def change(page: Page, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output(list(page.lines))
        page.lines.append("received")

    async def main() -> None:
        first, nodes = Node("first", send), [Node(id, change) for id in "bcd"]
        builder = WorkflowBuilder(start_executor=first, checkpoint_storage=storage)
        workflow = builder.add_fan_out_edges(first, nodes).build()
        lived = (await workflow.run(0)).get_outputs()
        assert lived == [["sent", "then"], ["sent", "then", "received"], ["sent", "then", "received", "received"]]
        assert len(written) == 1
        for id in await storage.list_checkpoint_ids():
            loaded = await storage.load(id)
            if loaded.iteration_count == 1:
                assert loaded.messages["first"][0].data == Page(["sent", "then"])
                resumed = (await workflow.run(checkpoint_id=id)).get_outputs()
                assert resumed == [["sent", "then"]] * 3  # out of its text each gets one of its own

    run(main())


def test_it_is_written_once_for_each_boundary() -> None:
    for storage, times in ((None, 0), (InMemoryCheckpointStorage(), 3)):
        written.clear()
        nodes = [Node(id, pass_on) for id in "ab"]
        play(chain(sending(Page()), *nodes, keeping([]), checkpoint_storage=storage))
        assert len(written) == times


def test_it_is_written_once_for_all_who_look() -> None:
    page, seen = Page(["a"]), list[Any]()

    def look(message: Any) -> bool:
        seen.append(message)
        return True

    first, last = sending(page), keeping(seen)
    workflow = WorkflowBuilder(start_executor=first).add_edge(first, last, condition=look).build()
    result = play(workflow)
    assert next(event.data for event in result if event.executor_id == "last") == page
    assert seen == [page, page] and seen[0] is not page and seen[1] is page
    assert len(written) == 1


class Broken(Exception):
    pass


@pytest.mark.parametrize("durability", ["full", "exit"])
def test_a_handler_that_changes_its_message_and_fails(storage: EngineStorage, durability: Any) -> None:
    """Whoever handles it again, from the checkpoint or in place, begins with what was sent."""
    page, fails, begun = Page(["sent"]), [True], list[Any]()

    async def change(message: Page, ctx: WorkflowContext[Any, Any]) -> None:
        begun.append(list(message.lines))
        message.lines.append("half")
        if fails:
            raise Broken

    async def main() -> None:
        options: Any = {"checkpoint_storage": storage, "durability": durability, "name": "changes"}
        workflow = chain(sending(page), Node("last", change), **options)
        with pytest.raises(Broken):
            await workflow.run(0)
        assert page.lines == ["sent", "half"]
        latest = await storage.get_latest(workflow_name="changes")
        assert latest is not None
        with pytest.raises(Broken):
            await workflow.run(checkpoint_id=latest.checkpoint_id)
        fails.clear()
        await workflow.rewind(None)
        assert begun == [["sent"]] * 3

    run(main())


@pytest.mark.parametrize("has_storage", [False, True])
def test_an_executor_that_may_be_tried_again_gets_copies(has_storage: bool) -> None:
    page, begun = Page(["sent"]), list[Any]()

    async def change(message: Page, ctx: WorkflowContext[Any, Any]) -> None:
        begun.append(list(message.lines))
        message.lines.append("half")
        if len(begun) < 3:
            raise Broken

    def flow(**options: Any) -> WorkflowBuilder:
        first, last = sending(page), Node("last", change)
        return WorkflowBuilder(start_executor=first, **options).add_edge(first, last).set_retry(last, Retry(3, delay=0))

    storage = InMemoryCheckpointStorage() if has_storage else None
    play(flow(checkpoint_storage=storage).build())
    assert begun == [["sent"]] * 3 and page.lines == ["sent"] and len(written) == 1

    # A graph that comes from its definition has its retries in there, also those inside of a box.
    first, last = sending(page), Node("last", change)
    inner = WorkflowBuilder(start_executor=last).set_retry(last, Retry(3, delay=0)).build()
    box = WorkflowExecutor(inner, id="box")
    definition = WorkflowBuilder(start_executor=first).add_edge(first, box).build().definition
    begun.clear()
    codes: Any = {"first": first, "box/last": last}
    play(WorkflowBuilder.from_definition(definition, executors=codes).build())
    assert begun == [["sent"]] * 3 and page.lines == ["sent"]


# ---- What has no text


def test_without_a_storage_it_may_be_anything() -> None:
    lock, found = Lock(), list[Any]()
    result = play(chain(sending(lock, [lock], ValueError("x")), keeping(found)))
    assert found[0] is lock and found[1][0] is lock and isinstance(found[2], ValueError)
    assert [event.data for event in result if event.type == "executor_invoked"] == [0, None, None, None]


def test_with_a_storage_it_fails_at_the_boundary() -> None:
    async def main(look: bool) -> None:
        storage, found = InMemoryCheckpointStorage(), list[Any]()
        box = {"a": [Lock()]}
        workflow = chain(sending(box), keeping(found), checkpoint_storage=storage, name="locks")
        seen = list[Any]()
        with pytest.raises(TypeError) as raised:
            async for event in workflow.run(0, stream=True):
                seen.append((event.type, event.data if look else None))
        place = "executor 'first': message['a'][0].inside cannot be saved in a checkpoint: it is of type _thread.lock"
        assert str(raised.value).startswith(place)
        assert found == []  # nobody got it
        assert seen[-2][0] == "failed" and workflow.status.value == "FAILED"
        latest = await storage.get_latest(workflow_name="locks")
        assert latest is not None and latest.iteration_count == 0
        box["a"].clear()
        await workflow.run(checkpoint_id=latest.checkpoint_id)  # the superstep begins anew, and now it can be saved
        assert found == [{"a": []}]

    run(main(look=False))
    run(main(look=True))


def test_who_needs_the_text_fails_without_it() -> None:
    def never(message: Any) -> bool:
        raise AssertionError

    first, last = sending(Lock()), keeping([])
    asked = WorkflowBuilder(start_executor=first).add_edge(first, last, condition=never).build()
    other = Node("other", pass_on)
    joined = WorkflowBuilder(start_executor=first).add_edge(first, other).add_fan_in_edges([first, other], last).build()
    for workflow in (asked, joined):
        with pytest.raises(TypeError, match=r"executor 'first': message\.inside cannot be saved"):
            play(workflow)


def test_ctrl_c_while_it_is_written() -> None:
    class Slow: ...

    def interrupted(value: Slow) -> Any:
        raise KeyboardInterrupt

    register_type(Slow, encode=interrupted, decode=lambda plain: Slow())
    with pytest.raises(KeyboardInterrupt):
        play(chain(sending(Slow()), keeping([]), checkpoint_storage=InMemoryCheckpointStorage()))


# ---- Where it goes


class Slotted:
    __slots__ = ("more",)


class Finer(Slotted):
    __slots__ = ()


def test_it_is_delivered_by_its_type() -> None:
    found = list[Any]()

    @executor(id="slotted")
    async def slotted(it: Union[Slotted, int], ctx: WorkflowContext[Any, Any]) -> None:
        found.append(("slotted", it))

    @executor(id="errors")
    async def errors(it: Exception, ctx: WorkflowContext[Any, Any]) -> None:
        found.append(("errors", it))

    @executor(id="lists")
    async def lists(it: Union[list[int], str], ctx: WorkflowContext[Any, Any]) -> None:
        found.append(("lists", it))

    class Pages(Executor):
        @handler
        async def page(self, it: Page, ctx: WorkflowContext[Any, Any]) -> None:
            found.append(("pages", it))

        @handler
        async def table(self, it: dict[str, int], ctx: WorkflowContext[Any, Any]) -> None:
            found.append(("pages", it))

    class Row(list[int]): ...

    made: list[Any] = [Slotted(), Finer(), LookupError("x"), [1, 2], "y" * 2000, Page(), {"a": 1}, Row([3])]
    first = sending(*made)
    builder = WorkflowBuilder(start_executor=first)
    for target in (slotted, lists, Pages("pages")):
        builder.add_edge(first, target)
    result = play(builder.build())
    wanted = [("slotted", made[0]), ("slotted", made[1]), *(("lists", it) for it in made[3:5])]
    assert sorted(map(repr, found)) == sorted(
        map(repr, [*wanted, ("pages", made[5]), ("pages", made[6]), ("lists", made[7])])
    )
    assert Row in [type(it) for _, it in found]
    (warning,) = [event.data for event in result if event.type == "warning"]
    assert "builtins:LookupError" in warning
    found.clear()
    play(chain(sending(made[2]), errors))
    assert found == [("errors", made[2])] and written == []


def test_names_are_those_of_the_text() -> None:
    import datetime
    import json

    class Own: ...

    made: list[Any] = [
        [1], {}, {"a": 1}, {1: 2}, {"$type": 1}, "x", (1,), {1}, b"x", datetime.date(2026, 1, 1), Page(), Own(), None,
    ]  # fmt: skip
    for value in made[:-1]:
        plain = json.loads(values.encode(value))
        tag = plain.get("$type") if isinstance(plain, dict) else None
        kind = {list: "array", dict: "object", str: "string"}[type(plain)]
        assert (name_of(value) or b"").decode() == (tag or kind)
    assert name_of("\ud800") is name_of(2**70) is name_of(1.5) is None  # the library looks


# ---- Nothing is left


def test_after_runs_that_end_in_any_way() -> None:
    page = Page()

    async def fail(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.send_message(Page())
        raise Broken

    async def wait(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.send_message(Page())
        await asyncio.sleep(30)

    async def stop(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.send_message(Page())
        ctx.halt()

    async def send_wrongly(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        with pytest.raises(ValueError, match="nobody"):
            await ctx.send_message(Page(), target_id="nobody")
        wrong.append(ctx)

    wrong = list[Any]()

    async def main() -> None:
        with pytest.raises(Broken):
            await chain(sending(page), Node("bad", fail), keeping([])).run(0)
        workflow = chain(sending(page), Node("slow", wait), keeping([]))
        task = asyncio.ensure_future(workflow.run(0))
        await asyncio.sleep(0.01)
        assert values.count() > 0
        task.cancel()
        await asyncio.wait([task])
        async for event in workflow.run(0, stream=True):
            if event.type == "executor_invoked" and event.executor_id == "slow":
                break
        stream = workflow.run(0, stream=True)
        async for _ in stream:
            break
        del stream
        halted = chain(Node("stops", stop), keeping([]))
        await halted.run(0)
        assert values.count() > 0
        await chain(Node("wrong", send_wrongly)).run(0)
        with pytest.raises(RuntimeError, match="has ended"):
            await wrong[0].send_message(Page())

    run(main())


def test_events_keep_it_until_they_go() -> None:
    result: Any = play(chain(sending(Page(["a"])), keeping([])))
    assert values.count() == 1
    assert next(event.data for event in result if event.executor_id == "last") == Page(["a"])
    del result
    gc.collect()
    assert values.count() == 0


def test_a_destructor_that_looks_at_its_run() -> None:
    """It is called where the library drops the message, in the middle of its own work."""
    looked = list[Any]()

    class Curious:
        def __init__(self, ctx: Any) -> None:
            self.ctx = ctx

        def __del__(self) -> None:
            for look in (
                lambda: workflow.status,
                lambda: workflow.pending_requests,
                workflow.why_waiting,
                lambda: self.ctx.set_state("k", 1),
                lambda: self.ctx.get_state("k"),
                gc.collect,
            ):
                try:
                    looked.append(look())
                except Exception as error:
                    looked.append(error)

    async def send(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.send_message(Curious(ctx))
        await asyncio.sleep(0)
        await ctx.send_message(Curious(ctx))
        with pytest.raises(ValueError):
            await ctx.send_message(Curious(ctx), target_id="nobody")

    async def take(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await asyncio.sleep(0)

    workflow = chain(Node("first", send), Node("last", take))
    play(workflow)
    gc.collect()
    assert len(looked) == 3 * 6
    looked.clear()  # errors have tracebacks, and these the objects


def test_from_threads() -> None:
    found = list[Any]()
    pages = [Page([str(number)]) for number in range(200)]
    with ThreadPoolExecutor(8) as pool:

        def give(message: int, ctx: WorkflowContext[Any, Any]) -> None:
            number = int(ctx.executor_id[-1])
            for page in pages[number * 25 : number * 25 + 25]:
                ctx.send_message(page)  # type: ignore[unused-coroutine]

        async def keep(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
            found.append(message)

        first, last = sending(0), Node("last", keep)
        builder = WorkflowBuilder(start_executor=first)
        for number in range(8):
            node = executor(id=f"thread{number}", pool=pool)(give)
            builder.add_edge(first, node).add_edge(node, last)
        play(builder.build())
    assert {id(page) for page in found} == {id(page) for page in pages}


def test_a_million_supersteps_keep_nothing() -> None:
    most = [0]

    async def again(left: list[int], ctx: WorkflowContext[Any, Any]) -> None:
        most[0] = max(most[0], values.count())
        if left[0]:
            await ctx.send_message([left[0] - 1])

    node = Node("again", again)
    hidden = {"executor_invoked", "executor_completed"}
    builder = WorkflowBuilder(start_executor=node, max_iterations=10_000, hidden_events=hidden)
    play(builder.add_edge(node, node).build(), [5000])
    assert most[0] <= 2


def test_when_the_interpreter_ends() -> None:
    """Whatever is still held then stays held: nothing of Python's is called any more."""
    code = """
        import asyncio
        from typing import Any
        from libworkflow import *

        class Thing:
            def __init__(self): self.text = "x" * 2000

        @executor(id="a")
        async def a(n: int, ctx: WorkflowContext[Any]) -> None:
            await ctx.send_message(Thing())
            ctx.halt()

        @executor(id="b")
        async def b(thing: Thing, ctx: WorkflowContext[Any]) -> None: ...

        workflow = WorkflowBuilder(start_executor=a).add_edge(a, b).build()
        result = asyncio.run(workflow.run(1))
        result.me = result
        another = WorkflowBuilder(start_executor=a, checkpoint_storage=InMemoryCheckpointStorage(), durability={!r})
        another = another.add_edge(a, b).build()
        kept = asyncio.run(another.run(1))
        stream = another.run(1, stream=True)
        event = asyncio.run(stream.__anext__())
        print("ends")
    """
    for durability in ("full", "exit"):
        script = textwrap.dedent(code).replace("{!r}", repr(durability))
        done = subprocess.run([sys.executable, "-X", "dev", "-c", script], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout) == (0, "ends\n"), done.stderr
        assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_long_message_that_is_passed_on_and_sometimes_changed(kind: str, tmp_path: Path) -> None:
    """It is not written anew as long as it stays the same: each checkpoint must have what it was."""
    storage = InMemoryCheckpointStorage() if kind == "memory" else SQLiteCheckpointStorage(tmp_path / "runs.db")
    box = {"rows": [{"n": n, "text": "x" * 90} for n in range(1000)]}
    changes: dict[str, Any] = {"c": 1, "f": "1", "g": True, "h": (1,), "j": 2**70, "k": 1.0, "l": [1]}
    kept = dict[str, Any]()

    async def begin(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.send_message(box)

    async def step(message: dict[str, Any], ctx: WorkflowContext[Any, Any]) -> None:
        assert message is box
        if ctx.executor_id in changes:
            message["rows"][500]["n"] = changes[ctx.executor_id]
        kept[ctx.executor_id] = message["rows"][500]["n"]
        await ctx.send_message(message)

    nodes = [Node("begin", begin), *(Node(id, step) for id in "abcdefghijklm"), keeping([])]
    workflow = chain(*nodes, checkpoint_storage=storage, name="long")

    async def main() -> None:
        await workflow.run(0)
        found = dict[str, Any]()
        for checkpoint in await storage.list_checkpoints(workflow_name="long"):
            for source, (message,) in checkpoint.messages.items():
                if message.data == 0:
                    continue
                assert len(message.data["rows"]) == 1000
                found[source] = message.data["rows"][500]["n"]
        assert found.pop("begin") == 500
        assert found == kept and [type(each) for each in found.values()] == [type(each) for each in kept.values()]

    run(main())
    assert list(kept.values())[2:] == [1, 1, 1, "1", True, (1,), (1,), 2**70, 1.0, [1], [1]]


@pytest.mark.parametrize("change", [None, "value", "type", "key", "order", "less", "more", "nothing like it"])
def test_a_long_input_is_saved_as_its_first_handler_leaves_it(change: Optional[str]) -> None:
    """Its text is known from the beginning, as long as it stays the same."""
    storage = InMemoryCheckpointStorage()
    given: dict[str, Any] = {"name": "x", "rows": [{"n": n, "text": "x" * 90} for n in range(1200)]}
    last = given["rows"][-1]
    sent = list[Any]()

    async def begin(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        assert message == given and message is not given
        row = message["rows"][-1]
        if change == "value":
            row["n"] = 1
        elif change == "type":
            row["n"] = 1199.0
        elif change == "key":
            row["m"] = row.pop("n")
        elif change == "order":
            row["n"] = row.pop("n")
        elif change == "less":
            del message["rows"][-1]
        elif change == "more":
            message["rows"].append([])
        elif change is not None:
            message["rows"] = 1j
        sent.append(copy.deepcopy(message))
        await ctx.send_message(message)

    async def check() -> None:
        await chain(Node("begin", begin), keeping([]), checkpoint_storage=storage, name="long").run(given)
        (saved,) = [
            message.data
            for checkpoint in await storage.list_checkpoints(workflow_name="long")
            for message in checkpoint.messages.get("begin", ())
        ]
        assert saved == sent[0] and repr(saved) == repr(sent[0])

    run(check())
    assert last == {"n": 1199, "text": "x" * 90}


def test_a_long_text_goes_with_its_object() -> None:
    """Not with the run, which may wait for days."""
    kept = list[int]()

    async def begin(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        kept.append(len(values._passed._by_run))
        await ctx.send_message([message])

    async def think(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await asyncio.sleep(0.001)
        kept.append(len(values._passed._by_run))
        await ctx.send_message(len(message))

    async def wait(message: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await asyncio.sleep(0.001)
        kept.append(len(values._passed._by_run))

    nodes = Node("begin", begin), Node("think", think), Node("wait", wait)
    gc.collect()
    assert not values._passed._by_run
    hidden = ["executor_invoked", "executor_completed"]  # such events keep it too
    workflow = chain(*nodes, checkpoint_storage=InMemoryCheckpointStorage(), hidden_events=hidden)
    play(workflow, [{"n": n} for n in range(10_000)])
    assert kept == [1, 1, 0]
