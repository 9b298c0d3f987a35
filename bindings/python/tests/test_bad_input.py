"""Whatever users get wrong: they see their own error, nothing hangs, and nothing is left behind."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from dataclasses import dataclass, field
from typing import Any, Optional

import bad_things
import pytest
from samples import run

from libworkflow import (
    Executor,
    InMemoryCheckpointStorage,
    WorkflowBuilder,
    WorkflowCheckpointException,
    WorkflowContext,
    executor,
    handler,
)


@pytest.mark.parametrize("kind", bad_things.KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("place", bad_things.PLACES)
def test_every_exception_everywhere(place: str, kind: type[BaseException]) -> None:
    error = bad_things.outcome(place, kind)
    chain = [error]
    while chain[-1] is not None and (chain[-1].__cause__ or chain[-1].__context__) not in (None, *chain):
        chain.append(chain[-1].__cause__ or chain[-1].__context__)  # type: ignore[arg-type]
    assert any(
        type(each) is kind or (each.__class__ is RuntimeError and "raised Stop" in str(each)) for each in chain
    ), chain
    if place in ("save", "restore", "storage") and issubclass(kind, Exception):
        assert type(error) in (kind, WorkflowCheckpointException, RuntimeError)
    files = []
    for each in chain:
        trace = each.__traceback__
        while trace is not None:
            files.append(trace.tb_frame.f_code.co_filename)
            trace = trace.tb_next
    assert bad_things.__file__ in files, "their own line is in the traceback"


def test_streams_that_change_their_loop() -> None:
    answers = list(bad_things.two_loops())
    assert answers == ["RuntimeError: this stream began on another event loop: go on with it there, or drop it"] * 2


# ---- Handlers


@pytest.mark.parametrize(
    "make",
    [
        lambda: executor(lambda: None),
        lambda: executor(lambda message: None),  # no type
        lambda: executor(7),  # type: ignore[call-overload]
        lambda: executor(id="x")(None),  # type: ignore[arg-type]
        lambda: executor(print),
        lambda: handler(7),  # type: ignore[type-var]
        lambda: handler(lambda self: None),
        lambda: Executor("no handlers"),
        lambda: WorkflowBuilder(start_executor="a"),  # type: ignore[arg-type]
    ],
)
def test_wrong_signatures(make: Any) -> None:
    with pytest.raises((ValueError, TypeError)) as raised:
        make()
    assert str(raised.value)


# ---- Values


@dataclass
class Box:
    inside: Any = None
    others: list[Any] = field(default_factory=list)


def circle() -> Any:
    box = Box()
    box.others = [1, {"k": (box,)}]
    return box


def ring() -> Any:
    found: list[Any] = [0]
    found.append(found)
    return found


def deep(levels: int = 100_000) -> Any:
    found: Any = 1
    for _ in range(levels):
        found = [found]
    return found


def bushy() -> Any:
    """Deep, with more ways through it than there are atoms."""
    found: Any = 1
    for _ in range(5000):
        found = [found, found]
    return found


BAD = [
    (circle, r".others[1]['k'][0] cannot be saved in a checkpoint: it contains itself"),
    (ring, "[1] cannot be saved in a checkpoint: it contains itself"),
    (deep, "[0][0][0][0][0]... cannot be saved in a checkpoint: it is nested too deeply"),
    (bushy, "it is nested too deeply"),
    (lambda: {"a": [Box(object())]}, "['a'][0].inside cannot be saved in a checkpoint: it is of type builtins.object"),
    (lambda: {(1, 2): {object()}}, "cannot be saved in a checkpoint: it is of type builtins.object"),
    (lambda: [open], "[0] cannot be saved in a checkpoint"),
    (lambda: threading.Lock(), "cannot be saved in a checkpoint"),
    (lambda: (n for n in range(3)), "cannot be saved in a checkpoint"),
]


@pytest.mark.parametrize("way", ["message", "state['k']", "an item of state['k']", "request"])
@pytest.mark.parametrize(("make", "words"), BAD)
def test_values_that_cannot_be_saved(way: str, make: Any, words: str) -> None:
    @executor(id="sender")
    async def send(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        value = make()
        if way == "message":
            await ctx.send_message(value)
        elif way == "request":
            await ctx.request_info(value, str)
        elif way == "state['k']":
            ctx.set_state("k", value)
        else:
            ctx.append_state("k", value)

    with pytest.raises(TypeError) as raised:
        # A message is written where there is a storage, when its superstep ends; the others are right away.
        storage = InMemoryCheckpointStorage() if way == "message" else None
        run(WorkflowBuilder(start_executor=send, checkpoint_storage=storage).build().run(1))
    text = str(raised.value)
    assert text.startswith(f"executor 'sender': {way}") and words in text
    assert len(text) < 400


def test_deep_values_that_are_not_too_deep() -> None:
    @executor(id="a")
    async def send(n: int, ctx: WorkflowContext[Any, Any]) -> None:
        await ctx.yield_output(deep(100))

    assert run(WorkflowBuilder(start_executor=send).build().run(1)).get_outputs() == [deep(100)]


def test_values_without_hash() -> None:
    class Unhashable(Box):
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            raise RuntimeError("nobody compares")

    @executor(id="a")
    async def send(n: int, ctx: WorkflowContext[Unhashable]) -> None:
        await ctx.send_message(Unhashable([n]))

    @executor(id="b")
    async def take(box: Unhashable, ctx: WorkflowContext[None, int]) -> None:
        await ctx.yield_output(box.inside[0])

    assert run(WorkflowBuilder(start_executor=send).add_edge(send, take).build().run(5)).get_outputs() == [5]


# ---- Handles

COUNTER = """
import ctypes, gc, sys
live, called = {}, set()
find = ctypes.CDLL.__getattr__

