"""What people put together without a builder or a run: workflows, checkpoints, messages."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from typing import Any

import pytest
from samples import run

from libworkflow import (
    Executor,
    InMemoryCheckpointStorage,
    InProcRunnerContext,
    SingleEdgeGroup,
    Workflow,
    WorkflowBuilder,
    WorkflowCheckpoint,
    WorkflowContext,
    WorkflowEvent,
    WorkflowMessage,
    WorkflowValidationError,
    handler,
)
from libworkflow._identifier import new_identifier
from libworkflow._storage import EngineStorage


class Shout(Executor):
    @handler
    async def shout(self, text: str, ctx: WorkflowContext[str, str]) -> None:
        await ctx.send_message(text.upper())
        await ctx.yield_output(text.upper())


def test_a_workflow_of_its_parts_runs_and_saves() -> None:
    async def main() -> None:
        a, b = Shout("a"), Shout("b")
        storage = InMemoryCheckpointStorage()
        context = InProcRunnerContext(storage)
        assert context.has_checkpointing() and not InProcRunnerContext().has_checkpointing()
        workflow = Workflow([SingleEdgeGroup("a", "b")], {"a": a, "b": b}, a, context, "by hand", output_from=["b"])
        assert (await workflow.run("x")).get_outputs() == ["X"]
        assert len(await storage.list_checkpoints(workflow_name="by hand")) == 4
        again = Workflow(workflow.edge_groups, workflow.executors, a, context, "by hand")
        assert again.graph_signature_hash == workflow.graph_signature_hash
        assert (await again.run("x")).get_outputs() == ["X", "X"]

    run(main())


def test_a_designation_of_nobody_is_told_when_it_is_asked_for() -> None:
    a = Shout("a")
    workflow = Workflow([], {"a": a}, a, InProcRunnerContext(), "w", output_from=["x"], intermediate_output_from=["y"])
    with pytest.raises(WorkflowValidationError, match="Output executor 'x' is not present in the workflow graph"):
        workflow.get_output_executors()
    with pytest.raises(WorkflowValidationError, match="Intermediate executor 'y' is not present"):
        workflow.get_intermediate_executors()


def test_a_message_in_its_envelope_is_taken_out() -> None:
    async def main() -> None:
        workflow = WorkflowBuilder(start_executor=Shout("a")).build()
        assert (await workflow.run(WorkflowMessage("x", "somebody"))).get_outputs() == ["X"]
        with pytest.raises(RuntimeError, match="cannot handle input of type 'int'"):
            await workflow.run(WorkflowMessage(1, "somebody"))

    run(main())


def test_checkpoints_made_by_hand_come_back_as_they_were(storage: EngineStorage) -> None:
    async def main() -> None:
        messages: dict[str, list[Any]] = {
            "inbox": [WorkflowMessage((1, 2), "source", "target"), {"data": "raw"}, WorkflowMessage("b", "inbox")],
            "other": [datetime(2025, 1, 1, tzinfo=timezone.utc)],
        }
        asked = WorkflowEvent.request_info("r2", "desk", "ok?", bool)
        requests: dict[str, Any] = {"r1": {"data": "raw"}, "r2": asked}
        made = WorkflowCheckpoint("by hand", "hash", messages=messages, pending_request_info_events=requests)
        await storage.save(made)
        found = await storage.load(made.checkpoint_id)
        assert found.messages == messages
        assert found.pending_request_info_events["r1"] == {"data": "raw"}
        assert found.pending_request_info_events["r2"].data == "ok?"
        found.checkpoint_id = new_identifier()
        await storage.save(found)
        again = await storage.load(found.checkpoint_id)
        assert again.messages == messages and set(again.pending_request_info_events) == {"r1", "r2"}

    run(main())


def test_what_a_run_carries_along_says_nothing_of_its_own_checkpoints() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = WorkflowBuilder(name="w", start_executor=Shout("a"), checkpoint_storage=storage).build()
        await workflow.run("x")
        first, *_ = await storage.list_checkpoints(workflow_name="w")
        first.messages["note"] = ["to myself"]  # type: ignore[list-item]
        first.checkpoint_id = new_identifier()
        first.document["run_id"] = "mine"
        await storage.save(first)
        assert (await storage.load(first.checkpoint_id)).messages["note"] == ["to myself"]
        assert (await workflow.run(checkpoint_id=first.checkpoint_id)).get_outputs() == ["X"]
        latest = await storage.get_latest(workflow_name="w")
        assert latest is not None and latest.checkpoint_id != first.checkpoint_id and latest.messages == {}

    run(main())


def test_the_last_checkpoint_made_by_hand_is_the_latest(storage: EngineStorage) -> None:
    async def main() -> None:
        made = [WorkflowCheckpoint("w", str(number)) for number in range(50)]
        for one in reversed(made):
            await storage.save(one)
        assert [one.graph_signature_hash for one in await storage.list_checkpoints(workflow_name="w")] == [
            one.graph_signature_hash for one in made
        ]
        latest = await storage.get_latest(workflow_name="w")
        assert latest is not None and latest.checkpoint_id == made[-1].checkpoint_id

    run(main())


def test_identifiers_are_in_the_order_of_their_making() -> None:
    made = [new_identifier() for _ in range(10_000)]
    assert made == sorted(set(made))
    assert all(uuid.UUID(one).version == 7 and uuid.UUID(one).variant == uuid.RFC_4122 for one in made[:100])
