"""Values of classes that are not ours: attrs, pydantic, adapters, and types that are gone."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, Optional

import pytest
from samples import run

from libworkflow import (
    InMemoryCheckpointStorage,
    OpaqueValue,
    WorkflowBuilder,
    WorkflowCheckpoint,
    WorkflowContext,
    executor,
    register_type,
)
from libworkflow._codec import decode, encode
from libworkflow._registry import registry


def test_attrs() -> None:
    attrs = pytest.importorskip("attrs")

    @attrs.define
    class Slotted:
        a: int
        b: list[Slotted] = attrs.field(factory=list)

    @attrs.frozen(cache_hash=True)
    class Frozen:
        a: str
        later: int = 3

    @attrs.define(slots=False)
    class Open:
        a: tuple[int, ...]

    @attrs.frozen(slots=False, cache_hash=True)
    class Both:
        a: str

    opened = Open((1, 2))
    opened.more = {1}  # type: ignore[attr-defined]
    hashed = Frozen("x")
    assert hash(hashed)
    for value in (Slotted(1, [Slotted(2)]), hashed, opened, Both("x")):
        found = decode(encode(value))
        assert type(found) is type(value) and found == value
    assert decode(encode(opened)).more == {1}
    both = Both("x")
    assert hash(both) and b"hash" not in encode(both) and b"hash" not in encode(hashed)
    assert hash(decode(encode(both))) == hash(both) and hash(decode(encode(hashed))) == hash(hashed)
    older = encode(hashed).replace(b',"later":3', b"").replace(b'"later":3,', b"")
    assert older != encode(hashed) and decode(older) == hashed  # the class got an attribute since
    name = registry.of_value(Slotted(1)).name
    assert decode(b'{"$type":"%s","value":{"a":1}}' % name.encode()) == Slotted(1)
    with pytest.raises(TypeError, match=r"value\.b\[0\] cannot be saved"):
        encode(Slotted(1, [object()]))  # type: ignore[list-item]


def test_pydantic() -> None:
    pydantic = pytest.importorskip("pydantic")

    class Line(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        number: int
        note: Optional[str] = None

    class Order(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        model_config = pydantic.ConfigDict(frozen=True)
        lines: list[Line]
        by_key: dict[int, str] = {}  # noqa: RUF012

    class Loose(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        model_config = pydantic.ConfigDict(extra="allow")
        a: int
        _secret: int = pydantic.PrivateAttr(5)

    order = Order(lines=[Line(number=1), Line(number=2, note="x")], by_key={1: "a"})
    loose = Loose(a=1, b=(2, 3))
    loose._secret = 7
    for value in (order, loose, Line(number=3), Loose(a=2)):
        found = decode(encode(value))
        assert type(found) is type(value) and found == value
        assert found.model_fields_set == value.model_fields_set
        assert found.model_dump(exclude_unset=True) == value.model_dump(exclude_unset=True)
    assert decode(encode(loose))._secret == 7 and decode(encode(loose)).b == (2, 3)
    name = registry.of_value(order.lines[0]).name.encode()
    assert decode(b'{"$type":"%s","value":{"number":1}}' % name) == Line(number=1)  # a field came since
    with pytest.raises(pydantic.ValidationError):
        decode(encode(order)).lines = []  # frozen as before
    with pytest.raises(TypeError, match=r"message\.b cannot be saved"):
        encode(Loose(a=1, b=object()), "message")


def test_models_through_a_workflow() -> None:
    pydantic = pytest.importorskip("pydantic")

    class Item(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        name: str

    class Basket(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        items: list[Item]

    @executor(id="first")
    async def first(name: str, ctx: WorkflowContext[Basket]) -> None:
        await ctx.send_message(Basket(items=[Item(name=name)]))

    @executor(id="second")
    async def second(basket: Basket, ctx: WorkflowContext[None, Item]) -> None:
        await ctx.yield_output(basket.items[0])

    async def main() -> None:
        storage = InMemoryCheckpointStorage()
        builder = WorkflowBuilder(start_executor=first, checkpoint_storage=storage, name="basket")
        workflow = builder.add_edge(first, second).build()
        assert (await workflow.run("pear")).get_outputs() == [Item(name="pear")]
        middle = (await storage.list_checkpoint_ids())[1]
        assert (await workflow.run(checkpoint_id=middle)).get_outputs() == [Item(name="pear")]
        checkpoint = await storage.load(middle)
        assert checkpoint.messages["first"][0].data == Basket(items=[Item(name="pear")])

    run(main())


def test_nothing_of_theirs_is_imported() -> None:
    code = "import libworkflow, libworkflow._run, sys; print({'attr', 'attrs', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


# ---- Adapters


class Matrix:
    __slots__ = ("rows",)

    def __init__(self, rows: list[list[int]]) -> None:
        self.rows = rows

    def __reduce__(self) -> Any:
        raise AssertionError("nobody pickles")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Matrix) and other.rows == self.rows

    __hash__ = None  # type: ignore[assignment]


def test_adapters() -> None:
    with pytest.raises(TypeError, match=r"register_type\(cls, encode=\.\.\., decode=\.\.\.\)"):
        encode(Matrix([]))
    with pytest.raises(TypeError, match="encode="):
        register_type(Matrix)
    with pytest.raises(TypeError, match="both encode and decode"):
        register_type(Matrix, encode=lambda value: value.rows)
    assert register_type(Matrix, "matrix", encode=lambda value: value.rows, decode=Matrix) is Matrix
    assert encode([Matrix([[1]])]) == b'[{"$type":"matrix","value":[[1]]}]'
    assert decode(encode({"m": Matrix([[1, 2]])})) == {"m": Matrix([[1, 2]])}

    # What encode gives may hold values of other types, and bad ones are named as ever.
    register_type(Matrix, "matrix", encode=lambda value: tuple(value.rows), decode=lambda rows: Matrix(list(rows)))
    assert encode(Matrix([[1]])) == b'{"$type":"matrix","value":{"$type":"tuple","value":[[1]]}}'
    assert decode(encode(Matrix([[1]]))) == Matrix([[1]])

    class Other: ...

    with pytest.raises(ValueError, match="'matrix' is taken"):
        register_type(Other, "matrix", encode=vars, decode=Other)
    with pytest.raises(ValueError, match="'tuple' is taken"):
        register_type(Other, "tuple", encode=vars, decode=Other)
    with pytest.raises(ValueError, match="'matrix' cannot be read"):
        decode(b'{"$type":"matrix","value":7}')


def test_an_adapter_whose_function_fails() -> None:
    class Picky: ...

    def refuse(value: Picky) -> Any:
        raise LookupError("not this one")

    register_type(Picky, encode=refuse, decode=refuse)

    @executor(id="a")
    async def send(n: int, ctx: WorkflowContext[Picky]) -> None:
        await ctx.send_message(Picky())

    with pytest.raises(LookupError, match="not this one"):
        run(WorkflowBuilder(start_executor=send, checkpoint_storage=InMemoryCheckpointStorage()).build().run(1))


def test_adapters_travel() -> None:
    class Money:
        def __init__(self, cents: int) -> None:
            self.cents = cents

    register_type(Money, encode=lambda value: value.cents, decode=Money)

    @executor(id="first")
    async def first(n: int, ctx: WorkflowContext[Money]) -> None:
        await ctx.send_message(Money(n))

    @executor(id="second")
    async def second(money: Money, ctx: WorkflowContext[None, int]) -> None:
        await ctx.yield_output(money.cents)

    workflow = WorkflowBuilder(start_executor=first).add_edge(first, second).build()
    assert run(workflow.run(250)).get_outputs() == [250]


# ---- Types that moved or are gone

MODULE = """
from dataclasses import dataclass
from typing import Any
from libworkflow import *

