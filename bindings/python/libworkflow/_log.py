"""What goes to the log "libworkflow". `logging` costs a third of what importing this package does, and few need it."""

from __future__ import annotations

from typing import Any

NAME = "libworkflow"


def warn(text: str, *values: object) -> None:
    """Something that a person should know of."""
    _logger().warning(text, *values, stacklevel=2)


def tell(text: str, *values: object) -> None:
    """Something that may help to understand what happens."""
    _logger().debug(text, *values, stacklevel=2)


def _logger() -> Any:
    import logging

    return logging.getLogger(NAME)
