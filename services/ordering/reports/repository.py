"""Reports as aggregations of orders. The only module of this package that knows the database.

Each names its restaurant, location and span of time first, in the order of an index, so that its work grows with the
orders of that span alone. Documents of the old system hold anything: what is no number counts as 0, what is no text is
empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bson import ObjectId
from pymongo import IndexModel

from services.kit.mongo import Database, Document, Index
from services.ordering.reports.days import Day

SOLD: Final = "PICKED_UP"

INDEXES: Final = (
    Index(
        "orders",
        IndexModel(
            [("restaurantId", 1), ("locationId", 1), ("endedAt", 1), ("_id", 1)],
            name="sold_by_time",
            # Orders enter it once, when they are sold: the steps before cost it nothing.
            partialFilterExpression={"status": SOLD},
        ),
        "a location's sales of a day or of several",
    ),
    Index(
        "orders",
        IndexModel(
            [("restaurantId", 1), ("locationId", 1), ("origin.id", 1)],
            name="sold_by_origin",
            partialFilterExpression={"status": SOLD},
        ),
        "a location's sales through a campaign's origin",
    ),
)

Place = tuple[str, ObjectId]
"""Restaurant and location. Orders whose location is stored as text belong to no place."""

_LARGEST: Final = 2**53 - 1


def _cents(path: str) -> Document:
    """Return the expression for a stored amount in whole cents, halves up, as `amounts.cents` reads it."""
    # NaN is below every number.
    proper = [{"$isNumber": path}, {"$gte": [path, -_LARGEST]}, {"$lte": [path, _LARGEST]}]
    return {"$cond": [{"$and": proper}, {"$toLong": {"$floor": {"$add": [path, 0.5]}}}, 0]}


def _text(path: str) -> Document:
    """Return the expression for a text or an id as text."""
    kind = {"$type": path}
    branches = [
        {"case": {"$eq": [kind, "string"]}, "then": path},
        {"case": {"$eq": [kind, "objectId"]}, "then": {"$toString": path}},
    ]
    return {"$switch": {"branches": branches, "default": ""}}


_LINES: Final[Document] = {
    "$filter": {
        "input": {"$cond": [{"$isArray": "$items"}, "$items", []]},
        "cond": {"$eq": [{"$type": "$$this"}, "object"]},
    }
}
_TOTAL: Final = _cents("$totalPriceCents")
_BY_SALES: Final[Document] = {"$sort": {"cents": -1, "_id": 1}}


def _of(place: Place) -> Document:
    restaurant_id, location_id = place
    return {"restaurantId": restaurant_id, "locationId": location_id}


def placed_in(place: Place, day: Day) -> Document:
    """Return the query for a day's orders."""
    return _of(place) | {"startedAt": {"$gte": day.begin, "$lt": day.end}}


def sold_in(place: Place, days: Sequence[Day]) -> Document:
    """Return the query for the sales of days that follow each other."""
    return _of(place) | {"status": SOLD, "endedAt": {"$gte": days[0].begin, "$lt": days[-1].end}}


def by_day(place: Place, days: Sequence[Day]) -> list[Document]:
    """Return the pipeline for sales and tax by local day; a row's `_id` is its date.

    The days' own ends count, not the database's idea of time zones, so that all reports cut at the same instants.
    Orders that don't tell their tax are summed apart (`untoldCents`).
    """
    ends = [{"case": {"$lt": ["$endedAt", day.end]}, "then": day.date.isoformat()} for day in days]
    return [
        {"$match": sold_in(place, days)},
        {
            "$group": {
                "_id": {"$switch": {"branches": ends}},
                "grossCents": {"$sum": _TOTAL},
                "taxCents": {"$sum": _tax()},
                "untoldCents": {"$sum": {"$cond": [{"$isNumber": _tax()}, 0, _TOTAL]}},
            }
        },
    ]


