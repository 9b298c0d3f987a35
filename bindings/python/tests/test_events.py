"""Which events come, in which order, and what they hold."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
from typing import Any

import pytest
from samples import reverse, run, two_steps, upper

from libworkflow import (
    InMemoryCheckpointStorage,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowErrorDetails,
    WorkflowEvent,
    WorkflowRunState,
    executor,
)

TWO_STEPS = [
    ("started", None, None, None),
    ("status", None, None, WorkflowRunState.IN_PROGRESS),
    ("superstep_started", None, 1, None),
    ("executor_invoked", "upper", None, "hey"),
    ("executor_completed", "upper", None, ["HEY"]),
    ("superstep_completed", None, 1, None),
    ("superstep_started", None, 2, None),
    ("executor_invoked", "reverse", None, "HEY"),
    ("output", "reverse", None, "YEH"),
    ("executor_completed", "reverse", None, ["YEH"]),
    ("superstep_completed", None, 2, None),
    ("status", None, None, WorkflowRunState.IDLE),
]


def row(event: WorkflowEvent[Any]) -> tuple[Any, ...]:
    return event.type, event.executor_id, event.iteration, event.state or event.data


@pytest.mark.parametrize("stored", [False, True])
def test_stream_gives_the_events_in_order(stored: bool) -> None:
    async def main() -> None:
        workflow = two_steps(InMemoryCheckpointStorage() if stored else None)
        assert [row(event) async for event in workflow.run("hey", stream=True)] == TWO_STEPS

    run(main())


def test_result_leaves_out_started_and_status() -> None:
    async def main() -> None:
        result = await two_steps().run("hey")
        assert [row(event) for event in result] == [r for r in TWO_STEPS if r[0] not in ("started", "status")]
        assert result.get_outputs() == ["YEH"]
        assert result.get_final_state() is WorkflowRunState.IDLE
        assert [event.state for event in result.status_timeline()] == ["IN_PROGRESS", "IDLE"]
        result = await two_steps().run("hey", include_status_events=True)
        assert [row(event) for event in result] == TWO_STEPS[1:]

    run(main())


def test_stream_can_be_awaited() -> None:
    async def main() -> None:
        assert (await two_steps().run("hey", stream=True)).get_outputs() == ["YEH"]
        stream = two_steps().run("hey", stream=True)
        async for event in stream:
            if event.type == "superstep_completed":
                break
        result = await stream.get_final_response()
        assert [row(event) for event in result] == [r for r in TWO_STEPS if r[0] not in ("started", "status")]
        assert [event async for event in stream] == []

    run(main())


def test_checkpoint_events_are_there_for_who_asks() -> None:
    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        workflow = two_steps(storage)
        events = [event async for event in workflow.run("hey", stream=True, include_checkpoint_events=True)]
        found = [event for event in events if event.type == "checkpoint"]
        assert [event.iteration for event in found] == [0, 1, 2]
        ids = await storage.list_checkpoint_ids()
        assert [event.data["checkpoint_id"] for event in found] == [event.data.checkpoint_id for event in found] == ids
        with pytest.raises(AttributeError, match=r"tells checkpoint_id, .*no 'id'"):
            found[0].data.id  # noqa: B018
        assert copy.deepcopy(found[0].data) == pickle.loads(pickle.dumps(found[0].data)) == dict(found[0].data)
        assert events.index(found[1]) + 1 == [
            e.iteration == 1 and e.type == "superstep_completed" for e in events
        ].index(True)

    run(main())


def test_outputs_of_a_waiting_handler_come_while_it_waits() -> None:
    async def main(early: bool) -> None:
        go_on = asyncio.Event()

        @executor(id="slow")
        async def slow(n: int, ctx: WorkflowContext[int, int]) -> None:
            if not early:
                await asyncio.sleep(0)
            await ctx.yield_output(1)
            await go_on.wait()
            await ctx.yield_output(2)

        outputs = []
        async for event in WorkflowBuilder(start_executor=slow).build().run(0, stream=True):
            if event.type == "output":
                outputs.append((event.data, go_on.is_set()))
                go_on.set()
        assert outputs == [(1, False), (2, True)]

    for early in (True, False):
        run(main(early))


def test_dropped_message_is_told() -> None:
    @executor(id="lonely")
    async def lonely(n: int, ctx: WorkflowContext[int]) -> None:
        await ctx.send_message(n)

    async def main() -> None:
        result = await WorkflowBuilder(start_executor=lonely).build().run(1)
        [warning] = [event for event in result if event.type == "warning"]
        assert "dropped" in warning.data

    run(main())


def test_repr_shows_what_matters() -> None:
    async def main() -> None:
        events = [repr(event) async for event in two_steps().run("hey", stream=True)]
        assert events[1] == "WorkflowEvent(type='status', state=IN_PROGRESS)"
        assert events[2] == "WorkflowEvent(type='superstep_started', iteration=1)"
        assert events[8] == "WorkflowEvent(type='output', executor_id='reverse', data='YEH')"

    run(main())


def test_events_can_be_copied_and_outlive_everything() -> None:
    async def main() -> list[WorkflowEvent[Any]]:
        return [event async for event in two_steps().run("hey", stream=True)]

    events = run(main())
    gc.collect()
    for clone in (copy.copy(events[8]), copy.deepcopy(events[7]), pickle.loads(pickle.dumps(events[9]))):
        assert clone.executor_id == "reverse"
    assert [row(event) for event in copy.deepcopy(events)] == TWO_STEPS
    assert [row(event) for event in events] == TWO_STEPS


def test_event_made_by_hand() -> None:
    details = WorkflowErrorDetails.from_exception(ValueError("no"))
    event: WorkflowEvent[Any] = WorkflowEvent("failed", details=details)
    assert (event.type, event.data, event.details) == ("failed", None, details)
    assert (details.error_type, details.message) == ("ValueError", "no")
    assert details.traceback is not None and "ValueError: no" in details.traceback
    with pytest.raises(AttributeError, match="colour"):
        event.colour  # noqa: B018


def test_same_executors_serve_several_workflows() -> None:
    async def main() -> None:
        other = WorkflowBuilder(start_executor=reverse).build()
        assert (await other.run("abc")).get_outputs() == ["cba"]
        assert (await two_steps().run("abc")).get_outputs() == ["CBA"]
        assert upper.id == "upper"

    run(main())


def test_events_made_by_hand() -> None:
    details = WorkflowErrorDetails("ValueError", "no")
    made = [
        (WorkflowEvent.started(), {"type": "started"}),
        (WorkflowEvent.status(WorkflowRunState.IDLE), {"type": "status", "state": WorkflowRunState.IDLE}),
        (WorkflowEvent.failed(details), {"type": "failed", "details": details}),
        (WorkflowEvent.warning("w"), {"type": "warning", "data": "w"}),
        (WorkflowEvent.superstep_started(1), {"type": "superstep_started", "iteration": 1}),
        (WorkflowEvent.superstep_completed(2, "d"), {"type": "superstep_completed", "iteration": 2, "data": "d"}),
        (WorkflowEvent.executor_invoked("a", 1), {"type": "executor_invoked", "executor_id": "a", "data": 1}),
        (WorkflowEvent.executor_completed("a", [1]), {"type": "executor_completed", "data": [1]}),
        (WorkflowEvent.executor_failed("a", details), {"data": details, "details": details, "executor_id": "a"}),
        (WorkflowEvent.executor_bypassed("a"), {"type": "executor_bypassed", "executor_id": "a"}),
    ]
    for event, members in made:
        for name, value in members.items():
            assert getattr(event, name) == value
        assert event.origin == "EXECUTOR"
        with pytest.raises(RuntimeError, match="is no request"):
            _ = event.request_id
        with pytest.raises(ValueError, match="only for 'request_info'"):
            event.to_dict()
    problem = ValueError("x")
    assert WorkflowEvent.error(problem).data is problem
    with pytest.warns(DeprecationWarning, match="intermediate_output_from"):
        assert WorkflowEvent.emit("a", 1).type == "data"


def test_request_as_a_dict() -> None:
    event = WorkflowEvent.request_info("r", "desk", {"amount": 3}, list[int])
    assert (event.request_id, event.source_executor_id) == ("r", "desk")
    assert (event.request_type, event.response_type) == (dict, list[int])
    plain = event.to_dict()
    assert plain == {
        "type": "request_info",
        "data": {"amount": 3},
        "request_id": "r",
        "source_executor_id": "desk",
        "request_type": "dict",
        "response_type": ["list", "int"],
    }
    again = WorkflowEvent.from_dict(plain)
    assert again.to_dict() == plain and pickle.loads(pickle.dumps(again)).to_dict() == plain
    for name in plain:
        if name != "type":
            with pytest.raises(KeyError, match=name):
                WorkflowEvent.from_dict({key: value for key, value in plain.items() if key != name})
    with pytest.raises(TypeError, match="Mismatch"):
        WorkflowEvent.from_dict({**plain, "data": "text"})
    by_constructor: WorkflowEvent[Any] = WorkflowEvent("request_info", 1, request_id="r", source_executor_id="d")
    assert by_constructor.request_type is int and by_constructor.response_type is None


def test_events_are_numbered() -> None:
    @executor(id="noisy")
    async def noisy(n: int, ctx: WorkflowContext[Any, int]) -> None:
        await ctx.add_event(mine)
        await ctx.yield_output(n)

    async def main() -> None:
        # Events that are hidden have numbers too: here is none.
        workflow = WorkflowBuilder(start_executor=noisy, checkpoint_storage=InMemoryCheckpointStorage()).build()
        assert mine.sequence is None
        events = [event async for event in workflow.run(1, stream=True, include_checkpoint_events=True)]
        first = events[0].sequence
        assert first is not None and [event.sequence for event in events] == list(range(first, first + len(events)))
        assert mine in events and mine.sequence == first + events.index(mine)
        for again in (copy.copy(events[2]), pickle.loads(pickle.dumps(events[2]))):
            assert again.sequence == first + 2
        # The run goes on, and so do its numbers; what it does not tell itself has none.
        more = [event async for event in workflow.run(2, stream=True)]
        assert [(event.type, event.sequence) for event in more[:2]] == [("started", None), ("status", None)]
        numbers = [event.sequence or 0 for event in more[2:]]
        assert numbers == sorted(set(numbers)) and numbers[0] > first + len(events) - 1

    mine = WorkflowEvent.warning("mine")
    run(main())


def test_hidden_events_are_not_made() -> None:
    async def main() -> None:
        hidden = {"started", "executor_invoked", "executor_completed", "superstep_started", "checkpoint"}
        builder = WorkflowBuilder(
            start_executor=upper, checkpoint_storage=InMemoryCheckpointStorage(), hidden_events=hidden, name="hiding"
        )
        workflow = builder.add_edge(upper, reverse).build()
        begin = [r for r in TWO_STEPS if r[0] not in hidden]
        options: dict[str, Any] = {"stream": True, "include_checkpoint_events": True}
        events = [event async for event in workflow.run("hey", **options)]
        assert [row(event) for event in events] == begin
        numbers = [event.sequence or 0 for event in events]
        assert numbers == list(range(numbers[0], numbers[0] + len(events)))  # they have no numbers either
        # A run that goes on, and one that is resumed.
        more = [event async for event in workflow.run("hey", **options)]
        assert [event.type for event in more] == [r[0] for r in begin]
        last = workflow.get_last_checkpoint_id()
        resumed = [event async for event in workflow.run(checkpoint_id=last, **options)]
        assert resumed and not hidden & {event.type for event in resumed}
        result = await workflow.run("hey")
        assert result.get_outputs() == ["YEH"] and result.get_final_state() is WorkflowRunState.IDLE

    run(main())


def test_hidden_failures_are_raised_all_the_same() -> None:
    @executor(id="bad")
    async def bad(n: int, ctx: WorkflowContext) -> None:
        raise ValueError("so bad")

    seen = []

    async def main() -> None:
        builder = WorkflowBuilder(start_executor=bad, hidden_events=["failed", "executor_failed", "failed"])
        with pytest.raises(ValueError, match="so bad"):
            async for event in builder.build().run(1, stream=True):
                seen.append(event.type)

    run(main())
    assert seen[-1] == "status" and not {"failed", "executor_failed"} & set(seen)


@pytest.mark.parametrize("name", ["status", "custom", "executor_invokd", "unknown", "", 7, None])
def test_what_cannot_be_hidden_is_refused(name: Any) -> None:
    with pytest.raises(ValueError, match="that can be hidden; use started, ") as caught:
        WorkflowBuilder(start_executor=upper, hidden_events=["output", name])
    assert repr(name) in str(caught.value) and "executor_invoked" in str(caught.value)
    with pytest.raises(TypeError, match="not a text"):
        WorkflowBuilder(start_executor=upper, hidden_events="output")
