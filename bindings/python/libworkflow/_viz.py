"""Pictures of workflows."""

from __future__ import annotations

import os
from typing import Optional

from ._graph import Graph

_DRAWN = ("svg", "png", "pdf")
_NO_GRAPHVIZ = (
    "The graphviz executables are not found, and drawing needs the program 'dot': install graphviz (apt install "
    "graphviz, brew install graphviz), or export the format 'dot'"
)


class WorkflowViz:
    """Draws a workflow, with the workflows inside it.

    Edges that a condition decides on are dashed. Any id is allowed. `Workflow.diagram` draws the same graph as every
    language of the library does, with the names of conditions and selectors.

    >>> print(WorkflowViz(workflow).to_mermaid())
    flowchart TD
      shout["shout (Start)"];
    """

    def __init__(self, workflow: Graph) -> None:
        self._workflow = workflow

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._workflow!r})"

    def to_mermaid(self, include_internal_executors: bool = False) -> str:
        """A Mermaid flowchart, for documents; on request with the edges that bring messages from outside."""
        from ._drawing import Drawing, to_mermaid  # costs milliseconds, and few need it

        return to_mermaid(Drawing(self._workflow, include_internal_executors))

    def to_digraph(self, include_internal_executors: bool = False) -> str:
        """A graph for Graphviz; on request with the edges that bring messages from outside."""
        from ._drawing import Drawing, to_dot

        return to_dot(Drawing(self._workflow, include_internal_executors))

    def export(
        self, format: str = "svg", filename: Optional[str] = None, include_internal_executors: bool = False
    ) -> str:
        """Writes a file, a temporary one without a `filename`: its path.

        "dot" needs nothing; "svg", "png" and "pdf" need the program `dot` of Graphviz, and use the package
        `graphviz` if it is there.

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
    import subprocess  # these cost milliseconds, and few need them
    import tempfile

    try:
        import graphviz  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        pass
    else:
        with tempfile.TemporaryDirectory() as folder:
            try:
                graphviz.Source(text).render(outfile=os.path.join(folder, f"graph.{format}"))
            except graphviz.ExecutableNotFound as error:
                raise ImportError(_NO_GRAPHVIZ) from error
            with open(os.path.join(folder, f"graph.{format}"), "rb") as file:
                return file.read()
    try:
        done = subprocess.run(["dot", f"-T{format}"], input=text.encode(), stdout=subprocess.PIPE, check=True)
        return bytes(done.stdout)
    except FileNotFoundError:
        raise ImportError(_NO_GRAPHVIZ) from None
