"""How parts of messages that came in pieces are put together."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from itertools import chain
from typing import Any, Optional

from ._agent_errors import ContentError
from ._chat_message import Message
from ._content import Content, UsageDetails


def add_usage_details(usage1: Optional[UsageDetails], usage2: Optional[UsageDetails]) -> UsageDetails:
    """The sums of the counts of both.

    >>> add_usage_details({"input_token_count": 5}, {"input_token_count": 3, "output_token_count": 6})
    {'input_token_count': 8, 'output_token_count': 6}
    """
    total: Any = {}
    for name, count in chain((usage1 or {}).items(), (usage2 or {}).items()):
        if count is None or isinstance(count, int):
            total[name] = total.get(name, 0) + (count or 0)
    found: UsageDetails = total
    return found


def add(one: Content, other: Any) -> Content:
    """The content that says what both say.

    Raises:
        TypeError: they are of different types.
        ContentError: they do not belong together, or contents of this type cannot be added.
    """
    if not isinstance(other, Content) or one.type != other.type:
        kind = f"content of type '{other.type}'" if isinstance(other, Content) else type(other).__name__
        raise TypeError(f"a {kind} cannot be added to a content of type '{one.type}'")
    common: dict[str, Any] = {
        "additional_properties": {**other.additional_properties, **one.additional_properties},
        "raw_representation": _both(one.raw_representation, other.raw_representation),
        "annotations": [*(one.annotations or ()), *(other.annotations or ())] or None,
    }
    if one.type == "text":
        return replace(one, text=(one.text or "") + (other.text or ""), **common)
    if one.type == "text_reasoning":
        _same("id", one.id, other.id)
        text = (one.text or "") + (other.text or "")
        protected = one.protected_data if other.protected_data is None else other.protected_data
        return replace(one, text=text or None, protected_data=protected, id=one.id or other.id, **common)
    if one.type == "function_call":
        _same("call_id", one.call_id, other.call_id)
        return replace(one, name=one.name or other.name, arguments=_arguments(one, other), **common)
    if one.type == "usage":
        return replace(one, usage_details=add_usage_details(one.usage_details, other.usage_details), **common)
    raise ContentError(f"contents of type '{one.type}' cannot be added")


def _same(name: str, one: Optional[str], other: Optional[str]) -> None:
    if one and other and one != other:
        raise ContentError(f"contents with different {name}s cannot be added: {one!r} and {other!r}")


def _both(one: Any, other: Any) -> Any:
    """A list of what there is of two raw representations; None if there is nothing."""
    parts = [item for each in (one, other) if each is not None for item in (each if isinstance(each, list) else [each])]
    return parts or None


def _arguments(one: Content, other: Content) -> Any:
    mine, more = one.arguments, other.arguments
    if not mine or not more:
        return mine or more
    if isinstance(mine, str) and isinstance(more, str):
        return mine + more
    if isinstance(mine, str) or isinstance(more, str):
        raise TypeError(f"the arguments of the call {one.call_id!r} are text in one part and a dict in another")
    return {**mine, **more}


def joined(contents: Iterable[Content]) -> list[Content]:
    """The same with neighbouring texts, and neighbouring thoughts, as one."""
    found: list[Content] = []
    for content in contents:
        if found and content.type == found[-1].type and content.type in ("text", "text_reasoning"):
            try:
                found[-1] = add(found[-1], content)
                continue
            except ContentError:
                pass  # another thought
        found.append(copy(content))
    return found


def join_update(response: Any, update: Any) -> None:
    """Adds an update to a response."""
    last: Optional[Message] = response.messages[-1] if response.messages else None
    is_other = last is not None and (
        (update.message_id and last.message_id and update.message_id != last.message_id)
        or (update.role and update.role != last.role)
    )
    if last is None or is_other:
        last = Message("assistant")
        response.messages.append(last)
    last.author_name = last.author_name if update.author_name is None else update.author_name
    last.role = last.role if update.role is None else update.role
    last.message_id = update.message_id or last.message_id
    for content in update.contents:
        if content.type == "usage":
            response.usage_details = add_usage_details(response.usage_details, content.usage_details)
        elif content.type == "function_call" and last.contents and last.contents[-1].type == "function_call":
            try:
                last.contents[-1] = add(last.contents[-1], content)
            except ContentError:
                last.contents.append(content)
        else:
            last.contents.append(content)
    response.response_id = update.response_id or response.response_id
    response.created_at = response.created_at if update.created_at is None else update.created_at
    response.finish_reason = response.finish_reason if update.finish_reason is None else update.finish_reason
    response.continuation_token = update.continuation_token
    response.additional_properties.update(update.additional_properties or {})
    response.raw_representation = [*(response.raw_representation or ()), update.raw_representation]
