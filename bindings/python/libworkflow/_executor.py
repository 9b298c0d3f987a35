"""Executors: the nodes of a workflow."""

from __future__ import annotations

from typing import Any, Optional

from ._annotations import type_name
from ._handler import HandlerSpec
from ._type_check import closeness


class Executor:
    """A node: a class with one `@handler` method per type of message.

    Raises:
        ValueError: the id is empty, there is no handler, or two handlers take the same type.
    """

    def __init__(self, id: str, *, type: Optional[str] = None) -> None:
        if not isinstance(id, str) or not id or "\0" in id:
            raise ValueError("the id of an executor must be a text that is not empty")
        self.id = id
        self.type = type or self.__class__.__name__
        self._set_handlers(self._declared_handlers())

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
        self._by_class: Optional[dict[Any, HandlerSpec]] = {} if all(spec.is_shallow for spec in specs) else None

    def _declared_handlers(self) -> list[HandlerSpec]:
        """The handlers of the class and its bases, in the order in which they are written."""
        names = dict.fromkeys(name for cls in self.__class__.__mro__ for name in cls.__dict__)
        found = (getattr(getattr(self.__class__, name, None), "_handler_spec", None) for name in names)
        return [spec for spec in found if isinstance(spec, HandlerSpec)]

    def _find_handler(self, message: Any) -> Optional[HandlerSpec]:
        """The handler whose type is closest to that of `message`; among equals the one written first."""
        kind = message.__class__
        if self._by_class is not None:
            spec = self._by_class.get(kind)
            if spec is not None:
                return spec
        matching = [spec for spec in self._handlers if spec.check(message)]
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
        return RuntimeError(f"executor '{self.id}' cannot handle a message of type {kind}: it handles {handled}")

    @property
    def input_types(self) -> list[Any]:
        """The types of message that it takes."""
        return [spec.input for spec in self._handlers]

    @property
    def output_types(self) -> list[Any]:
        """The types that its handlers declare for `send_message`."""
        return list(dict.fromkeys(kind for spec in self._handlers for kind in spec.output))

    @property
    def workflow_output_types(self) -> list[Any]:
        """The types that its handlers declare for `yield_output`."""
        return list(dict.fromkeys(kind for spec in self._handlers for kind in spec.workflow_output))

    async def on_checkpoint_save(self) -> dict[str, Any]:
        """Gives what a checkpoint must keep of this object; called when the executor has run.

        Override it together with `on_checkpoint_restore`. The dict takes whatever a message may be.
        """
        return {}

    async def on_checkpoint_restore(self, state: dict[str, Any]) -> None:
        """Takes back what `on_checkpoint_save` gave, before a resumed run goes on."""

    def __repr__(self) -> str:
        return f"{self.__class__.__name__}(id={self.id!r})"
