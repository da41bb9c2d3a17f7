"""Reports as aggregations of orders. The only module of this package that knows the database.

Each names its restaurant, location and span of time first, in the order of an index, so that its work grows with the
orders of that span alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bson import ObjectId
from pymongo import IndexModel

from services.kit.mongo import Database, Document, Index
from services.ordering.reports.days import Day

SOLD: Final = "PICKED_UP"
CANCELED: Final = "CANCELED"

INDEXES: Final = (
    Index(
        "orders",
        IndexModel([("restaurantId", 1), ("locationId", 1), ("status", 1), ("endedAt", 1)]),
        "a location's sales of a day or a week",
    ),
    Index(
        "orders",
        IndexModel([("restaurantId", 1), ("locationId", 1), ("origin.id", 1)]),
        "orders through a campaign's origin",
    ),
)

Place = tuple[str, ObjectId]

_LINES: Final = {"$cond": [{"$isArray": "$items"}, "$items", []]}
_AS_NUMBER: Final = {"$convert": {"input": "$totalPriceCents", "to": "double", "onError": 0, "onNull": 0}}


def _of(place: Place) -> Document:
    restaurant_id, location_id = place
    return {"restaurantId": restaurant_id, "locationId": location_id}


def placed_in(place: Place, day: Day) -> Document:
    """Return the query for a day's orders."""
    return _of(place) | {"startedAt": {"$gte": day.begin, "$lt": day.end}}


def sold_in(place: Place, days: Sequence[Day]) -> Document:
    """Return the query for the sales of days that follow each other."""
    return _of(place) | {"status": SOLD, "endedAt": {"$gte": days[0].begin, "$lt": days[-1].end}}


def by_day(place: Place, days: Sequence[Day], zone: str) -> list[Document]:
    """Return the pipeline for sales and tax by local day. Orders without stored tax are summed apart."""
    known = {"$isNumber": "$taxCents"}
    return [
        {"$match": sold_in(place, days)},
        {
            "$group": {
                "_id": {"$dateToString": {"date": "$endedAt", "format": "%Y-%m-%d", "timezone": zone}},
                "grossCents": {"$sum": _AS_NUMBER},
                "taxCents": {"$sum": {"$cond": [known, "$taxCents", 0]}},
                "untoldCents": {"$sum": {"$cond": [known, 0, _AS_NUMBER]}},
            }
        },
    ]


def by_item(place: Place, day: Day) -> list[Document]:
    """Return the pipeline for sales by item."""
    return [
        {"$match": sold_in(place, [day])},
        {"$sort": {"endedAt": 1, "_id": 1}},
        {"$unwind": "$items"},
        {
            "$group": {
                "_id": {"$ifNull": ["$items.menuItemId", ""]},
                "name": {"$first": "$items.name"},
                "count": {"$sum": 1},
                "cents": {"$sum": "$items.priceCents"},
            }
        },
        {"$sort": {"cents": -1, "_id": 1}},
    ]


def by_origin(place: Place, day: Day) -> list[Document]:
    """Return the pipeline for sales by origin."""
    return [
        {"$match": sold_in(place, [day])},
        {"$sort": {"endedAt": 1, "_id": 1}},
        {
            "$group": {
                "_id": {"$toString": {"$ifNull": ["$origin.id", ""]}},
                "name": {"$first": "$origin.name"},
                "count": {"$sum": {"$size": _LINES}},
                "cents": {"$sum": _AS_NUMBER},
            }
        },
        {"$sort": {"cents": -1, "_id": 1}},
    ]


def of_origin(place: Place, origin_id: str) -> list[Document]:
    """Return the pipeline for all that came in through an origin."""
    return [
        {"$match": _of(place) | {"origin.id": origin_id, "status": {"$ne": CANCELED}}},
        {
            "$group": {
                "_id": None,
                "orders": {"$sum": 1},
                "cents": {"$sum": _AS_NUMBER},
                "guests": {"$addToSet": "$customer.name"},
            }
        },
    ]


class ReportRepository:
    """Runs the reports."""

    def __init__(self, db: Database) -> None:
        self._orders = db["orders"]

    async def orders(self, place: Place, day: Day) -> list[Document]:
        """Return a day's orders in the order in which they were made."""
        return await self._orders.find(placed_in(place, day)).sort("_id", 1).to_list()

    async def order(self, place: Place, order_id: ObjectId) -> Document | None:
        """Return an order of a location."""
        return await self._orders.find_one(_of(place) | {"_id": order_id})

    async def run(self, pipeline: Sequence[Document]) -> list[Document]:
        """Run one of the pipelines."""
        async with await self._orders.aggregate(list(pipeline)) as cursor:
            found: list[dict[str, Any]] = await cursor.to_list()
        return found
