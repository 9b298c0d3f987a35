"""Pictures of workflows."""

from __future__ import annotations

import os
from typing import Optional

from ._graph import Graph
from ._library import lib

_DRAWN = ("svg", "png", "pdf")


class WorkflowViz:
    """Draws a workflow, with the workflows inside it.

    Edges that a condition or a selector decides on are dashed and carry its name. Ids stand only in labels, so that
    no id can break the picture. `include_internal_executors` is accepted: the edges that bring messages from outside
    to every executor are never drawn.
    """

    def __init__(self, workflow: Graph) -> None:
        self._workflow = workflow

    def to_mermaid(self, include_internal_executors: bool = False) -> str:
        """A Mermaid flowchart, for documents."""
        return self._workflow._text(lib.wf_workflow_diagram, b"mermaid").decode()

    def to_digraph(self, include_internal_executors: bool = False) -> str:
        """A graph for Graphviz."""
        return self._workflow._text(lib.wf_workflow_diagram, b"dot").decode()

    def export(
        self, format: str = "svg", filename: Optional[str] = None, include_internal_executors: bool = False
    ) -> str:
        """Writes a file, a temporary one without a `filename`: its path.

        "dot" needs nothing; "svg", "png" and "pdf" need the program `dot` of Graphviz.

        Raises:
            ValueError: the format is another one, or not that of the file's name.
            ImportError: Graphviz is not installed.
        """
        if format != "dot" and format not in _DRAWN:
            raise ValueError(f"Unsupported format: {format}. Supported are svg, png, pdf and dot")
        suffix = os.path.splitext(filename)[1] if filename else ""
        if suffix and suffix != f".{format}":
            raise ValueError(f"the file extension {suffix} does not match the format {format}")
        text = self.to_digraph(include_internal_executors)
        picture = text.encode() if format == "dot" else _draw(text, format)
        if filename is None:
            import tempfile  # costs milliseconds, and few need it

            handle, path = tempfile.mkstemp(suffix=f".{format}")
            with open(handle, "wb") as file:
                file.write(picture)
            return path
        path = filename if suffix or format == "dot" else f"{filename}.{format}"
        with open(path, "wb") as file:
            file.write(picture)
        return path

    def save_svg(self, filename: str, include_internal_executors: bool = False) -> str:
        """`export` as SVG."""
        return self.export("svg", filename, include_internal_executors)

    def save_png(self, filename: str, include_internal_executors: bool = False) -> str:
        """`export` as PNG."""
        return self.export("png", filename, include_internal_executors)

    def save_pdf(self, filename: str, include_internal_executors: bool = False) -> str:
        """`export` as PDF."""
        return self.export("pdf", filename, include_internal_executors)


def _draw(text: str, format: str) -> bytes:
    import subprocess  # costs milliseconds, and few need it

    try:
        done = subprocess.run(["dot", f"-T{format}"], input=text.encode(), stdout=subprocess.PIPE, check=True)
        return bytes(done.stdout)
    except FileNotFoundError:
        raise ImportError(
            "drawing needs the program 'dot': install graphviz (apt install graphviz, brew install graphviz), "
            "or export the format 'dot'"
        ) from None
