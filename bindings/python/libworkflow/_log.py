"""What goes to the log "libworkflow". `logging` costs a third of what importing this package does, and few need it."""

from __future__ import annotations

import sys
from typing import Any

NAME = "libworkflow"


def warn(text: str, *values: object) -> None:
    """Something that a person should know of."""
    _logger().warning(text, *values, stacklevel=2)


def hint(level: int, text: str, *values: object) -> None:
    """Says something of a graph that may be a mistake, at a level of `logging`, to who listens: it is none for sure."""
    if is_heard(level):
        _hints().log(level, text, *values, stacklevel=2)


def is_heard(level: int) -> bool:
    """Whether a hint of that level reaches anybody."""
    if "logging" not in sys.modules:
        return False
    import logging

    logger = _hints()
    if not logger.isEnabledFor(level):
        return False
    while logger is not None:
        if logger.filters:
            return True
        for handler in logger.handlers:
            if type(handler) is not logging.NullHandler:
                return True
        logger = logger.parent if logger.propagate else None
    return False


_graph: list[Any] = []
"""The log for hints: asking for it takes a lock each time."""


def _hints() -> Any:
    if not _graph:
        import logging

        _graph.append(logging.getLogger(f"{NAME}.graph"))
    if not _graph[0].handlers:
        import logging

        _graph[0].addHandler(logging.NullHandler())  # else warnings are printed on stderr
    return _graph[0]


def tell(text: str, *values: object) -> None:
    """Something that may help to understand what happens."""
    _logger().debug(text, *values, stacklevel=2)


def _logger() -> Any:
    import logging

    return logging.getLogger(NAME)
