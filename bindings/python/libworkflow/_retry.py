"""When a handler that fails is called again, and for how long it may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ._abi import wf_retry_t
from ._errors import WorkflowException


@dataclass(frozen=True)
class Retry:
    """A handler that fails is called again with the same message, after a pause. What the failed attempt did, such as
    sending, does not count; what it changed in its own object stays changed.

    Pauses are in seconds, a millisecond at least. A "warning" event tells of each. They are part of the checkpoints:
    a run that is resumed waits for the rest of its pause.

    Raises:
        ValueError: a number is out of its range.

    >>> WorkflowBuilder(start_executor=shout).set_retry(shout, Retry(attempts=5, delay=0.5)).build()
    Workflow(name=..., executors=['shout'])
    """

    attempts: int = 3
    """All of them, the first one included."""
    delay: float = 1.0
    """The pause before the second attempt."""
    factor: float = 2.0
    """By how much each pause is longer than the one before: 1 to 1000."""
    longest: float = 60.0
    """No pause is longer; a year at most."""
    jitter: float = 0.0
    """Up to which part of a pause chance adds or takes away: 0 to 1."""

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"a Retry has one attempt at least, not {self.attempts}")
        if not 1 <= self.factor <= 1000:
            raise ValueError(f"the factor of a Retry is 1 to 1000, not {self.factor}")
        if not 0 <= self.jitter <= 1:
            raise ValueError(f"the jitter of a Retry is 0 to 1, not {self.jitter}")
        milliseconds(self.delay, "the delay of a Retry", least=0)
        milliseconds(self.longest, "the longest pause of a Retry", least=0)

    def to_struct(self) -> Any:
        """The same for the library, to which 0 is a default."""
        return wf_retry_t(
            attempts=self.attempts,
            delay_ms=max(1, round(self.delay * 1000)),
            factor=self.factor,
            longest_ms=max(1, round(self.longest * 1000)),
            jitter=self.jitter,
        )


class GiveUp(WorkflowException):
    """Raise it in a handler whose failure is for good: no `Retry` applies to it.

    >>> raise GiveUp("the card is stolen")
    Traceback (most recent call last):
    libworkflow._retry.GiveUp: the card is stolen
    """


_YEAR = 366 * 86400


def milliseconds(seconds: Any, what: str, *, least: float = 0.001) -> int:
    """The same time for the library.

    Raises:
        TypeError: it is not a number.
        ValueError: it is less than `least` or more than a year.
    """
    if not isinstance(seconds, (int, float)):
        raise TypeError(f"{what} is a number of seconds, not {seconds!r}")
    if not least <= seconds <= _YEAR:
        raise ValueError(f"{what} is {least} to {_YEAR} seconds, not {seconds!r}")
    return round(seconds * 1000)
