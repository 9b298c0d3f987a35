"""Graphs of executors that run in supersteps, with a checkpoint at every boundary.

class Shout(Executor):
    @handler
    async def shout(self, text: str, ctx: WorkflowContext[Never, str]) -> None:
        await ctx.yield_output(text.upper())

workflow = WorkflowBuilder(start_executor=Shout("shout")).build()
result = await workflow.run("hello")
result.get_outputs()  # ["HELLO"]
"""

import sys as _sys
from typing import TYPE_CHECKING as _TYPE_CHECKING

from ._abi import WF_VERSION as __version__
from ._assembly import DEFAULT_MAX_ITERATIONS
from ._builder import WorkflowBuilder
from ._context import WorkflowContext
from ._edge import INTERNAL_SOURCE_ID, Edge
from ._edge_group import EdgeGroup, FanInEdgeGroup, FanOutEdgeGroup, InternalEdgeGroup, SingleEdgeGroup
from ._errors import (
    WorkflowCheckpointException,
    WorkflowConflictException,
    WorkflowConvergenceException,
    WorkflowException,
    WorkflowRunnerException,
    WorkflowTimeoutException,
)
from ._event import WorkflowEvent, WorkflowEventSource, WorkflowEventType
from ._executor import Executor
from ._function_executor import FunctionExecutor, executor
from ._handler import handler
from ._opaque import OpaqueValue
from ._registry import register_type
from ._result import WorkflowRunResult
from ._run_state import WorkflowRunState
from ._validation import validate_workflow_graph
from ._workflow import Workflow

if "asyncio" in _sys.modules:  # something will run: what drives it is read now, and not when the first run begins
    from . import _run as _run

if _TYPE_CHECKING:
    from ._agent import WorkflowAgent
    from ._agent_errors import AgentException, AgentInvalidRequestException, AgentInvalidResponseException, ContentError
    from ._agent_response import AgentResponse, AgentResponseUpdate
    from ._agent_session import AgentSession, ContextProvider, HistoryProvider, InMemoryHistoryProvider, SessionContext
    from ._agent_stream import AgentResponseStream
    from ._case import Case, Default
    from ._chat_message import AgentRunInputs, Message, normalize_messages
    from ._checkpoint import CheckpointID, WorkflowCheckpoint
    from ._conformance import StorageReport, check_storage, run_storage_task
    from ._content import Content, UsageDetails
    from ._error_details import WorkflowErrorDetails
    from ._joining import add_usage_details
    from ._legacy_events import ExecutorCompletedEvent as ExecutorCompletedEvent
    from ._legacy_events import ExecutorCompleteEvent as ExecutorCompleteEvent
    from ._legacy_events import ExecutorEvent as ExecutorEvent
    from ._legacy_events import ExecutorFailedEvent as ExecutorFailedEvent
    from ._legacy_events import ExecutorInvokedEvent as ExecutorInvokedEvent
    from ._legacy_events import ExecutorInvokeEvent as ExecutorInvokeEvent
    from ._legacy_events import RequestInfoEvent as RequestInfoEvent
    from ._legacy_events import SuperStepCompletedEvent as SuperStepCompletedEvent
    from ._legacy_events import SuperStepEvent as SuperStepEvent
    from ._legacy_events import SuperStepStartedEvent as SuperStepStartedEvent
    from ._legacy_events import WorkflowCompletedEvent as WorkflowCompletedEvent
    from ._legacy_events import WorkflowErrorEvent as WorkflowErrorEvent
    from ._legacy_events import WorkflowFailedEvent as WorkflowFailedEvent
    from ._legacy_events import WorkflowLifecycleEvent as WorkflowLifecycleEvent
    from ._legacy_events import WorkflowOutputEvent as WorkflowOutputEvent
    from ._legacy_events import WorkflowStartedEvent as WorkflowStartedEvent
    from ._legacy_events import WorkflowStatusEvent as WorkflowStatusEvent
    from ._legacy_events import WorkflowWarningEvent as WorkflowWarningEvent
    from ._legacy_summary import RequestInfoExecutor as RequestInfoExecutor
    from ._legacy_summary import WorkflowCheckpointSummary as WorkflowCheckpointSummary
    from ._legacy_summary import get_checkpoint_summary as get_checkpoint_summary
    from ._latest import LATEST, Latest
    from ._message import MessageType, WorkflowMessage
    from ._native import NativeExecutor
    from ._response_handler import response_handler
    from ._retry import GiveUp, Retry
    from ._runner_context import InProcRunnerContext
    from ._storage import (
        CheckpointStorage,
        EngineStorage,
        FileCheckpointStorage,
        InMemoryCheckpointStorage,
        SQLiteCheckpointStorage,
        open_storage,
    )
    from ._stream import ResponseStream
    from ._sub_workflow import SubWorkflowRequestMessage, SubWorkflowResponseMessage
    from ._switch_group import SwitchCaseEdgeGroup, SwitchCaseEdgeGroupCase, SwitchCaseEdgeGroupDefault
    from ._validation_errors import (
        EdgeDuplicationError,
        GraphConnectivityError,
        TypeCompatibilityError,
        ValidationTypeEnum,
        WorkflowValidationError,
    )
    from ._viz import WorkflowViz
    from ._workflow_executor import WorkflowExecutor

