"""Values survive JSON exactly, and what cannot is refused with the place named."""

from __future__ import annotations

import enum
import json
import math
import os
import subprocess
import sys
import threading
from collections import Counter, OrderedDict, deque, namedtuple
from dataclasses import InitVar, dataclass, field, is_dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, NamedTuple, Optional, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libworkflow import OpaqueValue, register_type
from libworkflow._codec import decode, decoder, encode
from libworkflow._registry import TypeRegistry, registry


class Color(enum.Enum):
    RED = "r"
    BLUE = object()


class Word(str, enum.Enum):
    YES = "yes"


class Number(enum.IntEnum):
    ONE = 1


class Access(enum.Flag):
    READ = 1
    WRITE = 2


@dataclass
class Task:
    name: str
    left: list[int] = field(default_factory=list)
    parent: Optional[Task] = None


@dataclass(frozen=True)
class Point:
    x: float
    y: float = 0.0


class Slotted:
    __slots__ = ("a", "b")


@dataclass
class SlottedRecord(Slotted):
    a: int
    b: tuple[int, ...]


@dataclass
class WithSetup:
    base: int
    factor: InitVar[int]
    product: int = field(init=False)

    def __post_init__(self, factor: int) -> None:
        self.product = self.base * factor
        self.note = "not a field"


Pair = namedtuple("Pair", "left right")


class Typed(NamedTuple):
    name: str
    when: date


T = TypeVar("T")


@dataclass
class Box(Generic[T]):
    content: T