class Counted:
    def __init__(self, name, real):
        self.__dict__.update(name=name, real=real)
    def __setattr__(self, name, value):
        setattr(self.real, name, value)
    def __call__(self, *arguments):
        called.add(self.name)
        if self.name.endswith("_free"):
            live.pop(getattr(arguments[0], "value", arguments[0]), None)
            return self.real(*arguments)
        # What is given in a void * is the caller's; in a char * it is borrowed.
        outs = [getattr(each, "_obj", None) for each in arguments]
        outs = [each for each in outs if type(each) is ctypes.c_void_p]
        before = [each.value for each in outs]
        status = self.real(*arguments)
        for each, old in zip(outs, before):
            if each.value and each.value != old:
                live[each.value] = self.name
        return status

def get(library, name):
    found = find(library, name)
    if name.startswith("wf_"):
        found = library.__dict__[name] = Counted(name, found)
    return found

ctypes.CDLL.__getattr__ = get
import bad_things
for _ in range(2):
    bad_things.everything()
    gc.collect()
    print(len(live), "left", *sorted(live.values())[:20])
print(*sorted(name for name in called if name.endswith("_free")))
"""


def test_no_handle_is_left() -> None:
    """In a process of its own, where every call of the library is looked at: what it gives must be freed."""
    done = subprocess.run([sys.executable, "-c", COUNTER], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    *left, freed = done.stdout.splitlines()
    assert left == ["0 left"] * 2
    assert {"wf_builder_free", "wf_error_free", "wf_event_free", "wf_run_free", "wf_workflow_free"} <= set(
        freed.split()
    )
    assert "never awaited" not in done.stderr and "was destroyed" not in done.stderr


def test_optional_is_used() -> None:
    """A handler may take what may be None."""

    @executor(id="a")
    async def take(n: Optional[int], ctx: WorkflowContext[None, str]) -> None:
        await ctx.yield_output(textwrap.dedent("  ok"))

    assert run(WorkflowBuilder(start_executor=take).build().run(3)).get_outputs() == ["ok"]
