"""The Python code behind one executor of a workflow."""

from __future__ import annotations

import ctypes
from typing import Any

from . import _abi, _trampolines
from ._codec import decoder, encode
from ._context import WorkflowContext
from ._executor import Executor
from ._library import lib, raise_for
from ._registry import registry


class Host:
    """An executor, and how its messages are read."""

    __slots__ = ("decode", "executor", "find_handler", "id", "keeps_state")

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.id = executor.id
        self.find_handler = executor._find_handler
        mentioned = [kind for spec in executor._handlers for kind in (spec.input, *spec.output, *spec.workflow_output)]
        self.decode = decoder(registry.learn(*mentioned))
        self.keeps_state = type(executor).on_checkpoint_save is not Executor.on_checkpoint_save

    def invoke(self, raw: bytes, context: WorkflowContext[Any, Any]) -> Any:
        """The coroutine that handles a message.

        Raises:
            RuntimeError: no handler takes it.
        """
        message = self.decode(raw)
        spec = self.find_handler(message)
        if spec is None:
            raise self.executor._refusal(message)
        return spec.function(self.executor, message, context)

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
        """Gives the executor its state back."""
        await self.executor.on_checkpoint_restore(self.decode(raw))


def executor_struct(index: int, keeps_state: bool) -> _abi.wf_executor_t:
    """What the library gets for the host with that number."""
    hooks = {"save": _trampolines.save, "restore": _trampolines.restore} if keeps_state else {}
    return _abi.wf_executor_t(flags=_abi.WF_STRICT_RESULT, invoke=_trampolines.invoke, user_data=index, **hooks)
