"""Executors that ask the world outside, and what happens to the answers."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Optional, Union

import game
import pytest
from samples import run

from libworkflow import (
    Executor,
    FileCheckpointStorage,
    InMemoryCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowEvent,
    WorkflowRunnerException,
    WorkflowRunState,
    executor,
    handler,
    response_handler,
)

IN_PROGRESS, WAITS, IDLE = (
    WorkflowRunState.IN_PROGRESS,
    WorkflowRunState.IDLE_WITH_PENDING_REQUESTS,
    WorkflowRunState.IDLE,
)
MORE = WorkflowRunState.IN_PROGRESS_PENDING_REQUESTS


@dataclass
class Approval:
    ok: bool
    comment: str = ""


class Clerk(Executor):
    """Asks for an approval and passes the answer on."""

    @handler
    async def ask(self, text: str, ctx: WorkflowContext[str]) -> None:
        await ctx.request_info(f"{self.id}: {text}?", Approval, request_id=self.id)

    @response_handler
    async def hear(self, original_request: str, response: Approval, ctx: WorkflowContext[str]) -> None:
        await ctx.send_message(f"{original_request} {response.ok}")


class Join(Executor):
    @handler
    async def join(self, texts: list[str], ctx: WorkflowContext[Any, list[str]]) -> None:
        await ctx.yield_output(texts)


@executor(id="desk")
async def desk(text: str, ctx: WorkflowContext[str]) -> None:
    await ctx.send_message(text)


def two_approvals(storage: Any = None) -> Workflow:
    """Two clerks ask in one superstep; their answers are joined."""
    clerks, join = [Clerk("anna"), Clerk("ben")], Join("join")
    builder = WorkflowBuilder(start_executor=desk, checkpoint_storage=storage, name="approvals")
    return builder.add_fan_out_edges(desk, clerks).add_fan_in_edges(clerks, join).build()


JOINED = [["anna: rent? True", "ben: rent? False"]]


def row(event: WorkflowEvent[Any]) -> Any:
    return event.state or (event.request_id if event.type == "request_info" else event.executor_id or event.type)


@pytest.mark.parametrize("stored", [False, True])
def test_guessing_game(stored: bool) -> None:
    async def main() -> None:
        workflow = game.game(InMemoryCheckpointStorage() if stored else None)
        result = await workflow.run(100)
        moves = 1
        while result.get_final_state() is WAITS:
            (event,) = result.get_request_info_events()
            assert [e.request_id for e in workflow.pending_requests] == [event.request_id]
            result = await workflow.run(responses={event.request_id: game.hint(event.data, 42)})
            moves += 1
        assert result.get_outputs() == ["42 by is-it-42"] and moves == 8
        assert workflow.pending_requests == [] and workflow.status is IDLE

    run(main())


def test_every_move_of_the_game_in_a_process_of_its_own(tmp_path: Path) -> None:
    moves = []
    for _ in range(4):
        command = [sys.executable, game.__file__, str(tmp_path), "62"]
        moves.append(subprocess.check_output(command, text=True, timeout=30).strip())
    assert moves == ["is-it-50", "is-it-75", "is-it-62", "62 by is-it-62"]


def test_event_has_all_of_the_request() -> None:
    async def main() -> None:
        result = await game.game().run(10)
        (event,) = result.get_request_info_events()
        for it in (event, copy.copy(event), pickle.loads(pickle.dumps(event))):
            assert (it.request_id, it.source_executor_id) == ("is-it-5", "guesser")
            assert (it.data, it.request_type, it.response_type) == (game.Guess(5, 0, 10), game.Guess, game.Hint)
        assert "request_id='is-it-5'" in repr(event)
        with pytest.raises(RuntimeError, match="is no request"):
            _ = result[0].request_id

    run(main())


def test_two_approvals_answered_one_by_one() -> None:
    async def main() -> None:
        workflow = two_approvals()
        events = [event async for event in workflow.run("rent", stream=True)]
        assert [row(event) for event in events if event.type in ("started", "status", "request_info")] == [
            "started", IN_PROGRESS, "anna", MORE, "ben", WAITS,
        ]  # fmt: skip
        first = [event async for event in workflow.run(responses={"ben": Approval(False)}, stream=True)]
        assert [row(event) for event in first] == [
            "started", IN_PROGRESS, MORE, "superstep_started", "ben", "ben", "superstep_completed",
            "superstep_started", "superstep_completed", WAITS,
        ]  # fmt: skip
        assert workflow.status is WAITS and [event.request_id for event in workflow.pending_requests] == ["anna"]
        last = [event async for event in workflow.run(responses={"anna": {"ok": True}}, stream=True)]
        assert [row(event) for event in last][:4] == ["started", IN_PROGRESS, "superstep_started", "anna"]
        assert [event.data for event in last if event.type == "output"] == JOINED and row(last[-1]) is IDLE

    run(main())


@pytest.mark.parametrize("restart", [False, True])
def test_first_answer_survives_in_the_checkpoint(restart: bool, tmp_path: Path) -> None:
    async def main() -> None:
        def again() -> tuple[FileCheckpointStorage, Workflow]:
            storage = FileCheckpointStorage(tmp_path)
            return storage, two_approvals(storage)

        storage, workflow = again()
        await workflow.run("rent")
        if restart:
            storage, workflow = again()
        latest = await storage.get_latest(workflow_name="approvals")
        assert latest is not None
        assert {name: event.data for name, event in latest.pending_request_info_events.items()} == {
            "anna": "anna: rent?",
            "ben": "ben: rent?",
        }
        events = [
            event
            async for event in workflow.run(
                checkpoint_id=latest.checkpoint_id, responses={"anna": Approval(True)}, stream=True
            )
        ]
        # The answered request is not told of again, the other one once.
        assert [event.request_id for event in events if event.type == "request_info"] == ["ben"]
        assert row(events[-1]) is WAITS
        if restart:
            storage, workflow = again()
            latest = await storage.get_latest(workflow_name="approvals")
            assert latest is not None
            result = await workflow.run(checkpoint_id=latest.checkpoint_id, responses={"ben": Approval(False)})
        else:
            result = await workflow.run(responses={"ben": Approval(False)})
        assert result.get_outputs() == JOINED

    run(main())


def test_resume_tells_of_the_requests_again_and_waits() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        await two_approvals(storage).run("rent")
        latest = (await storage.list_checkpoint_ids())[-1]
        workflow = two_approvals(storage)
        events = [event async for event in workflow.run(checkpoint_id=latest, stream=True)]
        assert [row(event) for event in events] == ["started", IN_PROGRESS, "anna", MORE, "ben", WAITS]
        answers = {"anna": Approval(True), "ben": Approval(False)}
        assert (await workflow.run(responses=answers)).get_outputs() == JOINED

    run(main())


def test_checkpoint_with_an_answer_under_way_can_be_copied() -> None:
    async def main() -> None:
        storage, other = InMemoryCheckpointStorage(), InMemoryCheckpointStorage()
        workflow = two_approvals(storage)
        await workflow.run("rent")
        await workflow.run(responses={"anna": Approval(True)})
        for checkpoint in await storage.list_checkpoints():
            await other.save(checkpoint)
        kinds = [checkpoint.document["kind"] for checkpoint in await other.list_checkpoints()]
        assert "response" in kinds
        (answered,) = [c for c in await other.list_checkpoints() if c.document["kind"] == "response"]
        (message,) = answered.messages["internal:anna"]
        assert message.original_request_info_event is not None
        assert message.original_request_info_event.request_id == "anna"
        assert message.data == Approval(True) and list(answered.pending_request_info_events) == ["ben"]
        resumed = two_approvals(other)
        responses = {"ben": Approval(False)}
        result = await resumed.run(checkpoint_id=answered.checkpoint_id, responses=responses)
        assert result.get_outputs() == JOINED

    run(main())


def test_wrong_answers_change_nothing() -> None:
    async def main() -> None:
        workflow = two_approvals()
        with pytest.raises(RuntimeError, match="no run of this workflow waits"):
            await workflow.run(responses={"anna": Approval(True)})
        await workflow.run("rent")
        for responses, kind, words in (
            ({"anna": Approval(True), "carl": 1}, ValueError, "no request 'carl' waits .*; waiting: 'anna', 'ben'"),
            ({"anna": Approval(True), "ben": "yes"}, ValueError, "'ben' must be of type Approval, not str"),
            ({"anna": Approval(True), "ben": {"okay": True}}, ValueError, "'ben' does not fit"),
            ({"anna": Approval(object())}, TypeError, "the answer to request 'anna'.ok cannot be saved"),  # type: ignore[arg-type]
        ):  # fmt: skip
            with pytest.raises(kind, match=words):
                await workflow.run(responses=responses)
            assert [event.request_id for event in workflow.pending_requests] == ["anna", "ben"]
            assert workflow.status is WAITS
        answers = {"anna": Approval(True), "ben": Approval(False)}
        assert (await workflow.run(responses=answers)).get_outputs() == JOINED
        with pytest.raises(RuntimeError, match="no request waits"):
            await workflow.run(responses=answers)

    run(main())


def test_combinations_of_arguments() -> None:
    workflow = two_approvals(InMemoryCheckpointStorage())
    for arguments in (
        {"message": 1, "responses": {}},
        {"message": 1, "responses": {}, "checkpoint_id": "x"},
        {"message": 1, "checkpoint_id": "x"},
        {},
    ):
        with pytest.raises(ValueError, match=r"Cannot provide both|at least one"):
            workflow.run(**arguments)  # type: ignore[call-overload]

    async def main() -> None:
        await workflow.run("rent")
        result = await workflow.run(responses={})
        assert list(result) == [] and result.get_final_state() is WAITS and len(workflow.pending_requests) == 2
        with pytest.raises(ValueError, match="another storage"):
            await workflow.run(responses={}, checkpoint_storage=InMemoryCheckpointStorage())
        assert len(workflow.pending_requests) == 2

    run(main())


class Base: ...


@dataclass
class Near(Base):
    n: int


class Taker(Executor):
    """Asks for whatever it is told to, and says which handler took the answer."""

    @handler
    async def ask(self, kind: str, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.request_info(1 if kind == "bool" else kind, KINDS[kind], request_id="r")

    @response_handler
    async def any_any(self, original_request: Any, response: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output(("any_any", response))

    @response_handler
    async def int_any(self, original_request: int, response: Any, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output(("int_any", response))

    @response_handler(request=str, response="Union[int, Near]", workflow_output=Any)
    async def explicit(self, original_request, response, ctx) -> None:  # type: ignore[no-untyped-def]
        await ctx.yield_output(("explicit", response))


KINDS: dict[str, Any] = {
    "bool": bool, "float": float, "optional": Optional[int], "list": list[str], "near": Near, "base": Base,
    "union": Union[int, str], "literal": Literal["a", "b"], "any": Any, "dict": dict[str, int], "none": None,
    "tuple": tuple[int, ...],
}  # fmt: skip


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize(
    ("kind", "good", "bad", "taken"),
    [
        ("bool", True, 1, "int_any"),
        ("float", 2, "2", "any_any"),
        ("optional", None, "x", "any_any"),
        ("list", ["a"], [1], "any_any"),
        ("near", {"n": 1}, {"n": 1, "m": 2}, "explicit"),
        ("base", Near(3), 3, "explicit"),
        ("union", 3, 3.5, "explicit"),
        ("literal", "a", "c", "any_any"),
        ("any", Near(1), None, "explicit"),
        ("dict", {"a": 1}, {"a": "1"}, "any_any"),
        ("none", None, 0, "any_any"),
        ("tuple", (1, 2), [1, 2], "any_any"),
    ],
)
def test_types_of_answers(kind: str, good: Any, bad: Any, taken: str, restart: bool) -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()

        def build() -> Workflow:
            return WorkflowBuilder(start_executor=Taker("t"), checkpoint_storage=storage).build()

        workflow = build()
        (event,) = (await workflow.run(kind)).get_request_info_events()
        assert event.response_type == KINDS[kind]
        extra: dict[str, Any] = {}
        if restart:
            workflow, extra = build(), {"checkpoint_id": (await storage.list_checkpoint_ids())[-1]}
        if kind != "any":
            with pytest.raises(ValueError, match=r"the answer to request 'r'"):
                await workflow.run(responses={"r": bad}, **extra)
        result = await workflow.run(responses={"r": good}, **extra)
        expected = {"float": 2.0, "near": Near(1)}.get(kind, good)
        assert result.get_outputs() == [(taken, expected)]
        assert type(result.get_outputs()[0][1]) is type(expected)

    run(main())


def test_missing_response_handler_is_told_twice(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        class Careless(Executor):
            @handler
            async def ask(self, n: int, ctx: WorkflowContext[Any]) -> None:
                await ctx.request_info(n, str, request_id="r")

            @response_handler
            async def other(self, original_request: int, response: float, ctx: WorkflowContext[Any]) -> None: ...

        workflow = WorkflowBuilder(start_executor=Careless("c")).build()
        with caplog.at_level(logging.WARNING, "libworkflow"):
            await workflow.run(1)
        assert "'c' asks with a int for a str, but no @response_handler takes that" in caplog.text
        with pytest.raises(RuntimeError, match=r"no @response_handler takes .* it has \(int, float\)"):
            await workflow.run(responses={"r": "x"})
        assert workflow.status is WorkflowRunState.FAILED

    run(main())


def test_one_id_for_two_requests() -> None:
    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=(clerk := Clerk("a"))).add_edge(clerk, clerk).build()
        await workflow.run("x")
        with pytest.raises(WorkflowRunnerException, match="already a pending request 'a'"):
            await workflow.run("y")

    run(main())


def test_ids_are_made_and_sync_functions_may_ask() -> None:
    async def main() -> None:
        @executor(id="f")
        def ask(n: int, ctx: WorkflowContext[Any]) -> None:
            assert ctx.request_id is None
            asyncio.run(ctx.request_info(n, int))  # type: ignore[arg-type]

        result = await WorkflowBuilder(start_executor=ask).build().run(1)
        (event,) = result.get_request_info_events()
        assert event.request_id and event.data == 1
        with pytest.raises(TypeError, match="is no type"):

            @executor(id="g")
            async def wrong(n: int, ctx: WorkflowContext[Any]) -> None:
                await ctx.request_info(n, "int")

            await WorkflowBuilder(start_executor=wrong).build().run(1)

    run(main())


def test_wrong_response_handlers() -> None:
    def make(method: Any, **types: Any) -> Any:
        return response_handler(**types)(method) if types else response_handler(method)

    async def short(self: Any, request: int, ctx: WorkflowContext[Any]) -> None: ...
    async def bare(self: Any, request: int, response, ctx: WorkflowContext[Any]) -> None: ...  # type: ignore[no-untyped-def]
    async def whole(self: Any, request: int, response: str, ctx: WorkflowContext[int, str]) -> None: ...
    def sync(self: Any, request: int, response: int, ctx: WorkflowContext[Any]) -> None: ...

    for method, types, words in (
        (short, {}, "must have the parameters"),
        (bare, {}, "needs a type annotation for the response 'response'"),
        (sync, {}, "must be an async method"),
        (bare, {"request": int}, "must specify 'response' type"),
    ):
        with pytest.raises(ValueError, match=words):
            make(method, **types)

    class Twice(Clerk):
        one, two = make(whole), make(whole)

    with pytest.raises(
        ValueError, match=r"Duplicate response handler for request type .*int.* and response type .*str"
    ):
        Twice("t")

    class Once(Clerk):
        one = make(whole)

    assert Once("o").output_types == [str, int] and Once("o").workflow_output_types == [str]
    assert Once("o").is_request_response_capable and not desk.is_request_response_capable


@pytest.mark.parametrize("stored", [False, True])
def test_withdrawn_requests_need_no_answer(stored: bool) -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage() if stored else None
        workflow = two_approvals(storage)
        with pytest.raises(RuntimeError, match="no run of this workflow waits"):
            await workflow.cancel_pending_requests(["anna"])
        await workflow.run("x")
        assert sorted(event.request_id for event in workflow.pending_requests) == ["anna", "ben"]
        with pytest.raises(ValueError, match="'nobody'"):
            await workflow.cancel_pending_requests(["anna", "nobody"])
        assert len(workflow.pending_requests) == 2
        result = await workflow.cancel_pending_requests(["anna"])
        assert result.get_final_state() is WorkflowRunState.IDLE_WITH_PENDING_REQUESTS
        assert [event.request_id for event in workflow.pending_requests] == ["ben"]
        with pytest.raises(ValueError, match="'anna'"):
            await workflow.run(responses={"anna": True})
        result = await workflow.cancel_pending_requests(["ben"])
        assert result.get_final_state() is WorkflowRunState.IDLE and workflow.pending_requests == []
        if stored:
            latest = workflow.get_last_checkpoint_id()
            assert latest is not None and storage is not None
            assert (await storage.load(latest)).pending_request_info_events == {}

    run(main())


Ctx = WorkflowContext[Any]


def test_which_requests_an_executor_could_make() -> None:
    class Desk(Clerk):
        @response_handler
        async def one(self, original_request: dict[str, Any], response: list[int], ctx: Ctx) -> None: ...

    desk = Desk("desk")
    assert desk.is_request_supported(dict[str, Any], list[int])
    assert desk.is_request_supported(dict, list[bool])
    assert not desk.is_request_supported(dict[int, Any], list[int])
    assert not desk.is_request_supported(dict[str, Any], list[str])
