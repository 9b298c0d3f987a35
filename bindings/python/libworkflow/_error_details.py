"""Failures as text, for events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from ._error_texts import message_of, traceback_of


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


def details_from_plain(data: dict[str, Any]) -> WorkflowErrorDetails:
    """What the library says of a failure; the traceback is the host's to add."""
    kind = data.get("error_type") or data.get("status") or "WorkflowException"
    return WorkflowErrorDetails(str(kind), data.get("message", ""), executor_id=data.get("executor_id"))
