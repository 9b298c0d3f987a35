"""Makes runs. What drives them needs asyncio, which is worth its time only when something runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._run import Run
    from ._workflow import Workflow


_found: list[type[Run]] = []


def new_run(workflow: Workflow, handle: int, **options: Any) -> Run:
    """A `Run` of `workflow` with the library's run `handle`."""
    if not _found:
        from ._run import Run

        _found.append(Run)
    return _found[0](workflow, handle, **options)