{type}

@executor(id="first")
async def first(n: int, ctx: WorkflowContext[Any]) -> None:
    ctx.set_state("kept", make(n))
    ctx.set_state("again", make(n))
    await ctx.send_message(make(n))

@executor(id="second")
async def second(value: Any, ctx: WorkflowContext[Any, Any]) -> None:
    ctx.set_state("again", ctx.get_state("again"))
    ctx.set_state("sent", value)
    await ctx.yield_output(repr(value))

def build(storage):
    builder = WorkflowBuilder(name="gone", start_executor=first, checkpoint_storage=storage)
    return builder.add_edge(first, second).build()
"""
TYPE = """
@register_type
@dataclass
class Thing:
    n: int
    inside: tuple

def make(n): return Thing(n, (n, {n}))
"""
STEP = """
import asyncio, sys, things
from libworkflow import *
async def main():
    storage = FileCheckpointStorage("checkpoints")
    workflow = things.build(storage)
    if sys.argv[1] == "begin":
        async for event in workflow.run(1, stream=True, include_checkpoint_events=True):
            if event.type == "checkpoint" and event.iteration == 1: break
    elif sys.argv[1] == "resume":
        print(*(await workflow.run(checkpoint_id=LATEST)).get_outputs())
    else:
        latest = await storage.get_latest(workflow_name="gone")
        print({name: repr(value) for name, value in latest.state.items()})
