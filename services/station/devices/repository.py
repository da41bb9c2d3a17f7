"""Devices in MongoDB. The only module of this package that knows the database."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bson import Binary, ObjectId
from pymongo import IndexModel

from services.kit.clock import Clock
from services.kit.devices import digest
from services.kit.editing import Editing, Target
from services.kit.errors import NotFound
from services.kit.mongo import Database, Document, Index

_DEVICES: Final = "devices"

INDEXES: Final = (
    Index(
        _DEVICES,
        IndexModel([("restaurantId", 1), ("locationId", 1), ("createdAt", 1), ("_id", 1)]),
        "a location's devices, in the order in which they were made",
    ),
    # Not by restaurant: a key does not say whose it is.
    Index(_DEVICES, IndexModel([("keyHash", 1)], unique=True, name="device_of_key"), "whose a key is"),
)


class DeviceRepository:
    """Reads and writes devices. A key is known by its hash alone, and no read of people's returns even that."""

    def __init__(self, db: Database, editing: Editing, clock: Clock) -> None:
        self._devices = db[_DEVICES]
        self._editing = editing
        self._clock = clock

    async def add(self, restaurant_id: str, location_id: ObjectId, kind: str, name: str, key: str) -> Document:
        """Store a new device and return it."""
        document = {
            "_id": ObjectId(),
            "restaurantId": restaurant_id,
            "locationId": location_id,
            "kind": kind,
            "name": name,
            "keyHash": Binary(digest(key)),
            "createdAt": self._clock.now(),
        }
        await self._editing.insert(_DEVICES, document, restaurant_id)
        return document

    async def of_location(self, restaurant_id: str, location_id: ObjectId) -> list[Document]:
        """Return a location's devices, the oldest first."""
        query = {"restaurantId": restaurant_id, "locationId": location_id}
        return await self._devices.find(query, {"keyHash": 0}).sort([("createdAt", 1), ("_id", 1)]).to_list()

    async def revoke(self, restaurant_id: str, location_id: ObjectId, device_id: ObjectId) -> Document:
        """End a device's key and return the device; one that has ended stays as it is. Raises NotFound."""
        now = self._clock.now()

        def end(document: Document) -> None:
            document.setdefault("revokedAt", now)

        query = {"_id": device_id, "restaurantId": restaurant_id, "locationId": location_id}
        missing = NotFound("UNKNOWN_DEVICE", "the location has no such device", metadata={"field": "device_id"})
        return await self._editing.change(Target(_DEVICES, query, restaurant_id, missing), end)

    async def of_key(self, key: str) -> Document | None:
        """Return the device whose key it is, and note that it was seen; None when it is nobody's, or revoked."""
        device = await self._devices.find_one({"keyHash": Binary(digest(key)), "revokedAt": None}, {"keyHash": 0})
        if device is not None:
            await self._see(device, self._clock.now().replace(second=0, microsecond=0))
        return device

    async def _see(self, device: Document, minute: datetime) -> None:
        """Set when a device was last seen: once a minute, however many replicas and calls see it."""
        seen = device.get("lastSeenAt")
        if seen is not None and seen >= minute:
            return
        unseen = {"_id": device["_id"], "$or": [{"lastSeenAt": None}, {"lastSeenAt": {"$lt": minute}}]}
        await self._devices.update_one(unseen, {"$set": {"lastSeenAt": minute}})
        device["lastSeenAt"] = minute
