"""Groups of edges: what one call of the builder adds to the graph."""

from __future__ import annotations

from collections.abc import Sequence
from ctypes import c_char_p
from typing import Any, Callable, Optional

from ._edge import INTERNAL_SOURCE_ID, Condition, Edge, missing, name_of
from ._library import lib

Selector = Callable[[Any, list[str]], Any]

_add_edge = lib.wf_builder_add_edge


class EdgeGroup:
    """Edges that belong together.

    >>> EdgeGroup([Edge("a", "b")])
    EdgeGroup(a->b)
    """

    def __init__(
        self, edges: Optional[Sequence[Edge]] = None, *, id: Optional[str] = None, type: Optional[str] = None
    ) -> None:
        self.type: str = type or self.__class__.__name__
        self.edges: list[Edge] = list(edges or ())
        self._id = id

    @property
    def id(self) -> str:
        """Names this object, and no other."""
        if self._id is None:
            from ._identifier import new_identifier  # few ask for it

            self._id = f"{self.__class__.__name__}/{new_identifier()}"
        return self._id

    @property
    def source_executor_ids(self) -> list[str]:
        """Where its edges begin, each once."""
        return list(dict.fromkeys(edge.source_id for edge in self.edges))

    @property
    def target_executor_ids(self) -> list[str]:
        """Where its edges end, each once."""
        return list(dict.fromkeys(edge.target_id for edge in self.edges))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Its edges as source and target."""
        return [(edge.source_id, edge.target_id) for edge in self.edges]

    @property
    def conditional(self) -> list[tuple[str, str, Condition]]:
        """Its conditions as source, target, condition."""
        return []

    @property
    def selecting(self) -> list[tuple[str, str, Selector]]:
        """Its selector, if it has one, as source, first target, selector."""
        return []

    def to_dict(self) -> dict[str, Any]:
        """Its edges, and the names of what decides about them."""
        return {"id": self.id, "type": self.type, "edges": [edge.to_dict() for edge in self.edges]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> EdgeGroup:
        """The opposite of `to_dict`, of the class that "type" names; conditions and selectors stay names."""
        from . import _switch_group  # noqa: F401 # for its classes

        kinds = [EdgeGroup]
        for kind in kinds:
            kinds.extend(kind.__subclasses__())
        group = object.__new__({kind.__name__: kind for kind in kinds}.get(data.get("type", ""), EdgeGroup))
        edges = [Edge.from_dict(edge) for edge in data.get("edges", ())]
        EdgeGroup.__init__(group, edges, id=data.get("id"), type=data.get("type"))
        group._read(data)
        return group

    def _read(self, data: dict[str, Any]) -> None:
        """Takes what `to_dict` of a subclass adds."""

    def add_to(self, builder: Any, call: Callable[..., None], names: Sequence[str]) -> None:
        """Gives the edges to the library's builder, with the names of its conditions or its selector."""

    def __repr__(self) -> str:
        return f"{self.__class__.__name__}({', '.join(edge.id for edge in self.edges)})"


class SingleEdgeGroup(EdgeGroup):
    """One edge, that may have a condition.

    >>> SingleEdgeGroup("a", "b")
    SingleEdgeGroup(a->b)
    """

    def __init__(
        self, source_id: str, target_id: str, condition: Optional[Condition] = None, *, id: Optional[str] = None
    ) -> None:
        super().__init__([Edge(source_id, target_id, condition)], id=id)

    @property
    def conditional(self) -> list[tuple[str, str, Condition]]:
        (edge,) = self.edges
        return [] if edge._condition is None else [(edge.source_id, edge.target_id, edge._condition)]

    def add_to(self, builder: Any, call: Callable[..., None], names: Sequence[str]) -> None:
        (source, target) = texts(self.pairs[0])
        call(_add_edge, builder, source, target, names[0].encode() if names else None)


class FanOutEdgeGroup(EdgeGroup):
    """One source, several targets: all of them get each message, or those that a selector chooses.

    >>> FanOutEdgeGroup("a", ["b", "c"])
    FanOutEdgeGroup(a->b, a->c)
    """

    def __init__(
        self,
        source_id: str,
        target_ids: Sequence[str],
        selection_func: Optional[Selector] = None,
        *,
        selection_func_name: Optional[str] = None,
        id: Optional[str] = None,
    ) -> None:
        if len(target_ids) < 2:
            raise ValueError(f"{self.__class__.__name__} must contain at least two targets")
        super().__init__([Edge(source_id, target) for target in target_ids], id=id)
        self.selection_func = selection_func
        self.selection_func_name = name_of(selection_func) if selection_func else selection_func_name

    @property
    def target_ids(self) -> list[str]:
        """The targets in order."""
        return [edge.target_id for edge in self.edges]

    @property
    def selecting(self) -> list[tuple[str, str, Selector]]:
        return [] if self.selection_func is None else [(*self.pairs[0], self.selection_func)]

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "selection_func_name": self.selection_func_name}

    def _read(self, data: dict[str, Any]) -> None:
        self.selection_func_name = data.get("selection_func_name")
        self.selection_func = missing(self.selection_func_name) if self.selection_func_name else None

    def add_to(self, builder: Any, call: Callable[..., None], names: Sequence[str]) -> None:
        (source,), targets = texts(self.source_executor_ids), texts(self.target_ids)
        if names:
            add = lib.wf_builder_add_multi_selection_edges
            call(add, builder, source, array(targets), len(targets), names[0].encode())
        else:
            call(lib.wf_builder_add_fan_out_edges, builder, source, array(targets), len(targets))


class FanInEdgeGroup(EdgeGroup):
    """Several sources, one target: it gets a list, once each source has sent something.

    >>> FanInEdgeGroup(["a", "b"], "c")
    FanInEdgeGroup(a->c, b->c)
    """

    def __init__(self, source_ids: Sequence[str], target_id: str, *, id: Optional[str] = None) -> None:
        if len(source_ids) < 2:
            raise ValueError("FanInEdgeGroup must contain at least two sources")
        super().__init__([Edge(source, target_id) for source in source_ids], id=id)

    def add_to(self, builder: Any, call: Callable[..., None], names: Sequence[str]) -> None:
        sources = texts([edge.source_id for edge in self.edges])
        target = self.edges[0].target_id.encode()
        call(lib.wf_builder_add_fan_in_edges, builder, array(sources), len(sources), target)


class InternalEdgeGroup(EdgeGroup):
    """How messages and answers from outside come to an executor. Every executor has one; nobody adds it.

    >>> InternalEdgeGroup("a")
    InternalEdgeGroup(internal:a->a)
    """

    def __init__(self, executor_id: str) -> None:
        super().__init__([Edge(INTERNAL_SOURCE_ID(executor_id), executor_id)])


def texts(ids: Sequence[str]) -> list[bytes]:
    """Ids for C."""
    return [name.encode() for name in ids]


def array(items: Sequence[bytes]) -> Any:
    """A C array of texts."""
    return (c_char_p * len(items))(*items)
