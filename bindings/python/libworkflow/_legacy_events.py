"""The classes of events of an older generation: today each is a `WorkflowEvent` with a `type`."""

from __future__ import annotations

from typing import Any, Callable, cast

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


def _kind(name: str, types: str, make: Callable[..., WorkflowEvent[Any]]) -> type[WorkflowEvent[Any]]:
    """A class; to type checkers it is one of events."""
    members = {"types": tuple(types.split()), "make": staticmethod(make), "__doc__": f"Events of the type {types}."}
    return cast("type[WorkflowEvent[Any]]", _Kind(name, (), members))


Event = type[WorkflowEvent[Any]]

ExecutorInvokedEvent: Event = _kind("ExecutorInvokedEvent", "executor_invoked", WorkflowEvent.executor_invoked)
ExecutorCompletedEvent: Event = _kind("ExecutorCompletedEvent", "executor_completed", WorkflowEvent.executor_completed)
ExecutorFailedEvent: Event = _kind("ExecutorFailedEvent", "executor_failed", WorkflowEvent.executor_failed)
ExecutorEvent: Event = _kind("ExecutorEvent", "executor_invoked executor_completed executor_failed", _abstract)
RequestInfoEvent: Event = _kind("RequestInfoEvent", "request_info", WorkflowEvent.request_info)
SuperStepStartedEvent: Event = _kind("SuperStepStartedEvent", "superstep_started", WorkflowEvent.superstep_started)
SuperStepCompletedEvent: Event = _kind(
    "SuperStepCompletedEvent", "superstep_completed", WorkflowEvent.superstep_completed
)
SuperStepEvent: Event = _kind("SuperStepEvent", "superstep_started superstep_completed", _abstract)
WorkflowStartedEvent: Event = _kind("WorkflowStartedEvent", "started", WorkflowEvent.started)
WorkflowStatusEvent: Event = _kind("WorkflowStatusEvent", "status", WorkflowEvent.status)
WorkflowFailedEvent: Event = _kind("WorkflowFailedEvent", "failed", WorkflowEvent.failed)
WorkflowLifecycleEvent: Event = _kind("WorkflowLifecycleEvent", "started status failed", _abstract)
WorkflowWarningEvent: Event = _kind("WorkflowWarningEvent", "warning", WorkflowEvent.warning)
WorkflowErrorEvent: Event = _kind("WorkflowErrorEvent", "error", WorkflowEvent.error)
WorkflowOutputEvent: Event = _kind("WorkflowOutputEvent", "output", _output)
WorkflowCompletedEvent: Event = _kind("WorkflowCompletedEvent", "output", _output)
ExecutorInvokeEvent: Event = ExecutorInvokedEvent
ExecutorCompleteEvent: Event = ExecutorCompletedEvent
