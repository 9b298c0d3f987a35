"""Failures as text, for events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional


@dataclass
class WorkflowErrorDetails:
    """What went wrong, as text.

    >>> WorkflowErrorDetails.from_exception(KeyError("x")).error_type
    'KeyError'
    """

    error_type: str
    message: str
    traceback: Optional[str] = None
    executor_id: Optional[str] = None
    extra: Optional[dict[str, Any]] = None

    @classmethod
    def from_exception(
        cls, exc: BaseException, *, executor_id: Optional[str] = None, extra: Optional[dict[str, Any]] = None
    ) -> WorkflowErrorDetails:
        """Describes an exception."""
        return cls(type(exc).__name__, message_of(exc), traceback_of(exc), executor_id, extra)


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


def details_from_plain(data: dict[str, Any]) -> WorkflowErrorDetails:
    """What the library says of a failure; the traceback is the host's to add."""
    kind = data.get("error_type") or data.get("status") or "WorkflowException"
    return WorkflowErrorDetails(str(kind), data.get("message", ""), executor_id=data.get("executor_id"))
