"""The forms of older generations: each works, and warns of its successor."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from samples import run

import libworkflow
from libworkflow import (
    Executor,
    InMemoryCheckpointStorage,
    Workflow,
    WorkflowBuilder,
    WorkflowCheckpoint,
    WorkflowContext,
    WorkflowErrorDetails,
    WorkflowEvent,
    WorkflowRunState,
    executor,
    handler,
    response_handler,
)
from libworkflow._legacy import _NAMES, OlderForm
from libworkflow._storage import EngineStorage


class Clerk(Executor):
    @handler
    async def ask(self, text: str, ctx: WorkflowContext[str, str]) -> None:
        await ctx.request_info(f"{text}?", bool)

    @response_handler
    async def hear(self, original_request: str, response: bool, ctx: WorkflowContext[str, str]) -> None:
        await ctx.yield_output(f"{original_request} {response}")


def clerk(storage: Any = None) -> Workflow:
    return WorkflowBuilder(name="clerk", start_executor=Clerk("clerk"), checkpoint_storage=storage).build()


def warns(successor: str) -> Any:
    return pytest.warns(DeprecationWarning, match=successor)


def test_a_builder_is_told_by_methods() -> None:
    async def main() -> None:
        storage, start = InMemoryCheckpointStorage(), Clerk("clerk")
        with warns(r"WorkflowBuilder\(start_executor=...\)"):
            builder = WorkflowBuilder()
        with pytest.raises(ValueError, match="has no start"):
            builder.build()
        with warns(r"WorkflowBuilder\(start_executor=...\)"):
            assert builder.set_start_executor(start) is builder
        with warns(r"WorkflowBuilder\(checkpoint_storage=...\)"):
            builder.with_checkpointing(storage)
        with warns(r"WorkflowBuilder\(max_iterations=...\)"):
            builder.set_max_iterations(7)
        workflow = builder.build()
        assert workflow.max_iterations == 7 and workflow.start_executor_id == "clerk"
        await workflow.run("x")
        assert len(await storage.list_checkpoints(workflow_name=workflow.name)) == 2
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises(TypeError, match="not an executor"):
                builder.set_start_executor("clerk")  # type: ignore[arg-type]
            with pytest.raises(TypeError):
                builder.with_checkpointing(7)  # type: ignore[arg-type]
            with pytest.raises(ValueError, match="Duplicate executor ID"):
                builder.set_start_executor(Clerk("clerk"))

    run(main())


def test_the_warning_is_of_the_line_that_does_it() -> None:
    with pytest.warns(DeprecationWarning) as seen:
        WorkflowBuilder()
    assert seen[0].filename == __file__


def test_the_newest_generation_is_to_be_had_as_an_error() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", OlderForm)
        with pytest.raises(TypeError, match="older generation"):
            WorkflowBuilder()


def test_every_way_to_begin_had_its_method() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = clerk(storage)
        with warns(r"run\(..., stream=True\)"):
            events = [event async for event in workflow.run_stream("x")]
        (asked,) = (event for event in events if event.type == "request_info")
        checkpoint = (await storage.list_checkpoints(workflow_name="clerk"))[-1]
        answer = {asked.request_id: True}

        async def outputs(stream: Any) -> list[Any]:
            return [event.data async for event in stream if event.type == "output"]

        with warns(r"run\(responses=..., stream=True\)"):
            assert await outputs(workflow.send_responses_streaming(answer)) == ["x? True"]
        with warns(r"run\(checkpoint_id=...\)"):
            waiting = await clerk().run_from_checkpoint(checkpoint.checkpoint_id, storage)
        assert waiting.get_final_state() is WorkflowRunState.IDLE_WITH_PENDING_REQUESTS
        resumed = clerk(storage)
        await resumed.run(checkpoint_id=checkpoint.checkpoint_id)
        with warns(r"run\(responses=...\)"):
            assert (await resumed.send_responses(answer)).get_outputs() == ["x? True"]
        with warns(r"run\(checkpoint_id=..., stream=True\)"):
            stream = clerk().run_stream_from_checkpoint(
                checkpoint.checkpoint_id, checkpoint_storage=storage, responses=answer
            )
        assert await outputs(stream) == ["x? True"]
        with warns(r"run\(..., stream=True\)"):
            stream = clerk().run_stream(checkpoint_id=checkpoint.checkpoint_id, checkpoint_storage=storage)
        assert [event.type async for event in stream if event.type == "request_info"] == ["request_info"]

    run(main())


def test_an_id_instead_of_a_message_resumes_that_checkpoint(storage: EngineStorage) -> None:
    async def main() -> None:
        workflow = clerk(storage)
        await workflow.run("x")
        last = (await storage.list_checkpoint_ids())[-1]
        with warns("stream=True"):
            assert [e.data async for e in clerk(storage).run_stream(last) if e.type == "request_info"] == ["x?"]
        other = libworkflow.WorkflowCheckpoint("w", "s").checkpoint_id  # an id, but nothing has it
        for again in (clerk(storage), clerk()):
            with warns("stream=True"):
                assert [e.data async for e in again.run_stream(other) if e.type == "request_info"] == [f"{other}?"]

    run(main())


@pytest.mark.parametrize("name", sorted(_NAMES))
def test_every_older_name_is_there_and_warns(name: str) -> None:
    with warns("use (event.type|await storage.summary|ctx.request_info)"):
        assert getattr(libworkflow, name) is not None
    assert name not in libworkflow.__all__


def test_importing_the_package_or_all_of_it_warns_of_nothing() -> None:
    program = "from libworkflow import *; import libworkflow; assert not hasattr(libworkflow, 'WorkflowOutputEven')"
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)
    program = "from libworkflow import WorkflowOutputEvent"
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", program], stderr=subprocess.PIPE, text=True, check=True
    )
    assert "<string>:1: OlderForm: WorkflowOutputEvent is of an older generation" in done.stderr


def older(name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OlderForm)
        return getattr(libworkflow, name)


def test_the_classes_of_events_are_their_types() -> None:
    async def main() -> None:
        events = [event async for event in clerk().run("x", stream=True)]
        kinds = {name: older(name) for name in _NAMES if name.endswith("Event")}
        found = {
            event.type: sorted(name for name, kind in kinds.items() if isinstance(event, kind)) for event in events
        }
        assert found == {
            "started": ["WorkflowLifecycleEvent", "WorkflowStartedEvent"],
            "status": ["WorkflowLifecycleEvent", "WorkflowStatusEvent"],
            "superstep_started": ["SuperStepEvent", "SuperStepStartedEvent"],
            "executor_invoked": ["ExecutorEvent", "ExecutorInvokeEvent", "ExecutorInvokedEvent"],
            "request_info": ["RequestInfoEvent"],
            "executor_completed": ["ExecutorCompleteEvent", "ExecutorCompletedEvent", "ExecutorEvent"],
            "superstep_completed": ["SuperStepCompletedEvent", "SuperStepEvent"],
        }
        assert not isinstance("output", older("WorkflowOutputEvent"))

    run(main())


@pytest.mark.parametrize(
    "name, arguments, type, member",
    [
        ("WorkflowStartedEvent", (), "started", None),
        ("WorkflowStatusEvent", (WorkflowRunState.IDLE,), "status", ("state", WorkflowRunState.IDLE)),
        ("WorkflowFailedEvent", (WorkflowErrorDetails("E", "m"),), "failed", None),
        ("WorkflowWarningEvent", ("w",), "warning", ("data", "w")),
        ("WorkflowErrorEvent", (ValueError("e"),), "error", None),
        ("WorkflowOutputEvent", (1, "a"), "output", ("executor_id", "a")),
        ("RequestInfoEvent", ("r", "a", "q", bool), "request_info", ("request_id", "r")),
        ("SuperStepStartedEvent", (3,), "superstep_started", ("iteration", 3)),
        ("SuperStepCompletedEvent", (3,), "superstep_completed", ("iteration", 3)),
        ("ExecutorInvokedEvent", ("a",), "executor_invoked", ("executor_id", "a")),
        ("ExecutorCompletedEvent", ("a",), "executor_completed", ("executor_id", "a")),
        ("ExecutorFailedEvent", ("a", WorkflowErrorDetails("E", "m")), "executor_failed", ("executor_id", "a")),
    ],
)
def test_the_classes_of_events_make_them(name: str, arguments: Any, type: str, member: Any) -> None:
    kind = older(name)
    event = kind(*arguments)
    assert event.__class__ is WorkflowEvent and event.type == type and isinstance(event, kind)
    assert member is None or getattr(event, member[0]) == member[1]


def test_what_stands_for_several_makes_none() -> None:
    with pytest.raises(TypeError):
        older("ExecutorEvent")()


def test_state_was_a_dict_of_ones_own_and_shared_by_coroutines() -> None:
    @executor(id="count")
    async def count(text: str, ctx: WorkflowContext[str, Any]) -> None:
        state = await ctx.get_state() or {}
        await ctx.set_state({"seen": [*state.get("seen", []), text], "last": text})
        await ctx.set_shared_state("last", text)
        executor_state = await ctx.get_executor_state() or {}
        await ctx.set_executor_state({**executor_state, "more": True})
        with pytest.raises(KeyError):
            await ctx.get_shared_state("nothing")
        await ctx.yield_output((await ctx.get_state(), await ctx.get_shared_state("last"), ctx.get_state("seen")))

    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=count).build()
        with pytest.warns(OlderForm) as seen:
            await workflow.run("a")
            (found,) = (await workflow.run("b")).get_outputs()
        assert found == ({"last": "b", "more": True, "seen": ["a", "b"]}, "b", None)
        assert {str(one.message).split(" is of")[0] for one in seen} == {
            "get_state() without a key",
            "set_state() without a key",
            "set_shared_state()",
            "get_shared_state()",
            "get_executor_state()",
            "set_executor_state()",
        }
        assert {one.filename for one in seen} == {__file__}

    run(main())


def test_a_state_without_a_value_is_a_mistake() -> None:
    @executor(id="wrong")
    async def wrong(text: str, ctx: WorkflowContext[str]) -> None:
        ctx.set_state(text)  # type: ignore[call-overload]

    with pytest.raises(TypeError, match="needs a value"):
        run(WorkflowBuilder(start_executor=wrong).build().run("a"))


def test_state_in_a_sync_function() -> None:
    @executor(id="sync")
    def sync(text: str, ctx: WorkflowContext[str, Any]) -> None:
        ctx.set_state({"text": text})
        ctx.set_state("text", text)

    async def main() -> None:
        with warns("own_state"):
            await WorkflowBuilder(start_executor=sync).build().run("a")

    run(main())


def test_checkpoints_and_storages_had_other_names(storage: EngineStorage) -> None:
    class Keeper(Executor):
        @handler
        async def take(self, text: str, ctx: WorkflowContext[str]) -> None:
            ctx.set_state("text", text)
            ctx.own_state.set("pair", (1, 2))

        async def on_checkpoint_save(self) -> dict[str, Any]:
            return {"kept": 1}

    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=Keeper("k"), name="w", checkpoint_storage=storage).build()
        await workflow.run("x")
        everything = await storage.list_checkpoints()
        for found in (workflow.id, "w"):
            with warns("workflow_name="):
                assert await storage.list_checkpoints(workflow_id=found) == everything
            with warns("workflow_name="):
                assert len(await storage.list_checkpoint_ids(workflow_id=found)) == 2
        with warns("workflow_name="):
            assert await storage.list_checkpoints(workflow_id="unknown") == []
        last = everything[-1]
        with warns("use state$"):
            assert last.shared_state == {"text": "x"}
        with warns(r'use state\["_executor_state"\]'):
            assert last.executor_states == {"k": {"kept": 1, "pair": (1, 2)}}
        with warns("workflow_name"):
            assert last.workflow_id == "w"
        copy = WorkflowCheckpoint("w", last.graph_signature_hash)
        with warns(r"save\(\)"):
            assert await storage.save_checkpoint(copy) == copy.checkpoint_id
        with warns(r"load\(\)"):
            assert (await storage.load_checkpoint(copy.checkpoint_id)).workflow_name == "w"
        with warns(r"delete\(\)"):
            assert await storage.delete_checkpoint(copy.checkpoint_id)

    run(main())


@pytest.mark.parametrize("sum_up", ["get_checkpoint_summary", "RequestInfoExecutor"])
def test_a_checkpoint_is_summed_up(sum_up: str) -> None:
    found = older(sum_up)
    summary: Callable[[WorkflowCheckpoint], Any] = getattr(found, "checkpoint_summary", found)

    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = clerk(storage)
        (asked,) = (await workflow.run("x")).get_request_info_events()
        await workflow.run(responses={asked.request_id: True})
        found = [summary(one) for one in await storage.list_checkpoints(workflow_name="clerk")]
        assert [(one.iteration_count, one.status, one.targets) for one in found] == [
            (0, "awaiting next superstep", ["internal:clerk"]),
            (1, "awaiting request response", []),
            (1, "awaiting next superstep", ["internal:clerk"]),
            (2, "idle", []),
        ]
        assert [event.data for event in found[1].pending_request_info_events] == ["x?"]
        assert found[0].checkpoint_id and found[0].timestamp and found[0].executor_ids == []

    run(main())
