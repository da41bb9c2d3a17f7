"""Devices that are told of new orders. The only module of this service that knows the database."""

from __future__ import annotations

from typing import Final

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from services.kit.mongo import Database, Document, Index

INDEXES: Final = (Index("subscriptions", IndexModel([("restaurantId", 1)]), "devices of a restaurant"),)

_LISTS: Final = {"android": "fcmAndroid", "web": "fcmWeb"}


class SubscriptionRepository:
    """Reads and writes subscriptions: one document per restaurant, as in the old system."""

    def __init__(self, db: Database) -> None:
        self._subscriptions = db["subscriptions"]

    async def subscribe(self, restaurant_id: str, token: str, platform: str) -> None:
        """Add a device. The old system may have made several documents for a restaurant; any of them will do.

        Two first devices at once make two documents, each with its own: readers take all, so none is lost.
        """
        new: Document = {name: [] for name in _LISTS.values() if name != _LISTS[platform]}
        try:
            await self._subscriptions.update_one(
                {"restaurantId": restaurant_id},
                {"$addToSet": {_LISTS[platform]: token}, "$setOnInsert": new},
                upsert=True,
            )
        except DuplicateKeyError:
            await self._subscriptions.update_one(
                {"restaurantId": restaurant_id}, {"$addToSet": {_LISTS[platform]: token}}
            )

    async def unsubscribe(self, restaurant_id: str, token: str) -> None:
        """Remove a device from both lists."""
        await self._subscriptions.update_many(
            {"restaurantId": restaurant_id}, {"$pull": dict.fromkeys(_LISTS.values(), token)}
        )
