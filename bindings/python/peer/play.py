"""Plays plans of `plans.py` under one of the two packages: a plan is a line of JSON, and so is what happened.

    python play.py agent_framework      or      python play.py libworkflow

Nothing here knows which of them it is.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import sys
import warnings
from typing import Any, Union

af = importlib.import_module(sys.argv[1])
WorkflowContext = af.WorkflowContext
Value = Union[int, str]

MOST_CALLS = 300
"""Of handlers, in one plan. What goes beyond that is not compared."""

calls = 0
failures_left: dict[str, int] = {}


class TooMuch(Exception):
    """The plan multiplies its messages."""


def number(message: Any) -> int:
    """What conditions, selectors and handlers see of a message."""
    if isinstance(message, list):
        return max(map(number, message), default=0)
    return int(message)


def holds(test: list[int], message: Any) -> bool:
    """Whether a number leaves the remainder `test[1]` when it is divided by `test[0]`."""
    return number(message) % test[0] == test[1]


class Node(af.Executor):
    """Does what its plan says, whatever the message is. Subclasses differ in what they take."""

    def __init__(self, plan: dict[str, Any]) -> None:
        super().__init__(id=plan["id"])
        self.plan = plan
        self.count = 0

    async def perform(self, message: Any, ctx: Any, steps: list[dict[str, Any]]) -> None:
        global calls
        calls += 1
        if calls > MOST_CALLS:
            raise TooMuch
        n = number(message)
        for step in steps:
            if "when" in step and not holds(step["when"], message):
                continue
            await getattr(self, step["do"])(n, message, ctx, step)

    async def send(self, n: int, message: Any, ctx: Any, step: dict[str, Any]) -> None:
        less = n - step["less"]
        if less >= 0:
            await ctx.send_message(str(less) if step["text"] else less, target_id=step["target"])

    async def give(self, n: int, message: Any, ctx: Any, step: dict[str, Any]) -> None:
        await ctx.yield_output([step["mark"], message])

    async def give_sources(self, n: int, message: Any, ctx: Any, step: dict[str, Any]) -> None:
        await ctx.yield_output([n, sorted(ctx.source_executor_ids)])

    async def count_up(self, n: int, message: Any, ctx: Any, step: dict[str, Any]) -> None:
        self.count += 1
        await ctx.yield_output(["count", self.count])

    async def add(self, n: int, message: Any, ctx: Any, step: dict[str, Any]) -> None:
        ctx.set_state(step["key"], ctx.get_state(step["key"], 0) + n)

    async def keep(self, n: int, message: Any, ctx: Any, step: dict[str, Any]) -> None:
        ctx.set_state(step["key"], {"last": [n, message]})

    async def look(self, n: int, message: Any, ctx: Any, step: dict[str, Any]) -> None:
        await ctx.yield_output([step["key"], ctx.get_state(step["key"])])

    async def pause(self, n: int, message: Any, ctx: Any, step: dict[str, Any]) -> None:
        for _ in range(step["turns"]):
            await asyncio.sleep(0)

    async def ask(self, n: int, message: Any, ctx: Any, step: dict[str, Any]) -> None:
        await ctx.request_info(f"{n}?", int)

    async def fail(self, n: int, message: Any, ctx: Any, step: dict[str, Any]) -> None:
        if failures_left.setdefault(self.id, step["times"]) > 0:
            failures_left[self.id] -= 1
            raise ValueError(f"{self.id} does not like {n}")

    async def on_checkpoint_save(self) -> dict[str, Any]:
        return {"count": self.count} if self.plan["saves"] else {}

    async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
        self.count = state.get("count", 0)

    @af.response_handler
    async def hear(self, question: str, answer: int, ctx: WorkflowContext[Value, Any]) -> None:
        await ctx.yield_output([question, answer, ctx.request_id is not None])
        await self.perform(answer, ctx, self.plan["then"])


class TakesNumbers(Node):
    @af.handler
    async def take_number(self, message: int, ctx: WorkflowContext[Value, Any]) -> None:
        await self.perform(message, ctx, self.plan["steps"])


class TakesTexts(Node):
    @af.handler
    async def take_text(self, message: str, ctx: WorkflowContext[Value, Any]) -> None:
        await self.perform(message, ctx, self.plan["steps"])


class TakesBoth(TakesNumbers):
    @af.handler
    async def take_text(self, message: str, ctx: WorkflowContext[Value, Any]) -> None:
        await self.perform(message, ctx, self.plan["steps"])


class TakesAll(TakesBoth):
    """Also what a fan-in gathers."""

    @af.handler
    async def take_list(self, message: list[Value], ctx: WorkflowContext[Value, Any]) -> None:
        await self.perform(message, ctx, self.plan["steps"])


KINDS = {"numbers": TakesNumbers, "texts": TakesTexts, "both": TakesBoth, "all": TakesAll}


def build(plan: dict[str, Any], storage: Any) -> Any:
    nodes = {node["id"]: KINDS[node["takes"]](node) for node in plan["nodes"]}
    options = {name: plan[name] for name in ("output_from", "intermediate_output_from") if name in plan}
    for name, value in options.items():
        options[name] = value if isinstance(value, str) else [nodes[id] for id in value]
    builder = af.WorkflowBuilder(
        max_iterations=plan["max_iterations"],
        name="plan",
        start_executor=nodes[plan["nodes"][0]["id"]],
        checkpoint_storage=storage,
        **options,
    )
    for group in plan["groups"]:
        add(builder, group, nodes)
    return builder.build()


def add(builder: Any, group: dict[str, Any], nodes: dict[str, Node]) -> None:
    kind = group["kind"]
    if kind == "chain":
        builder.add_chain([nodes[id] for id in group["ids"]])
        return
    targets = [nodes[id] for id in group["targets"]]
    if kind == "fan_in":
        builder.add_fan_in_edges([nodes[id] for id in group["sources"]], targets[0])
        return
    source, tests = nodes[group["source"]], group.get("tests", [])
    if kind == "edge":
        builder.add_edge(source, targets[0], condition=asker(tests[0]) if tests else None)
    elif kind == "fan_out":
        builder.add_fan_out_edges(source, targets)
    elif kind == "switch":
        cases = [af.Case(condition=asker(test), target=target) for test, target in zip(tests, targets)]
        builder.add_switch_case_edge_group(source, [*cases, af.Default(target=targets[-1])])
    elif kind == "select":

        def select(message: Any, ids: list[str]) -> list[str]:
            return [id for id, test in zip(ids, tests) if holds(test, message)]

        builder.add_multi_selection_edge_group(source, targets, selection_func=select)
    else:
        raise AssertionError(kind)


def asker(test: list[int]) -> Any:
    def ask(message: Any) -> bool:
        return holds(test, message)

    return ask


class Game:
    """One plan."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.storage = af.InMemoryCheckpointStorage()
        self.told: list[dict[str, Any]] = []
        self.pending: dict[str, list[Any]] = {}
        """The requests that wait: their executor and their question by id."""

    async def play(self) -> dict[str, Any]:
        try:
            workflow = build(self.plan, self.storage)
        except af.WorkflowValidationError as error:
            found = getattr(error, "problems", [error])
            return {"refused": type(error).__name__, "problems": len(found)}
        for turn in self.plan["turns"]:
            if not await self.converse(workflow, turn):
                break
        history = await self.history()
        for at, answers, fresh in self.plan["resume"]:
            checkpoint = history[at % len(history)]
            if fresh:
                workflow = build(self.plan, self.storage)
            self.pending = waiting(checkpoint.pending_request_info_events.values())
            responses = self.responses(answers)
            await self.turn(workflow, {"checkpoint_id": checkpoint.checkpoint_id}, at % len(history))
            if responses:
                await self.turn(
                    workflow, {"checkpoint_id": checkpoint.checkpoint_id, "responses": responses}, at % len(history)
                )
        return {"turns": self.told, "checkpoints": [shown(checkpoint) for checkpoint in history]}

    async def converse(self, workflow: Any, turn: dict[str, Any]) -> bool:
        """A message, and answers to what is asked; False if something failed: there the object is of no use then."""
        if not await self.turn(workflow, {"message": turn["message"]}):
            return False
        for answers in turn["answers"]:
            responses = self.responses(answers)
            if responses and not await self.turn(workflow, {"responses": responses}):
                return False
        return True

    def responses(self, answers: list[Any]) -> dict[str, int]:
        """For some of the requests that wait: which of them, and with what, is the plan's."""
        waits = sorted(self.pending.items(), key=lambda item: item[1])
        chosen = [entry for at, entry in enumerate(waits) if answers[0] >> at & 1]
        return {id: answers[1] for id, _ in chosen}

    async def turn(self, workflow: Any, how: dict[str, Any], resumed: Any = None) -> bool:
        """One call of `run`."""
        supersteps: list[dict[str, Any]] = []
        length = len(await self.history())
        entry: dict[str, Any] = {
            "how": sorted(how),
            "from": resumed,
            "history": length,
            "waiting": len(self.pending),
            "supersteps": supersteps,
            "states": [],
        }
        self.told.append(entry)
        for id in how.get("responses", ()):
            self.pending.pop(id, None)
        happenings: list[Any] = []
        entry["before"] = happenings
        try:
            async for event in workflow.run(stream=True, **how):
                kind = event.type
                if kind == "status":
                    entry["states"].append([len(supersteps), event.state.name])
                elif kind == "superstep_started":
                    happenings = []
                    supersteps.append({"number": event.iteration, "did": happenings, "done": False})
                elif kind == "superstep_completed":
                    supersteps[-1]["done"] = True
                elif kind in ("started", "failed", "warning"):
                    pass
                elif kind == "request_info":
                    self.pending[event.request_id] = [event.source_executor_id, event.data]
                    happenings.append([kind, event.source_executor_id, event.data])
                else:
                    happenings.append([kind, event.executor_id, None if kind == "executor_failed" else event.data])
        except TooMuch:
            raise
        except Exception as error:
            entry["error"] = [type(error).__name__, str(error) if isinstance(error, ValueError) else ""]
        entry["status"] = workflow.status.name
        return "error" not in entry

    async def history(self) -> list[Any]:
        """The checkpoints of superstep boundaries, oldest first."""
        found = await self.storage.list_checkpoints(workflow_name="plan")
        known = {checkpoint.checkpoint_id: checkpoint for checkpoint in found}
        chain = []
        at = await self.storage.get_latest(workflow_name="plan")
        while at is not None:
            chain.append(at)
            at = known.get(at.previous_checkpoint_id or "")
        return [c for c in reversed(chain) if getattr(c, "document", {}).get("kind") != "partial"]


def waiting(events: Any) -> dict[str, list[Any]]:
    return {event.request_id: [event.source_executor_id, event.data] for event in events}


def shown(checkpoint: Any) -> dict[str, Any]:
    """What a checkpoint says, without the names that are reserved."""
    state = {key: value for key, value in checkpoint.state.items() if not key.startswith("_")}
    saved = {id: it for id, it in checkpoint.state.get("_executor_state", {}).items() if it}
    messages = {
        source: sorted(json.dumps([message.data, message.target_id]) for message in of_source)
        for source, of_source in checkpoint.messages.items()
        if of_source
    }
    pending = sorted(waiting(checkpoint.pending_request_info_events.values()).values())
    return {
        "number": checkpoint.iteration_count,
        "state": state,
        "saved": saved,
        "messages": messages,
        "pending": pending,
    }


def main() -> None:
    global calls
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        calls = 0
        failures_left.clear()
        try:
            answer = asyncio.run(Game(json.loads(line)).play())
        except TooMuch:
            answer = {"too_much": True}
        except Exception as error:
            import traceback

            answer = {"broken": "".join(traceback.format_exception(type(error), error, error.__traceback__))}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
