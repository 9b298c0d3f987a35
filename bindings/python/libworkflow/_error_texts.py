"""What an exception says, for messages and events."""

from __future__ import annotations


def message_of(error: BaseException) -> str:
    """The text of an exception, also of one that cannot say it."""
    try:
        return str(error)
    except Exception as failure:
        return f"(its text cannot be had: {failure!r})"


def traceback_of(error: BaseException) -> str:
    """The traceback of an exception as text."""
    import traceback  # costs milliseconds, and is for failures alone

    return "".join(traceback.format_exception(type(error), error, error.__traceback__))
