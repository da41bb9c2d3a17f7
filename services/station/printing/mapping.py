"""Printers and jobs as messages; orders as what is laid out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.ordering.v1 import order_pb2, staff_order_pb2
from orderbuddy.station.v1 import print_service_pb2 as rpc

from services.kit.values import text, texts, timestamp, whole
from services.station.adapters.places import Place
from services.station.printing.layout import Form, Heading, Item, Sums

AnyOrder = order_pb2.Order | staff_order_pb2.StaffOrder


def printer(document: Mapping[str, Any]) -> rpc.RegisteredPrinter:
    """Map a printer."""
    return rpc.RegisteredPrinter(
        id=text(document["_id"]),
        name=text(document.get("name")),
        format=f"PRINT_FORMAT_{document['format']}",
        columns=whole(document.get("columns")),
        language=text(document.get("language")),
        receipts=document.get("receipts") is True,
        station_ids=texts(document.get("stationIds")),
        registered_at=timestamp(document.get("registeredAt")),
    )


def job(document: Mapping[str, Any]) -> rpc.PrintJob:
    """Map a job."""
    return rpc.PrintJob(
        id=text(document["_id"]),
        printer_id=text(document.get("printerId")),
        kind=rpc.PRINT_KIND_RECEIPT if document.get("what") == "receipt" else rpc.PRINT_KIND_TICKET,
        format=f"PRINT_FORMAT_{document['format']}",
        order_id=text(document.get("orderId")),
        order_code=text(document.get("orderCode")),
        station_id=text(document.get("stationId")),
        state=f"PRINT_JOB_STATE_{document['state']}",
        attempt=whole(document.get("attempt")),
        reason=text(document.get("reason")),
        created_at=timestamp(document.get("createdAt")),
        ended_at=timestamp(document.get("endedAt")),
    )


def form(document: Mapping[str, Any]) -> Form:
    """Return how a printer wants its paper."""
    return Form(document["columns"], document["language"])


def heading(order: AnyOrder, placed_at: Timestamp, place: Place) -> Heading:
    """Return what stands at the top; in UTC where no time zone is known."""
    try:
        zone = ZoneInfo(place.time_zone) if place.time_zone else UTC
    except (ZoneInfoNotFoundError, ValueError):
        zone = UTC
    at = placed_at.ToDatetime(tzinfo=UTC).astimezone(zone)
    return Heading(place.name, order.order_code, order.origin.name, order.customer.name, at)


def items(lines: Iterable[order_pb2.OrderLine]) -> list[Item]:
    """Map lines of an order."""
    return [
        Item(
            name=line.name,
            variant=", ".join(variant.name for variant in line.variants),
            modifiers=tuple(_modifier(modifier) for modifier in line.modifiers),
            notes=line.notes,
            price_cents=line.price_cents if line.HasField("price_cents") else None,
        )
        for line in lines
    ]


def _modifier(modifier: order_pb2.OrderModifier) -> str:
    options = ", ".join(option.name for option in modifier.options)
    return f"{modifier.name}: {options}" if modifier.name and options else modifier.name or options


def sums(order: staff_order_pb2.StaffOrder) -> Sums:
    """Return what an order costs."""
    return Sums(
        total=order.total_price_cents if order.HasField("total_price_cents") else None,
        tax=order.tax_cents if order.HasField("tax_cents") else None,
        discount=order.discount.amount_cents,
        discount_name=order.discount.name,
    )
