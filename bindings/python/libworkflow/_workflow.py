"""Workflows: checked graphs that can be run."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, Literal, Optional, Union, overload

from ._abi import WF_EVENT_CHECKPOINT
from ._assembly import DEFAULT_MAX_ITERATIONS, Assembly
from ._beginning import Beginning
from ._edge_group import EdgeGroup, InternalEdgeGroup
from ._event import WorkflowEvent
from ._executor import Executor
from ._legacy_workflow import OlderWorkflow
from ._output import OutputDesignation
from ._result import WorkflowRunResult, result_of
from ._run_state import WorkflowRunState
from ._runs import Runs

if TYPE_CHECKING:
    from ._agent import WorkflowAgent
    from ._agent_session import ContextProvider
    from ._checkpoint import WorkflowCheckpoint
    from ._fork import Edits
    from ._latest import CheckpointId
    from ._run import Run
    from ._runner_context import InProcRunnerContext
    from ._storage import CheckpointStorage
    from ._stream import ResponseStream


class Workflow(OlderWorkflow):
    """A graph of executors, made by `WorkflowBuilder.build`. It can be run many times, also at the same time.

    It keeps the last run that ended well: that one goes on with the next message, or with the answers it waits for.

    >>> workflow = WorkflowBuilder(name="hello", start_executor=shout).build()
    >>> asyncio.run(workflow.run("hello")).get_outputs()
    ['HELLO']
    """

    def __init__(
        self,
        edge_groups: Sequence[EdgeGroup],
        executors: Mapping[str, Executor],
        start_executor: Executor,
        runner_context: Optional[InProcRunnerContext] = None,
        name: str = "workflow",
        description: Optional[str] = None,
        max_iterations: int = DEFAULT_MAX_ITERATIONS,
        output_from: Optional[Sequence[str]] = None,
        intermediate_output_from: Optional[Sequence[str]] = None,
    ) -> None:
        """Puts a workflow together by hand, with fewer checks than `WorkflowBuilder` makes.

        Args:
            edge_groups: the edges.
            executors: all executors by id.
            start_executor: which of them gets the message.
            runner_context: has the storage for checkpoints, if there is to be one.
            name: by which the latest checkpoint is found.
            description: for people.
            max_iterations: the limit of supersteps for one message.
            output_from: the ids of those whose yields are outputs; with neither of the two selections, all are.
            intermediate_output_from: the ids of those whose yields are intermediate outputs.

        Raises:
            WorkflowValidationError: the library refuses the graph.
        """
        is_open = output_from is None and intermediate_output_from is None
        designation = OutputDesignation(
            None if is_open else frozenset(output_from or ()), frozenset(intermediate_output_from or ())
        )
        groups = [group for group in edge_groups if not isinstance(group, InternalEdgeGroup)]
        parts = Assembly(name, dict(executors), groups, start_executor, designation, description, max_iterations)
        parts.checkpoint_storage = None if runner_context is None else runner_context.checkpoint_storage
        self._adopt(parts)

    @classmethod
    def _of(cls, parts: Assembly) -> Workflow:
        """A workflow of parts that have been checked."""
        workflow = cls.__new__(cls)
        workflow._adopt(parts)
        return workflow

    def _adopt(self, parts: Assembly) -> None:
        super().__init__(
            parts.build(),
            parts.executors,
            parts.groups,
            parts.start_executor,
            description=parts.description,
            max_iterations=parts.max_iterations,
            designation=parts.designation,
        )
        self._settings = parts.settings
        self._has_clock = parts.has_clock
        self._has_native = parts.has_native
        self._has_choices = parts.has_choices
        self._has_boxes = any(each._is_workflow for each in parts.executors.values())
        self._migration = parts.migration
        self._scopes = parts.scopes
        self._code = parts.code
        self._runs = Runs()
        self._checkpoint_storage = parts.checkpoint_storage

    @overload
    def run(
        self,
        message: Any = None,
        *,
        stream: Literal[True],
        responses: Optional[Mapping[str, Any]] = None,
        checkpoint_id: Optional[CheckpointId] = None,
        checkpoint_storage: Optional[CheckpointStorage] = None,
        edits: Optional[Edits] = None,
        run_id: Optional[str] = None,
        include_status_events: bool = False,
        include_checkpoint_events: bool = False,
    ) -> ResponseStream: ...
    @overload
    def run(
        self,
        message: Any = None,
        *,
        stream: Literal[False] = False,
        responses: Optional[Mapping[str, Any]] = None,
        checkpoint_id: Optional[CheckpointId] = None,
        checkpoint_storage: Optional[CheckpointStorage] = None,
        edits: Optional[Edits] = None,
        run_id: Optional[str] = None,
        include_status_events: bool = False,
        include_checkpoint_events: bool = False,
    ) -> Coroutine[Any, Any, WorkflowRunResult]: ...
    def run(
        self,
        message: Any = None,
        *,
        stream: bool = False,
        responses: Optional[Mapping[str, Any]] = None,
        checkpoint_id: Optional[CheckpointId] = None,
        checkpoint_storage: Optional[CheckpointStorage] = None,
        edits: Optional[Edits] = None,
        run_id: Optional[str] = None,
        include_status_events: bool = False,
        include_checkpoint_events: bool = False,
    ) -> Union[ResponseStream, Coroutine[Any, Any, WorkflowRunResult]]:
        """Runs the graph until nothing is left to deliver: on `message`, on `responses`, or from a checkpoint.

        `responses` has answers by request id. They go to the run of this object that waits for them, or to the
        checkpoint if its id is given too; requests that are not answered go on waiting. A `message` goes on with the
        shared state of the last run of this object, if that ended well and with the same storage.

        `checkpoint_id=LATEST` resumes from the newest checkpoint of this workflow, in one step: none that another
        process saves meanwhile is passed over. One that cannot be read is skipped with a "warning" event.

        With `edits` of a checkpoint, or a `run_id` that is not its own, the run is a fork: its first checkpoint has the
        original, which stays, as its parent. `edits` are new values by field, such as `{"state": {"limit": 9}}` for one
        key of the state, or a function that changes the `WorkflowCheckpoint`. Under another `run_id` what the original
        has remembered (`ctx.remember`) is not found; with a `message` it starts a run of that name.

        Await the answer for the result, or ask for a `stream` and iterate it for the events. A storage given here
        is used instead of the builder's.

        Raises:
            ValueError: not one of message, responses, checkpoint_id, or checkpoint_id with responses; a checkpoint_id
                without a storage; edits without a checkpoint_id, or of what a checkpoint is; responses with another
                storage than the waiting run has; an unknown request id or an answer of a wrong type, and then none
                of the answers counts.
            TypeError: the message or an answer has no JSON form.
            RuntimeError: the start executor has no handler for the message; or no request waits for an answer.
            WorkflowCheckpointException: the checkpoint is unknown, damaged, of another graph, or cannot be saved.
            WorkflowConflictException: another process, or another run here, went on with this run, or a run of this
                `run_id` is in the storage already; then no handler was called. Nothing was saved.
            WorkflowConvergenceException: the run reached its limit of supersteps.
            BaseException: what a handler raised.

        Only what concerns the choice of arguments is raised by the call itself, the rest when the answer is awaited
        or iterated.
        """
        storage = checkpoint_storage if checkpoint_storage is not None else self._checkpoint_storage
        if message is not None and checkpoint_id is not None:
            raise ValueError(
                "Cannot provide both 'message' and 'checkpoint_id': a message starts a run, a checkpoint_id resumes one"
            )
        if message is not None and responses is not None:
            raise ValueError(
                "Cannot provide both 'message' and 'responses': a message starts a run, responses let one go on"
            )
        if message is None and checkpoint_id is None and responses is None:
            raise ValueError(
                "Must provide at least one of a message to start, responses to go on, or a checkpoint_id to resume"
            )
        if checkpoint_id is not None and storage is None:
            raise ValueError(
                "Cannot restore from checkpoint without a storage: either provide checkpoint_storage parameter here, "
                "or give one to the builder"
            )
        if checkpoint_id is None and edits is not None:
            raise ValueError("edits change a checkpoint: give its checkpoint_id too")
        if checkpoint_id is None and message is None and run_id is not None:
            raise ValueError("responses let a run go on, which has its run_id already")
        # A run may be asked for its checkpoint events later: the library must not leave them out.
        hidden = [] if include_checkpoint_events else [WF_EVENT_CHECKPOINT]

        def begin() -> Run:
            if checkpoint_id is not None:
                run = Beginning(self, storage, hidden).resume(checkpoint_id, responses, edits, run_id)
            elif responses is not None:
                run = Beginning(self, checkpoint_storage, hidden).answer(responses)
            else:
                run = Beginning(self, storage, hidden).start(message, run_id)
            run.is_streaming = stream
            return run

        return _stream(begin, include_status_events) if stream else self._collect(begin, include_status_events)

    async def _collect(self, begin: Callable[[], Run], include_status_events: bool) -> WorkflowRunResult:
        async with begin() as run:
            return result_of(await run.all(), include_status_events)

    # ---- Back

    @overload
    def rewind(
        self,
        checkpoint: Union[str, WorkflowCheckpoint, None] = None,
        *,
        stream: Literal[True],
        include_status_events: bool = False,
        include_checkpoint_events: bool = False,
    ) -> ResponseStream: ...
    @overload
    def rewind(
        self,
        checkpoint: Union[str, WorkflowCheckpoint, None] = None,
        *,
        stream: Literal[False] = False,
        include_status_events: bool = False,
        include_checkpoint_events: bool = False,
    ) -> Coroutine[Any, Any, WorkflowRunResult]: ...
    def rewind(
        self,
        checkpoint: Union[str, WorkflowCheckpoint, None] = None,
        *,
        stream: bool = False,
        include_status_events: bool = False,
        include_checkpoint_events: bool = False,
    ) -> Union[ResponseStream, Coroutine[Any, Any, WorkflowRunResult]]:
        """Takes the last run of this object, which has ended in any way, back to one of its checkpoints and goes on.

        `checkpoint` is an id, or a checkpoint that was loaded; None stands for the run's last. It stays the same run,
        unlike with `run(checkpoint_id=...)`: what it remembered stays, and every executor with
        `on_checkpoint_restore` is taken back, also one that the checkpoint says nothing of: it gets an empty dict. For
        a run that is under way there is `ResponseStream.rewind`.

        Await the answer for the result, or ask for a `stream` and iterate it for the events.

        Raises:
            RuntimeError: no run of this object has ended.
            ValueError: the checkpoint is another run's, or the run has no storage.
            WorkflowCheckpointException: the checkpoint is unknown or damaged, or there is none yet.
            BaseException: what `run` raises too.
        """
        hidden = [] if include_checkpoint_events else [WF_EVENT_CHECKPOINT]

        def begin() -> Run:
            run = Beginning(self, None, hidden).go_back(checkpoint)
            run.is_streaming = stream
            return run

        return _stream(begin, include_status_events) if stream else self._collect(begin, include_status_events)

    restore = rewind
    """The same: a run of this object goes back to a checkpoint, in place."""

    def compare(
        self,
        checkpoint: Union[str, WorkflowCheckpoint],
        *,
        checkpoint_storage: Optional[CheckpointStorage] = None,
    ) -> dict[str, Any]:
        """What differs between the graph that made a checkpoint and this one, and what would be lost. Nothing is run.

        "compatible" says whether it can be resumed as it is; "executors", "edges", "conditions", "selectors" and
        "sub_workflows" have what was "added", "removed" and "changed"; "lost" has the parts of the checkpoint that
        have no place here. docs/checkpoint.md describes all members.

        Raises:
            ValueError: there is an id, but no storage.
            WorkflowCheckpointException: it is unknown, or no checkpoint.
        """
        from ._fork import compare, load_text  # few need it

        if not isinstance(checkpoint, str):
            return compare(self._handle, checkpoint.to_json())
        storage = checkpoint_storage if checkpoint_storage is not None else self._checkpoint_storage
        if storage is None:
            raise ValueError("there is no storage to find the checkpoint in: give checkpoint_storage, or a checkpoint")
        return compare(self._handle, load_text(storage, checkpoint))

    def _outermost(self, path: Optional[str]) -> Optional[str]:
        """Whose an output is to those around: of an executor in a box, the box's."""
        if path is None or path in self.executors:
            return path
        return next((id for id in self.executors if path.startswith(f"{id}/")), path)

    # ---- As an agent

    def as_agent(
        self,
        name: Optional[str] = None,
        *,
        description: Optional[str] = None,
        context_providers: Optional[Sequence[ContextProvider]] = None,
    ) -> WorkflowAgent:
        """This workflow as something that is told messages, and answers in messages.

        `name` and `description` are the workflow's own, if they are not given. `context_providers` say what is said
        before the input.

        Raises:
            ValueError: the start executor has no handler that takes `list[Message]`.
        """
        from ._agent import WorkflowAgent

        return WorkflowAgent(
            self,
            name=self.name if name is None else name,
            description=self.description if description is None else description,
            context_providers=context_providers,
        )

    # ---- From the side

    def why_waiting(self) -> dict[str, Any]:
        """What the latest run of this object waits for: for the person who asks why nothing happens.

        "why" is a sentence; the other members have the parts: "state", "superstep", "halted", "undelivered_messages",
        "requests", "fan_ins", "calls" of handlers, and "retries".

        Raises:
            RuntimeError: there is no run.
            WorkflowException: another thread drives it at this moment.
        """
        found = self._runs.why_waiting()
        if found is None:
            raise RuntimeError(f"there is no run of '{self.name}' to ask")
        return found

    def cancel(self, reason: Optional[str] = None) -> int:
        """Ends every run of this object that is under way; from any thread. Says how many that are.

        Each of them stops as soon as its event loop comes round: handlers are cancelled, the superstep in hand has no
        effect, a "cancelled" event and the status CANCELLED are its last events, and awaiting it gives what there
        is. Its last checkpoint can be resumed.
        """
        return self._runs.cancel(reason)

    async def cancel_pending_requests(
        self, request_ids: Iterable[str], *, include_status_events: bool = False
    ) -> WorkflowRunResult:
        """Withdraws requests of the run that waits, and lets it go on: nobody needs to answer them any more.

        Raises:
            RuntimeError: no run waits.
            ValueError: no request of that id waits; then none is withdrawn.
        """

        def begin() -> Run:
            return Beginning(self, None, [WF_EVENT_CHECKPOINT]).withdraw(request_ids)

        return await self._collect(begin, include_status_events)

    def get_last_checkpoint_id(self) -> Optional[str]:
        """The checkpoint of the latest run's last boundary; None before the first run, and without a storage."""
        return self._runs.checkpoint_id()

    @property
    def status(self) -> WorkflowRunState:
        """How far the latest run of this object is; IDLE before the first."""
        return self._runs.status()

    @property
    def pending_requests(self) -> list[WorkflowEvent[Any]]:
        """The requests of the latest run that wait for an answer, as "request_info" events in the order of asking."""
        return self._runs.requests()


def _stream(begin: Callable[[], Run], include_status_events: bool) -> ResponseStream:
    from ._stream import ResponseStream  # many programs have no use for it

    return ResponseStream(begin, include_status_events)
