"""Workflows: checked graphs that can be run."""

from __future__ import annotations

from collections.abc import Coroutine
from ctypes import byref, c_void_p
from typing import Any, Literal, Optional, Union, overload

from ._abi import WF_EVENT_BIT, WF_EVENT_CHECKPOINT, WF_EVENT_STARTED, wf_run_options_t
from ._codec import decoder, encode
from ._condition import Condition
from ._executor import Executor
from ._host import Host
from ._identifier import new_identifier
from ._library import lib, raise_for
from ._result import WorkflowRunResult
from ._run import Run
from ._selector import Selector
from ._storage import CheckpointStorage, handle_of
from ._stream import ResponseStream, result_of


class Workflow:
    """A graph of executors, made by `WorkflowBuilder.build`. It can be run many times, also at the same time."""

    def __init__(
        self,
        handle: int,
        hosts: list[Host],
        conditions: list[Condition],
        selectors: list[Selector],
        start_executor: Executor,
        *,
        description: Optional[str],
        max_iterations: int,
        checkpoint_storage: Optional[CheckpointStorage],
    ) -> None:
        self._handle = handle
        self._hosts = hosts
        self._conditions = conditions
        self._selectors = selectors
        self._decode = decoder()
        self._start_executor = start_executor
        self._checkpoint_storage = checkpoint_storage
        self._id: Optional[str] = None
        self.name: str = lib.wf_workflow_name(handle).decode()
        self.description = description
        self.max_iterations = max_iterations
        self.start_executor_id = start_executor.id
        self.executors: dict[str, Executor] = {host.id: host.executor for host in hosts}
        self.graph_signature_hash: str = lib.wf_workflow_signature(handle).decode()

    @overload
    def run(
        self,
        message: Any = None,
        *,
        stream: Literal[True],
        checkpoint_id: Optional[str] = None,
        checkpoint_storage: Optional[CheckpointStorage] = None,
        include_status_events: bool = False,
        include_checkpoint_events: bool = False,
    ) -> ResponseStream: ...
    @overload
    def run(
        self,
        message: Any = None,
        *,
        stream: Literal[False] = False,
        checkpoint_id: Optional[str] = None,
        checkpoint_storage: Optional[CheckpointStorage] = None,
        include_status_events: bool = False,
        include_checkpoint_events: bool = False,
    ) -> Coroutine[Any, Any, WorkflowRunResult]: ...
    def run(
        self,
        message: Any = None,
        *,
        stream: bool = False,
        checkpoint_id: Optional[str] = None,
        checkpoint_storage: Optional[CheckpointStorage] = None,
        include_status_events: bool = False,
        include_checkpoint_events: bool = False,
    ) -> Union[ResponseStream, Coroutine[Any, Any, WorkflowRunResult]]:
        """Runs the graph on `message`, or goes on from a checkpoint, until nothing is left to deliver.

        Await the answer for the result, or ask for a `stream` and iterate it for the events. A storage given here
        is used instead of the builder's.

        Raises:
            ValueError: both or neither of message and checkpoint_id, or a checkpoint_id without a storage.
            TypeError: the message has no JSON form.
            RuntimeError: the start executor has no handler for the message.
            WorkflowCheckpointException: the checkpoint is unknown, damaged, or of another graph.
            WorkflowConvergenceException: the run reached its limit of supersteps.
            BaseException: what a handler raised.

        Only the first two are raised by the call itself, the others when the answer is awaited or iterated.
        """
        storage = checkpoint_storage if checkpoint_storage is not None else self._checkpoint_storage
        if message is not None and checkpoint_id is not None:
            raise ValueError("give a message to start or a checkpoint_id to resume, not both")
        if message is None and checkpoint_id is None:
            raise ValueError("give a message to start or a checkpoint_id to resume")
        if checkpoint_id is not None and storage is None:
            raise ValueError("a checkpoint_id needs a storage: give checkpoint_storage here or to the builder")
        hidden = 0 if include_checkpoint_events else WF_EVENT_BIT(WF_EVENT_CHECKPOINT)
        if stream:
            return ResponseStream(lambda: self._begin(message, checkpoint_id, storage, hidden), include_status_events)
        hidden |= WF_EVENT_BIT(WF_EVENT_STARTED)
        return self._collect(message, checkpoint_id, storage, hidden, include_status_events)

    async def _collect(
        self, message: Any, checkpoint_id: Optional[str], storage: Any, hidden: int, include_status_events: bool
    ) -> WorkflowRunResult:
        async with self._begin(message, checkpoint_id, storage, hidden) as run:
            return result_of(await run.all(), include_status_events)

    def _begin(self, message: Any, checkpoint_id: Optional[str], storage: Any, hidden: int) -> Run:
        """Makes the run; nothing of it has happened yet."""
        options = wf_run_options_t(storage=handle_of(storage), hidden_events=hidden)
        handle, error = c_void_p(), c_void_p()
        if checkpoint_id is None:
            if self._start_executor._find_handler(message) is None:
                raise self._start_executor._refusal(message)
            text = encode(message, "message")
            status = lib.wf_run_start(self._handle, byref(options), text, len(text), byref(handle), byref(error))
        else:
            key = checkpoint_id.encode()
            status = lib.wf_run_resume(self._handle, byref(options), key, byref(handle), byref(error))
        if status:
            raise_for(status, error)
        return Run(self, handle.value or 0)

    @property
    def id(self) -> str:
        """Names this object, and no other."""
        if self._id is None:
            self._id = new_identifier()
        return self._id

    def get_start_executor(self) -> Executor:
        """The executor that gets the message."""
        return self._start_executor

    def get_executors_list(self) -> list[Executor]:
        """All executors, in order of their first mention."""
        return [host.executor for host in self._hosts]

    def __del__(self, free: Any = lib.wf_workflow_free) -> None:
        if getattr(self, "_handle", None) is not None:
            free(self._handle)

    def __repr__(self) -> str:
        return f"Workflow(name={self.name!r}, executors={list(self.executors)})"
