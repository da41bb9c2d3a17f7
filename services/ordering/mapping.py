"""Documents as messages. Old documents hold anything: a field that is not what it should be becomes its empty value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.ordering.v1 import order_pb2

from services.kit.mongo import Document
from services.kit.values import obj, objects, text, timestamp, whole
from services.ordering.documents import instant_text

_STEPS: Mapping[str, order_pb2.LineStep] = {
    "STARTED": order_pb2.LINE_STEP_STARTED,
    "COMPLETED": order_pb2.LINE_STEP_COMPLETED,
    "RECALLED": order_pb2.LINE_STEP_RECALLED,
    "VOIDED": order_pb2.LINE_STEP_VOIDED,
}
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


def version_of(document: Mapping[str, Any]) -> int:
    """Return an order's version; the old system writes none."""
    version = document.get("version")
    return version if isinstance(version, int) else 0


def changed_since(document: Mapping[str, Any], since: datetime) -> bool:
    """Tell whether an order's last change by this system was made since an instant."""
    history = objects(document.get("history"))
    at = history[-1].get("at") if history else None
    return isinstance(at, datetime) and at >= since


def order(document: Mapping[str, Any]) -> order_pb2.Order:
    """Map an order for whoever knows its id. No phone number, no payment id."""
    origin = obj(document.get("origin"))
    discount = document.get("discount")
    return order_pb2.Order(
        id=str(document["_id"]),
        order_code=text(document.get("orderCode")),
        restaurant_id=text(document.get("restaurantId")),
        location_id=text(document.get("locationId")),
        location_slug=text(document.get("locationSlug")),
        customer=order_pb2.OrderCustomer(name=text(obj(document.get("customer")).get("name"))),
        origin=order_pb2.OrderOrigin(id=text(origin.get("id")), name=text(origin.get("name"))),
        items=[_line(item) for item in objects(document.get("items"))],
        status=text(document.get("status")),
        total_price_cents=whole(document.get("totalPriceCents")),
        discount=_discount(discount) if isinstance(discount, Mapping) else None,
    )


def _discount(discount: Mapping[str, Any]) -> order_pb2.OrderDiscount:
    name, kind = discount.get("name"), discount.get("type")
    return order_pb2.OrderDiscount(
        name=name if isinstance(name, str) else None,
        type=kind if isinstance(kind, str) else None,
        amount_cents=whole(discount.get("amountCents")),
    )


def _line(item: Mapping[str, Any]) -> order_pb2.OrderLine:
    tags = item.get("stationTags")
    return order_pb2.OrderLine(
        id=text(item.get("id")),
        menu_item_id=text(item.get("menuItemId")),
        name=text(item.get("name")),
        price_cents=whole(item.get("priceCents")),
        notes=text(item.get("notes")),
        variants=[
            order_pb2.OrderVariant(
                id=text(v.get("id")), name=text(v.get("name")), price_cents=whole(v.get("priceCents"))
            )
            for v in objects(item.get("variants"))
        ],
        modifiers=[
            order_pb2.OrderModifier(
                id=text(m.get("id")),
                name=text(m.get("name")),
                options=[
                    order_pb2.OrderOption(
                        id=text(o.get("id")), name=text(o.get("name")), price_cents=whole(o.get("priceCents"))
                    )
                    for o in objects(m.get("options"))
                ],
            )
            for m in objects(item.get("modifiers"))
        ],
        station_tags=[t for t in tags if isinstance(t, str)] if isinstance(tags, list) else [],
        started_at=timestamp(item.get("startedAt")),
        completed_at=timestamp(item.get("completedAt")),
    )


def record(document: Mapping[str, Any], mapped: order_pb2.Order | None = None) -> order_pb2.OrderRecord:
    """Map an order for the restaurant; `mapped` is what `order` has made of it already."""
    return order_pb2.OrderRecord(
        order=mapped or order(document),
        status=_STATUSES.get(text(document.get("status")), order_pb2.ORDER_STATUS_UNSPECIFIED),
        customer_phone=text(obj(document.get("customer")).get("phone")),
        payment_id=text(document.get("paymentId")),
        started_at=timestamp(document.get("startedAt")),
        ended_at=timestamp(document.get("endedAt")),
        version=version_of(document),
        history=[
            order_pb2.OrderHistoryEntry(
                version=e.get("version", 0),
                from_status=text(e.get("from")),
                to_status=text(e.get("to")),
                at=timestamp(e.get("at")),
                actor=text(e.get("actor")),
                reason=text(e.get("reason")),
                lines=line_changes(e.get("lines")),
                delay_minutes=whole(e.get("delayMinutes")) or 0,
            )
            for e in objects(document.get("history"))
        ],
        cancel_reason=text(document.get("cancelReason")),
        correlation_id=text(obj(document.get("meta")).get("correlationId")),
        voided_lines=[
            order_pb2.VoidedLine(
                line=_line(item),
                reason=text(item.get("voidReason")),
                at=timestamp(item.get("voidedAt")),
                version=whole(item.get("version")),
            )
            for item in objects(document.get("voidedItems"))
        ],
        seen_by_stations=[
            order_pb2.SeenByStation(station_id=station_id, version=whole(version))
            for station_id, version in obj(document.get("seenByStations")).items()
        ],
        accepted_at=_accepted_at(document),
        get_sms=document.get("getSms") is True,
        language=text(document.get("language")),
    )


def line_changes(lines: object) -> list[order_pb2.LineChange]:
    """Map what an entry of the history says of lines."""
    return [
        order_pb2.LineChange(line_id=text(line.get("lineId")), step=_STEPS.get(text(line.get("step"))))
        for line in objects(lines)
    ]


def _accepted_at(document: Mapping[str, Any]) -> Timestamp | None:
    """Return when an order was first taken on; the old system notes it as text."""
    for entry in objects(document.get("history")):
        if entry.get("to") == "ACCEPTED":
            return timestamp(entry.get("at"))
    return timestamp(obj(document.get("meta")).get("acceptedAt"))


def updated_at(document: Document) -> str | None:
    """Return when an order last changed, as ISO text: by its history, else as the old system noted it."""
    history = objects(document.get("history"))
    value = history[-1].get("at") if history else document.get("updatedAt") or document.get("createdAt")
    if isinstance(value, datetime):
        return instant_text(value.astimezone(UTC))
    return value if isinstance(value, str) else None
