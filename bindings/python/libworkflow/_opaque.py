"""A tagged value whose type this process does not know."""

from __future__ import annotations

from typing import Any


class OpaqueValue:
    """Carries a tagged value of an unknown type through this process unchanged.

    It encodes to the JSON that it was decoded from. Register the type (see `register_type`) before the
    value is decoded to get the value itself.

    >>> OpaqueValue({"$type": "shop:Order", "value": 3})
    OpaqueValue(type_name='shop:Order', value=3)
    """

    __slots__ = ("members",)

    def __init__(self, members: dict[str, Any]) -> None:
        self.members: dict[str, Any] = members

    @property
    def type_name(self) -> str:
        """The name under which the type was written."""
        return str(self.members.get("$type"))

    @property
    def value(self) -> Any:
        """What the tag wraps; tagged values inside it that are known are decoded."""
        return self.members.get("value")

    def __repr__(self) -> str:
        return f"OpaqueValue(type_name={self.type_name!r}, value={self.value!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OpaqueValue) and self.members == other.members