__all__ = [
    "DEFAULT_MAX_ITERATIONS",
    "INTERNAL_SOURCE_ID",
    "LATEST",
    "AgentException",
    "AgentInvalidRequestException",
    "AgentInvalidResponseException",
    "AgentResponse",
    "AgentResponseStream",
    "AgentResponseUpdate",
    "AgentRunInputs",
    "AgentSession",
    "Case",
    "CheckpointID",
    "CheckpointStorage",
    "Content",
    "ContentError",
    "ContextProvider",
    "Default",
    "Edge",
    "EdgeDuplicationError",
    "EdgeGroup",
    "EngineStorage",
    "Executor",
    "FanInEdgeGroup",
    "FanOutEdgeGroup",
    "FileCheckpointStorage",
    "FunctionExecutor",
    "GiveUp",
    "GraphConnectivityError",
    "HistoryProvider",
    "InMemoryCheckpointStorage",
    "InMemoryHistoryProvider",
    "InProcRunnerContext",
    "InternalEdgeGroup",
    "Latest",
    "Message",
    "MessageType",
    "NativeExecutor",
    "OpaqueValue",
    "ResponseStream",
    "Retry",
    "SQLiteCheckpointStorage",
    "SessionContext",
    "SingleEdgeGroup",
    "StorageReport",
    "SubWorkflowRequestMessage",
    "SubWorkflowResponseMessage",
    "SwitchCaseEdgeGroup",
    "SwitchCaseEdgeGroupCase",
    "SwitchCaseEdgeGroupDefault",
    "TypeCompatibilityError",
    "UsageDetails",
    "ValidationTypeEnum",
    "Workflow",
    "WorkflowAgent",
    "WorkflowBuilder",
    "WorkflowCheckpoint",
    "WorkflowCheckpointException",
    "WorkflowConflictException",
    "WorkflowContext",
    "WorkflowConvergenceException",
    "WorkflowErrorDetails",
    "WorkflowEvent",
    "WorkflowEventSource",
    "WorkflowEventType",
    "WorkflowException",
    "WorkflowExecutor",
    "WorkflowMessage",
    "WorkflowRunResult",
    "WorkflowRunState",
    "WorkflowRunnerException",
    "WorkflowTimeoutException",
    "WorkflowValidationError",
    "WorkflowViz",
    "__version__",
    "add_usage_details",
    "check_storage",
    "executor",
    "handler",
    "normalize_messages",
    "open_storage",
    "register_type",
    "response_handler",
    "run_storage_task",
    "validate_workflow_graph",
]

_RARE = {
    "AgentException": "_agent_errors",
    "AgentInvalidRequestException": "_agent_errors",
    "AgentInvalidResponseException": "_agent_errors",
    "AgentResponse": "_agent_response",
    "AgentResponseStream": "_agent_stream",
    "AgentResponseUpdate": "_agent_response",
    "AgentRunInputs": "_chat_message",
    "AgentSession": "_agent_session",
    "Case": "_case",
    "CheckpointID": "_checkpoint",
    "CheckpointStorage": "_storage",
    "Content": "_content",
    "ContentError": "_agent_errors",
    "ContextProvider": "_agent_session",
    "Default": "_case",
    "EdgeDuplicationError": "_validation_errors",
    "EngineStorage": "_storage",
    "FileCheckpointStorage": "_storage",
    "GiveUp": "_retry",
    "GraphConnectivityError": "_validation_errors",
    "HistoryProvider": "_agent_session",
    "InMemoryCheckpointStorage": "_storage",
    "InMemoryHistoryProvider": "_agent_session",
    "InProcRunnerContext": "_runner_context",
    "LATEST": "_latest",
    "Latest": "_latest",
    "Message": "_chat_message",
    "MessageType": "_message",
    "NativeExecutor": "_native",
    "ResponseStream": "_stream",
    "Retry": "_retry",
    "SQLiteCheckpointStorage": "_storage",
    "SessionContext": "_agent_session",
    "StorageReport": "_conformance",
    "SubWorkflowRequestMessage": "_sub_workflow",
    "SubWorkflowResponseMessage": "_sub_workflow",
    "SwitchCaseEdgeGroup": "_switch_group",
    "SwitchCaseEdgeGroupCase": "_switch_group",
    "SwitchCaseEdgeGroupDefault": "_switch_group",
    "TypeCompatibilityError": "_validation_errors",
    "UsageDetails": "_content",
    "ValidationTypeEnum": "_validation_errors",
    "WorkflowAgent": "_agent",
    "WorkflowCheckpoint": "_checkpoint",
    "WorkflowErrorDetails": "_error_details",
    "WorkflowExecutor": "_workflow_executor",
    "WorkflowMessage": "_message",
    "WorkflowValidationError": "_validation_errors",
    "WorkflowViz": "_viz",
    "add_usage_details": "_joining",
    "check_storage": "_conformance",
    "normalize_messages": "_chat_message",
    "open_storage": "_storage",
    "response_handler": "_response_handler",
    "run_storage_task": "_conformance",
}
"""name -> module of what few programs use: read when somebody asks for it."""


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _RARE:
        from ._legacy import older_name

        return older_name(name, 4)
    value = globals()[name] = getattr(import_module(f"{__name__}.{_RARE[name]}"), name)
    return value


def __dir__() -> list[str]:
    return __all__
