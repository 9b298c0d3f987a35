"""Graphs of executors that run in supersteps, with a checkpoint at every boundary.

class Shout(Executor):
    @handler
    async def shout(self, text: str, ctx: WorkflowContext[Never, str]) -> None:
        await ctx.yield_output(text.upper())

workflow = WorkflowBuilder(start_executor=Shout("shout")).build()
result = await workflow.run("hello")
result.get_outputs()  # ["HELLO"]
"""

from ._abi import WF_VERSION as __version__
from ._builder import DEFAULT_MAX_ITERATIONS, WorkflowBuilder
from ._case import Case, Default
from ._checkpoint import WorkflowCheckpoint, WorkflowMessage
from ._context import WorkflowContext
from ._errors import (
    EdgeDuplicationError,
    GraphConnectivityError,
    ValidationTypeEnum,
    WorkflowCheckpointException,
    WorkflowConvergenceException,
    WorkflowException,
    WorkflowRunnerException,
    WorkflowValidationError,
)
from ._event import WorkflowErrorDetails, WorkflowEvent, WorkflowEventSource, WorkflowRunState
from ._executor import Executor
from ._function_executor import FunctionExecutor, executor
from ._handler import handler
from ._opaque import OpaqueValue
from ._registry import register_type
from ._response_handler import response_handler
from ._result import WorkflowRunResult
from ._storage import (
    CheckpointStorage,
    EngineStorage,
    FileCheckpointStorage,
    InMemoryCheckpointStorage,
    open_storage,
)
from ._stream import ResponseStream
from ._workflow import Workflow

__all__ = [
    "DEFAULT_MAX_ITERATIONS",
    "Case",
    "CheckpointStorage",
    "Default",
    "EdgeDuplicationError",
    "EngineStorage",
    "Executor",
    "FileCheckpointStorage",
    "FunctionExecutor",
    "GraphConnectivityError",
    "InMemoryCheckpointStorage",
    "OpaqueValue",
    "ResponseStream",
    "ValidationTypeEnum",
    "Workflow",
    "WorkflowBuilder",
    "WorkflowCheckpoint",
    "WorkflowCheckpointException",
    "WorkflowContext",
    "WorkflowConvergenceException",
    "WorkflowErrorDetails",
    "WorkflowEvent",
    "WorkflowEventSource",
    "WorkflowException",
    "WorkflowMessage",
    "WorkflowRunResult",
    "WorkflowRunState",
    "WorkflowRunnerException",
    "WorkflowValidationError",
    "__version__",
    "executor",
    "handler",
    "open_storage",
    "register_type",
    "response_handler",
]
