"""What passes between a workflow inside another one and the executors around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ._annotations import type_name
from ._event import WorkflowEvent
from ._registry import REQUEST, registry
from ._shapes import Shape, Tag
from ._type_check import compile_check


@dataclass
class SubWorkflowResponseMessage:
    """The answer to a request of a sub-workflow: send it, and the executor inside that asked gets `data`.

    >>> SubWorkflowResponseMessage(True, WorkflowEvent.request_info("r1", "clerk", "ok?", bool)).data
    True
    """

    data: Any
    source_event: WorkflowEvent[Any]


@dataclass
class SubWorkflowRequestMessage:
    """A request of a sub-workflow, for the executors around it.

    >>> request = SubWorkflowRequestMessage(WorkflowEvent.request_info("r1", "clerk", "ok?", bool), "box")
    >>> request.create_response(True).data
    True
    """

    source_event: WorkflowEvent[Any]
    """The "request_info" event."""
    executor_id: str
    """The `WorkflowExecutor` that it came out of."""

    def create_response(self, data: Any) -> SubWorkflowResponseMessage:
        """The answer as a message.

        Raises:
            TypeError: `data` is not of the type that was asked for.
        """
        expected = self.source_event.response_type
        if not compile_check(expected)(data):
            raise TypeError(
                f"Response data type {type_name(type(data))} does not match the expected type {type_name(expected)} of "
                f"request '{self.source_event.request_id}'"
            )
        return SubWorkflowResponseMessage(data, self.source_event)


class _Request(Shape):
    """The form that the library gives to a request of a sub-workflow."""

    def write(self, value: Any, tag: Tag) -> Any:
        event = registry.of_value(value.source_event).write(value.source_event, tag)
        return {**event, "executor_id": value.executor_id, "response_type": None}

    def read(self, value: Any) -> Any:
        event = WorkflowEvent._asking(value["request_id"], value["source_executor_id"], value["data"])
        return SubWorkflowRequestMessage(event, value["executor_id"])


registry.put(_Request(SubWorkflowRequestMessage, REQUEST))
