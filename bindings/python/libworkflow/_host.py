"""The Python code behind one executor of a workflow."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import Any, Callable, Optional

from . import _abi, _trampolines
from ._annotations import type_name
from ._codec import decode, decoder, encode
from ._context import WorkflowContext
from ._executor import Executor
from ._library import lib, raise_for
from ._log import warn
from ._registry import registry
from ._shapes import Shape
from ._values import LONG, read, received

_request_id = lib.wf_context_request_id


class Host:
    """An executor, and how its messages are read."""

    __slots__ = ("by_class", "decode", "executor", "id", "keeps_state", "types")

    def __init__(self, executor: Executor) -> None:
        self.executor: Executor = executor
        self.id: str = executor.id
        self.by_class: dict[Any, Callable[[Any, Any], Any]] = {}
        """What was found, where the class of a message alone decides: how its handler is called."""
        self.types: dict[str, Shape] = types_of(executor)
        self.decode: Callable[[bytes], Any] = decoder(self.types) if self.types else decode
        self.keeps_state: bool = type(executor).on_checkpoint_save is not Executor.on_checkpoint_save

    def invoke(self, raw: Optional[bytes], context: WorkflowContext[Any, Any]) -> Any:
        """The coroutine that handles a message, or the answer to a request.

        Raises:
            RuntimeError: no handler takes it.
        """
        if raw is None:
            message = received(context._handle)
        else:
            message = self.decode(raw) if len(raw) < LONG else read(raw, self.decode, context._run)
            if context._run.has_requests and _request_id(context._handle) is not None:
                from ._request import Question  # only those that ask need it

                request = Question.from_value(self.decode(lib.wf_context_request_data(context._handle, None))).data
                answering = self.executor._find_response_handler(request, message)
                return answering.function(self.executor, request, message, context)
        call = self.by_class.get(message.__class__) or self._find(message)
        return call(message, context)

    def _find(self, message: Any) -> Callable[[Any, Any], Any]:
        """How the handler of a message is called."""
        spec = self.executor._find_handler(message)
        if spec is None:
            raise self.executor._refusal(message)
        call = spec.calling(self.executor)
        if self.executor._by_class is not None:
            self.by_class[message.__class__] = call
        return call

    def announce(self, request: Any, response_type: Any) -> None:
        """Warns of a request whose answer nobody will take."""
        if not any(spec.may_take(request, response_type) for spec in self.executor._response_handlers):
            warn(
                "executor '%s' asks with a %s for a %s, but no @response_handler takes that: its answer will fail",
                self.id,
                type_name(type(request)),
                type_name(response_type),
            )

    async def save(self, raw: bytes, context: WorkflowContext[Any, Any]) -> None:
        """Gives the executor's state to the library.

        Raises:
            TypeError: the hook did not answer with a dict whose keys are texts.
        """
        state = await self.executor.on_checkpoint_save()
        if not isinstance(state, dict) or not all(isinstance(key, str) for key in state):
            raise TypeError(f"on_checkpoint_save of '{self.id}' must answer with a dict whose keys are texts")
        text, error = encode(state, f"the state of '{self.id}'"), ctypes.c_void_p()
        status = lib.wf_context_save(context._open(), text, len(text), ctypes.byref(error))
        if status:
            raise_for(status, error)

    async def restore(self, raw: bytes, context: WorkflowContext[Any, Any]) -> None:
        """Gives the executor its state back; an empty one if the checkpoint says nothing of it."""
        state = self.decode(raw)
        await self.executor.on_checkpoint_restore({} if state is None else state)


def types_of(executor: Executor) -> dict[str, Shape]:
    """The types that the annotations of its handlers mention, by name; registers them."""
    mentioned: list[Any] = []
    for spec in executor._sending:
        mentioned += (spec.input, *spec.output, *spec.workflow_output)
    mentioned += [spec.request.input for spec in executor._response_handlers]
    return registry.learn(*mentioned)


def executor_struct(number: int, keeps_state: bool, may_repeat: bool) -> _abi.wf_executor_t:
    """What the library gets for the host with that number.

    An executor that may be tried again gets copies: the next attempt must not see what the last one did to its message.
    """
    struct = _copied(_common_struct(keeps_state, may_repeat))
    struct.user_data = number
    return struct


_copied = _abi.wf_executor_t.from_buffer_copy


@lru_cache(maxsize=4)
def _common_struct(keeps_state: bool, may_repeat: bool) -> _abi.wf_executor_t:
    """What all such executors have in common: filling a copy takes less time than filling all of it."""
    flags = _abi.WF_STRICT_RESULT | (0 if may_repeat else _abi.WF_TAKES_VALUES)
    hooks = {"save": _trampolines.save, "restore": _trampolines.restore} if keeps_state else {}
    return _abi.wf_executor_t(flags=flags, invoke=_trampolines.invoke, **hooks)
