"""Pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from libworkflow import Case, Default, Executor, Workflow, WorkflowBuilder, WorkflowContext, WorkflowViz, handler


class Node(Executor):
    @handler
    async def take(self, message: object, ctx: WorkflowContext[Any]) -> None: ...


def is_long(message: Any) -> bool:
    return len(message) > 3


def drawn() -> Workflow:
    a, b, c, d = (Node(name) for name in ("start", 'quote"d', "böse -> id", "d"))
    builder = WorkflowBuilder(start_executor=a).add_edge(a, b, is_long).add_fan_in_edges([a, b], d)
    return builder.add_switch_case_edge_group(b, [Case(is_long, c), Default(b)]).build()


def test_both_languages_name_executors_and_conditions() -> None:
    viz = WorkflowViz(drawn())
    mermaid, dot = viz.to_mermaid(), viz.to_digraph()
    assert mermaid.startswith("flowchart") and dot.startswith("digraph")
    for text in (mermaid, dot):
        assert "start" in text and "is_long" in text and "böse" in text
    assert 'quote"d' not in mermaid and 'quote"d' not in dot.replace('quote\\"d', "")
    assert dot == viz.to_digraph(include_internal_executors=True)


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
