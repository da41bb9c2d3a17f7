"""Reading stored values that may be anything: each function returns what it should be, or says that it is not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bson import ObjectId
from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

_LARGEST: Final = 2**53 - 1


def text(value: object) -> str:
    """Return a text or an id as text; anything else is empty."""
    return value if isinstance(value, str) else str(value) if isinstance(value, ObjectId) else ""


def text_or_none(value: object) -> str | None:
    """Return a text, or None."""
    return value if isinstance(value, str) else None


def texts(value: object) -> list[str]:
    """Return the texts in a list."""
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def objects(value: object) -> list[Mapping[str, Any]]:
    """Return the objects in a list."""
    # The database's are plain: asking an abstract class would be ten times as slow, on every line of every order.
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def obj(value: object) -> Mapping[str, Any]:
    """Return an object; anything else is empty."""
    return value if isinstance(value, dict) else {}


def number(value: object) -> float | None:
    """Return a finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if abs(value) <= _LARGEST else None


def whole(value: object) -> int | None:
    """Return a whole number, or None."""
    if type(value) is int and -_LARGEST <= value <= _LARGEST:
        return value
    found = number(value)
    return int(found) if found is not None and found.is_integer() else None


def nearest(value: object) -> int:
    """Return the whole number that a page can show: numbers in text count, what is no number is 0."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return 0
    found = number(value)
    return 0 if found is None else math.floor(found + 0.5)


def timestamp(value: object) -> Timestamp | None:
    """Return an instant, stored as a date or as ISO text, or None."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    stamp = Timestamp()
    stamp.FromDatetime(value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))
    return stamp


def struct(value: object) -> Struct | None:
    """Return an object as JSON, or None. Ids and dates become text."""
    return _value(value).struct_value if isinstance(value, Mapping) else None


def _value(value: object) -> Value:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return Value(null_value=NULL_VALUE)
    if isinstance(value, bool):
        return Value(bool_value=value)
    if isinstance(value, int | float):
        return Value(number_value=float(value))
    if isinstance(value, Mapping):
        return Value(struct_value=Struct(fields={str(k): _value(v) for k, v in value.items()}))
    if isinstance(value, list):
        return Value(list_value=ListValue(values=[_value(v) for v in value]))
    if isinstance(value, datetime):
        return Value(string_value=value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    return Value(string_value=str(value))
