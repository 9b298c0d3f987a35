"""What one call of the builder adds to the graph."""

from __future__ import annotations

from ctypes import c_char_p
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from ._condition import Condition
from ._library import lib
from ._selector import Selector


@dataclass
class EdgeGroup:
    """Edges that belong together.

    A switch has one condition for each target but the last, which is its default.
    """

    kind: str
    sources: list[str]
    targets: list[str]
    conditions: list[Condition] = field(default_factory=list)
    selector: Optional[Selector] = None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Its edges as source and target. Several cases of a switch may share one."""
        found = [(source, target) for source in self.sources for target in self.targets]
        return list(dict.fromkeys(found)) if self.kind == "switch" else found

    @property
    def conditional(self) -> list[tuple[str, str, Condition]]:
        """Its conditions as source, target, condition."""
        return [(self.sources[0], target, condition) for target, condition in zip(self.targets, self.conditions)]

    def add_to(self, builder: Any, call: Callable[..., None], conditions: list[str], selector: Optional[str]) -> None:
        """Gives the edges to the library's builder, with the names of its conditions and its selector."""
        sources, targets = ([name.encode() for name in ids] for ids in (self.sources, self.targets))
        names = [name.encode() for name in conditions]
        if self.kind == "single":
            call(lib.wf_builder_add_edge, builder, sources[0], targets[0], names[0] if names else None)
        elif self.kind == "fan_out":
            call(lib.wf_builder_add_fan_out_edges, builder, sources[0], _texts(targets), len(targets))
        elif self.kind == "selection":
            name = (selector or "").encode()
            call(lib.wf_builder_add_multi_selection_edges, builder, sources[0], _texts(targets), len(targets), name)
        elif self.kind == "switch":
            *cases, default = targets
            add = lib.wf_builder_add_switch_case_edges
            call(add, builder, sources[0], _texts(names), _texts(cases), len(cases), default)
        else:
            call(lib.wf_builder_add_fan_in_edges, builder, _texts(sources), len(sources), targets[0])


def _texts(items: list[bytes]) -> Any:
    return (c_char_p * len(items))(*items)
