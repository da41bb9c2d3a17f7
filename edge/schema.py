"""What a REST request may hold, from its message's descriptor and the rules in the proto, as one pydantic schema.

The same schema checks requests and is shown in the OpenAPI document. Rules that it does not know (CEL, for example) are
left to the service, which enforces all of them again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from orderbuddy.options.v1 import options_pb2
from pydantic_core import CoreSchema, PydanticCustomError, SchemaValidator, ValidationError, core_schema

from edge.http_rules import UnsupportedRule

MOST_NESTING: Final = 16
"""Levels of free-form JSON; a protobuf parser stops at 100, and a level takes up to three."""

_LARGEST_JSON_INTEGER: Final = 2**53
_INTEGER_BOUNDS: Final = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-_LARGEST_JSON_INTEGER, _LARGEST_JSON_INTEGER),
    FieldDescriptor.CPPTYPE_UINT64: (0, _LARGEST_JSON_INTEGER),
}
_ZERO: Final[Mapping[int, object]] = {
    FieldDescriptor.CPPTYPE_STRING: "",
    FieldDescriptor.CPPTYPE_BOOL: False,
    FieldDescriptor.CPPTYPE_DOUBLE: 0.0,
    FieldDescriptor.CPPTYPE_FLOAT: 0.0,
    **dict.fromkeys(_INTEGER_BOUNDS, 0),
}
_INSTANT: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$"


def message_schema(
    message: Descriptor,
    *,
    ignores_unknown: bool = False,
    without: Collection[str] = (),
    inside: tuple[str, ...] = (),
) -> core_schema.TypedDictSchema:
    """Return the schema of a message's JSON object; what it yields goes into the message's constructor.

    The fields `without` are filled by other means.

    Raises UnsupportedRule.
    """
    if message.full_name in inside:
        raise UnsupportedRule(f"{message.full_name} contains itself")
    extension: Any = options_pb2.ignores_unknown_fields
    ignores = ignores_unknown or message.GetOptions().Extensions[extension]
    fields = {
        field.name: field_schema(field, (*inside, message.full_name))
        for field in message.fields
        if field.name not in without
    }
    return core_schema.typed_dict_schema(fields, extra_behavior="ignore" if ignores else "forbid")


def field_schema(field: FieldDescriptor, inside: tuple[str, ...] = ()) -> core_schema.TypedDictField:
    """Return the schema of one field under its JSON name. Null is absent wherever absent is allowed.

    Raises UnsupportedRule.
    """
    oneof = field.containing_oneof
    if oneof is not None and not oneof.name.startswith("_"):  # proto3 `optional` is a oneof of its own, named so
        raise UnsupportedRule(f"{field.full_name} is part of a oneof")
    extension: Any = validate_pb2.field
    rules: validate_pb2.FieldRules = field.GetOptions().Extensions[extension]
    if field.is_repeated:
        required = rules.required or rules.repeated.min_items > 0
        schema = _list(field, rules, inside)
    else:
        schema = _singular(field, rules, inside)
        required = rules.required or not _may_be_absent(field, rules, schema)
    return core_schema.typed_dict_field(
        schema if required else core_schema.nullable_schema(schema),
        required=required,
        validation_alias=field.json_name,
    )


def _may_be_absent(field: FieldDescriptor, rules: validate_pb2.FieldRules, schema: CoreSchema) -> bool:
    """Without presence, absent is the zero value, so the rules have to let it pass."""
    if field.has_presence:
        return True
    if field.enum_type is not None:
        return 0 not in rules.enum.not_in
    try:
        SchemaValidator(schema).validate_python(_ZERO[field.cpp_type])
    except ValidationError:
        return False
    return True


def _list(field: FieldDescriptor, rules: validate_pb2.FieldRules, inside: tuple[str, ...]) -> CoreSchema:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        raise UnsupportedRule(f"{field.full_name} is a map")
    repeated = rules.repeated
    return core_schema.list_schema(
        _singular(field, repeated.items, inside),
        min_length=repeated.min_items or None,
        max_length=repeated.max_items if repeated.HasField("max_items") else None,
        strict=True,
    )


def _singular(field: FieldDescriptor, rules: validate_pb2.FieldRules, inside: tuple[str, ...]) -> CoreSchema:
    if field.message_type is not None:
        special = _WELL_KNOWN.get(field.message_type.full_name)
        return special() if special else message_schema(field.message_type, inside=inside)
    if field.enum_type is not None:
        return _enum(field, rules.enum)
    if field.cpp_type in _INTEGER_BOUNDS:
        return _integer(field, rules)
    if field.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return core_schema.float_schema(strict=True, allow_inf_nan=False, **_bounds(rules))
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return core_schema.bool_schema(strict=True)
    if field.type == FieldDescriptor.TYPE_STRING:
        # With presence, what is required may be empty.
        return _text(rules, needed=rules.required and not field.has_presence)
    raise UnsupportedRule(f"{field.full_name} has a type that REST requests can't carry")


def _text(rules: validate_pb2.FieldRules, *, needed: bool) -> CoreSchema:
    text = rules.string
    least = max(text.min_len, 1 if needed else 0)
    return core_schema.str_schema(
        strict=True,
        min_length=least or None,
        max_length=text.max_len if text.HasField("max_len") else None,
        pattern=text.pattern or None,
    )


def _bounds(rules: validate_pb2.FieldRules) -> dict[str, Any]:
    """Return the number rules in pydantic's words."""
    kind = rules.WhichOneof("type")
    declared = getattr(rules, kind) if kind else None
    words = {"gte": "ge", "gt": "gt", "lte": "le", "lt": "lt"}
    return {words[f.name]: value for f, value in declared.ListFields() if f.name in words} if declared else {}


