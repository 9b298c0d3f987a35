"""The cases of a switch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Callable, Union

from ._edge import Condition
from ._executor import Executor
from ._switch_group import GroupCase, SwitchCaseEdgeGroupCase, SwitchCaseEdgeGroupDefault


@dataclass(frozen=True)
class Case:
    """Messages for which `condition(message)` is true go to `target`, unless an earlier case took them.

    >>> Case(lambda order: order > 100, target=boss)
    Case(condition=<function <lambda> at ...>, target=Shout(id='boss'))
    """

    condition: Condition
    target: Executor


@dataclass(frozen=True)
class Default:
    """Messages that no case takes go to `target`.

    >>> Default(target=shout)
    Default(target=Shout(id='shout'))
    """

    target: Executor


def group_cases(cases: Sequence[Union[Case, Default]], id_of: Callable[[Executor], str]) -> list[GroupCase]:
    """The cases as the edge group has them.

    Raises:
        ValueError: there are fewer than two, or not exactly one default.
        TypeError: one is neither a case nor a default, or a condition cannot be called.
    """
    for case in cases:
        if not isinstance(case, (Case, Default)):
            raise TypeError(f"{case!r} is neither a Case nor a Default")
        if isinstance(case, Case) and not callable(case.condition):
            raise TypeError(f"the condition {case.condition!r} cannot be called")
    if len(cases) < 2:
        raise ValueError("a switch needs at least two cases, one of them a Default")
    defaults = [case for case in cases if isinstance(case, Default)]
    if len(defaults) != 1:
        raise ValueError(f"a switch needs exactly one Default, not {len(defaults)}")
    return [
        SwitchCaseEdgeGroupCase(case.condition, id_of(case.target))
        if isinstance(case, Case)
        else SwitchCaseEdgeGroupDefault(id_of(case.target))
        for case in cases
    ]
