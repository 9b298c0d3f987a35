"""Pictures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from libworkflow import (
    Case,
    Default,
    Executor,
    Workflow,
    WorkflowBuilder,
    WorkflowContext,
    WorkflowExecutor,
    WorkflowViz,
    handler,
)


class Node(Executor):
    @handler
    async def take(self, message: object, ctx: WorkflowContext[Any]) -> None: ...


def is_long(message: Any) -> bool:
    return len(message) > 3


def drawn() -> Workflow:
    a, b, c, d = (Node(name) for name in ("start", 'quote"d', "böse -> id", "d"))
    builder = WorkflowBuilder(start_executor=a).add_edge(a, b, is_long).add_fan_in_edges([a, b], d)
    return builder.add_switch_case_edge_group(b, [Case(is_long, c), Default(b)]).build()


def test_pictures_have_the_form_that_people_know() -> None:
    viz = WorkflowViz(drawn())
    dot = viz.to_digraph()
    assert dot.startswith("digraph Workflow {\n") and dot.endswith("\n}")
    for line in (
        '"start" [fillcolor=lightgreen, label="start\\n(Start)"];',
        '"quote\\"d" [label="quote\\"d"];',
        '"start" -> "quote\\"d" [style=dashed, label="conditional"];',
        '"quote\\"d" -> "böse -> id";',
    ):
        assert f"  {line}\n" in dot
    (join,) = re.findall(r'"(.*)" \[shape=ellipse, .*label="fan-in"\];', dot)
    assert all(f"{edge};\n" in dot for edge in (f'"start" -> "{join}"', f'"quote\\"d" -> "{join}"', f'"{join}" -> "d"'))
    assert '"start" -> "d"' not in dot and "internal:" not in dot
    assert '"internal:d" -> "d";' in viz.to_digraph(include_internal_executors=True)
    mermaid = viz.to_mermaid().splitlines()
    for line in ('start["start (Start)"];', "start -. conditional .-> quote_d;", "quote_d --> b_se____id;"):
        assert f"  {line}" in mermaid
    assert '  b_se____id["böse -#62; id"];' in mermaid and '  quote_d["quote#34;d"];' in mermaid


def test_pictures_are_the_same_line_by_line() -> None:
    a, b, c = Node("a"), Node("b"), Node("c")
    builder = WorkflowBuilder(start_executor=a).add_edge(a, b, is_long).add_fan_in_edges([a, b], c)
    viz = WorkflowViz(builder.add_edge(c, a).build())
    mermaid, dot = viz.to_mermaid(), viz.to_digraph()
    (join,) = re.findall(r"fan_in__c__\w{8}(?=\(\()", mermaid)
    assert mermaid.split("\n") == [
        "flowchart TD",
        '  a["a (Start)"];',
        '  b["b"];',
        '  c["c"];',
        f"  {join}((fan-in))",
        f"  a --> {join};",
        f"  b --> {join};",
        f"  {join} --> c;",
        "  a -. conditional .-> b;",
        "  c --> a;",
    ]
    join = join.replace("__", "::")
    assert dot.split("\n") == [
        "digraph Workflow {",
        "  rankdir=TD;",
        "  node [shape=box, style=filled, fillcolor=lightblue];",
        "  edge [color=black, arrowhead=vee];",
        "",
        '  "a" [fillcolor=lightgreen, label="a\\n(Start)"];',
        '  "b" [label="b"];',
        '  "c" [label="c"];',
        "",
        f'  "{join}" [shape=ellipse, fillcolor=lightgoldenrod, label="fan-in"];',
        f'  "a" -> "{join}";',
        f'  "b" -> "{join}";',
        f'  "{join}" -> "c";',
        '  "a" -> "b" [style=dashed, label="conditional"];',
        '  "c" -> "a";',
        "}",
    ]


def test_no_two_executors_share_a_node_of_mermaid() -> None:
    a, b, c = Node("a b"), Node("a_b"), Node("end")
    inner = WorkflowBuilder(start_executor=Node("x")).build()
    box = WorkflowExecutor(inner, "a b__x")
    workflow = WorkflowBuilder(start_executor=a).add_chain([a, b, c, box]).build()
    mermaid = WorkflowViz(workflow).to_mermaid()
    nodes = re.findall(r"^ *(\w+)\[", mermaid, re.MULTILINE)
    assert nodes == ["a_b", "a_b_2", "n_end", "a_b__x", "a_b__x__x"]
    assert '  subgraph a_b__x__inside["sub-workflow: a b__x"]\n    a_b__x__x["x (Start)"];\n  end' in mermaid
    dot = WorkflowViz(workflow).to_digraph()
    assert '  label="sub-workflow: a b__x";' in dot and '"a b__x/x" [fillcolor=lightgreen' in dot


def test_the_picture_of_the_library_has_the_names_of_conditions() -> None:
    for text in (drawn().diagram(), drawn().diagram("dot")):
        assert "start" in text and "is_long" in text and "böse" in text
        assert 'quote"d' not in text.replace('quote\\"d', "")
    with pytest.raises(ValueError):
        drawn().diagram("svg")  # type: ignore[arg-type]


def test_export(tmp_path: Path) -> None:
    viz = WorkflowViz(drawn())
    path = viz.export("dot", str(tmp_path / "graph.dot"))
    assert Path(path).read_text(encoding="utf-8") == viz.to_digraph()
    temporary = Path(viz.export("dot"))
    assert temporary.suffix == ".dot" and temporary.read_text(encoding="utf-8") == viz.to_digraph()
    temporary.unlink()
    with pytest.raises(ValueError, match="Unsupported format: gif"):
        viz.export("gif")
    with pytest.raises(ValueError, match="does not match"):
        viz.export("svg", "graph.png")


def test_without_graphviz_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ImportError, match="install graphviz"):
        WorkflowViz(drawn()).save_svg(str(tmp_path / "graph.svg"))
    assert list(tmp_path.iterdir()) == []


def test_with_graphviz_there_is_a_picture(tmp_path: Path) -> None:
    path = WorkflowViz(drawn()).save_svg(str(tmp_path / "graph"))
    assert path == str(tmp_path / "graph.svg") and "<svg" in Path(path).read_text(encoding="utf-8")