def _tax() -> Document:
    """Return the expression for the tax in an order; null when the order doesn't tell it.

    Orders of this system say it. Those of the old one tell it by what their total has more than their lines, as long as
    that leaves no choice: a discount is known to be in the total only where that is less than the lines.
    """
    prices = {"$map": {"input": _LINES, "in": "$$this.priceCents"}}
    parts = {
        "total": _TOTAL,
        "lines": {"$sum": prices},
        "priced": {"$allElementsTrue": {"$map": {"input": prices, "as": "price", "in": {"$isNumber": "$$price"}}}},
        "discount": _cents("$discount.amountCents"),
    }
    beyond = {"$subtract": ["$$total", "$$lines"]}
    with_discount = {"$cond": [{"$lt": [beyond, 0]}, {"$add": [beyond, "$$discount"]}, None]}
    tax = {"$cond": [{"$eq": ["$$discount", 0]}, beyond, with_discount]}
    # No tax is as high as the price, and null is less than 0.
    possible = ["$$priced", {"$gt": ["$$total", 0]}, {"$gte": ["$$tax", 0]}, {"$lt": ["$$tax", "$$lines"]}]
    told = {"$let": {"vars": {"tax": tax}, "in": {"$cond": [{"$and": possible}, "$$tax", None]}}}
    derived = {"$let": {"vars": parts, "in": told}}
    return {"$cond": [{"$isNumber": "$taxCents"}, _cents("$taxCents"), derived]}


def by_item(place: Place, day: Day) -> list[Document]:
    """Return the pipeline for sales by item: a row is an item, its name that of the first line."""
    return [
        {"$match": sold_in(place, [day])},
        {"$sort": {"endedAt": 1, "_id": 1}},
        {"$project": {"line": _LINES}},
        {"$unwind": "$line"},
        {
            "$group": {
                "_id": _text("$line.menuItemId"),
                "name": {"$first": _text("$line.name")},
                "count": {"$sum": 1},
                "cents": {"$sum": _cents("$line.priceCents")},
            }
        },
        _BY_SALES,
    ]


def by_origin(place: Place, day: Day) -> list[Document]:
    """Return the pipeline for sales by origin: a row is an origin, its name that of the first order."""
    return [
        {"$match": sold_in(place, [day])},
        {"$sort": {"endedAt": 1, "_id": 1}},
        {
            "$group": {
                "_id": _text("$origin.id"),
                "name": {"$first": _text("$origin.name")},
                "count": {"$sum": {"$size": _LINES}},
                "cents": {"$sum": _TOTAL},
            }
        },
        _BY_SALES,
    ]


def through_origin(place: Place, origin_id: str) -> list[Document]:
    """Return the pipeline for all sales through an origin: one row, or none.

    A guest is told from others by phone number, or by name when there is none.
    """
    ids: list[Any] = [origin_id, *([ObjectId(origin_id)] if ObjectId.is_valid(origin_id) else [])]
    phone, name = _text("$customer.phone"), _text("$customer.name")
    return [
        {"$match": _of(place) | {"status": SOLD, "origin.id": {"$in": ids}}},
        {"$set": {"guest": {"phone": phone, "name": {"$cond": [{"$eq": [phone, ""]}, name, ""]}}, "total": _TOTAL}},
        {"$group": {"_id": "$guest", "orders": {"$sum": 1}, "cents": {"$sum": "$total"}}},
        {
            "$group": {
                "_id": None,
                "orders": {"$sum": "$orders"},
                "cents": {"$sum": "$cents"},
                "guests": {"$sum": {"$cond": [{"$eq": ["$_id", {"phone": "", "name": ""}]}, 0, 1]}},
            }
        },
    ]


class ReportRepository:
    """Runs the reports."""

    def __init__(self, db: Database) -> None:
        self._orders = db["orders"]

    async def placed(self, place: Place, day: Day) -> list[Document]:
        """Return a day's orders in the order in which they were made."""
        return sorted(await self._orders.find(placed_in(place, day)).to_list(), key=_made)

    async def sold(self, place: Place, day: Day) -> list[Document]:
        """Return a day's sales in the order in which they were made."""
        return await self._orders.find(sold_in(place, [day])).sort([("endedAt", 1), ("_id", 1)]).to_list()

    async def order(self, place: Place, order_id: ObjectId) -> Document | None:
        """Return an order of a location."""
        return await self._orders.find_one(_of(place) | {"_id": order_id})

    async def run(self, pipeline: Sequence[Document]) -> list[Document]:
        """Run one of the pipelines."""
        async with await self._orders.aggregate(list(pipeline)) as cursor:
            found: list[dict[str, Any]] = await cursor.to_list()
        return found


def _made(document: Document) -> tuple[datetime, ObjectId]:
    """Return what orders sort by: when they came into the collection.

    The old system made an order's id when it stored it. Ours is that of the preview, which may be older than others.
    """
    order_id: ObjectId = document["_id"]
    return (document["startedAt"] if "businessDay" in document else order_id.generation_time, order_id)
