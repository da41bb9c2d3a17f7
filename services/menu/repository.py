"""Restaurants, locations, menus, origins and campaigns. The only module of this service that knows the database.

The payment processor's credentials lie in locations; no read of ours, change streams included, lets them leave the
database.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

from bson import ObjectId
from pymongo import IndexModel

from services.kit.changes import ChangeSource
from services.kit.mongo import Database, Document, Index

INDEXES: Final = (
    Index(
        "menus", IndexModel([("restaurantId", 1), ("locationId", 1)]), "menus of a location, in the order of insertion"
    ),
    Index("locations", IndexModel([("restaurantId", 1)]), "locations of a restaurant"),
    Index("origins", IndexModel([("restaurantId", 1), ("locationId", 1)]), "origins of a location"),
    Index(
        "campaigns",
        IndexModel([("restaurantId", 1), ("locationId", 1), ("originId", 1)]),
        "the campaign of an origin",
    ),
)

COLLECTIONS: Final = ("restaurants", "locations", "menus", "origins", "campaigns")

_RESTAURANT: Final = {"name": 1, "concept": 1, "logo": 1}
_LOCATION: Final = {
    **dict.fromkeys(("restaurantId", "locationSlug", "name", "isActive", "timezone", "workingHours", "orderTiming"), 1),
    "autoAcceptOrder": 1,
    "readyWhenDone": 1,
    "payment.acceptPayment": 1,
    "payment.emergepayWalletsPublicId": 1,
}
_SUMMARY: Final = {"restaurantId": 1, "locationId": 1, "menuSlug": 1, "name": 1, "available": 1}
_ORIGIN: Final = {"restaurantId": 1, "locationId": 1, "label": 1, "type": 1}
_CAMPAIGN: Final = {
    **dict.fromkeys(("restaurantId", "locationId", "originId", "name", "type", "reward", "isActive"), 1),
    **dict.fromkeys(("activeFrom", "activeUntil", "percentApplies"), 1),
}
_PROJECTIONS: Final[Mapping[str, Mapping[str, int] | None]] = {
    "restaurants": _RESTAURANT,
    "locations": _LOCATION,
    "menus": None,
    "origins": _ORIGIN,
    "campaigns": _CAMPAIGN,
}

_PIPELINE: Final = (
    {"$match": {"ns.coll": {"$in": list(COLLECTIONS)}}},
    {
        "$unset": [
            "updateDescription",
            "fullDocument.payment.oid",
            "fullDocument.payment.auth",
            "fullDocument.qrCodeImage",
        ]
    },
)


class MenuRepository:
    """Reads what guests see."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def restaurant(self, restaurant_id: str) -> Document | None:
        """Return a restaurant."""
        return await self._db["restaurants"].find_one({"_id": restaurant_id}, _RESTAURANT)

    async def location(self, restaurant_id: str, location_id: ObjectId) -> Document | None:
        """Return a location of a restaurant."""
        return await self._db["locations"].find_one({"_id": location_id, "restaurantId": restaurant_id}, _LOCATION)

    async def origin(self, origin_id: ObjectId) -> Document | None:
        """Return an origin."""
        return await self._db["origins"].find_one({"_id": origin_id}, _ORIGIN)

    async def campaign(self, restaurant_id: str, location_id: ObjectId, origin_id: ObjectId) -> Document | None:
        """Return the active campaign of an origin."""
        place = {"restaurantId": restaurant_id, "locationId": location_id, "originId": origin_id}
        return await self._db["campaigns"].find_one({**place, "isActive": True}, _CAMPAIGN)

    async def campaigns(self, restaurant_id: str, location_id: ObjectId) -> list[Document]:
        """Return a location's active campaigns."""
        query = {"restaurantId": restaurant_id, "locationId": location_id, "isActive": True}
        return await self._db["campaigns"].find(query, _CAMPAIGN).to_list()

    async def menus(self, restaurant_id: str, location_id: ObjectId) -> list[Document]:
        """Return a location's menus, in the order of insertion."""
        query = {"restaurantId": restaurant_id, "locationId": location_id}
        return await self._db["menus"].find(query).to_list()

    async def summaries(self, restaurant_id: str, location_id: ObjectId) -> list[Document]:
        """Return a location's menus without items, in the order of insertion."""
        query = {"restaurantId": restaurant_id, "locationId": location_id}
        return await self._db["menus"].find(query, _SUMMARY).to_list()

    async def menu(self, restaurant_id: str, location_id: ObjectId, menu_id: ObjectId) -> Document | None:
        """Return a menu of a location."""
        query = {"_id": menu_id, "restaurantId": restaurant_id, "locationId": location_id}
        return await self._db["menus"].find_one(query)

    async def everything(self, collection: str) -> AsyncGenerator[Document, None]:
        """Yield all documents of a collection, as far as guests or pricing need them."""
        async with self._db[collection].find({}, _PROJECTIONS[collection], batch_size=500) as cursor:
            async for document in cursor:
                yield document

    def changes(self) -> ChangeSource:
        """Return the stream of changes to all five collections, made by us or by the old system."""
        return ChangeSource(self._db, _PIPELINE)


def menu_key(document: Mapping[str, Any]) -> tuple[str, str]:
    """Return whose menu it is: restaurant and location."""
    return str(document.get("restaurantId")), str(document.get("locationId"))
