"""Field rules declared in the protos (buf.validate), checked for every request before it reaches its servicer."""

from __future__ import annotations

import protovalidate
from google.protobuf.message import Message
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


class Validation:
    """Compiles the rules of each message type once and checks messages against them."""

    def __init__(self) -> None:
        self._validator = protovalidate.Validator()

    def check(self, request: Message) -> None:
        """Raise InvalidInput with every violation."""
        violations = self._validator.collect_violations(request)
        if violations:
            raise InvalidInput([FieldViolation(_path(v), v.proto.message) for v in violations])
