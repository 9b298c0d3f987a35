"""Workflows inside workflows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Optional

from . import _abi
from ._executor import Executor
from ._handler import HandlerSpec
from ._type_fit import fits

if TYPE_CHECKING:
    from ._workflow import Workflow


class WorkflowExecutor(Executor):
    """A workflow as one executor of another.

    Its executors run in the supersteps of the run around it, under `id/their id` in events and checkpoints: every
    boundary inside is in the one checkpoint of the run. Several messages may be inside at a time. Its outputs are
    messages from this executor, or, with `allow_direct_output`, outputs of the run. Its requests are messages of type
    `SubWorkflowRequestMessage` from this executor, or, with `propagate_request`, go to the caller of the run. With
    `shared_state` it sees the shared state around it; otherwise it has its own.

    >>> WorkflowExecutor(workflow, "box").workflow is workflow
    True
    """

    _is_workflow = True

    def __init__(
        self,
        workflow: Workflow,
        id: str,
        allow_direct_output: bool = False,
        propagate_request: bool = False,
        *,
        shared_state: bool = False,
    ) -> None:
        self.workflow = workflow
        self.allow_direct_output = allow_direct_output
        self.propagate_request = propagate_request
        self.shared_state = shared_state
        super().__init__(id)

    def flags(self, targets: Sequence[Executor]) -> int:
        """How the library ties it to what is around it; `targets` get what it sends."""
        from ._sub_workflow import SubWorkflowRequestMessage  # few need it

        # The library refuses edges that nothing can take. Edges of one that sends nothing are no mistake to us.
        is_silent = (
            self.allow_direct_output
            and not self.is_request_response_capable
            and not any(fits(SubWorkflowRequestMessage, kind) for target in targets for kind in target.input_types)
        )
        intercepts = not self.propagate_request and not (targets and is_silent)
        return (
            (_abi.WF_SUB_DIRECT_OUTPUT if self.allow_direct_output else 0)
            | (_abi.WF_SUB_INTERCEPT_REQUESTS if intercepts else 0)
            | (_abi.WF_SUB_SHARED_STATE if self.shared_state else 0)
        )

    def _declared_handlers(self) -> list[HandlerSpec]:
        return self.workflow.get_start_executor()._handlers

    def _find_handler(self, message: Any) -> Optional[HandlerSpec]:
        return self.workflow.get_start_executor()._find_handler(message)

    @property
    def input_types(self) -> list[Any]:
        from ._sub_workflow import SubWorkflowResponseMessage

        return [*self.workflow.input_types, SubWorkflowResponseMessage]

    @property
    def output_types(self) -> list[Any]:
        from ._sub_workflow import SubWorkflowRequestMessage

        outputs = [] if self.allow_direct_output else self.workflow.output_types
        asks = any(node.is_request_response_capable for node in self.workflow.get_executors_list())
        return [*outputs, SubWorkflowRequestMessage] if asks and not self.propagate_request else outputs

    @property
    def workflow_output_types(self) -> list[Any]:
        return self.workflow.output_types if self.allow_direct_output else []

    @property
    def is_request_response_capable(self) -> bool:
        return any(node.is_request_response_capable for node in self.workflow.get_executors_list())

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "workflow": self.workflow.to_dict()}
