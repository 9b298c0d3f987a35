"""Executors: the nodes of a workflow."""

from __future__ import annotations

import json
import sys
from itertools import chain
from typing import TYPE_CHECKING, Any, Optional, TypeVar

from ._annotations import type_name
from ._handler import HandlerSpec
from ._type_check import closeness
from ._type_fit import fits

if TYPE_CHECKING:
    from ._message import WorkflowMessage
    from ._response_handler import ResponseSpec
    from ._retry import Retry

SpecT = TypeVar("SpecT")

_OURS = frozenset(
    f"{__package__}.{name}" for name in ("_executor", "_function_executor", "_workflow_executor", "_native")
)
"""Where the classes are that declare no handlers."""
_RESPONSES = f"{__package__}._response_handler"


class Executor:
    """A node: a class with one `@handler` method per type of message.

    An executor that asks with `ctx.request_info` has a `@response_handler` method for the answers. With
    `defer_discovery` the handlers are looked for when the executor is put into a graph. Further keyword arguments are
    accepted and not used.

    Raises:
        ValueError: the id is empty, there is no handler, or two handlers take the same type.

    >>> class Upper(Executor):
    ...     @handler
    ...     async def upper(self, text: str, ctx: WorkflowContext[str]) -> None:
    ...         await ctx.send_message(text.upper())
    >>> Upper("upper").input_types
    [<class 'str'>]
    """

    retry: Optional[Retry] = None
    """Of a class: whether a handler that fails is called again. `WorkflowBuilder.set_retry` says so of one object."""
    _native: Any = None
    """What the library gets for code that is not Python."""
    _is_workflow = False
    """Whether it is a `WorkflowExecutor`."""
    timeout: Optional[float] = None
    """Of a class: for how many seconds a call may take. `WorkflowBuilder.set_timeout` says so of one object."""

    def __init__(
        self,
        id: str,
        *,
        type: Optional[str] = None,
        type_: Optional[str] = None,
        defer_discovery: bool = False,
        **_: Any,
    ) -> None:
        if not isinstance(id, str) or not id or "\0" in id:
            raise ValueError("the id of an executor must be a text that is not empty")
        self.id = id
        self.type: str = type or type_ or self.__class__.__name__
        self._handlers: list[HandlerSpec] = []
        self._response_handlers: list[ResponseSpec] = []
        self._by_class: Optional[dict[Any, HandlerSpec]] = None
        if not defer_discovery:
            self._discover()

    def _discover(self) -> None:
        """Finds the handlers, if that was not done yet."""
        if not self._handlers:
            self._set_handlers(self._declared_handlers())
            # Without its module nobody can have made one.
            kind = getattr(sys.modules.get(_RESPONSES), "ResponseSpec", None)
            specs = self._declared("_response_spec", kind) if kind is not None else None
            if specs:
                self._set_response_handlers(specs)

    def _set_handlers(self, specs: list[HandlerSpec]) -> None:
        if not specs:
            raise ValueError(f"executor {self.__class__.__name__} has no handler: mark an async method with @handler")
        seen: list[Any] = []
        for spec in specs:
            try:
                if spec.input in seen:
                    raise ValueError(f"{self.__class__.__name__} has two handlers for {type_name(spec.input)}")
            except NameError as error:
                raise ValueError(f"handler '{spec.name}': an annotation cannot be resolved: {error}") from error
            seen.append(spec.input)
        self._handlers = specs
        # Filled only where the class of a message alone decides.
        self._by_class = {} if all(spec.is_shallow for spec in specs) else None

    def _set_response_handlers(self, specs: list[ResponseSpec]) -> None:
        seen: list[Any] = []
        for spec in specs:
            try:
                if spec.key in seen:
                    request, response = spec.key
                    raise ValueError(
                        f"Duplicate response handler for request type {request!r} and response type {response!r} in "
                        f"{self.__class__.__name__}"
                    )
            except NameError as error:
                raise ValueError(
                    f"response handler '{spec.name}': an annotation cannot be resolved: {error}"
                ) from error
            seen.append(spec.key)
        self._response_handlers = specs

    def _declared_handlers(self) -> list[HandlerSpec]:
        return self._declared("_handler_spec", HandlerSpec)

    def _declared(self, attribute: str, kind: type[SpecT]) -> list[SpecT]:
        """What the decorators noted at the class and its bases, in the order in which it is written."""
        if self.__class__.__module__ in _OURS:
            return []
        bases = (cls for cls in self.__class__.__mro__ if cls is not object and cls.__module__ not in _OURS)
        names = dict.fromkeys(name for cls in bases for name in cls.__dict__)
        found = (getattr(getattr(self.__class__, name, None), attribute, None) for name in names)
        return [spec for spec in found if isinstance(spec, kind)]

    def _find_handler(self, message: Any) -> Optional[HandlerSpec]:
        """The handler whose type is closest to that of `message`; among equals the one written first."""
        kind = message.__class__
        if self._by_class is not None:
            spec = self._by_class.get(kind)
            if spec is not None:
                return spec
        handlers = self._handlers
        if len(handlers) == 1:
            matching = handlers if handlers[0].check(message) else []
        else:
            matching = [spec for spec in handlers if spec.check(message)]
        if not matching:
            return None
        best = matching[0] if len(matching) == 1 else min(matching, key=lambda spec: closeness(kind, spec.input))
        if self._by_class is not None:
            self._by_class[kind] = best
        return best

    def _refusal(self, message: Any) -> RuntimeError:
        """The error for a message that no handler takes."""
        handled = ", ".join(type_name(spec.input) for spec in self._handlers)
        kind = type_name(message.__class__)
        return RuntimeError(f"executor '{self.id}' cannot handle input of type '{kind}': it handles {handled}")

    def _find_response_handler(self, request: Any, response: Any) -> ResponseSpec:
        """The response handler whose types are closest.

        Raises:
            RuntimeError: there is none.
        """
        matching = [spec for spec in self._response_handlers if spec.takes(request, response)]
        if matching:
            return min(matching, key=lambda spec: spec.distance(request, response))
        handled = ", ".join(map(str, self._response_handlers)) or "none"
        asked, answered = type_name(type(request)), type_name(type(response))
        raise RuntimeError(
            f"executor '{self.id}' asked with a {asked} and got a {answered}, but no @response_handler takes "
            f"(original_request: {asked}, response: {answered}); it has {handled}"
        )

    def _limits(self) -> tuple[Optional[Retry], Optional[float]]:
        """Retry and timeout. Of the class: an object may have attributes of its own that are called so."""
        kind = self.__class__
        return kind.retry, kind.timeout

    def can_handle(self, message: WorkflowMessage) -> bool:
        """Whether it has a handler for the message, or for the answer to a request."""
        from ._message import MessageType  # few need it

        if message.type is not MessageType.RESPONSE:
            return any(spec.check(message.data) for spec in self._handlers)
        request = message.original_request_info_event
        return request is not None and any(s.takes(request.data, message.data) for s in self._response_handlers)

    def is_request_supported(self, request_type: Any, response_type: Any) -> bool:
        """Whether it has a `@response_handler` for answers of that type to requests of that type."""
        return any(
            fits(request_type, asked) and fits(response_type, answered)
            for asked, answered in (spec.key for spec in self._response_handlers)
        )

    @property
    def is_request_response_capable(self) -> bool:
        """Whether it has a `@response_handler`."""
        return bool(self._response_handlers)

    @property
    def input_types(self) -> list[Any]:
        """The types of message that it takes."""
        return [spec.input for spec in self._handlers]

    @property
    def output_types(self) -> list[Any]:
        """The types that its handlers declare for `send_message`."""
        sending = self._sending
        if len(sending) == 1:  # most have one handler, and every edge asks
            return [*dict.fromkeys(sending[0].output)]
        return list(dict.fromkeys(chain.from_iterable(spec.output for spec in sending)))

    @property
    def workflow_output_types(self) -> list[Any]:
        """The types that its handlers declare for `yield_output`."""
        sending = self._sending
        if len(sending) == 1:  # most have one handler, and every edge asks
            return [*dict.fromkeys(sending[0].workflow_output)]
        return list(dict.fromkeys(chain.from_iterable(spec.workflow_output for spec in sending)))

    @property
    def _sending(self) -> list[HandlerSpec]:
        if not self._response_handlers:
            return self._handlers
        return [*self._handlers, *(spec.response for spec in self._response_handlers)]

    def to_dict(self) -> dict[str, Any]:
        """Its id and type."""
        return {"id": self.id, "type": self.type}

    def to_json(self) -> str:
        """`to_dict` as JSON."""
        return json.dumps(self.to_dict())

    async def on_checkpoint_save(self) -> dict[str, Any]:
        """Gives what a checkpoint must keep of this object; called when the executor has run.

        Override it together with `on_checkpoint_restore`. The dict takes whatever a message may be.
        """
        return {}

    async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
        """Takes back what `on_checkpoint_save` gave, before a resumed run goes on.

        It gets an empty dict when a run goes back (`Workflow.rewind`) to a checkpoint that says nothing of it.
        """

    def __repr__(self) -> str:
        return f"{self.__class__.__name__}(id={self.id!r})"


def checked_executor(executor: Any) -> Executor:
    """What a graph is given as an executor, if it is one.

    Raises:
        TypeError: it is something else, or not complete.
    """
    if not isinstance(executor, Executor):
        raise TypeError(f"{executor!r} is not an executor: use an Executor object or a function with @executor")
    if not hasattr(executor, "_handlers"):
        raise TypeError(f"{type(executor).__name__} must call super().__init__(id=...) in its __init__")
    executor._discover()
    return executor
