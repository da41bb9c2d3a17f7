"""Messages as the JSON of the old contract, through closures that are compiled once per message type.

Names are the protos' json_names; what is `optional` and unset is left out, any other unset message is null, everything
else is always there. Instants have milliseconds and Z, enums go without their prefix, whole numbers without decimal
point.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import ListValue, Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from edge.http_rules import UnsupportedRule
from edge.schema import enum_prefix

Render = Callable[[Any], Any]
"""From a field's or message's value to what orjson writes."""

_Put = Callable[[Message, dict[str, Any]], None]

_FLOATS: Final = (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)
_EXACT: Final = 2.0**53
"""Up to here every integer is a double; orjson writes none above 64 bits."""

_compiled: dict[str, Render] = {}


def renderer(message: Descriptor) -> Render:
    """Return the function that turns such a message into a dict. Raises UnsupportedRule."""
    special = _SPECIAL.get(message.full_name)
    if special is not None:
        return special
    known = _compiled.get(message.full_name)
    if known is None:
        # Entered before its fields are compiled, so that a type may contain itself.
        puts: list[_Put] = []
        known = _compiled[message.full_name] = _object(puts)
        puts.extend(_put(field) for field in message.fields)
    return known


def field_renderer(field: FieldDescriptor) -> Render:
    """Return the function that turns a message into the value of one of its fields."""
    put = _put(field)

    def render(message: Message) -> Any:
        holder: dict[str, Any] = {}
        put(message, holder)
        return holder.get(field.json_name)

    return render


def may_be_left_out(field: FieldDescriptor) -> bool:
    """Tell whether an unset field is not there at all: those marked `optional`, which are oneofs, and real oneofs."""
    return field.containing_oneof is not None


def _object(puts: list[_Put]) -> Render:
    def render(message: Message) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for put in puts:
            put(message, result)
        return result

    return render


def _put(field: FieldDescriptor) -> _Put:
    """Return the function that writes one field of a message into a dict."""
    is_map = field.message_type is not None and field.message_type.GetOptions().map_entry
    if is_map or field.type == FieldDescriptor.TYPE_BYTES:
        raise UnsupportedRule(f"{field.full_name} has a type that REST answers can't carry")
    name, key = field.name, field.json_name
    convert = _converter(field)
    if field.is_repeated:
        return _put_list(name, key, convert)
    if field.message_type is not None and not may_be_left_out(field):
        return _put_message(name, key, convert)
    if field.has_presence:
        return _put_optional(name, key, convert)
    return _put_always(name, key, convert)


def _put_list(name: str, key: str, convert: Render | None) -> _Put:
    def put(message: Message, result: dict[str, Any]) -> None:
        values = getattr(message, name)
        result[key] = [convert(value) for value in values] if convert else list(values)

    return put


def _put_message(name: str, key: str, convert: Render | None) -> _Put:
    assert convert is not None

    def put(message: Message, result: dict[str, Any]) -> None:
        result[key] = convert(getattr(message, name)) if message.HasField(name) else None

    return put


def _put_optional(name: str, key: str, convert: Render | None) -> _Put:
    def put(message: Message, result: dict[str, Any]) -> None:
        if message.HasField(name):
            value = getattr(message, name)
            result[key] = convert(value) if convert else value

    return put


def _put_always(name: str, key: str, convert: Render | None) -> _Put:
    def put(message: Message, result: dict[str, Any]) -> None:
        value = getattr(message, name)
        result[key] = convert(value) if convert else value

    return put


def _converter(field: FieldDescriptor) -> Render | None:
    """Return what turns one value of the field into JSON; None when it is JSON as it is."""
    if field.message_type is not None:
        return renderer(field.message_type)
    if field.enum_type is not None:
        prefix = enum_prefix(field)
        names = {number: value.name.removeprefix(prefix) for number, value in field.enum_type.values_by_number.items()}
        return lambda number: names.get(number, number)
    return _number if field.cpp_type in _FLOATS else None


def _number(value: float) -> float | int | None:
    if -_EXACT <= value <= _EXACT and value.is_integer():
        return int(value)
    return value if math.isfinite(value) else None


def _timestamp(value: Timestamp) -> str:
    instant = datetime.fromtimestamp(value.seconds, UTC)
    return f"{instant.isoformat()[:19]}.{value.nanos // 1_000_000:03d}Z"


def _struct(value: Struct) -> dict[str, Any]:
    return {key: _value(member) for key, member in value.fields.items()}


def _list_value(value: ListValue) -> list[Any]:
    return [_value(member) for member in value.values]


def _value(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "number_value":
            return _number(value.number_value)
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return _struct(value.struct_value)
        case "list_value":
            return _list_value(value.list_value)
        case _:
            return None


_SPECIAL: Final[dict[str, Render]] = {
    "google.protobuf.Timestamp": _timestamp,
    "google.protobuf.Struct": _struct,
    "google.protobuf.Value": _value,
    "google.protobuf.ListValue": _list_value,
}