def same(left: Any, right: Any) -> bool:
    """Equal in value and type, at every depth; NaN equals NaN and 0.0 is not -0.0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return (math.isnan(left) and math.isnan(right)) or (
            left == right and math.copysign(1, left) == math.copysign(1, right)
        )
    if isinstance(left, complex):
        return same(left.real, right.real) and same(left.imag, right.imag)
    if isinstance(left, dict):
        return len(left) == len(right) and all(same(a, b) and same(left[a], right[b]) for a, b in zip(left, right))
    if isinstance(left, (list, tuple, deque)):
        return len(left) == len(right) and all(map(same, left, right))
    if is_dataclass(left):
        return same(vars(left), vars(right))
    if isinstance(left, (datetime, time)):
        return left == right and left.fold == right.fold and str(left.tzinfo) == str(right.tzinfo)
    if isinstance(left, Decimal):
        return left.compare_total(right) == 0
    return bool(left == right)


def trip(value: Any) -> Any:
    raw = encode(value)
    json.loads(raw)
    assert b"NaN" not in raw or b"$type" in raw
    return decode(raw)


plain = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2**63 - 1,
    -(2**63),
    0.0,
    -0.0,
    1.0,
    1e300,
    "",
    "a",
    "é\U0001f600",
    "\0",
    "\u2028",
]
tagged = [
    2**63, -(2**63) - 1, 10**300, math.inf, -math.inf, math.nan, "\ud800", "a\udfffé\\u0041", "\ud83d\ude00",
    (), (1, 2), (1, [2, (3,)]), {1}, set(), frozenset({"a", 1}), {1: "a", "1": "b", None: 0, (1, 2): 3}, {True: 4},
    Box(math.inf), Box("\ud800"), [Box(math.nan)], Box([Point(1, math.nan)]), Box(2**64),
    {"$type": "tuple", "value": [1]}, {"$type": 1}, {"a\0b": 1}, {"\ud800": 1}, OrderedDict(b=1, a=2), Counter("abca"),
    deque([1, (2,)], 5), deque(), 1 + 2j, complex(math.nan, -0.0), b"", b"\xff\0", bytearray(b"ab"),
    datetime(2026, 11, 21, 5, 19, 0, 123456), datetime(2026, 1, 1, tzinfo=timezone.utc),
    datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-5, seconds=7))),
    datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1), "CET")),
    datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Paris")), datetime(2026, 10, 25, 2, 30, fold=1),
    time(1, 2, 3), time(1, 2, tzinfo=timezone.utc, fold=1), date(1, 1, 1), timedelta(-1, 2, 3),
    Decimal("1.10"), Decimal("-0"), Decimal("sNaN"), Decimal("1E+999"), UUID(int=7), Path("/tmp/x"),
    Color.RED, Color.BLUE, Word.YES, Number.ONE, Access.READ | Access.WRITE, Access(0),
    Task("t", [1, 2], Task("p")), Point(1, -0.0), Pair(1, (2,)), Typed("n", date(2026, 1, 1)), Box(Box((1,))),
    {"deep": [{"er": [Point(1.0, 2.0), {3}]}]}, [1, 2**70, "x"], [math.nan, 1.0], {"k": "\ud800"},
]  # fmt: skip


@pytest.mark.parametrize("value", plain + tagged)
def test_value_survives_exactly(value: Any) -> None:
    assert same(trip(value), value)
    assert same(trip([value, {"k": value}]), [value, {"k": value}])


@pytest.mark.parametrize("value", plain + tagged)
def test_value_among_many_survives_exactly(value: Any) -> None:
    for odd in (value, [value], {"k": value}, {"k": [{"l": value}]}):
        many = [*({"n": i, "t": "x", "l": [i]} for i in range(30)), odd]
        assert same(trip(many), many)
        assert same(trip({"rows": many, "again": many}), {"rows": many, "again": many})


@pytest.mark.parametrize("value", [*plain, plain, {"a": plain, "b": {"c": [[], {}]}}, [[1], [2.5, None]]])
def test_plain_json_stays_plain(value: Any) -> None:
    assert b"$type" not in encode(value)
    assert json.loads(encode(value)) == value


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.dates()
    | st.times()
    | st.timedeltas()
    | st.uuids()
    | st.sampled_from([*Color, *Word, *Number, Access.READ])
    | st.complex_numbers()
)
keys = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=())) | st.just("$type")
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(keys, inner)
        | st.lists(inner).map(tuple)
        | st.lists(inner).map(deque)
        | st.builds(Point, inner, inner)
        | st.builds(Box, inner)
        | st.builds(Pair, inner, inner)
        | st.sets(keys)
        | st.sets(keys).map(frozenset)
    ),
    max_leaves=20,
)


@given(values)
def test_any_value_survives_exactly(value: Any) -> None:
    raw = encode(value)
    assert same(decode(raw), value)
    assert encode(decode(raw)) == raw


@given(values)
def test_text_is_the_same_for_equal_values(value: Any) -> None:
    assert encode(value) == encode(trip(value))


def test_sets_are_written_in_one_order() -> None:
    script = "from libworkflow._codec import encode; print(encode({'a', 'b', 'c', 'd', ('e',), None}).decode())"
    texts = {
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(texts) == 1


def test_dataclass_is_rebuilt_without_its_constructor() -> None:
    value = WithSetup(2, 3)
    value.product = 99
    back = trip(value)
    assert (back.base, back.product, back.note) == (2, 99, "not a field")


def test_slots_survive() -> None:
    assert trip(SlottedRecord(1, (2, 3))) == SlottedRecord(1, (2, 3))


def test_class_made_in_a_function_survives() -> None:
    @dataclass
    class Local:
        x: int

    assert trip(Local(3)) == Local(3)


def test_class_made_twice_takes_the_place_of_the_first() -> None:
    def make() -> Any:
        @dataclass
        class Again:
            x: int

        return Again

    first, second = make(), make()
    raw = encode(first(1))
    assert type(decode(raw)) is first
    encode(second(1))
    assert type(decode(raw)) is second
    shape = registry.add(first)
    encode(second(1))
    assert type(decoder({shape.name: shape})(raw)) is first


def test_field_added_later_gets_its_default() -> None:
    name = registry.add(Task).name
    assert decode(json.dumps({"$type": name, "value": {"name": "t"}}).encode()) == Task("t")


def test_unknown_type_stays_what_it_was() -> None:
    raw = b'{"a":[{"$type":"elsewhere:Thing","value":{"x":[1,{"$type":"tuple","value":[2]}]}},{"$type":"odd","x":1}]}'
    value = decode(raw)
    assert isinstance(value["a"][0], OpaqueValue)
    assert value["a"][0].type_name == "elsewhere:Thing"
    assert value["a"][0].value == {"x": [1, (2,)]}
    assert encode(value) == raw


def test_loading_imports_nothing() -> None:
    assert "this" not in sys.modules
    assert isinstance(decode(b'{"$type":"this:s","value":{}}'), OpaqueValue)
    assert isinstance(decode(b'{"$type":"os:system","value":"true"}'), OpaqueValue)
    assert "this" not in sys.modules


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (threading.Lock(), "message cannot"),
        ({"a": [1, (2, threading.Lock())]}, "message['a'][1][1] cannot"),
        (Task("t", [threading.Lock()]), "message.left[0] cannot"),  # type: ignore[list-item]
        (lambda: 0, "message cannot"),
        (type("Text", (str,), {})("x"), "message cannot"),
        ({"k": type("Numbers", (list,), {})()}, "message['k'] cannot"),
        (Exception("no"), "message cannot"),
        ({object(): 1}, "cannot"),
    ],
)
def test_refusal_names_the_place(value: Any, place: str) -> None:
    with pytest.raises(TypeError, match="saved in a checkpoint") as error:
        encode(value, "message")
    assert place in str(error.value)


def test_many_that_contain_themselves_are_refused() -> None:
    many: list[Any] = [{"n": i} for i in range(30)]
    many[7]["back"] = many[8]["back"] = many
    with pytest.raises(TypeError, match="contains itself"):
        encode(many)


def test_value_that_contains_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(TypeError, match="contains itself"):
        encode(loop)
    loop[0] = (loop,)
    with pytest.raises(TypeError, match="contains itself"):
        encode(loop)


def _rows(count: int) -> list[Any]:
    return [{"n": n, "é": [None, True, -0.5, "\n"]} for n in range(count)]


@pytest.mark.parametrize(
    "value",
    [
        _rows(500),
        _rows(501),
        _rows(1001),
        {"rows": _rows(600)},
        {"a": 1, "b": {"c": {"d": {"e": {"f": _rows(600)}}, "g": _rows(1501)}, "empty": {}}, "z": "z", "none": []},
        {"a": _rows(600), "b": [_rows(600), _rows(3)], 'q"': _rows(20)},
        {str(n): _rows(501) for n in range(17)},
        [*_rows(600), "a", 1, None, [], {}],
        ["a", *_rows(600)],
        [[n] for n in range(1000)],
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_long_value_is_written_in_pieces_that_fit_together(value: Any) -> None:
    text = encode(value)
    assert text == json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    assert decode(text) == value


@pytest.mark.parametrize("other", [math.nan, 2**70, (1,), b"x", "\ud800", {"$type": "x"}, {1: 2}, date(2020, 2, 2)])
@pytest.mark.parametrize("place", [0, 499, 500, 999])
def test_what_needs_a_tag_in_a_long_value(other: Any, place: int) -> None:
    rows = _rows(1000)
    rows[place]["n"] = other
    for value in (rows, {"rows": rows}):
        assert same(trip(value), value)
    rows[place] = object()
    with pytest.raises(TypeError, match=rf"\['rows'\]\[{place}\]"):
        encode({"rows": rows})


@pytest.mark.parametrize(
    "raw",
    [
        b'{"$type":"datetime","value":"yesterday"}',
        b'{"$type":"dict","value":[[[],1]]}',
        b'{"$type":"UUID","value":3}',
        b"[1",
        b"1 2",
    ],
)
def test_damaged_text_is_an_error(raw: bytes) -> None:
    with pytest.raises(ValueError):
        decode(raw)


def test_white_space_around_a_value_is_fine() -> None:
    assert decode(b' {"a": 1} \n') == {"a": 1}


class TestRegistry:
    def test_chosen_name(self) -> None:
        """The host's word comes first. .NET W27."""
        types = TypeRegistry()
        assert types.add(Point, "point.v1").name == "point.v1"
        with pytest.raises(ValueError, match="taken"):
            types.add(Task, "point.v1")
        with pytest.raises(ValueError, match="standard library"):
            types.add(Task, "tuple")

    def test_decorator(self) -> None:
        @register_type(name="codec-test.thing")
        @dataclass
        class Thing:
            x: int

        assert b'"codec-test.thing"' in encode(Thing(1))
        assert trip(Thing(1)) == Thing(1)

    def test_plain_classes_come_back_without_running_their_code(self) -> None:
        class Plain(Generic[T]):
            def __init__(self, *items: Any) -> None:
                built.append(self)
                self.items = items

        built: list[Any] = []
        again = trip(Plain(1, "a"))
        assert type(again) is Plain and again.items == (1, "a") and len(built) == 1
        with pytest.raises(TypeError, match=r"value.items\[0\] cannot be saved"):
            encode(Plain(threading.Lock()))

    def test_other_types_are_refused(self) -> None:
        class Reduced:
            def __reduce__(self) -> Any:
                return Reduced, ()

        class Slotted:
            __slots__ = ("x",)

        for kind in (int, object, ValueError, type(threading.Lock()), Reduced, Slotted):
            with pytest.raises(TypeError, match="cannot be registered"):
                register_type(kind)
            with pytest.raises(TypeError, match="cannot be saved"):
                encode([kind])

    def test_script_and_module_know_each_other(self) -> None:
        @dataclass
        class Solo:
            x: int

        types = TypeRegistry()
        shape = types.add(Solo)
        qualname = shape.name.rpartition(":")[2]
        assert types.find(f"__main__:{qualname}") is shape
        assert types.find(f"another.module:{qualname}") is None
        Solo.__module__ = "__main__"
        types = TypeRegistry()
        shape = types.add(Solo)
        assert types.find(f"some.package:{qualname}") is shape

    def test_annotations_are_learned_with_their_fields(self) -> None:
        types = TypeRegistry()
        learned = {shape.cls for shape in types.learn(dict[str, Optional[list[Task]]]).values()}
        assert learned == {Task}
        assert {shape.cls for shape in types.learn(Box[Color]).values()} == {Box, Color}

    def test_annotations_are_learned_with_their_subclasses(self) -> None:
        class Base:
            pass

        def make() -> Any:
            @dataclass
            class Leaf(Base):
                x: int

            return Leaf

        old, new = make(), make()
        learned = TypeRegistry().learn(Optional[Base])
        assert [shape.cls for shape in learned.values()] == [Base, new]
        del old


def test_int_of_any_length_survives() -> None:
    assert trip(10**5000) == 10**5000
