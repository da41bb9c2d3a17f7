"""Stations and their orders as messages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from orderbuddy.ordering.v1 import order_pb2, staff_order_pb2
from orderbuddy.station.v1 import station_service_pb2 as rpc

from services.kit.values import text, texts
from services.kit.versions import version_of


def station(document: Mapping[str, Any]) -> rpc.Station:
    """Map a station."""
    return rpc.Station(
        id=text(document["_id"]),
        restaurant_id=text(document.get("restaurantId")),
        location_id=text(document.get("locationId")),
        name=text(document.get("name")),
        tags=texts(document.get("tags")),
        version=version_of(document),
    )


def lines_with(order: staff_order_pb2.StaffOrder, tags: Collection[str]) -> list[order_pb2.OrderLine]:
    """Return the lines that carry one of the tags."""
    wanted = frozenset(tags)
    return [line for line in order.items if not wanted.isdisjoint(line.station_tags)]


def station_order(order: staff_order_pb2.StaffOrder, lines: Collection[order_pb2.OrderLine]) -> rpc.StationOrder:
    """Map an order for a station's list."""
    return rpc.StationOrder(
        id=order.id,
        order_code=order.order_code,
        status=order.status,
        location_id=order.location_id,
        meta=rpc.StationOrderMeta(correlation_id=order.meta.correlation_id),
        items=lines,
    )


def single_order(
    order: staff_order_pb2.StaffOrder, lines: Collection[order_pb2.OrderLine], phone: str
) -> rpc.SingleStationOrder:
    """Map an order that a station asked for."""
    return rpc.SingleStationOrder(
        id=order.id,
        order_code=order.order_code,
        meta=rpc.StationOrderMeta(correlation_id=order.meta.correlation_id),
        status=order.status,
        started_at=order.started_at if order.HasField("started_at") else None,
        customer=rpc.StationOrderCustomer(name=order.customer.name, phone=phone),
        items=lines,
        total_price_cents=order.total_price_cents if order.HasField("total_price_cents") else None,
    )
