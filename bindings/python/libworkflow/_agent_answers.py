"""What answers a workflow that waits, in messages."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ._agent_errors import AgentInvalidResponseException
from ._chat_message import Message
from ._codec import from_plain
from ._content import Content
from ._event import WorkflowEvent
from ._request import Question
from ._type_check import compile_check


def answers(messages: Sequence[Message], pending: Mapping[str, WorkflowEvent[Any]]) -> dict[str, Any]:
    """The answers by request id."""
    found: dict[str, Any] = {}
    for content in (content for message in messages for content in message.contents):
        if content.type not in ("function_result", "function_approval_response"):
            raise AgentInvalidResponseException(
                f"Unexpected content type while awaiting request info responses: '{content.type}'. The workflow waits "
                f"for answers to {', '.join(map(repr, pending))}: send a Message with Content.from_function_result("
                "call_id, result=...)"
            )
        key = content.call_id if content.type == "function_result" else content.id
        if not key:
            raise AgentInvalidResponseException(f"an answer has no id of the request that it is for: {content!r}")
        if key not in pending:  # what is asked may have an id of its own
            own = [id for id, event in pending.items() if isinstance(event.data, Content) and key in _ids(event.data)]
            key = own[0] if len(own) == 1 else key
        found[key] = _answer(content, pending.get(key))
    return found


def _ids(content: Content) -> tuple[Optional[str], Optional[str]]:
    return content.id, content.call_id


def _answer(content: Content, request: Optional[WorkflowEvent[Any]]) -> Any:
    """What the executor gets: the whole content if it wants one, text, or what the text is as JSON."""
    if content.type != "function_result":
        return content
    expected: Any = Any if request is None else request.response_type
    if expected is Content:
        return content
    text = content.result
    if isinstance(text, str) and not compile_check(expected)(text):
        with contextlib.suppress(ValueError):
            return Question(None, expected).accept(content.call_id or "", from_plain(json.loads(text)))
    return text
