"""How a run begins: with a message, from a checkpoint, or by what the run that waits is given."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from ctypes import byref, c_void_p
from typing import TYPE_CHECKING, Any, Callable, Optional, Union

from ._abi import WF_EVENT_BIT, WF_EVENT_STARTED, WF_EVENT_STATUS, wf_run_options_t
from ._codec import encode
from ._event import WorkflowEvent, WorkflowEventSource
from ._library import lib, raise_for
from ._log import warn
from ._memos import text_of
from ._resting_run import RestingRun
from ._run_state import WorkflowRunState
from ._storage_handle import handle_of
from ._values import give, is_input, let_know

if TYPE_CHECKING:
    from ._checkpoint import WorkflowCheckpoint
    from ._fork import Edits
    from ._latest import CheckpointId
    from ._run import Run
    from ._workflow import Workflow

_MESSAGES = f"{__package__}._message"
_NONE = wf_run_options_t()
_copied = wf_run_options_t.from_buffer_copy
_start_value = lib.wf_run_start_value
_start = lib.wf_run_start
_resume = lib.wf_run_resume


class Beginning:
    """One beginning of a run of a workflow. Whatever it raises, nothing has happened yet."""

    def __init__(self, workflow: Workflow, storage: Any, hidden: Sequence[int]) -> None:
        """`hidden` are kinds of events that are not handed out."""
        self._workflow = workflow
        self._storage = storage
        self._hidden = hidden

    def _options(self, storage: Any, run_id: Optional[str], edits: Optional[bytes] = None) -> wf_run_options_t:
        options = _copied(_NONE)
        settings = self._workflow._settings
        if storage is not None:
            options.storage = handle_of(storage)
        if run_id is not None:
            options.run_id = text_of(run_id)
        if edits is not None:
            options.edits = edits
        if settings.are_chosen:
            options.flags, options.hidden_events = settings.flags, settings.mask
            options.lease_ms, options.durability = settings.lease, settings.durability
        if self._workflow._migration is not None:
            from ._fork import migrate  # few need it

            options.migrate, options.migrate_data = migrate, self._workflow._migration
        return options

    def start(self, message: Any, run_id: Optional[str]) -> Run:
        """With a message for the start executor."""
        workflow, storage = self._workflow, self._storage
        # Without its module nobody can have made one.
        kind: Any = getattr(sys.modules.get(_MESSAGES), "WorkflowMessage", ())
        if isinstance(message, kind):
            message = message.data
        if workflow._start_executor._find_handler(message) is None:
            raise workflow._start_executor._refusal(message)
        # Checkpoints need a text at once, and it is better that nothing has happened if there is none.
        passes = storage is None and not workflow._has_native and is_input(message)
        text = None if passes else encode(message, "message")
        resting = workflow._runs.take()
        if resting is not None and resting.storage is storage and run_id is None:
            try:
                number = resting.input(message, text)
            except BaseException:
                workflow._runs.keep(resting)
                raise
            waiting = len(resting.requests())
            if waiting:
                warn(
                    "a fresh message for '%s' while %d request_info event(s) are still pending: they go on waiting, "
                    "and their answers come to what this message has made of the state",
                    workflow.name,
                    waiting,
                )
            run = self._continued(resting, waiting)
        else:
            options = self._options(storage, run_id)
            handle, error = c_void_p(), c_void_p()
            around = workflow._handle, byref(options)
            if text is None:
                status, number = give(_start_value, message, *around, ..., byref(handle), byref(error))
            else:
                status, number = _start(*around, text, len(text), byref(handle), byref(error)), 0
            if status:
                raise_for(status, error)
            run = self._begun(handle.value or 0, storage, has_requests=False)
        if number:
            let_know(number, run.told)
        return run

    def resume(self, checkpoint_id: CheckpointId, responses: Any, edits: Optional[Edits], run_id: Optional[str]) -> Run:
        """From a checkpoint, maybe with answers to its requests."""
        workflow, storage = self._workflow, self._storage
        from ._latest import found_id, key_of  # few need it

        handle, error = c_void_p(), c_void_p()
        if edits is None:
            options, key = self._options(storage, run_id), key_of(checkpoint_id)
            status = _resume(workflow._handle, byref(options), key, byref(handle), byref(error))
        else:
            from ._fork import NO_EDITS, edited, load_text  # few need it

            # Not as a merge patch: that cannot say None, and would mix the fields of two values.
            original = load_text(storage, found_id(storage, workflow.name, checkpoint_id))
            options, text = self._options(storage, run_id, NO_EDITS), edited(original, edits)
            status = lib.wf_run_restore(workflow._handle, byref(options), text, len(text), byref(handle), byref(error))
        if status:
            from ._fork import resuming_failure

            raise resuming_failure(status, error, checkpoint_id if isinstance(checkpoint_id, str) else None)
        resumed = RestingRun(handle.value or 0, storage)
        if responses is not None:
            resumed.answer(responses, workflow._scopes)
        workflow._runs.take()
        return self._begun(resumed.release(), storage)

    def answer(self, responses: Mapping[str, Any]) -> Run:
        """With answers to requests of the run that waits."""
        return self._go_on(lambda resting: resting.answer(responses, self._workflow._scopes), is_idle=not responses)

    def withdraw(self, request_ids: Iterable[str]) -> Run:
        """Without requests of the run that waits."""
        return self._go_on(lambda resting: resting.withdraw(request_ids))

    def go_back(self, checkpoint: Union[str, WorkflowCheckpoint, None]) -> Run:
        """From a checkpoint of the last run, in place."""
        ended = self._workflow._runs.take_back(checkpoint)
        return self._begun(ended.release(), ended.storage)

    def _go_on(self, change: Callable[[RestingRun], int], *, is_idle: bool = False) -> Run:
        """Changes the requests of the run that waits; `change` says how many are left."""
        storage, runs = self._storage, self._workflow._runs
        resting = runs.take()
        if resting is None:
            raise RuntimeError("there are responses, but no run of this workflow waits; resume with a checkpoint_id")
        try:
            if storage is not None and storage is not resting.storage:
                raise ValueError("the run that waits has another storage; give checkpoint_storage when it starts")
            waiting = change(resting)
        except BaseException:
            runs.keep(resting)
            raise
        return self._continued(resting, waiting, is_idle=is_idle)

    def _continued(self, resting: RestingRun, waiting: int, *, is_idle: bool = False) -> Run:
        """A run that goes on. The library tells only that its state changes, and may find that requests wait."""
        hidden = self._hidden
        prelude = [_framework_event("status", WorkflowRunState.IN_PROGRESS)]
        if not self._workflow._settings.mask & WF_EVENT_BIT(WF_EVENT_STARTED):
            prelude.insert(0, _framework_event("started"))
        if is_idle:  # nothing happens, and so the library tells nothing
            prelude.append(_framework_event("status", WorkflowRunState.IDLE_WITH_PENDING_REQUESTS))
        elif not waiting:
            hidden = [*hidden, WF_EVENT_STATUS]
        handle, storage = resting.release(), resting.storage
        return self._begun(handle, storage, hidden=hidden, prelude=prelude, has_news=not is_idle)

    def _begun(self, handle: int, storage: Any, **more: Any) -> Run:
        run = _new_run(self._workflow, handle, storage=storage, **{"hidden": self._hidden, **more})
        return self._workflow._runs.begin(run)


def _framework_event(type: str, state: Optional[WorkflowRunState] = None) -> WorkflowEvent[Any]:
    return WorkflowEvent(type, origin=WorkflowEventSource.FRAMEWORK, state=state)


_found: list[type[Run]] = []


def _new_run(workflow: Workflow, handle: int, **options: Any) -> Run:
    """A `Run` of `workflow` with the library's run `handle`. Its module needs asyncio, which is worth its time only when
    something runs."""
    if not _found:
        from ._run import Run

        _found.append(Run)
    return _found[0](workflow, handle, **options)
