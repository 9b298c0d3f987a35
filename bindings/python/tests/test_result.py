"""A result is a list of events, whose fields stay the library's until somebody looks."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import dataclasses
import gc
import heapq
import json
import pickle
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

import pytest
from samples import run, two_steps

from libworkflow import (
    FunctionExecutor,
    InMemoryCheckpointStorage,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowEvent,
    WorkflowRunResult,
    WorkflowRunState,
    executor,
)
from libworkflow._library import lib

TYPES = [
    "superstep_started",
    "executor_invoked",
    "executor_completed",
    "superstep_completed",
    "superstep_started",
    "executor_invoked",
    "output",
    "executor_completed",
    "superstep_completed",
]


def fresh(**options: Any) -> WorkflowRunResult:
    """A result that nobody has looked at."""

    async def main() -> WorkflowRunResult:
        result: WorkflowRunResult = await two_steps().run("hey", **options)
        return result

    return run(main())


def types(events: Any) -> list[str]:
    return [event.type for event in events]


def is_read(event: WorkflowEvent[Any]) -> bool:
    return not hasattr(event._source, "at")


LOOKS: dict[str, Callable[[WorkflowRunResult], Any]] = {
    "iteration": types,
    "list": lambda r: types(list(r)),
    "tuple": lambda r: types(tuple(r)),
    "star": lambda r: types([*r]),
    "slice": lambda r: types(r[:]),
    "index": lambda r: [r[i].type for i in range(len(r))],
    "negative": lambda r: types(reversed([r[-i - 1] for i in range(len(r))])),
    "reversed": lambda r: types(reversed(r))[::-1],
    "sorted": lambda r: types(sorted(r, key=lambda event: event.sequence or 0)),
    "sum": lambda r: types([] + r),
    "other sum": lambda r: types(r + []),
    "sum of results": lambda r: types(WorkflowRunResult([]) + r),
    "extend": lambda r: (into := list[Any](), into.extend(r), types(into))[-1],
    "into a slice": lambda r: (into := list[Any](), into.__setitem__(slice(0, 0), r), types(into))[-1],
    "into a set": lambda r: types(sorted(set(r), key=lambda event: event.sequence or 0)),
    "copy": lambda r: types(r.copy()),
    "copy.copy": lambda r: types(copy.copy(r)),
    "copy.deepcopy": lambda r: types(copy.deepcopy(r)),
    "pickle": lambda r: types(pickle.loads(pickle.dumps(r))),
    "times": lambda r: types(1 * r),
    "pop": lambda r: [r.pop(0).type for _ in range(len(r))],
    "map": lambda r: list(map(lambda event: event.type, r)),
    "unpacking": lambda r: (lambda first, *rest: types([first, *rest]))(*r),
    "comprehension": lambda r: [event.type for event in r if event in r and r.count(event) == 1],
}


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_finds_the_events(look: str) -> None:
    result = fresh()
    assert LOOKS[look](result) == TYPES


def test_what_is_equal() -> None:
    result, other = fresh(), fresh()
    assert result != other and not result == other  # events are equal to themselves alone
    assert fresh() != [] and [] != fresh()
    result = fresh()
    clone = result.copy()
    assert result == clone and clone == result and isinstance(result, list) and type(result) is WorkflowRunResult
    assert bool(fresh()) and len(fresh()) == 9


def test_length_and_repr_read_no_event() -> None:
    result = fresh()
    assert repr(result) == "<WorkflowRunResult: 9 events, IDLE>" and len(result) == 9
    assert len(fresh(include_status_events=True)) == 11
    assert not any(is_read(event) for event in result)
    assert types(result) == TYPES and result.get_outputs() == ["YEH"]
    assert [event.type for event in result if is_read(event)] == ["output"]


@pytest.mark.parametrize("looked", [False, True])
def test_its_own_methods(looked: bool) -> None:
    result = fresh()
    outputs, statuses = result.get_outputs(), result.status_timeline()
    if looked:
        assert types(result) == TYPES
        assert result[6].data == "YEH" and result.status_timeline()[0] is statuses[0]
    assert outputs == result.get_outputs() == ["YEH"] and result.get_intermediate_outputs() == []
    assert result.get_request_info_events() == [] and result.get_final_state() is WorkflowRunState.IDLE
    assert types(statuses) == ["status", "status"]


def test_an_event_is_one_object() -> None:
    @executor(id="list")
    async def answer(n: int, ctx: WorkflowContext[Any, list[int]]) -> None:
        await ctx.yield_output([n])

    result = run(WorkflowBuilder(start_executor=answer).build().run(1))
    [output] = result.get_outputs()
    output.append(2)
    assert result.get_outputs() == [[1, 2]]
    assert [event.data for event in result if event.type == "output"][0] is output


def test_a_changed_list_stays_changed() -> None:
    result = fresh()
    result.append(WorkflowEvent.warning("mine"))
    del result[:8]
    assert types(result) == ["superstep_completed", "warning"] and result.get_outputs() == []
    assert result.get_final_state() is WorkflowRunState.IDLE


def test_events_of_ones_own_are_in_their_places() -> None:
    mine = [WorkflowEvent("mine", number) for number in range(100)]

    @executor(id="noisy")
    async def noisy(n: int, ctx: WorkflowContext[int, int]) -> None:
        await ctx.add_event(mine[n])
        await ctx.yield_output(n)
        if n < 99:
            await ctx.send_message(n + 1)

    result = run(WorkflowBuilder(start_executor=noisy).add_edge(noisy, noisy).build().run(0))
    assert result.get_outputs() == list(range(100))
    assert [event.data for event in result if event.type in ("mine", "output")] == [n for n in range(100) for _ in "ab"]
    assert [event for event in result if event.type == "mine"] == mine
    numbers = [event.sequence for event in result]
    assert numbers == list(range(3, 3 + len(result)))


def test_nothing_is_left_of_a_result() -> None:
    """What a result holds, read or not, goes with it."""
    made: list[int] = []

    class Big:
        def __del__(self) -> None:
            made.remove(1)

    @executor(id="send")
    async def send(n: int, ctx: WorkflowContext[Any]) -> None:
        made.append(1)
        await ctx.send_message(Big())

    @executor(id="take")
    async def take(big: Any, ctx: WorkflowContext[Any, int]) -> None:
        await ctx.yield_output(1)

    async def main(read: bool) -> None:
        workflow = WorkflowBuilder(start_executor=send).add_edge(send, take).build()
        result = await workflow.run(1)
        if read:
            assert types(result)
        del result, workflow

    for read in (False, True):
        run(main(read))
        gc.collect()
        assert made == []


def test_a_batch_that_nobody_reads_is_freed() -> None:
    async def main() -> WorkflowRunResult:
        return await two_steps().run("hey")

    result = run(main())
    event = list(result)[6]
    del result
    gc.collect()
    assert (event.data, event.executor_id, event.sequence) == ("YEH", "reverse", 9)
    assert lib.wf_batch_kinds(None) == 0


def test_asyncio_run_leaves_a_result_unread() -> None:
    assert not any(is_read(event) for event in asyncio.run(two_steps().run("hey")))


def test_code_in_c_finds_the_events_too() -> None:
    """Much of it takes the items of a list without asking its class."""
    assert list.__len__(fresh()) == 9
    assert types(list.copy(fresh())) == types(list.__iter__(fresh())) == TYPES
    into = alias = list[Any]()
    into += fresh()
    assert into is alias and types(into) == TYPES
    heap = fresh()
    with pytest.raises(TypeError):  # events have no order: it has compared some
        heapq.heapify(heap)
    assert json.loads(json.dumps(fresh(), default=lambda event: event.type)) == TYPES


def test_its_class_is_its_class() -> None:
    @dataclasses.dataclass
    class Holder:
        events: list[Any]

    assert type(fresh()) is WorkflowRunResult
    assert types(type(fresh())(event for event in fresh())) == TYPES
    for inside in (dataclasses.asdict(Holder(fresh()))["events"], dataclasses.astuple(Holder(fresh()))[0]):
        assert type(inside) is WorkflowRunResult and types(inside) == TYPES and inside[6].data == "YEH"


def test_what_is_set_at_an_event_stays() -> None:
    """Also before anything was read of it."""
    event, other, last = fresh()[:3]
    event.data = ["mine"]
    assert (event.data, event.type, event.iteration, event.sequence) == (["mine"], "superstep_started", 1, 3)
    other.executor_id, other.type = "mine", "other"
    assert (other.executor_id, other.type, other.data, other.sequence) == ("mine", "other", "hey", 4)
    assert (last.executor_id, last.type) == ("upper", "executor_completed")
    with pytest.raises(AttributeError, match="'WorkflowEvent' object has no attribute 'more'"):
        assert last.more  # type: ignore[attr-defined]

    async def main() -> None:
        async for event in two_steps().run("hey", stream=True):
            event.data = "mine"
            assert event.data == "mine" and (event.type != "output" or event.executor_id == "reverse")

    run(main())


@pytest.mark.parametrize("plain", [False, True])
def test_events_are_in_their_places_beside_hidden_ones_and_ones_own(plain: bool) -> None:
    async def waits(n: int, ctx: WorkflowContext[int, list[int]]) -> None:
        if n % 7 == 0:
            await ctx.add_event(WorkflowEvent("mine", n))
        if n % 3 == 0:
            await ctx.yield_output([n])
        if n < 70:
            await ctx.send_message(n + 1)

    def does_not(n: int, ctx: WorkflowContext[int, list[int]]) -> None:
        with contextlib.suppress(StopIteration):
            waits(n, ctx).send(None)  # its calls have happened when they are awaited

    count = FunctionExecutor(does_not if plain else waits, "count", input=int)

    def told(**options: Any) -> list[tuple[Any, ...]]:
        storage = InMemoryCheckpointStorage()
        workflow = WorkflowBuilder(start_executor=count, checkpoint_storage=storage).add_edge(count, count).build()
        result = run(workflow.run(1, **options))
        return [(event.type, event.sequence, event.executor_id, event.iteration) for event in result]

    everything = told(include_checkpoint_events=True, include_status_events=True)
    assert len(everything) > 5 * 70 and [sequence for _, sequence, *_ in everything] == [*range(2, len(everything) + 2)]
    assert told() == [event for event in everything if event[0] not in ("checkpoint", "status")]


def test_pydantic_finds_the_events() -> None:
    pydantic = pytest.importorskip("pydantic")
    assert types(pydantic.TypeAdapter(list[Any]).validate_python(fresh())) == TYPES


def test_threads_that_read_one_result_get_the_same_objects() -> None:
    @executor(id="many")
    async def many(n: int, ctx: WorkflowContext[int, list[int]]) -> None:
        for number in range(100):
            await ctx.yield_output([number])

    workflow = WorkflowBuilder(start_executor=many).build()
    looks: list[Callable[[WorkflowRunResult], Any]] = [
        WorkflowRunResult.get_outputs,
        lambda r: [event.data for event in r if event.type == "output"],
        lambda r: [event.data for event in r if event.executor_id == "many" and event.type == "output"],
        lambda r: [event.data for event in r if event.sequence and event.type == "output"],
    ]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(len(looks)) as threads:
            for _ in range(30):
                result = run(workflow.run(1))
                barrier = threading.Barrier(len(looks))

                def look(at: Callable[[WorkflowRunResult], Any]) -> Any:
                    barrier.wait()
                    return at(result)

                first, *others = threads.map(look, looks)
                assert first == [[number] for number in range(100)]
                for other in others:
                    assert all(one is another for one, another in zip(first, other)) and len(other) == 100
    finally:
        sys.setswitchinterval(before)


def test_what_a_run_hides_is_not_in_its_result() -> None:
    assert types(fresh(include_status_events=True)) == ["status", *TYPES, "status"]
    result = run(two_steps().run("hey", stream=True).get_final_response())
    assert type(result) is WorkflowRunResult and types(result) == TYPES and len(result.status_timeline()) == 2


def test_an_output_that_has_its_result_goes_once_all_is_read() -> None:
    class Report:
        result: Any = None

    @executor(id="report")
    async def report(n: int, ctx: WorkflowContext[Any, Report]) -> None:
        await ctx.yield_output(Report())

    result = run(WorkflowBuilder(start_executor=report).build().run(1))
    [output] = result.get_outputs()
    output.result = result
    assert all(event.sequence for event in [*result, *result.status_timeline()])
    gone = weakref.ref(output)
    del output, result
    gc.collect()
    assert gone() is None