def _integer(field: FieldDescriptor, rules: validate_pb2.FieldRules) -> CoreSchema:
    least, most = _INTEGER_BOUNDS[field.cpp_type]
    bounds = _bounds(rules)
    bounds["ge"] = max(least, bounds.get("ge", least))
    bounds["le"] = min(most, bounds.get("le", most))
    return core_schema.no_info_before_validator_function(_whole, core_schema.int_schema(strict=True, **bounds))


def _whole(value: object) -> object:
    """JSON does not tell 5.0 from 5."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _enum(field: FieldDescriptor, rules: validate_pb2.EnumRules) -> CoreSchema:
    assert field.enum_type is not None
    prefix = enum_prefix(field)
    numbers = {
        value.name.removeprefix(prefix): value.number
        for value in field.enum_type.values
        if value.number and value.number not in rules.not_in
    }
    return core_schema.no_info_after_validator_function(
        numbers.__getitem__, core_schema.literal_schema(sorted(numbers, key=numbers.__getitem__))
    )


def enum_prefix(field: FieldDescriptor) -> str:
    """Return what the names of the field's enum begin with; in JSON they go without."""
    assert field.enum_type is not None
    return field.enum_type.values_by_number[0].name.removesuffix("UNSPECIFIED")


def _too_deep(value: object, levels: int) -> bool:
    if isinstance(value, Mapping):
        return levels == 0 or any(_too_deep(v, levels - 1) for v in value.values())
    if isinstance(value, list):
        return levels == 0 or any(_too_deep(v, levels - 1) for v in value)
    return False


def _bounded(value: object) -> object:
    if _too_deep(value, MOST_NESTING):
        raise PydanticCustomError("too_deep", "nested too deeply")
    return value


def _to_value(value: object) -> Mapping[str, object]:
    """Write any JSON but null as google.protobuf.Value's constructor wants it."""
    _bounded(value)
    kinds: list[tuple[type | tuple[type, ...], str]] = [
        (bool, "bool_value"),
        ((int, float), "number_value"),
        (str, "string_value"),
        (dict, "struct_value"),
    ]
    name = next((name for kind, name in kinds if isinstance(value, kind)), "list_value")
    return {name: value}


def _to_datetime(text: str) -> datetime:
    # Python reads at most six digits of a second; MongoDB keeps three.
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text)).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # an offset can lead out of the years 1 to 9999
        raise PydanticCustomError("not_an_instant", "no such instant") from error


def _any_json() -> CoreSchema:
    return core_schema.no_info_after_validator_function(_to_value, core_schema.any_schema())


def _struct() -> CoreSchema:
    return core_schema.no_info_after_validator_function(_bounded, core_schema.dict_schema(strict=True))


def _timestamp() -> CoreSchema:
    text = core_schema.str_schema(strict=True, pattern=_INSTANT)
    return core_schema.no_info_after_validator_function(_to_datetime, text)


def _unsupported() -> CoreSchema:
    raise UnsupportedRule("google.protobuf.Any and Duration can't be sent through REST")


_WELL_KNOWN: Final[Mapping[str, Callable[[], CoreSchema]]] = {
    "google.protobuf.Value": _any_json,
    "google.protobuf.Struct": _struct,
    "google.protobuf.Timestamp": _timestamp,
    "google.protobuf.Any": _unsupported,
    "google.protobuf.Duration": _unsupported,
}
