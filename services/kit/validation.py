"""Field rules declared in the protos (buf.validate), checked for every request before it reaches its servicer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from functools import cache
from typing import Any

import protovalidate
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from protovalidate import Violation

from services.kit.errors import FieldViolation, InvalidInput


def _path(violation: Violation) -> str:
    """Write a violation's place as `items.0.menu_item_id`."""
    parts: list[str] = []
    field = violation.proto.field
    for element in field.elements if field else ():
        parts.append(element.field_name)
        if element.subscript is not None:
            parts.append(str(element.subscript.value))
    return ".".join(parts)


@cache
def _instants(request: Descriptor) -> Sequence[str]:
    """Return the names of a request's own fields that are instants."""
    kind = Timestamp.DESCRIPTOR
    return [f.name for f in request.fields if f.message_type is kind and not f.is_repeated]


def _is_instant(value: Any) -> bool:
    """Tell whether it can be read; protobuf itself carries any seconds."""
    try:
        value.ToDatetime(UTC)
        value.ToJsonString()  # this one looks at the nanoseconds
    except (ValueError, OverflowError):
        return False
    return True


class Validation:
    """Compiles the rules of each message type once and checks messages against them."""

    def __init__(self) -> None:
        self._validator = protovalidate.Validator()

    def check(self, request: Message) -> None:
        """Raise InvalidInput with every violation."""
        violations = [
            FieldViolation(_path(v), v.proto.message) for v in self._validator.collect_violations(request)
        ] + [
            FieldViolation(name, "must be an instant of the years 1 to 9999")
            for name in _instants(request.DESCRIPTOR)
            if request.HasField(name) and not _is_instant(getattr(request, name))
        ]
        if violations:
            raise InvalidInput(violations)
