"""The commands `run` and `resume`."""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from typing import Any, Optional

from .._codec import encode
from .._errors import WorkflowException
from .._request import Question
from .._run_state import WorkflowRunState
from .._workflow import Workflow
from ._progress import Progress
from ._target import message_for, workflow_of
from ._words import FAILED, INTERRUPTED, WAITING, Refused, given_latest, id_of, storage_of, text_or_json, told


def run(given: Any) -> int:
    """Starts a run."""
    workflow = workflow_of(given.target)
    message = message_for(workflow, given.input)
    storage = storage_of(given.storage, is_new_allowed=True) if given.storage else workflow._checkpoint_storage
    return _drive(given, workflow, {"message": message, "run_id": given.run_id}, storage)


def resume(given: Any) -> int:
    """Goes on from a checkpoint."""
    workflow = workflow_of(given.target)
    storage = storage_of(given.storage) if given.storage else workflow._checkpoint_storage
    if storage is None:
        raise Refused(f"{given.target} has no storage of its own: say --storage where its checkpoints are")

    async def arguments() -> dict[str, Any]:
        found: dict[str, Any] = {"checkpoint_id": given_latest()}
        if given.checkpoint != "latest":
            found["checkpoint_id"] = await id_of(storage, given.checkpoint)
        if given.answer:
            found["responses"] = await _answers(workflow, storage, given)
        return found

    return _drive(given, workflow, asyncio.run(arguments()), storage)


async def _answers(workflow: Workflow, storage: Any, given: Any) -> dict[str, Any]:
    """The answers by request, each as the type that is asked for."""
    checkpoint = await storage.load(await id_of(storage, given.checkpoint, workflow.name))
    pending = checkpoint.pending_request_info_events
    answers: dict[str, Any] = {}
    for each in given.answer:
        request_id, equals, text = each.partition("=")
        if not equals or request_id not in pending:
            wrong = f"no request {request_id!r} waits" if equals else "write REQUEST=ANSWER"
            raise Refused(f"--answer {each!r}: {wrong}; requests that wait: {', '.join(pending) or 'none'}")
        kind = pending[request_id].response_type
        value = text_or_json(text, kind is str, f"--answer {request_id}")
        try:
            answers[request_id] = Question(None, kind).accept(request_id, value)
        except ValueError as error:
            raise Refused(f"--answer: {error}") from None
    return answers


def _drive(given: Any, workflow: Workflow, arguments: dict[str, Any], storage: Any) -> int:
    """Runs it to its end, whatever that is; gives the exit code."""
    progress = Progress(not given.quiet)
    seen = _Seen(given, progress)
    try:
        asyncio.run(_watch(workflow, {**arguments, "checkpoint_storage": storage}, seen))
    except (KeyboardInterrupt, asyncio.CancelledError):
        progress.clear()
        return _say(given, f"interrupted. {_how_to_go_on(given, storage, seen)}", INTERRUPTED)
    except Exception as error:
        progress.clear()
        if not isinstance(error, WorkflowException):
            traceback.print_exc()  # of the user's own code
        print(f"failed: {told(error)}", file=sys.stderr)
        return _say(given, _how_to_go_on(given, storage, seen), FAILED)
    progress.clear()
    if seen.requests:
        for event in workflow.pending_requests:
            kind = getattr(event.response_type, "__name__", str(event.response_type))
            asked = f"  {event.request_id}: '{event.source_executor_id}' asks {event.data!r}, for a {kind}"
            print(asked, file=sys.stderr)
        some = " ".join(f"--answer {event.request_id}=ANSWER" for event in workflow.pending_requests[:2])
        how = f": {_command(given)} {some}" if storage is not None else f". {_LOST}"
        return _say(given, f"waits for answers{how}", WAITING)
    saved = f"; last checkpoint {seen.checkpoint_id}" if seen.checkpoint_id else ""
    return _say(given, f"done after {seen.supersteps} superstep{'s' * (seen.supersteps != 1)}{saved}", 0)


class _Seen:
    """What came out of a run so far."""

    def __init__(self, given: Any, progress: Progress) -> None:
        self._shows_events = given.events
        self._progress = progress
        self.checkpoint_id: Optional[str] = None
        self.supersteps = 0
        self.requests = False

    def see(self, event: Any) -> None:
        if event.type == "checkpoint":
            self.checkpoint_id = event.data["checkpoint_id"]
        elif event.type == "superstep_completed":
            self.supersteps += 1
        elif event.type == "status":
            self.requests = event.state is WorkflowRunState.IDLE_WITH_PENDING_REQUESTS
        if self._shows_events:
            self._print(_line(event))
        elif event.type == "output":
            self._print(event.data if isinstance(event.data, str) else encode(event.data, "output").decode())
        elif event.type == "warning":
            self._progress.clear()
            print(f"warning: {event.data}", file=sys.stderr)
        self._progress.see(event)

    def _print(self, text: str) -> None:
        self._progress.clear()
        print(text, flush=True)


def _line(event: Any) -> str:
    """An event as JSON; payloads as they stand in checkpoints."""
    members = {
        "type": event.type,
        "sequence": event.sequence,
        "executor_id": event.executor_id,
        "iteration": event.iteration,
        "state": event.state.value if event.state is not None else None,
    }
    if event.type == "request_info":
        members["request_id"] = event.request_id
    if event.details is not None:
        members["error"] = {"type": event.details.error_type, "message": event.details.message}
    elif event.data is not None:
        try:
            members["data"] = json.loads(encode(event.data, "data"))
        except TypeError:  # an event of the workflow's own, which nothing saves
            members["data"] = repr(event.data)
    return json.dumps({name: value for name, value in members.items() if value is not None}, ensure_ascii=False)


async def _watch(workflow: Workflow, arguments: dict[str, Any], seen: _Seen) -> None:
    clock = asyncio.ensure_future(_tick(seen._progress))
    stream = workflow.run(**arguments, stream=True, include_status_events=True, include_checkpoint_events=True)
    try:
        async for event in stream:
            seen.see(event)
    finally:
        clock.cancel()
        await stream.aclose()


async def _tick(progress: Progress) -> None:
    """Lets the seconds go on while a handler is at work."""
    while True:
        await asyncio.sleep(0.25)
        progress.draw()


_LOST = "There is no storage, so this run ends with the process: say --storage sqlite:FILE to keep it."


def _command(given: Any) -> str:
    storage = f" --storage {given.storage}" if given.storage else ""
    return f"python -m libworkflow resume {given.target}{storage}"


def _how_to_go_on(given: Any, storage: Any, seen: _Seen) -> str:
    if storage is None:
        return _LOST
    if seen.checkpoint_id is None:
        return "No checkpoint was made in this run."
    return f"The last checkpoint is {seen.checkpoint_id}; go on with: {_command(given)}"


def _say(given: Any, text: str, code: int) -> int:
    if not given.quiet or code not in (0, INTERRUPTED):
        print(text, file=sys.stderr)
    return code
