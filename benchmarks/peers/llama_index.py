"""llama-index-workflows. It keeps no checkpoints itself: a program may write down `ctx.to_dict()`, which is not done here."""

import asyncio

from workflows import Context, Workflow, step
from workflows.events import Event, StartEvent, StopEvent
from workload_data import payload as made

_NONE = "keeps no checkpoints itself (a program may store ctx.to_dict())"
SYNCS = _NONE
CANNOT = dict.fromkeys(["loop_memory", "loop_durable", "grow_*", "payload_durable", "resume", "many"], _NONE)


class Next(Event):
    n: int


class Job(Event):
    n: int


class Answer(Event):
    n: int


class Carried(Event):
    hop: int
    data: dict


def result_of(flow, **values):
    async def run():
        return await flow.run(**values)

    return lambda: asyncio.run(run())


def loop(steps):
    class Count(Workflow):
        @step
        async def begin(self, event: StartEvent) -> Next:
            return Next(n=1)

        @step
        async def count(self, event: Next) -> Next | StopEvent:
            return Next(n=event.n + 1) if event.n < steps else StopEvent(result=event.n)

    return result_of(Count(timeout=None))


def fan(workers, rounds):
    """Its workers are one step with `workers` at a time."""

    class Fan(Workflow):
        done = 0

        @step
        async def begin(self, event: StartEvent) -> Next:
            return Next(n=0)

        @step
        async def spread(self, ctx: Context, event: Next) -> Job | None:
            for _ in range(workers):
                ctx.send_event(Job(n=event.n))
            return None

        @step(num_workers=workers)
        async def work(self, event: Job) -> Answer:
            return Answer(n=event.n)

        @step
        async def collect(self, ctx: Context, event: Answer) -> Next | StopEvent | None:
            answers = ctx.collect_events(event, [Answer] * workers)
            if answers is None:
                return None
            self.done += len(answers)
            return Next(n=event.n + 1) if self.done < workers * rounds else StopEvent(result=self.done)

    return result_of(Fan(timeout=None))


def payload(hops, size):
    class Hops(Workflow):
        @step
        async def begin(self, event: StartEvent) -> Carried:
            return Carried(hop=1, data=event.data)

        @step
        async def carry(self, event: Carried) -> Carried | StopEvent:
            if event.hop < hops:
                return Carried(hop=event.hop + 1, data=event.data)
            return StopEvent(result=len(event.data["records"]))

    return result_of(Hops(timeout=None), data=made(size))


def start():
    return loop(2)