asyncio.run(main())
"""


def step(folder: Path, verb: str) -> str:
    command = [sys.executable, "-c", STEP, verb]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_type_that_is_gone(tmp_path: Path) -> None:
    """A run begins where the type is, goes on where it is not, and is looked at where it is again."""
    module = tmp_path / "things.py"
    module.write_text(MODULE.format(type=TYPE))
    step(tmp_path, "begin")
    module.write_text(MODULE.format(type="make = None"))
    assert step(tmp_path, "resume").startswith("OpaqueValue(type_name='things:Thing', value={'n': 1, ")
    assert "OpaqueValue" in step(tmp_path, "look")
    shown = subprocess.run(
        [sys.executable, "-m", "libworkflow", "show", "--storage", "directory:checkpoints"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert 'kept = {"$type": "things:Thing"' in shown.stdout
    module.write_text(MODULE.format(type=TYPE))
    whole = repr(dict.fromkeys(("again", "kept", "sent"), "Thing(n=1, inside=(1, {1}))"))
    assert sorted(eval(step(tmp_path, "look")).items()) == sorted(eval(whole).items())


def test_a_type_that_moved(tmp_path: Path) -> None:
    """Its old name may be given to the class where it is now."""
    module = tmp_path / "things.py"
    module.write_text(MODULE.format(type=TYPE))
    step(tmp_path, "begin")
    (tmp_path / "moved.py").write_text(
        "from libworkflow import register_type\n"
        + TYPE.replace("@register_type\n", '@register_type(name="things:Thing")\n').replace(
            "@dataclass", "@__import__('dataclasses').dataclass"
        )
    )
    module.write_text(MODULE.format(type="from moved import make"))
    assert step(tmp_path, "resume") == "Thing(n=1, inside=(1, {1}))"


def test_an_opaque_value_is_saved_again_unchanged() -> None:
    async def main() -> None:
        text = b'{"$type":"gone:Thing","value":{"a":[1,{"$type":"tuple","value":[2]}],"$odd":null}}'
        value = decode(text)
        assert isinstance(value, OpaqueValue) and encode(value) == text
        storage = InMemoryCheckpointStorage()
        checkpoint = WorkflowCheckpoint("w", "0" * 64, state={"k": value})
        await storage.save(checkpoint)
        loaded = await storage.load(checkpoint.checkpoint_id)
        assert loaded.state == {"k": value} and encode(loaded.state["k"]) == text
        assert await storage.list_checkpoint_ids(workflow_name="w") == [checkpoint.checkpoint_id]

    run(main())


def test_old_texts_are_plain() -> None:
    """Nothing of this package is needed to read what it wrote."""
    import json

    assert json.loads(encode({"a": [1, "x", None]})) == {"a": [1, "x", None]}
    assert textwrap.dedent(encode((1,)).decode()) == '{"$type":"tuple","value":[1]}'
