"""Makes one response of the updates of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._agent_response import AgentResponse, AgentResponseUpdate
from ._joining import add_usage_details


def merged(updates: Sequence[AgentResponseUpdate], response_id: str) -> AgentResponse[Any]:
    """One response of the updates of several; see `WorkflowAgent.merge_updates`."""
    calls = {
        content.call_id: update.response_id
        for update in updates
        for content in update.contents
        if content.type == "function_call" and content.call_id and update.response_id
    }
    groups: dict[str, dict[str, list[AgentResponseUpdate]]] = {}
    orphans: list[AgentResponseUpdate] = []
    for update in updates:
        results = (content.call_id for content in update.contents if content.type == "function_result")
        home = update.response_id or next((calls[id] for id in results if id in calls), None)
        if home is None:
            orphans.append(update)
        else:
            groups.setdefault(home, {}).setdefault(update.message_id or "", []).append(update)
    whole: AgentResponse[Any] = AgentResponse(response_id=response_id)
    for group in [*groups.values(), {"": orphans}]:
        parts: list[AgentResponse[Any]] = [AgentResponse.from_updates(pieces) for pieces in group.values() if pieces]
        parts.sort(key=lambda part: (part.created_at is None, part.created_at or ""))
        own: dict[str, Any] = {}
        for part in parts:
            whole.messages += part.messages
            if part.usage_details:
                whole.usage_details = add_usage_details(whole.usage_details, part.usage_details)
            whole.created_at = max(filter(None, (whole.created_at, part.created_at)), default=None)
            own = part.additional_properties or own
            whole.raw_representation = [*(whole.raw_representation or ()), *(part.raw_representation or ())]
        whole.additional_properties.update(own)
    return whole
