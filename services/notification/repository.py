"""Devices that are told of new orders. The only module of this service that knows the database."""

from __future__ import annotations

from typing import Final

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from services.kit.mongo import Database, Document, Index
from services.kit.vacancies import Vacancies
from services.notification.delivery.planning import By, Device

INDEXES: Final = (
    Index("subscriptions", IndexModel([("restaurantId", 1)]), "devices of a restaurant"),
    Index("subscriptions", IndexModel([("fcmAndroid", 1)]), "Android devices that are no more"),
    Index("subscriptions", IndexModel([("fcmWeb", 1)]), "web devices that are no more"),
    Index(
        "browser_subscriptions",
        IndexModel([("restaurantId", 1), ("endpoint", 1)], unique=True),
        "browsers of a restaurant, each once",
    ),
    Index("browser_subscriptions", IndexModel([("endpoint", 1)]), "browsers that are no more"),
)

_LISTS: Final = {"android": "fcmAndroid", "web": "fcmWeb"}


class SubscriptionRepository:
    """Reads and writes subscriptions: one document per restaurant, as in the old system."""

    def __init__(self, db: Database) -> None:
        self._subscriptions = db["subscriptions"]
        self._browsers = db["browser_subscriptions"]
        self._without = Vacancies()

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
        self._without.filled(restaurant_id)

    async def subscribe_browser(self, restaurant_id: str, endpoint: str, p256dh: str, auth: str) -> None:
        """Add a browser. The same one again has new keys."""
        await self._browsers.update_one(
            {"restaurantId": restaurant_id, "endpoint": endpoint},
            {"$set": {"p256dh": p256dh, "auth": auth}},
            upsert=True,
        )
        self._without.filled(restaurant_id)

    async def devices(self, restaurant_id: str) -> list[Device]:
        """Return a restaurant's devices; of what the old lists hold only what can be a token (it has a colon)."""
        found: dict[str, Device] = {}
        async for document in self._subscriptions.find({"restaurantId": restaurant_id}):
            for platform, name in _LISTS.items():
                for token in document.get(name) or ():
                    if isinstance(token, str) and ":" in token:
                        found[token] = Device(by=By.PUSH, recipient=token, platform=platform)
        async for browser in self._browsers.find({"restaurantId": restaurant_id}):
            keys = browser["p256dh"], browser["auth"]
            found[browser["endpoint"]] = Device(by=By.BROWSER, recipient=browser["endpoint"], keys=keys)
        return list(found.values())

    async def devices_for_order(self, restaurant_id: str) -> list[Device]:
        """Return the same; that there are none may be known from a moment ago."""
        return await self._without.ask(restaurant_id, lambda: self.devices(restaurant_id))

    async def forget(self, recipient: str) -> None:
        """Remove a device that is no more, wherever it is subscribed."""
        lists: Document = {"$or": [{name: recipient} for name in _LISTS.values()]}
        await self._subscriptions.update_many(lists, {"$pull": dict.fromkeys(_LISTS.values(), recipient)})
        await self._browsers.delete_many({"endpoint": recipient})

    async def unsubscribe(self, restaurant_id: str, token: str) -> None:
        """Remove a device from both lists, or a browser by its endpoint."""
        await self._browsers.delete_many({"restaurantId": restaurant_id, "endpoint": token})
        await self._subscriptions.update_many(
            {"restaurantId": restaurant_id}, {"$pull": dict.fromkeys(_LISTS.values(), token)}
        )
