"""The classes of events of an older generation: today each is a `WorkflowEvent` with a `type`."""

from __future__ import annotations

from typing import Any, Callable

from ._event import WorkflowEvent


class _Kind(type):
    """A class whose instances are the events of some types, whoever made them; calling it makes one."""

    types: tuple[str, ...]
    make: Callable[..., WorkflowEvent[Any]]

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, WorkflowEvent) and instance.type in cls.types

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        return cls.make(*arguments, **named)

    @property
    def successor(cls) -> str:
        """What to write instead."""
        return " or ".join(f"event.type == {name!r}" for name in cls.types)


def _abstract(*_: Any, **__: Any) -> WorkflowEvent[Any]:
    raise TypeError("a class of several kinds of events makes none")


def _output(data: Any, executor_id: Any = None, *, source_executor_id: Any = None) -> WorkflowEvent[Any]:
    return WorkflowEvent("output", data, executor_id=source_executor_id or executor_id)


class ExecutorInvokedEvent(metaclass=_Kind):
    """A handler is called."""

    types = ("executor_invoked",)
    make = WorkflowEvent.executor_invoked


class ExecutorCompletedEvent(metaclass=_Kind):
    """A handler has ended."""

    types = ("executor_completed",)
    make = WorkflowEvent.executor_completed


class ExecutorFailedEvent(metaclass=_Kind):
    """A handler has raised."""

    types = ("executor_failed",)
    make = WorkflowEvent.executor_failed


class ExecutorEvent(metaclass=_Kind):
    """One of the three."""

    types = ("executor_invoked", "executor_completed", "executor_failed")
    make = _abstract


class RequestInfoEvent(metaclass=_Kind):
    """An executor asks."""

    types = ("request_info",)
    make = WorkflowEvent.request_info


class SuperStepStartedEvent(metaclass=_Kind):
    """A superstep begins."""

    types = ("superstep_started",)
    make = WorkflowEvent.superstep_started


class SuperStepCompletedEvent(metaclass=_Kind):
    """A superstep is committed."""

    types = ("superstep_completed",)
    make = WorkflowEvent.superstep_completed


class SuperStepEvent(metaclass=_Kind):
    """One of the two."""

    types = ("superstep_started", "superstep_completed")
    make = _abstract


class WorkflowStartedEvent(metaclass=_Kind):
    """A run begins."""

    types = ("started",)
    make = WorkflowEvent.started


class WorkflowStatusEvent(metaclass=_Kind):
    """The state of a run changes."""

    types = ("status",)
    make = WorkflowEvent.status


class WorkflowFailedEvent(metaclass=_Kind):
    """A run has failed."""

    types = ("failed",)
    make = WorkflowEvent.failed


class WorkflowLifecycleEvent(metaclass=_Kind):
    """One of the three."""

    types = ("started", "status", "failed")
    make = _abstract


class WorkflowWarningEvent(metaclass=_Kind):
    """A warning."""

    types = ("warning",)
    make = WorkflowEvent.warning


class WorkflowErrorEvent(metaclass=_Kind):
    """An error that an executor can live with."""

    types = ("error",)
    make = WorkflowEvent.error


class WorkflowOutputEvent(metaclass=_Kind):
    """An executor has yielded an output."""

    types = ("output",)
    make = _output


class WorkflowCompletedEvent(metaclass=_Kind):
    """The oldest name of an output."""

    types = ("output",)
    make = _output


ExecutorInvokeEvent = ExecutorInvokedEvent
ExecutorCompleteEvent = ExecutorCompletedEvent
