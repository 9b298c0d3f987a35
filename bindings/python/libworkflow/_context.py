"""What a handler may do: send messages, yield outputs, read and write state."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping
from ctypes import byref, c_char_p, c_void_p
from types import GenericAlias
from typing import TYPE_CHECKING, Any, Generic, Optional, overload

from . import _request_event, _values  # noqa: F401
from ._abi import WF_E_NOTFOUND, WF_NONE, WF_SCOPE_EXECUTOR, WF_SCOPE_SHARED
from ._codec import encode
from ._event import WorkflowEvent, WorkflowEventSource
from ._legacy import outdated
from ._legacy_context import MISSING, Done, OlderContext
from ._library import NUL, lib, quick, raise_for, take_error
from ._log import warn
from ._memos import Memos, text_of
from ._state import State
from ._values import small_text

if TYPE_CHECKING:
    from typing_extensions import Never, TypeVar

    from ._host import Host
    from ._run import Run
    from ._trampolines import Handle

    OutT = TypeVar("OutT", default=Never)
    WorkflowOutT = TypeVar("WorkflowOutT", default=Never)
else:
    from typing import TypeVar

    OutT, WorkflowOutT = TypeVar("OutT"), TypeVar("WorkflowOutT")

_send = lib.wf_context_send
send_small = quick("wf_context_send")
_answer = lib.wf_context_answer
_output = lib.wf_context_output
_request = lib.wf_context_request_info
_get_state = lib.wf_context_get_state
_set_state = lib.wf_context_set_state
_delete_state = lib.wf_context_delete_state
_state_keys = lib.wf_context_state_keys
_clear_state = lib.wf_context_clear_state
_append = lib.wf_context_append
_emit = lib.wf_context_emit
_keep_alive = lib.wf_context_keep_alive
_halt = lib.wf_context_halt
_is_cancelled = lib.wf_context_is_cancelled

_OUTPUTS = "use ctx.yield_output, and output_from or intermediate_output_from of the builder"
_LIFECYCLE = "it tells of the run itself"
_RESERVED = {
    "output": _OUTPUTS,
    "intermediate": _OUTPUTS,
    "started": _LIFECYCLE,
    "status": _LIFECYCLE,
    "failed": _LIFECYCLE,
}


class WorkflowContext(Memos, OlderContext, Generic[OutT, WorkflowOutT]):
    """One call of a handler, and what it may do.

    `WorkflowContext[OutT, WorkflowOutT]` declares what the handler sends and yields; either may be left out.
    The context ends with the handler, or with its timeout: after that every method raises RuntimeError.

    >>> @executor
    ... async def count(text: str, ctx: WorkflowContext[str, int]) -> None:
    ...     ctx.set_state("last", text)
    ...     await ctx.yield_output(len(text))
    >>> asyncio.run(WorkflowBuilder(start_executor=count).build().run("hello")).get_outputs()
    [5]
    """

    __slots__ = ("_handle", "_host", "_run", "_sent", "_yielded")

    if not TYPE_CHECKING:
        __class_getitem__ = classmethod(GenericAlias)  # typing.Generic would insist on both arguments

    _handle: Optional[Handle]
    _host: Host
    _run: Run
    _sent: Optional[list[Any]]
    _yielded: Optional[list[Any]]

    @property
    def executor_id(self) -> str:
        """The executor whose handler this is."""
        return self._host.id

    async def send_message(self, message: OutT, target_id: Optional[str] = None) -> None:
        """Sends `message` along the edges of this executor, or only along the one to `target_id`.

        It is delivered in the next superstep: this very object, to all its receivers, as long as the run is not
        resumed. So leave it alone from now on, and send a copy of what you go on changing. A
        `SubWorkflowResponseMessage` goes to the executor in the sub-workflow that asked.

        Where there is a storage, a message that has no JSON form fails the run at the end of the superstep, with a
        TypeError.

        Raises:
            TypeError: a `SubWorkflowResponseMessage`, or a message of a workflow with a `NativeExecutor`, has no JSON
                form.
            ValueError: the workflow has no executor of that id.
        """
        target = None if target_id is None else text_of(target_id)
        payload = small_text(message)
        if payload is None:
            if message.__class__.__name__ == "SubWorkflowResponseMessage" and self._answer(message):
                return
            self._send(target, message)
        elif self._handle is None or send_small(self._handle, target, payload, NUL, None):
            self._send(target, message)
        if self._sent is None:
            self._sent = [message]
        else:
            self._sent.append(message)

    def _send(self, target: Optional[bytes], message: Any) -> None:
        """Sends what is not small; and what was refused, once more, to hear why."""
        error = c_void_p()
        if self._run.shares and not _values.is_small(message):
            status = _values.send(self._open(), target, message, self._host.id, self._run.told, byref(error))
        else:
            payload = encode(message, f"executor '{self._host.id}': message")
            status = _send(self._open(), target, payload, len(payload), byref(error))
        if status == WF_E_NOTFOUND:
            raise ValueError(str(take_error(status, error)))
        if status:
            raise_for(status, error)

    def _answer(self, message: Any) -> bool:
        """Answers the request of a sub-workflow; False if no sub-workflow here waits for that."""
        from ._sub_workflow import SubWorkflowResponseMessage  # few need it

        if message.__class__ is not SubWorkflowResponseMessage:
            return False  # another class of that name
        request_id = message.source_event.request_id
        payload = encode(message.data, f"executor '{self._host.id}': the answer to request '{request_id}'")
        error = c_void_p()
        status = _answer(self._open(), request_id.encode(), payload, len(payload), byref(error))
        if status == WF_E_NOTFOUND:
            lib.wf_error_free(error)
        elif status:
            raise_for(status, error)
        return bool(status == 0)

    async def yield_output(self, output: WorkflowOutT) -> None:
        """Gives `output` to the caller of the workflow: this very object, so leave it alone from now on.

        What is inside a `WorkflowExecutor` yields messages: there it is as with `send_message`.

        Raises:
            TypeError: an output of a workflow with a `NativeExecutor` has no JSON form.
        """
        error = c_void_p()
        if self._run.shares and not _values.is_small(output):
            status = _values.output(self._open(), output, self._host.id, self._run.told, byref(error))
        else:
            payload = encode(output, f"executor '{self._host.id}': output")
            status = _output(self._open(), payload, len(payload), byref(error))
        if status:
            raise_for(status, error)
        if self._yielded is None:
            self._yielded = [output]
        else:
            self._yielded.append(output)
        self._wake()

    async def add_event(self, event: WorkflowEvent[Any]) -> None:
        """Gives an event of your own to the caller of the workflow, in order with the outputs.

        The caller gets this very object; it is no part of any checkpoint. Events that tell of the run itself, and of
        outputs, are not yours to make: a "warning" event takes the place of such a one.
        """
        if event.origin is WorkflowEventSource.EXECUTOR and event.type in _RESERVED:
            text = (
                f"executor '{self.executor_id}' attempted to emit an event of the reserved type '{event.type}'. The "
                f"event was ignored: {_RESERVED[event.type]}"
            )
            warn(text)
            event = WorkflowEvent.warning(text)
        number = b"%d" % self._run.lend(event)
        error = c_void_p()
        status = _emit(self._open(), b"python", number, len(number), byref(error))
        if status:
            raise_for(status, error)
        self._wake()

    async def request_info(self, request_data: Any, response_type: Any, *, request_id: Optional[str] = None) -> None:
        """Asks the world outside for an answer of `response_type`; does not wait for it.

        The caller of the workflow sees a "request_info" event. The answer comes to the `@response_handler` of this
        executor, whenever it is given. Requests that wait are part of every checkpoint.

        Raises:
            TypeError: the request has no JSON form, or `response_type` is no type.
            ValueError: the id cannot be one.
        """
        self._host.announce(request_data, response_type)
        self._run.has_requests = True
        from ._request import Question  # only those that ask need it

        payload = Question(request_data, response_type).to_json(f"executor '{self._host.id}': request")
        error = c_void_p()
        name = None if request_id is None else text_of(request_id)
        status = _request(self._open(), name, payload, len(payload), None, byref(error))
        if status:
            raise_for(status, error)

    def halt(self) -> None:
        """Lets the run rest after this superstep, although messages may wait.

        The superstep commits as usual. The run goes on with the next message or answer, or from its checkpoint.
        """
        error = c_void_p()
        status = _halt(self._open(), byref(error))
        if status:
            raise_for(status, error)

    def get_sent_messages(self) -> list[Any]:
        """What this call has sent, in order."""
        return [*(self._sent or ())]

    def get_yielded_outputs(self) -> list[Any]:
        """What this call has yielded, in order."""
        return [*(self._yielded or ())]

    def is_streaming(self) -> bool:
        """Whether the caller of the workflow iterates the events as they happen."""
        return self._run.is_streaming

    @property
    def is_cancelled(self) -> bool:
        """Whether the run was cancelled, or this call is later than its timeout: what it does counts no more. For sync
        functions, which cannot be cancelled themselves."""
        return self._handle is None or bool(_is_cancelled(self._handle))

    def give_up(self) -> None:
        """Says that a failure of this call is for good: no `Retry` applies. To fail right away, raise `GiveUp`."""
        error = c_void_p()
        status = lib.wf_context_give_up(self._open(), byref(error))
        if status:
            raise_for(status, error)

    def keep_alive(self) -> None:
        """Says that this call is still at work, so that the lease of the run (`lease` of the builder) begins anew.

        A sync function may call it from its thread. It does not put off a `timeout`.

        Raises:
            RuntimeError: the call has ended, also because it took too long.
        """
        error = c_void_p()
        status = _keep_alive(self._open(), byref(error))
        if status:
            raise_for(status, error)

    @property
    def attempt(self) -> int:
        """How often this message has been tried with a `Retry`, this time included."""
        return int(lib.wf_context_attempt(self._open()))

    @property
    def idempotency_key(self) -> str:
        """A key for side effects: the same whenever this very message is handled again, after a crash too, and
        different for every other. Give it to services that act once for one key."""
        key: bytes = lib.wf_context_idempotency_key(self._open())
        return key.decode()

    @property
    def run_id(self) -> str:
        """Names the run; it stays the same when the run is resumed."""
        name: bytes = lib.wf_context_run_id(self._open())
        return name.decode()

    @property
    def iteration(self) -> int:
        """The number of the superstep, as in the events."""
        return int(lib.wf_context_superstep(self._open()))

    @property
    def request_id(self) -> Optional[str]:
        """The request that this call answers; None in a handler of ordinary messages."""
        found: Optional[bytes] = lib.wf_context_request_id(self._open())
        return None if found is None else found.decode()

    @property
    def state(self) -> State:
        """The shared state as an object."""
        return State(self, WF_SCOPE_SHARED)

    @property
    def own_state(self) -> State:
        """The state that this executor has for itself: no other one sees it, nor has keys in common with it.

        It is part of every checkpoint, and ends with the run, while attributes of the executor object are seen by all
        runs and are lost with the process.
        """
        return State(self, WF_SCOPE_EXECUTOR)

    def get_state(self, key: str = MISSING, default: Any = None) -> Any:
        """The shared value of `key` at the last boundary, or as this handler has set it since.

        It is a copy: give a changed value to `set_state`. Without a key it is the older form of `own_state`: a dict,
        to be awaited.
        """
        if key is MISSING:
            outdated("get_state() without a key", "own_state, or on_checkpoint_save of the executor")
            return Done(self._own_dict())
        return self._read_state(WF_SCOPE_SHARED, key, default)

    @overload
    def set_state(self, key: str, value: Any) -> None: ...
    @overload
    def set_state(self, key: Mapping[str, Any]) -> Awaitable[None]: ...
    def set_state(self, key: Any, value: Any = MISSING) -> Any:
        """Sets a value that the executors of the run share; the others see it from the next superstep on.

        With a dict alone it is the older form for `own_state`, to be awaited.

        Raises:
            TypeError: the value has no JSON form, or is missing.
        """
        if value is MISSING:
            if not isinstance(key, Mapping):
                raise TypeError(f"set_state({key!r}) needs a value")
            outdated("set_state() without a key", "own_state, or on_checkpoint_save of the executor")
            self._set_own_dict(key)
            return Done(None)
        self._write_state(WF_SCOPE_SHARED, key, value)
        return None

    def append_state(self, key: str, item: Any) -> None:
        """Puts an item at the end of a shared list, at the cost of the item: see `State.append`.

        Raises:
            TypeError: the item has no JSON form.
            ValueError: the value is no list.
        """
        self._append_state(WF_SCOPE_SHARED, key, item)

    def delete_state(self, key: str) -> None:
        """Removes a shared value.

        Raises:
            KeyError: there is none.
        """
        self._remove_state(WF_SCOPE_SHARED, key)

    def state_keys(self, prefix: str = "") -> list[str]:
        """The keys of the shared state that begin with `prefix`, in the order of their bytes; own writes included."""
        return self._list_state(WF_SCOPE_SHARED, prefix)

    def clear_state(self) -> None:
        """Removes every shared value that there is."""
        self._empty_state(WF_SCOPE_SHARED)

    # ---- The same for both scopes

    def _read_state(self, scope: int, key: str, default: Any) -> Any:
        value, error = c_char_p(), c_void_p()
        status = _get_state(self._open(), scope, text_of(key), byref(value), None, byref(error))
        if status == WF_NONE:
            return default
        if status:
            raise_for(status, error)
        return self._host.decode(value.value or b"null")

    def _write_state(self, scope: int, key: str, value: Any) -> None:
        payload = encode(value, f"executor '{self._host.id}': state[{key!r}]")
        error = c_void_p()
        status = _set_state(self._open(), scope, text_of(key), payload, len(payload), byref(error))
        if status:
            raise_for(status, error)

    def _append_state(self, scope: int, key: str, item: Any) -> None:
        payload = encode(item, f"executor '{self._host.id}': an item of state[{key!r}]")
        error = c_void_p()
        status = _append(self._open(), scope, text_of(key), payload, len(payload), byref(error))
        if status:
            raise_for(status, error)

    def _remove_state(self, scope: int, key: str) -> None:
        error = c_void_p()
        status = _delete_state(self._open(), scope, text_of(key), byref(error))
        if status == WF_NONE:
            raise KeyError(key)
        if status:
            raise_for(status, error)

    def _list_state(self, scope: int, prefix: str) -> list[str]:
        keys, error = c_char_p(), c_void_p()
        status = _state_keys(self._open(), scope, text_of(prefix), byref(keys), None, byref(error))
        if status:
            raise_for(status, error)
        found: list[str] = json.loads(keys.value or b"[]")
        return found

    def _empty_state(self, scope: int) -> None:
        error = c_void_p()
        status = _clear_state(self._open(), scope, byref(error))
        if status:
            raise_for(status, error)

    @property
    def source_executor_ids(self) -> list[str]:
        """Who sent the message: several after a fan-in, `internal:<id>` for the input of the run."""
        sources: list[str] = json.loads(lib.wf_context_sources(self._open(), None))
        return sources

    def get_source_executor_id(self) -> str:
        """Who sent the message.

        Raises:
            RuntimeError: several did; see `source_executor_ids`.
        """
        sources = self.source_executor_ids
        if len(sources) != 1:
            raise RuntimeError(f"the message has several sources: {', '.join(sources)}; read source_executor_ids")
        return sources[0]

    def __repr__(self) -> str:
        ended = "" if self._handle is not None else ", ended"
        return f"{type(self).__name__}(executor_id={self._host.id!r}{ended})"

    def _open(self) -> Handle:
        if self._handle is None:
            raise RuntimeError(f"the handler of '{self.executor_id}' has ended, and its context with it")
        return self._handle

    def _wake(self) -> None:
        self._run.wake()

    def _close(self) -> None:
        self._handle = None
