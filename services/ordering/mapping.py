"""Documents as messages. Old documents hold anything: a field that is not what it should be becomes its empty value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId
from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.ordering.v1 import order_pb2

from services.kit.mongo import Document
from services.ordering.documents import instant_text

_STATUSES: Mapping[str, order_pb2.OrderStatus] = {
    "CREATED": order_pb2.ORDER_STATUS_CREATED,
    "ACCEPTED": order_pb2.ORDER_STATUS_ACCEPTED,
    "READY_FOR_PICKUP": order_pb2.ORDER_STATUS_READY_FOR_PICKUP,
    "PICKED_UP": order_pb2.ORDER_STATUS_PICKED_UP,
    "CANCELED": order_pb2.ORDER_STATUS_CANCELED,
}


def status_names(statuses: Sequence[int]) -> list[str]:
    """Return statuses as they are stored."""
    return [name for name, number in _STATUSES.items() if number in statuses]


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, ObjectId) else ""


def _cents(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) >= 2**53:
        return None
    return int(value) if float(value).is_integer() else None


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


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


def version_of(document: Mapping[str, Any]) -> int:
    """Return an order's version; the old system writes none."""
    version = document.get("version")
    return version if isinstance(version, int) else 0


def order(document: Mapping[str, Any]) -> order_pb2.Order:
    """Map an order for whoever knows its id. No phone number, no payment id."""
    origin = _object(document.get("origin"))
    discount = document.get("discount")
    return order_pb2.Order(
        id=str(document["_id"]),
        order_code=_text(document.get("orderCode")),
        restaurant_id=_text(document.get("restaurantId")),
        location_id=_text(document.get("locationId")),
        location_slug=_text(document.get("locationSlug")),
        customer=order_pb2.OrderCustomer(name=_text(_object(document.get("customer")).get("name"))),
        origin=order_pb2.OrderOrigin(id=_text(origin.get("id")), name=_text(origin.get("name"))),
        items=[_line(item) for item in _objects(document.get("items"))],
        status=_text(document.get("status")),
        total_price_cents=_cents(document.get("totalPriceCents")),
        discount=_discount(discount) if isinstance(discount, Mapping) else None,
    )


def _discount(discount: Mapping[str, Any]) -> order_pb2.OrderDiscount:
    name, kind = discount.get("name"), discount.get("type")
    return order_pb2.OrderDiscount(
        name=name if isinstance(name, str) else None,
        type=kind if isinstance(kind, str) else None,
        amount_cents=_cents(discount.get("amountCents")),
    )


def _line(item: Mapping[str, Any]) -> order_pb2.OrderLine:
    tags = item.get("stationTags")
    return order_pb2.OrderLine(
        id=_text(item.get("id")),
        menu_item_id=_text(item.get("menuItemId")),
        name=_text(item.get("name")),
        price_cents=_cents(item.get("priceCents")),
        notes=_text(item.get("notes")),
        variants=[
            order_pb2.OrderVariant(
                id=_text(v.get("id")), name=_text(v.get("name")), price_cents=_cents(v.get("priceCents"))
            )
            for v in _objects(item.get("variants"))
        ],
        modifiers=[
            order_pb2.OrderModifier(
                id=_text(m.get("id")),
                name=_text(m.get("name")),
                options=[
                    order_pb2.OrderOption(
                        id=_text(o.get("id")), name=_text(o.get("name")), price_cents=_cents(o.get("priceCents"))
                    )
                    for o in _objects(m.get("options"))
                ],
            )
            for m in _objects(item.get("modifiers"))
        ],
        station_tags=[t for t in tags if isinstance(t, str)] if isinstance(tags, list) else [],
        started_at=timestamp(item.get("startedAt")),
        completed_at=timestamp(item.get("completedAt")),
    )


def record(document: Mapping[str, Any]) -> order_pb2.OrderRecord:
    """Map an order for the restaurant."""
    return order_pb2.OrderRecord(
        order=order(document),
        status=_STATUSES.get(_text(document.get("status")), order_pb2.ORDER_STATUS_UNSPECIFIED),
        customer_phone=_text(_object(document.get("customer")).get("phone")),
        payment_id=_text(document.get("paymentId")),
        started_at=timestamp(document.get("startedAt")),
        ended_at=timestamp(document.get("endedAt")),
        version=version_of(document),
        history=[
            order_pb2.OrderHistoryEntry(
                version=e.get("version", 0),
                from_status=_text(e.get("from")),
                to_status=_text(e.get("to")),
                at=timestamp(e.get("at")),
                actor=_text(e.get("actor")),
                reason=_text(e.get("reason")),
            )
            for e in _objects(document.get("history"))
        ],
        cancel_reason=_text(document.get("cancelReason")),
        correlation_id=_text(_object(document.get("meta")).get("correlationId")),
    )


def updated_at(document: Document) -> str | None:
    """Return when an order last changed, as ISO text: by its history, else as the old system noted it."""
    history = _objects(document.get("history"))
    value = history[-1].get("at") if history else document.get("updatedAt") or document.get("createdAt")
    if isinstance(value, datetime):
        return instant_text(value.astimezone(UTC))
    return value if isinstance(value, str) else None
