"""The text of pictures of workflows, in the form that programs know from `agent_framework`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Optional

from ._edge_group import EdgeGroup, FanInEdgeGroup, InternalEdgeGroup
from ._graph import Graph
from ._workflow_executor import WorkflowExecutor

# Words that Mermaid does not take as the id of a node.
_RESERVED = frozenset(
    "call class classDef click default direction end flowchart graph href interpolate linkStyle style subgraph".split()
)


class Drawing:
    """What to draw of a graph: `prefix` stands before the ids, which are paths inside a sub-workflow."""

    def __init__(self, graph: Graph, with_internal: bool, prefix: str = "") -> None:
        self.prefix = prefix
        self.start = prefix + graph.start_executor_id
        self.nodes = [prefix + name for name in graph.executors]
        self.fan_ins: list[str] = []
        self.joining: list[tuple[str, str, bool]] = []
        """The edges to and from those: they are drawn before the others."""
        self.edges: list[tuple[str, str, bool]] = []
        """Source, target, and whether a condition decides."""
        self.inside = {
            prefix + name: Drawing(node.workflow, with_internal, f"{prefix}{name}/")
            for name, node in graph.executors.items()
            if isinstance(node, WorkflowExecutor)
        }
        for group in graph.edge_groups:
            if with_internal or not isinstance(group, InternalEdgeGroup):
                self._add(group)

    def _add(self, group: EdgeGroup) -> None:
        if isinstance(group, FanInEdgeGroup):
            node = _fan_in_id(group, self.prefix)
            self.fan_ins.append(node)
            self.joining += [(self.prefix + edge.source_id, node, False) for edge in group.edges]
            self.joining.append((node, self.prefix + group.edges[0].target_id, False))
            return
        decided = {(source, target) for source, target, _ in group.conditional} if len(group.edges) == 1 else set()
        for source, target in group.pairs:
            self.edges.append((self.prefix + source, self.prefix + target, (source, target) in decided))


def _fan_in_id(group: FanInEdgeGroup, prefix: str) -> str:
    """The same in every process."""
    target = group.edges[0].target_id
    text = "|".join([target, *sorted(edge.source_id for edge in group.edges)])
    return f"{prefix}fan_in::{target}::{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def to_dot(drawing: Drawing) -> str:
    """A graph for Graphviz."""
    lines = ["digraph Workflow {", "  rankdir=TD;", "  node [shape=box, style=filled, fillcolor=lightblue];"]
    lines += ["  edge [color=black, arrowhead=vee];", ""]
    lines += ["  " + line if line else "" for line in _dot_lines(drawing)]
    return "\n".join([*lines, "}"])


def _dot_lines(drawing: Drawing) -> Iterator[str]:
    for node in drawing.nodes:
        label = _quoted(node[len(drawing.prefix) :])
        if node == drawing.start:
            yield f'{_quoted(node)} [fillcolor=lightgreen, label={label[:-1]}\\n(Start)"];'
        else:
            yield f"{_quoted(node)} [label={label}];"
    if drawing.fan_ins:
        yield ""
    for node in drawing.fan_ins:
        yield f'{_quoted(node)} [shape=ellipse, fillcolor=lightgoldenrod, label="fan-in"];'
    for source, target, is_conditional in drawing.joining + drawing.edges:
        look = ' [style=dashed, label="conditional"]' if is_conditional else ""
        yield f"{_quoted(source)} -> {_quoted(target)}{look};"
    for node, inside in drawing.inside.items():
        yield f"subgraph cluster_{hashlib.sha256(node.encode()).hexdigest()[:16]} {{"
        yield f"  label={_quoted(f'sub-workflow: {node[len(drawing.prefix) :]}')};"
        yield "  style=dashed;"
        yield from ("  " + line if line else "" for line in _dot_lines(inside))
        yield "}"


def _quoted(text: str) -> str:
    """An id or label of Graphviz."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def to_mermaid(drawing: Drawing) -> str:
    """A Mermaid flowchart."""
    return "\n".join(["flowchart TD", *("  " + line for line in _mermaid_lines(drawing, _MermaidIds()))])


def _mermaid_lines(drawing: Drawing, ids: _MermaidIds) -> Iterator[str]:
    for node in drawing.nodes:
        start = " (Start)" if node == drawing.start else ""
        yield f'{ids[node]}["{_label(node[len(drawing.prefix) :])}{start}"];'
    for node in drawing.fan_ins:
        yield f"{ids[node]}((fan-in))"
    for source, target, is_conditional in drawing.joining + drawing.edges:
        yield f"{ids[source]} {'-. conditional .->' if is_conditional else '-->'} {ids[target]};"
    for node, inside in drawing.inside.items():
        yield f'subgraph {ids[f"{node}/inside", ids[node]]}["sub-workflow: {_label(node[len(drawing.prefix) :])}"]'
        yield from ("  " + line for line in _mermaid_lines(inside, ids))
        yield "end"


def _label(text: str) -> str:
    """Text of any kind between quotes."""
    return re.sub(r'[#"<>&\n\\]', lambda found: f"#{ord(found.group())};", text)


class _MermaidIds:
    """Ids of Mermaid have letters, digits and underscores alone; two executors never get the same."""

    def __init__(self) -> None:
        self._known: dict[object, str] = {}
        self._taken: set[str] = set()

    def __getitem__(self, key: object) -> str:
        path, like = key if isinstance(key, tuple) else (key, None)
        if key not in self._known:
            self._known[key] = self._new(str(path), like)
        return self._known[key]

    def _new(self, path: str, like: Optional[str]) -> str:
        name = f"{like}__inside" if like is not None else re.sub(r"[^0-9A-Za-z_]", "_", path.replace("/", "__"))
        if not name[:1].isalpha() or name in _RESERVED:
            name = f"n_{name}"
        plain, number = name, 2
        while name in self._taken:
            name, number = f"{plain}_{number}", number + 1
        self._taken.add(name)
        return name
