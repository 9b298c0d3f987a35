"""The runs of one workflow object: those under way, and the one that it goes on with."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, Any, Optional, Union

from ._event import WorkflowEvent
from ._resting_run import RestingRun
from ._run_state import RUN_STATES, WorkflowRunState

if TYPE_CHECKING:
    from ._checkpoint import WorkflowCheckpoint
    from ._run import Run


class Runs:
    """Knows the latest run, those that can be cancelled, and the one that rests. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._resting: Optional[RestingRun] = None
        self._ended: Optional[RestingRun] = None
        self._newest: Optional[weakref.ref[Run]] = None
        self._under_way: set[weakref.ref[Run]] = set()
        self._state = WorkflowRunState.IDLE

    def begin(self, run: Run) -> Run:
        """Notes a run that is driven from now on."""
        self._newest = weakref.ref(run, self._under_way.discard)
        self._under_way.add(self._newest)
        return run

    def keep(self, resting: RestingRun) -> None:
        """Keeps a run that rests: the next message or answer goes to it."""
        with self._lock:
            self._resting, self._ended = resting, None

    def keep_ended(self, ended: RestingRun) -> None:
        """Keeps a run that failed or was cancelled: it can only go back."""
        with self._lock:
            self._ended = ended

    def take(self) -> Optional[RestingRun]:
        """The run that rests, which belongs to the caller from now on."""
        with self._lock:
            resting, self._resting, self._ended = self._resting, None, None
        return resting

    def take_back(self, checkpoint: Union[str, WorkflowCheckpoint, None]) -> RestingRun:
        """The last run that has ended in any way, taken back to one of its checkpoints.

        Raises:
            RuntimeError: there is none.
            ValueError: the checkpoint is another run's, or the run has no storage; the run stays.
            WorkflowCheckpointException: the checkpoint is unknown or damaged; the run stays.
        """
        with self._lock:
            ended = self._ended or self._resting
            if ended is None:
                raise RuntimeError(
                    "no run of this workflow has ended here; resume with a checkpoint_id, or rewind the stream of a "
                    "run that is under way"
                )
            ended.rewind(checkpoint)
            self._ended = self._resting = None
        return ended

    def cancel(self, reason: Optional[str]) -> int:
        """Ends those under way, and says how many they are."""
        known = [run() for run in self._under_way.copy()]
        runs = [run for run in known if run is not None and run.is_under_way]
        for run in runs:
            run.cancel(reason)
        return len(runs)

    def note(self, state: int) -> None:
        """Remembers how the latest run ended."""
        self._state = RUN_STATES.get(state, self._state)

    def status(self) -> WorkflowRunState:
        """How far the latest run is."""
        run = self._latest()
        state = run.state if run is not None else None
        return self._state if state is None else RUN_STATES.get(state, self._state)

    def requests(self) -> list[WorkflowEvent[Any]]:
        """The requests of the latest run that wait for an answer."""
        with self._lock:
            if self._resting is not None:
                return self._resting.requests()
        run = self._latest()
        return [] if run is None else run.requests()

    def checkpoint_id(self) -> Optional[str]:
        """The checkpoint of the latest run's last boundary."""
        with self._lock:
            if self._resting is not None:
                return self._resting.checkpoint_id()
        run = self._latest()
        return None if run is None else run.checkpoint_id()

    def why_waiting(self) -> Optional[dict[str, Any]]:
        """What the latest run waits for; None if there is no run."""
        run = self._latest()
        found = run.why_waiting() if run is not None else None
        with self._lock:
            ended = self._ended or self._resting
            return ended.why_waiting() if found is None and ended is not None else found

    def _latest(self) -> Optional[Run]:
        return self._newest() if self._newest is not None else None
