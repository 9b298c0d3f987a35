"""Random identifiers."""

from __future__ import annotations


def new_identifier() -> str:
    """A random UUID as text."""
    import uuid  # costs two milliseconds, and few need it

    return str(uuid.uuid4())
