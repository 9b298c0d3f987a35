"""A graph that comes from a JSON definition, and the Python code for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from ctypes import byref, c_void_p
from typing import Any, Callable, Optional, TypeVar, Union, cast

from ._edge_group import EdgeGroup, FanInEdgeGroup, FanOutEdgeGroup, SingleEdgeGroup
from ._executor import Executor, checked_executor
from ._library import lib, raise_for
from ._output import OutputDesignation
from ._switch_group import GroupCase, SwitchCaseEdgeGroup, SwitchCaseEdgeGroupCase, SwitchCaseEdgeGroupDefault

Definition = Union[str, bytes, Mapping[str, Any]]
Executors = Union[Iterable[Executor], Mapping[str, Executor]]
Functions = Mapping[str, Callable[..., Any]]

ItemT = TypeVar("ItemT")


class Described:
    """A definition, and the executors, conditions and selectors that it names; those inside a sub-workflow by path.

    Raises:
        TypeError: an executor is none, or a function cannot be called.
        ValueError: code is missing, or there is code that the definition does not name; two executors have one id, or
            one has another id than its path says.
        WorkflowException: it is no definition.
    """

    def __init__(
        self, definition: Definition, executors: Executors, conditions: Functions, selectors: Functions
    ) -> None:
        text = json.dumps(definition, ensure_ascii=False) if isinstance(definition, Mapping) else definition
        self.text: bytes = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        lib.wf_builder_free(self.parse())  # the rest can rely on its form
        self.plain: dict[str, Any] = json.loads(self.text)
        self.executors = _by_path(executors)
        self.conditions = _callable("condition", conditions)
        self.selectors = _callable("selector", selectors)
        self._compare()

    def parse(self) -> c_void_p:
        """The library's builder of it, which has no code."""
        builder, error = c_void_p(), c_void_p()
        status = lib.wf_builder_parse(self.text, len(self.text), byref(builder), byref(error))
        if status:
            raise_for(status, error)
        return builder

    def _compare(self) -> None:
        missing: list[str] = []
        unknown: list[str] = []
        given: dict[str, Mapping[str, Any]] = {
            "executor": self.executors,
            "condition": self.conditions,
            "selector": self.selectors,
        }
        for kind, wanted in _wanted(self.plain, "").items():
            missing.extend(f"{kind} '{name}'" for name in wanted if name not in given[kind])
            unknown.extend(f"{kind} '{name}'" for name in given[kind] if name not in wanted)
        problems = [f"these are missing: {', '.join(missing)}"] if missing else []
        if any("/" in name for name in missing):
            problems[0] += " (what is inside a sub-workflow is given in a dict, by its path)"
        problems += [f"these are not in it: {', '.join(unknown)}"] if unknown else []
        if problems:
            raise ValueError(f"the definition of '{self.plain['name']}' does not fit the code: {'; '.join(problems)}")

    def inside(self, id: str) -> Described:
        """What is inside a sub-workflow."""
        (node,) = (node for node in self.plain["executors"] if node["id"] == id)
        codes = (_inside(id, self.executors), _inside(id, self.conditions), _inside(id, self.selectors))
        return Described(node["sub_workflow"]["definition"], *codes)

    @property
    def has_limits(self) -> bool:
        """Whether an executor that is not inside a sub-workflow has a retry or a timeout."""
        return any("retry" in node or "timeout_ms" in node for node in self.plain["executors"])

    @property
    def may_repeat(self) -> bool:
        """Whether any executor, also inside a sub-workflow, has a retry."""
        return _has_retry(self.plain)

    @property
    def designation(self) -> OutputDesignation:
        """What becomes of yields."""
        kinds = {node["id"]: node.get("output") for node in self.plain["executors"]}
        if not any(kinds.values()):
            return OutputDesignation()
        is_explicit = any(kind in ("final", "intermediate") for kind in kinds.values())
        final = ("final",) if is_explicit else (None,)
        return OutputDesignation(
            frozenset(id for id, kind in kinds.items() if kind in final),
            frozenset(id for id, kind in kinds.items() if kind == "intermediate"),
        )

    def groups(self) -> list[EdgeGroup]:
        """Its edges."""
        return [self._group(edge) for edge in self.plain.get("edges", ())]

    def _group(self, edge: dict[str, Any]) -> EdgeGroup:
        kind = edge["kind"]
        if kind == "fan_in":
            return FanInEdgeGroup(edge["sources"], edge["target"])
        source = edge["source"]
        if kind == "single":
            name: Optional[str] = edge.get("condition")
            return SingleEdgeGroup(source, edge["target"], None if name is None else self.conditions[name])
        if kind == "switch_case":
            cases: list[GroupCase] = [
                SwitchCaseEdgeGroupCase(self.conditions[case["condition"]], case["target"]) for case in edge["cases"]
            ]
            return SwitchCaseEdgeGroup(source, [*cases, SwitchCaseEdgeGroupDefault(edge["default"])])
        selector = self.selectors[edge["selector"]] if kind == "multi_selection" else None
        return FanOutEdgeGroup(source, edge["targets"], selector)


def _by_path(executors: Executors) -> dict[str, Executor]:
    if not isinstance(executors, Mapping):
        found: dict[str, Executor] = {}
        for executor in executors:
            if found.setdefault(checked_executor(executor).id, executor) is not executor:
                raise ValueError(f"Duplicate executor ID '{executor.id}' detected in workflow.")
        return found
    named = cast("Mapping[str, Executor]", executors)
    for path, executor in named.items():
        if not f"/{path}".endswith(f"/{checked_executor(executor).id}"):
            raise ValueError(f"the executor for '{path}' has the id '{executor.id}'")
    return dict(named)


def _callable(kind: str, functions: Functions) -> dict[str, Callable[..., Any]]:
    for name, function in functions.items():
        if not callable(function):
            raise TypeError(f"the {kind} '{name}' cannot be called: {function!r}")
    return dict(functions)


def _wanted(definition: dict[str, Any], prefix: str) -> dict[str, dict[str, None]]:
    """The paths of all the code that it needs, in order."""
    edges: list[dict[str, Any]] = definition.get("edges", [])
    conditions = [rule["name"] for rule in definition.get("conditions", ())]
    conditions += [
        item["condition"] for edge in edges for item in (edge, *edge.get("cases", ())) if "condition" in item
    ]
    selectors = [rule["name"] for rule in definition.get("selectors", ())]
    selectors += [edge["selector"] for edge in edges if "selector" in edge]
    executors = [node["id"] for node in definition["executors"] if "sub_workflow" not in node]
    wanted = {
        kind: dict.fromkeys(prefix + name for name in names)
        for kind, names in (("executor", executors), ("condition", conditions), ("selector", selectors))
    }
    for node in definition["executors"]:
        if "sub_workflow" in node:
            inner = _wanted(node["sub_workflow"]["definition"], f"{prefix}{node['id']}/")
            for kind, names in inner.items():
                wanted[kind].update(names)
    return wanted


def _inside(id: str, items: Mapping[str, ItemT]) -> dict[str, ItemT]:
    prefix = f"{id}/"
    return {path[len(prefix) :]: item for path, item in items.items() if path.startswith(prefix)}


def _has_retry(definition: dict[str, Any]) -> bool:
    return any(
        "retry" in node or ("sub_workflow" in node and _has_retry(node["sub_workflow"]["definition"]))
        for node in definition["executors"]
    )
