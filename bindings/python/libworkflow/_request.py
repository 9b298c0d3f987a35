"""Requests: what an executor asks the world outside, and which answers fit.

The library could test an answer by its JSON type, but Python's types say more: `list[str]`, a base class, a
union. So the question goes to the library as

    {"$type": "libworkflow:request", "value": {"data": QUESTION, "response_type": TYPE}}

with TYPE as in `_type_text`. It stands in the checkpoint as it is: a process that resumes knows the type, and a
host in another language reads both members as plain JSON. The test itself happens here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ._annotations import type_name
from ._codec import encode
from ._opaque import OpaqueValue
from ._shapes import Shape
from ._type_check import compile_check
from ._type_text import type_from_plain, type_to_plain

TAG = "libworkflow:request"
"""The type under which a question stands in a checkpoint."""


class Question:
    """What was asked, and the type of the answer."""

    __slots__ = ("data", "response_type")

    def __init__(self, data: Any, response_type: Any = Any) -> None:
        self.data: Any = data
        self.response_type: Any = response_type

    def to_json(self, what: str = "request") -> bytes:
        """Writes it for the library; `what` names the data in errors.

        Raises:
            TypeError: the data has no JSON form, or the type is none.
        """
        expected = json.dumps(type_to_plain(self.response_type), ensure_ascii=False).encode()
        head = b'{"$type":"%s","value":{"data":' % TAG.encode()
        return head + encode(self.data, what) + b',"response_type":' + expected + b"}}"

    def to_value(self) -> OpaqueValue:
        """The same as a value for the codec."""
        members = {"data": self.data, "response_type": type_to_plain(self.response_type)}
        return OpaqueValue({"$type": TAG, "value": members})

    @classmethod
    def from_value(cls, value: Any, scope: Mapping[str, Shape] | None = None) -> Question:
        """Reads what the codec made of a request; one from another language has a question alone."""
        if isinstance(value, OpaqueValue) and value.members.get("$type") == TAG:
            members = value.members["value"]
            return cls(members["data"], type_from_plain(members["response_type"], scope))
        return cls(value)

    def accept(self, request_id: str, response: Any) -> Any:
        """The answer as its executor gets it: an int may stand for a float, a dict for a dataclass.

        Raises:
            ValueError: it is of a wrong type.
        """
        check = compile_check(self.response_type)
        if check(response):
            return response
        if self.response_type is float and type(response) is int:
            return float(response)
        kind: Any = self.response_type
        if isinstance(kind, type) and hasattr(kind, "__dataclass_fields__") and type(response) is dict:
            try:
                return kind(**response)
            except TypeError as error:
                raise ValueError(f"the answer to request '{request_id}' does not fit: {error}") from error
        expected, found = type_name(self.response_type), type_name(type(response))
        raise ValueError(f"the answer to request '{request_id}' must be of type {expected}, not {found}")
