"""Workflows inside workflows."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

import pytest
from samples import reverse, run, upper

from libworkflow import (
    Case,
    CheckpointStorage,
    Default,
    Executor,
    FileCheckpointStorage,
    InMemoryCheckpointStorage,
    SubWorkflowRequestMessage,
    SubWorkflowResponseMessage,
    TypeCompatibilityError,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowEvent,
    WorkflowExecutor,
    WorkflowRunState,
    WorkflowViz,
    executor,
    handler,
    response_handler,
)
from libworkflow._trampolines import places


@executor(id="split")
async def split(text: str, ctx: WorkflowContext[str]) -> None:
    for word in text.split():
        await ctx.send_message(word)


@executor(id="collect")
async def collect(word: str, ctx: WorkflowContext[Any, str]) -> None:
    words = [*ctx.get_state("words", []), word]
    ctx.set_state("words", words)
    await ctx.yield_output(f"{word}: {len(words)}")


def inner() -> Workflow:
    return WorkflowBuilder(start_executor=upper, name="inner").add_edge(upper, reverse).build()


def nested(depth: int, storage: Optional[CheckpointStorage] = None, **options: Any) -> Workflow:
    """split -> (...(upper -> reverse)...) -> collect."""
    workflow = inner()
    for level in range(1, depth):
        box = WorkflowExecutor(workflow, f"box{level}", allow_direct_output=True)
        workflow = WorkflowBuilder(start_executor=box, name=f"level{level}").build()
    box = WorkflowExecutor(workflow, "box", **options)
    builder = WorkflowBuilder(start_executor=split, checkpoint_storage=storage, name="outer")
    return builder.add_edge(split, box).add_edge(box, collect).build()


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_outputs_of_the_inner_workflow_are_messages(depth: int) -> None:
    async def main() -> None:
        result = await nested(depth).run("ab cd ef")
        assert result.get_outputs() == ["BA: 1", "DC: 2", "FE: 3"]
        invoked = [event.executor_id for event in result if event.type == "executor_invoked"]
        place = "box/" + "".join(f"box{level}/" for level in range(depth - 1, 0, -1))
        assert invoked == ["split", *[f"{place}upper"] * 3, *[f"{place}reverse"] * 3, *["collect"] * 3]

    run(main())


@pytest.mark.parametrize("depth", [1, 3])
def test_every_boundary_inside_can_be_resumed_in_a_new_object(depth: int, tmp_path: Path) -> None:
    async def main() -> None:
        storage = FileCheckpointStorage(tmp_path)
        straight = (await nested(depth, storage).run("ab cd")).get_outputs()
        ids = await storage.list_checkpoint_ids(workflow_name="outer")
        assert len(ids) == 5  # the entry, split, upper, reverse, collect
        for checkpoint_id in ids[:-1]:
            assert (await nested(depth, storage).run(checkpoint_id=checkpoint_id)).get_outputs() == straight

    run(main())


def test_direct_output_belongs_to_the_run() -> None:
    async def main() -> None:
        box = WorkflowExecutor(inner(), "box", allow_direct_output=True)
        workflow = WorkflowBuilder(start_executor=split).add_edge(split, box).build()
        result = await workflow.run("ab cd")
        assert result.get_outputs() == ["BA", "DC"]
        assert workflow.output_types == [str] and box.workflow_output_types == [str] and box.output_types == []

    run(main())


def test_box_may_be_the_start_and_twice_in_one_workflow() -> None:
    async def main() -> None:
        one, two = WorkflowExecutor(inner(), "one"), WorkflowExecutor(inner(), "two")
        workflow = WorkflowBuilder(start_executor=one).add_edge(one, two).add_edge(two, collect).build()
        assert (await workflow.run("ab")).get_outputs() == ["AB: 1"]
        with pytest.raises(RuntimeError, match="'one' cannot handle input of type 'int': it handles str"):
            await workflow.run(1)

    run(main())


class Keeper(Executor):
    """Counts its messages in itself and in the shared state."""

    def __init__(self) -> None:
        super().__init__("keeper")
        self.count = 0

    @handler
    async def keep(self, n: int, ctx: WorkflowContext[Any, list[Any]]) -> None:
        self.count += 1
        ctx.set_state("n", ctx.get_state("n", 0) + n)
        await ctx.yield_output([self.count, ctx.get_state("n"), ctx.executor_id, ctx.get_source_executor_id()])

    async def on_checkpoint_save(self) -> dict[str, Any]:
        return {"count": self.count}

    async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
        self.count = state["count"]


@pytest.mark.parametrize("shared", [False, True])
def test_state_of_the_inner_workflow_is_its_own_unless_shared(shared: bool) -> None:
    def build(storage: CheckpointStorage) -> tuple[Workflow, Keeper]:
        @executor(id="first")
        async def first(n: int, ctx: WorkflowContext[int]) -> None:
            ctx.set_state("n", 100)
            await ctx.send_message(n)

        @executor(id="last")
        async def last(found: list[Any], ctx: WorkflowContext[Any, Any]) -> None:
            await ctx.yield_output([*found[:3], ctx.get_state("n")])

        keeper = Keeper()
        box = WorkflowExecutor(WorkflowBuilder(start_executor=keeper, name="in").build(), "box", shared_state=shared)
        builder = WorkflowBuilder(start_executor=first, name="out", checkpoint_storage=storage)
        return builder.add_edge(first, box).add_edge(box, last).build(), keeper

    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow, _ = build(storage)
        expected = [1, 105 if shared else 5, "keeper", 105 if shared else 100]
        assert (await workflow.run(5)).get_outputs() == [expected]
        ids = await storage.list_checkpoint_ids(workflow_name="out")
        assert (await storage.load(ids[2])).state["_executor_state"] == {"box/keeper": {"count": 1}}
        again, keeper = build(storage)
        assert (await again.run(checkpoint_id=ids[2])).get_outputs() == [expected] and keeper.count == 1

    run(main())


def test_conditions_and_selectors_inside_keep_their_meaning() -> None:
    """Host code of the inner and the outer graph has the same places in them; they must not be mixed up."""

    def branching(name: str, limit: int) -> Workflow:
        @executor(id="begin")
        async def begin(n: int, ctx: WorkflowContext[int]) -> None:
            await ctx.send_message(n)

        @executor(id="small")
        async def small(n: int, ctx: WorkflowContext[Any, int]) -> None:
            await ctx.yield_output(n)

        @executor(id="great")
        async def great(n: int, ctx: WorkflowContext[Any, int]) -> None:
            await ctx.yield_output(n * limit)

        def is_great(n: int) -> bool:
            return n > limit

        def below(n: int, targets: list[str]) -> list[str]:
            return targets[: 1 if n < limit else 2]

        builder = WorkflowBuilder(start_executor=begin, name=name)
        if limit == 10:
            builder.add_switch_case_edge_group(begin, [Case(is_great, great), Default(small)])
        else:
            builder.add_multi_selection_edge_group(begin, [small, great], below)
        return builder.build()

    async def main() -> None:
        ten, hundred = (WorkflowExecutor(branching(f"w{n}", n), f"box{n}") for n in (10, 100))
        workflow = WorkflowBuilder(start_executor=ten).add_edge(ten, hundred).add_edge(hundred, show).build()
        assert (await workflow.run(5)).get_outputs() == [5]
        assert (await workflow.run(11)).get_outputs() == [110, 11000]

    @executor(id="show")
    async def show(n: int, ctx: WorkflowContext[Any, int]) -> None:
        await ctx.yield_output(n)

    run(main())


def test_failure_inside_fails_the_run_with_what_was_raised() -> None:
    @executor(id="broken")
    async def broken(text: str, ctx: WorkflowContext[Any, str]) -> None:
        if asyncio.current_task():
            await asyncio.sleep(0)
        raise LookupError(f"no {text}")

    async def main() -> None:
        box = WorkflowExecutor(WorkflowBuilder(start_executor=broken).build(), "box")
        workflow = WorkflowBuilder(start_executor=split).add_edge(split, box).build()
        events: list[WorkflowEvent[Any]] = []
        with pytest.raises(LookupError, match="no way"):
            async for event in workflow.run("way", stream=True):
                events.append(event)
        (failed,) = [event for event in events if event.type == "executor_failed"]
        assert failed.executor_id == "box/broken" and failed.details is not None
        assert failed.details.error_type == "LookupError" and "raise LookupError" in str(failed.details.traceback)

    run(main())


# ---- Requests


@dataclass
class Ask:
    word: str


class Guard(Executor):
    """Inside: asks about every word."""

    @handler
    async def take(self, word: str, ctx: WorkflowContext[Any]) -> None:
        await ctx.request_info(Ask(word), bool, request_id=word)

    @response_handler
    async def hear(self, ask: Ask, answer: bool, ctx: WorkflowContext[Any, str]) -> None:
        await ctx.yield_output(f"{ask.word}={answer}")


class Boss(Executor):
    """Outside: answers what it knows, and asks for the rest."""

    def __init__(self) -> None:
        super().__init__("boss")
        self.waiting: dict[str, SubWorkflowRequestMessage] = {}

    @handler
    async def start(self, text: str, ctx: WorkflowContext[str]) -> None:
        await ctx.send_message(text)

    @handler
    async def decide(
        self, request: SubWorkflowRequestMessage, ctx: WorkflowContext[SubWorkflowResponseMessage]
    ) -> None:
        ask = request.source_event.data
        assert isinstance(ask, Ask) and request.source_event.response_type is bool
        assert request.executor_id == "box" and request.source_event.source_executor_id == "box/guard"
        if ask.word == "known":
            with pytest.raises(TypeError, match="expected type bool"):
                request.create_response("yes")
            await ctx.send_message(request.create_response(True), target_id=request.executor_id)
        else:
            self.waiting[ask.word] = request
            await ctx.request_info(ask, bool, request_id=f"boss-{ask.word}")

    @response_handler
    async def hear(self, ask: Ask, answer: bool, ctx: WorkflowContext[SubWorkflowResponseMessage]) -> None:
        await ctx.send_message(self.waiting.pop(ask.word).create_response(answer))

    async def on_checkpoint_save(self) -> dict[str, Any]:
        return {"waiting": self.waiting}

    async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
        self.waiting = state["waiting"]


def guarded(storage: Optional[CheckpointStorage] = None, *, propagate: bool = False) -> Workflow:
    inside = WorkflowBuilder(start_executor=Guard("guard"), name="guarded").build()
    box = WorkflowExecutor(inside, "box", allow_direct_output=True, propagate_request=propagate)
    if propagate:
        return WorkflowBuilder(start_executor=box, checkpoint_storage=storage, name="passing").build()
    boss = Boss()
    builder = WorkflowBuilder(start_executor=boss, checkpoint_storage=storage, name="bossy")
    return builder.add_edge(boss, box).add_edge(box, boss).build()


def test_executor_around_answers_or_asks_on() -> None:
    async def main() -> None:
        assert (await guarded().run("known")).get_outputs() == ["known=True"]
        workflow = guarded()
        result = await workflow.run("new")
        (event,) = result.get_request_info_events()
        assert (event.request_id, event.source_executor_id, event.data) == ("boss-new", "boss", Ask("new"))
        assert result.get_final_state() is WorkflowRunState.IDLE_WITH_PENDING_REQUESTS
        result = await workflow.run(responses={"boss-new": False})
        assert result.get_outputs() == ["new=False"] and result.get_final_state() is WorkflowRunState.IDLE

    run(main())


def test_request_that_waits_in_an_executor_survives_a_restart(tmp_path: Path) -> None:
    async def main() -> None:
        storage = FileCheckpointStorage(tmp_path)
        await guarded(storage).run("new")
        latest = await storage.get_latest(workflow_name="bossy")
        assert latest is not None
        result = await guarded(storage).run(checkpoint_id=latest.checkpoint_id, responses={"boss-new": True})
        assert result.get_outputs() == ["new=True"]

    run(main())


@pytest.mark.parametrize("restart", [False, True])
def test_requests_that_go_up_to_the_caller(restart: bool) -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = guarded(storage, propagate=True)
        result = await workflow.run("word")
        (event,) = result.get_request_info_events()
        assert (event.request_id, event.source_executor_id, event.data) == ("word", "box/guard", Ask("word"))
        where: dict[str, Any] = {}
        if restart:
            where["checkpoint_id"] = workflow.get_last_checkpoint_id()
            workflow = guarded(storage, propagate=True)
        else:
            with pytest.raises(ValueError, match="must be of type bool"):
                await workflow.run(responses={"word": "yes"})
        assert (await workflow.run(responses={"word": True}, **where)).get_outputs() == ["word=True"]

    run(main())


def test_messages_survive_being_sent_on() -> None:
    event = WorkflowEvent.request_info("r", "box/guard", Ask("x"), bool)
    request = SubWorkflowRequestMessage(event, "box")

    @executor(id="pass")
    async def pass_on(n: int, ctx: WorkflowContext[Any]) -> None:
        await ctx.send_message(request)
        await ctx.send_message(request.create_response(True))  # nobody waits for it: a message like any other

    class See(Executor):
        @handler
        async def request(self, message: SubWorkflowRequestMessage, ctx: WorkflowContext[Any, Any]) -> None:
            seen.append((message.executor_id, message.source_event.data, message.source_event.response_type))

        @handler
        async def response(self, message: SubWorkflowResponseMessage, ctx: WorkflowContext[Any, Any]) -> None:
            seen.append((message.data, message.source_event.request_id, message.source_event.source_executor_id))

    seen: list[Any] = []
    see = See("see")
    run(WorkflowBuilder(start_executor=pass_on).add_edge(pass_on, see).build().run(1))
    assert seen == [("box", Ask("x"), bool), (True, "r", "box/guard")]


# ---- The graph


def test_types_at_the_border() -> None:
    @executor(id="number")
    async def number(n: int, ctx: WorkflowContext[int]) -> None: ...

    box = WorkflowExecutor(inner(), "box")
    assert box.input_types == [str, SubWorkflowResponseMessage] and box.output_types == [str]
    asking = WorkflowExecutor(WorkflowBuilder(start_executor=Guard("guard")).build(), "asking")
    assert asking.output_types == [str, SubWorkflowRequestMessage] and asking.is_request_response_capable
    with pytest.raises(TypeCompatibilityError, match="'number' to 'box'"):
        WorkflowBuilder(start_executor=number).add_edge(number, box).build()


def test_description_and_picture_show_what_is_inside() -> None:
    workflow = nested(2)
    data = workflow.to_dict()
    box = data["executors"]["box"]
    assert (
        box["type"] == "WorkflowExecutor" and "upper" in box["workflow"]["executors"]["box1"]["workflow"]["executors"]
    )
    assert "upper" in WorkflowViz(workflow).to_mermaid()
    assert workflow.graph_signature_hash != nested(1).graph_signature_hash


def test_another_graph_inside_does_not_take_the_checkpoint() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = nested(1, storage)
        await workflow.run("ab")
        with pytest.raises(Exception, match="graph"):
            await nested(2, storage).run(checkpoint_id=workflow.get_last_checkpoint_id())

    run(main())


def test_workflows_inside_live_as_long_as_those_around_them() -> None:
    gc.collect()
    before = len(places)
    workflow = nested(3)
    gc.collect()
    assert len(places) == before + 4  # upper, reverse, split, collect
    assert run(workflow.run("ab")).get_outputs() == ["BA: 1"]
    del workflow
    gc.collect()
    assert len(places) == before


def test_edges_of_a_box_that_sends_nothing_are_no_mistake() -> None:
    async def main() -> None:
        box = WorkflowExecutor(inner(), "box", allow_direct_output=True)
        workflow = WorkflowBuilder(start_executor=box).add_edge(box, collect).build()
        assert (await workflow.run("ab")).get_outputs() == ["BA"]

    run(main())
