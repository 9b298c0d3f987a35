"""The parts of chat messages: text, data, calls of functions and their results."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Optional, TypedDict, Union

from ._agent_errors import ContentError
from ._lean import RAW, Lean, show, to_members
from ._registry import registry


class UsageDetails(TypedDict, total=False):
    """How many tokens something took. Any further counts may stand beside these.

    >>> UsageDetails(input_token_count=5, output_token_count=10)
    {'input_token_count': 5, 'output_token_count': 10}
    """

    input_token_count: Optional[int]
    output_token_count: Optional[int]
    total_token_count: Optional[int]


@dataclass(eq=False, repr=False)
class Content:
    """One part of a message. `type` tells which attributes mean something; the others are None.

    >>> Content.from_text("hello")
    Content(type='text', text='hello')
    >>> Content.from_function_result("call-1", result={"paid": True}).result
    '{"paid": true}'
    """

    type: str
    text: Optional[str] = None
    protected_data: Optional[str] = None
    uri: Optional[str] = None
    media_type: Optional[str] = None
    message: Optional[str] = None
    error_code: Optional[str] = None
    error_details: Optional[str] = None
    usage_details: Optional[UsageDetails] = None
    call_id: Optional[str] = None
    name: Optional[str] = None
    arguments: Union[str, Mapping[str, Any], None] = None
    exception: Optional[str] = None
    informational_only: bool = False
    result: Any = None
    items: Optional[Sequence[Content]] = None
    file_id: Optional[str] = None
    vector_store_id: Optional[str] = None
    inputs: Optional[list[Content]] = None
    outputs: Any = None
    image_id: Optional[str] = None
    commands: Optional[list[str]] = None
    timeout_ms: Optional[int] = None
    max_output_length: Optional[int] = None
    status: Optional[str] = None
    stdout: Optional[str] = None
    stderr: Optional[str] = None
    exit_code: Optional[int] = None
    timed_out: Optional[bool] = None
    tool_name: Optional[str] = None
    server_name: Optional[str] = None
    output: Any = None
    id: Optional[str] = None
    function_call: Optional[Content] = None
    user_input_request: Optional[bool] = None
    approved: Optional[bool] = None
    consent_link: Optional[str] = None
    annotations: Optional[Sequence[Mapping[str, Any]]] = None
    additional_properties: dict[str, Any] = field(default_factory=dict)
    raw_representation: Any = None
    """The object of another library that this was made of. It is not in checkpoints."""

    def __post_init__(self) -> None:
        self.additional_properties = dict(self.additional_properties or {})

    # ---- The kinds. What they have in common may be given to each: annotations, additional_properties,
    # raw_representation.

    @classmethod
    def from_text(cls, text: str, **common: Any) -> Content:
        """Text."""
        return cls("text", text=text, **common)

    @classmethod
    def from_text_reasoning(cls, *, text: Optional[str] = None, **common: Any) -> Content:
        """What a model thought; also `id` and `protected_data`."""
        return cls("text_reasoning", text=text, **common)

    @classmethod
    def from_data(cls, data: bytes, media_type: str, **common: Any) -> Content:
        """Bytes, as a data URI.

        Raises:
            TypeError: `data` is not bytes.
        """
        from binascii import b2a_base64

        text = b2a_base64(data, newline=False).decode()
        return cls("data", uri=f"data:{media_type};base64,{text}", media_type=media_type, **common)

    @classmethod
    def from_uri(cls, uri: str, *, media_type: Optional[str] = None, **common: Any) -> Content:
        """An address, or the data in a data URI.

        Raises:
            ContentError: it is no URI.
        """
        scheme, colon, rest = uri.partition(":")
        if not scheme or not colon:
            raise ContentError(f"{uri!r} is no URI: it needs a scheme, such as https: or data:")
        if scheme != "data":
            return cls("uri", uri=uri, media_type=media_type, **common)
        head, comma, _ = rest.partition(",")
        kind, *_, encoding = head.split(";") if ";" in head else (head, "")
        if not comma or encoding not in ("base64", ""):
            raise ContentError(f"{uri[:80]!r} is no data URI of the form data:image/png;base64,...")
        return cls("data", uri=uri, media_type=media_type or (kind if ";" in head else None), **common)

    @classmethod
    def from_error(cls, *, message: Optional[str] = None, **common: Any) -> Content:
        """Something went wrong; also `error_code` and `error_details`."""
        return cls("error", message=message, **common)

    @classmethod
    def from_usage(cls, usage_details: UsageDetails, **common: Any) -> Content:
        """How many tokens it took."""
        return cls("usage", usage_details=usage_details, **common)

    @classmethod
    def from_hosted_file(cls, file_id: str, **common: Any) -> Content:
        """A file that a service keeps; also `media_type` and `name`."""
        return cls("hosted_file", file_id=file_id, **common)

    @classmethod
    def from_function_call(
        cls, call_id: str, name: str, *, arguments: Union[str, Mapping[str, Any], None] = None, **common: Any
    ) -> Content:
        """A function shall be called; `arguments` may be JSON."""
        return cls("function_call", call_id=call_id, name=name, arguments=arguments, **common)

    @classmethod
    def from_function_result(cls, call_id: str, *, result: Any = None, **common: Any) -> Content:
        """What a call gave: `result` as text, JSON where it is none; and as `items`. Also `exception`."""
        if isinstance(result, list) and all(isinstance(item, Content) for item in result):
            items = list(result)
        else:
            items = [cls.from_text(_text(result))]
        text = "\n".join(item.text for item in items if item.type == "text" and item.text)
        return cls("function_result", call_id=call_id, result=text, items=items, **common)

    @classmethod
    def from_function_approval_request(cls, id: str, function_call: Content, **common: Any) -> Content:
        """May the function be called?"""
        return cls("function_approval_request", id=id, function_call=function_call, user_input_request=True, **common)

    @classmethod
    def from_function_approval_response(cls, approved: bool, id: str, function_call: Content, **common: Any) -> Content:
        """It may, or may not."""
        return cls("function_approval_response", id=id, function_call=function_call, approved=approved, **common)

    def to_function_approval_response(self, approved: bool) -> Content:
        """The answer to such a request.

        Raises:
            ContentError: this is none.
        """
        if self.type != "function_approval_request" or self.id is None or self.function_call is None:
            raise ContentError(f"only a 'function_approval_request' can be approved, not a '{self.type}'")
        common = {"annotations": self.annotations, "additional_properties": self.additional_properties}
        return Content.from_function_approval_response(approved, self.id, self.function_call, **common)

    # ---- What is in it

    def parse_arguments(self) -> Optional[Mapping[str, Any]]:
        """The arguments of a call as a dict; what is no JSON object stands there as "raw"."""
        if not self.arguments:
            return None if self.arguments is None else {}
        if not isinstance(self.arguments, str):
            return self.arguments
        try:
            found = json.loads(self.arguments)
        except ValueError:
            found = self.arguments
        return found if isinstance(found, dict) else {"raw": found}

    def has_top_level_media_type(self, top_level_media_type: str) -> bool:
        """Whether it is an "image", "audio", "text" or so.

        Raises:
            ContentError: it has no media type.
        """
        if self.media_type is None:
            raise ContentError("no media_type found")
        return self.media_type.partition("/")[0].strip().lower() == top_level_media_type.lower()

    def to_dict(self, *, exclude_none: bool = True, exclude: Optional[set[str]] = None) -> dict[str, Any]:
        """The attributes by name, without the raw representation."""
        left_out = {RAW, *(exclude or ())} | (set() if self.informational_only else {"informational_only"})
        members = {one.name: to_members(getattr(self, one.name)) for one in fields(self) if one.name not in left_out}
        return {name: member for name, member in members.items() if member is not None or not exclude_none}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Content:
        """The opposite of `to_dict`. Members that nobody knows are kept as additional properties.

        Raises:
            ValueError: there is no "type".
        """
        if not data.get("type"):
            raise ValueError("the dict of a Content needs a 'type'")
        names = {one.name for one in fields(cls)}
        found = {name: member for name, member in data.items() if name in names}
        more = {name: member for name, member in data.items() if name not in names}
        for name in ("function_call", "items", "inputs", "outputs"):
            if found.get(name) is not None:
                found[name] = _contents(found[name])
        found["additional_properties"] = {**more, **(found.get("additional_properties") or {})}
        return cls(**found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Content) and self.to_dict() == other.to_dict()

    def __add__(self, other: Content) -> Content:
        from ._joining import add

        return add(self, other)

    def __str__(self) -> str:
        if self.type == "error":
            text = self.message or ""
            return f"Error {self.error_code}: {text}" if self.error_code else text or "Unknown error"
        return self.text or "" if self.type == "text" else f"Content(type={self.type})"

    def __repr__(self) -> str:
        return show(self)


def _text(result: Any) -> str:
    if result is None or isinstance(result, str):
        return result or ""
    if isinstance(result, list):
        return str(result)
    try:
        return json.dumps(result, default=str)
    except (TypeError, ValueError):
        return str(result)


def _contents(value: Any) -> Any:
    if isinstance(value, list):
        return [_contents(item) for item in value]
    return Content.from_dict(value) if isinstance(value, Mapping) else value


registry.put(Lean(Content, "libworkflow:content"))
