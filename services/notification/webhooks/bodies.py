"""What is sent of an order or a payment: the JSON that the REST routes show, without phone numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import orjson
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.ordering.v1 import order_pb2
from orderbuddy.payment.v1 import payment_pb2

from services.notification.webhooks.happenings import Happening

_NOT_TOLD: Final = frozenset(
    {
        "orderbuddy.ordering.v1.OrderRecord.customer_phone",
        "orderbuddy.ordering.v1.OrderRecord.history",
        "orderbuddy.ordering.v1.OrderRecord.seen_by_stations",
        "orderbuddy.ordering.v1.OrderRecord.correlation_id",
        "orderbuddy.ordering.v1.OrderRecord.get_sms",
        "orderbuddy.ordering.v1.OrderRecord.language",
        # It holds a status as stored, which is told by the order.
        "orderbuddy.ordering.v1.OrderRecord.status",
    }
)


def instant_text(at: datetime) -> str:
    """Write an instant in UTC with milliseconds and Z."""
    return f"{at.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def body(kind: str, at: datetime, data: dict[str, Any]) -> str:
    """Return what is sent: type, when it happened, data."""
    return orjson.dumps({"type": kind, "timestamp": instant_text(at), "data": data}).decode()


def order_body(happening: Happening, record: order_pb2.OrderRecord) -> str:
    """Return what is sent of an order: `order` as GetOrder shows it, and beside it what only the restaurant sees."""
    data = as_json(record)
    if happening.voided_line_ids:
        data["voidedLineIds"] = list(happening.voided_line_ids)
    return body(happening.type, happening.at, data)


def payment_body(happening: Happening, payment: payment_pb2.Payment) -> str:
    """Return what is sent of a payment: `payment` as GetPayment shows it."""
    data: dict[str, Any] = {"payment": as_json(payment)}
    if happening.reversal_id:
        data["reversalId"] = happening.reversal_id
    return body(happening.type, happening.at, data)


def as_json(message: Message) -> dict[str, Any]:
    """Return a message as the edge writes it: numbers as numbers, enums without prefix, unset messages as null."""
    found: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        if field.full_name in _NOT_TOLD:
            continue
        value = getattr(message, field.name)
        if field.is_repeated:
            found[field.json_name] = [_value(field, each) for each in value]
        elif not field.has_presence or message.HasField(field.name):
            found[field.json_name] = _value(field, value)
        elif field.containing_oneof is None:
            found[field.json_name] = None
    return found


def _value(field: Any, value: Any) -> Any:
    if isinstance(value, Timestamp):
        return instant_text(value.ToDatetime())
    if isinstance(value, Message):
        return as_json(value)
    if field.enum_type is not None:
        names = field.enum_type.values_by_number
        prefix = names[0].name.removesuffix("UNSPECIFIED")
        return names[value].name.removeprefix(prefix) if value in names else value
    return value
