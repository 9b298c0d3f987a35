"""What host code raised in one run."""

from __future__ import annotations

from typing import Optional

from ._abi import WF_E_CONFLICT, WF_E_EXECUTOR, WF_E_EXISTS
from ._errors import WorkflowRunnerException
from ._event import WorkflowEvent


class Failures:
    """The exceptions by executor; None stands for conditions and selectors. The library knows their texts alone."""

    def __init__(self) -> None:
        self.raised: dict[Optional[str], BaseException] = {}
        self.interrupt: Optional[BaseException] = None
        """Ends the run as soon as the library comes back."""

    def keep(self, executor_id: Optional[str], error: BaseException) -> None:
        """Remembers the first one of each executor."""
        self.raised.setdefault(executor_id, error)
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            self.interrupt = error

    def forget(self, executor_id: str) -> None:
        """An executor is tried again."""
        self.raised.pop(executor_id, None)

    def clear(self) -> None:
        """Forgets all: they hold tracebacks, which hold the run."""
        self.raised.clear()

    def of(self, status: int, error: BaseException) -> BaseException:
        """Why the run failed: what the host code raised, else `error`, which is what the library says."""
        if self.interrupt is not None:
            return self.interrupt
        executor_id = getattr(error, "details", {}).get("executor_id")
        if status in (WF_E_EXISTS, WF_E_CONFLICT) and executor_id is not None:
            return WorkflowRunnerException(str(error))  # of a request, or in the state: no checkpoint is meant
        if status == WF_E_EXECUTOR:
            return self.raised.get(executor_id) or next(iter(self.raised.values()), error)
        return error

    def explain(self, event: WorkflowEvent[object]) -> None:
        """Gives an event of a failure the traceback, which the library does not have."""
        error = self.raised.get(event.details.executor_id) if event.details is not None else None
        if error is not None and event.details is not None:
            from ._error_texts import traceback_of

            event.details.traceback = traceback_of(error)
