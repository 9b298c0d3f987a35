"""The edges of a switch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable, Optional, Union

from ._edge import Condition, Edge, missing, name_of
from ._edge_group import EdgeGroup, FanOutEdgeGroup, Selector, array, texts
from ._library import lib


class SwitchCaseEdgeGroupCase:
    """One case: its condition and its target.

    >>> SwitchCaseEdgeGroupCase(len, "b")
    SwitchCaseEdgeGroupCase('b', condition_name='len')
    """

    type = "Case"

    def __init__(self, condition: Optional[Condition], target_id: str, *, condition_name: Optional[str] = None) -> None:
        if not target_id:
            raise ValueError("SwitchCaseEdgeGroupCase requires a target_id")
        self.target_id = target_id
        self.condition: Callable[..., Any] = (
            missing(condition_name or "<missing_condition>") if condition is None else condition
        )
        self.condition_name: Optional[str] = condition_name if condition is None else name_of(condition)

    def to_dict(self) -> dict[str, Any]:
        """Its target, and the name of its condition."""
        plain = {"target_id": self.target_id, "type": self.type}
        return plain if self.condition_name is None else {**plain, "condition_name": self.condition_name}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.target_id!r}, condition_name={self.condition_name!r})"

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SwitchCaseEdgeGroupCase:
        """The opposite of `to_dict`; the condition stays a name."""
        return cls(None, data["target_id"], condition_name=data.get("condition_name"))


class SwitchCaseEdgeGroupDefault:
    """The target of what no case takes.

    >>> SwitchCaseEdgeGroupDefault("c")
    SwitchCaseEdgeGroupDefault('c')
    """

    type = "Default"

    def __init__(self, target_id: str) -> None:
        if not target_id:
            raise ValueError("SwitchCaseEdgeGroupDefault requires a target_id")
        self.target_id = target_id

    def to_dict(self) -> dict[str, Any]:
        """Its target."""
        return {"target_id": self.target_id, "type": self.type}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.target_id!r})"

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SwitchCaseEdgeGroupDefault:
        """The opposite of `to_dict`."""
        return cls(data["target_id"])


GroupCase = Union[SwitchCaseEdgeGroupCase, SwitchCaseEdgeGroupDefault]


class SwitchCaseEdgeGroup(FanOutEdgeGroup):
    """One source: each message goes to the target of the first case that takes it, else to the default's.

    Raises:
        ValueError: there are fewer than two cases, or not exactly one default.

    >>> SwitchCaseEdgeGroup("a", [SwitchCaseEdgeGroupCase(len, "b"), SwitchCaseEdgeGroupDefault("c")])
    SwitchCaseEdgeGroup(a->b, a->c)
    """

    def __init__(self, source_id: str, cases: Sequence[GroupCase], *, id: Optional[str] = None) -> None:
        if len(cases) < 2:
            raise ValueError("SwitchCaseEdgeGroup must contain at least two cases (including the default case).")
        self.cases: list[GroupCase] = list(cases)
        if sum(isinstance(case, SwitchCaseEdgeGroupDefault) for case in cases) != 1:
            raise ValueError("SwitchCaseEdgeGroup must contain exactly one default case.")
        EdgeGroup.__init__(self, [Edge(source_id, case.target_id) for case in cases], id=id)
        self.selection_func: Optional[Selector] = None
        self.selection_func_name: Optional[str] = None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(dict.fromkeys(super().pairs))  # several cases may share a target

    @property
    def conditional(self) -> list[tuple[str, str, Condition]]:
        (source,) = self.source_executor_ids
        return [(source, case.target_id, case.condition) for case in self._conditional_cases]

    @property
    def _conditional_cases(self) -> list[SwitchCaseEdgeGroupCase]:
        return [case for case in self.cases if isinstance(case, SwitchCaseEdgeGroupCase)]

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "cases": [case.to_dict() for case in self.cases]}

    def _read(self, data: dict[str, Any]) -> None:
        super()._read(data)
        kinds = {kind.type: kind for kind in (SwitchCaseEdgeGroupCase, SwitchCaseEdgeGroupDefault)}
        self.cases = [kinds[case["type"]].from_dict(case) for case in data.get("cases", ())]

    def add_to(self, builder: Any, call: Callable[..., None], names: Sequence[str]) -> None:
        (source,), conditions = texts(self.source_executor_ids), texts(names)
        targets = texts([case.target_id for case in self._conditional_cases])
        (default,) = (case.target_id for case in self.cases if isinstance(case, SwitchCaseEdgeGroupDefault))
        add = lib.wf_builder_add_switch_case_edges
        call(add, builder, source, array(conditions), array(targets), len(targets), default.encode())
