"""Reports as tables to download, with the figures that the Manage App shows. Instants are UTC, amounts are dollars."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from services.kit.mongo import Document
from services.kit.values import obj, objects, text, whole
from services.ordering.documents import instant_text
from services.ordering.reports.amounts import cents
from services.ordering.reports.csv_export import dollars, table

_ORDER: Final = (
    "orderId",
    "orderCode",
    "status",
    "startedAt",
    "endedAt",
    "origin",
    "customer",
    "lines",
    "tax",
    "total",
)
_SALES: Final = ("soldCount", "grossSales")


def orders_table(orders: Iterable[Document]) -> bytes:
    """Write orders. An order of the old system tells no tax; its cell is empty."""
    return table(_ORDER, [_order(order) for order in orders])


def items_table(rows: Iterable[Document]) -> bytes:
    """Write what was sold by item."""
    return table(("menuItemId", "itemName", *_SALES), [_sold(row) for row in rows])


def origins_table(rows: Iterable[Document]) -> bytes:
    """Write what was sold by origin."""
    return table(("originId", "name", *_SALES), [_sold(row) for row in rows])


def _sold(row: Document) -> tuple[object, ...]:
    return (row["_id"], row["name"], row["count"], dollars(row["cents"]))


def _order(order: Document) -> tuple[object, ...]:
    tax = whole(order.get("taxCents"))
    return (
        str(order["_id"]),
        text(order.get("orderCode")),
        text(order.get("status")),
        _instant(order.get("startedAt")),
        _instant(order.get("endedAt")),
        text(obj(order.get("origin")).get("name")),
        text(obj(order.get("customer")).get("name")),
        len(objects(order.get("items"))),
        "" if tax is None else dollars(tax),
        dollars(cents(order.get("totalPriceCents"))),
    )


def _instant(value: object) -> str:
    return instant_text(value) if isinstance(value, datetime) else text(value)
