"""How the event of a request is written: it may be sent, and then stands in checkpoints."""

from __future__ import annotations

from typing import Any

from ._event import WorkflowEvent
from ._registry import registry
from ._shapes import Shape, Tag


class RequestEvent(Shape):
    """A "request_info" event. Others are about a moment of a run, and mean nothing in another one."""

    def write(self, value: Any, tag: Tag) -> Any:
        from ._request import Question  # few need it

        return {
            "request_id": value.request_id,
            "source_executor_id": value.source_executor_id,
            "data": tag(Question(value.data, value.response_type).to_value()),
        }

    def read(self, value: Any) -> Any:
        return WorkflowEvent._asking(value["request_id"], value["source_executor_id"], value["data"])


registry.put(RequestEvent(WorkflowEvent, "libworkflow:request_info"))
