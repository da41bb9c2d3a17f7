"""Stations in MongoDB. The only module of this package that knows the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bson import ObjectId
from pymongo import IndexModel

from services.kit.changes import ChangeSource
from services.kit.clock import Clock
from services.kit.editing import Editing, Target
from services.kit.errors import NotFound
from services.kit.mongo import Database, Document, Index, object_id

INDEXES: Final = (
    Index("stations", IndexModel([("restaurantId", 1), ("locationId", 1)]), "a location's stations, at each order"),
)


class StationRepository:
    """Reads and writes stations."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._stations = db["stations"]
        self._editing = Editing(db, clock)

    async def of_location(self, restaurant_id: str, location_id: str) -> list[Document]:
        """Return a location's stations in the order in which they were made; none where there can be none."""
        if not ObjectId.is_valid(location_id):
            return []
        query = {"restaurantId": restaurant_id, "locationId": ObjectId(location_id)}
        return await self._stations.find(query).sort("_id", 1).to_list()

    async def create(self, restaurant_id: str, location_id: ObjectId, name: str, tags: Sequence[str]) -> Document:
        """Store a new station."""
        document: Document = {
            "_id": ObjectId(),
            "restaurantId": restaurant_id,
            "locationId": location_id,
            "name": name,
            "tags": list(tags),
        }
        await self._editing.insert("stations", document, restaurant_id)
        return document

    async def change(
        self, key: tuple[str, str, str], name: str | None, tags: Sequence[str] | None, version: int | None
    ) -> Document:
        """Change the station of (restaurant, location, station). Raises NotFound, Conflict."""

        def change(document: Document) -> None:
            if name is not None:
                document["name"] = name
            if tags is not None:
                document["tags"] = list(tags)

        return await self._editing.change(_target(key), change, version)

    async def delete(self, key: tuple[str, str, str]) -> None:
        """Delete the station of (restaurant, location, station). Raises NotFound."""
        await self._editing.delete(_target(key))

    def changes(self) -> ChangeSource:
        """Return the stream of changes to stations, made by us or by the old system."""
        return ChangeSource(self._stations, [])


def no_station(field: str = "station_id") -> NotFound:
    """Return the error for a station that the location doesn't have."""
    return NotFound("STATION_NOT_FOUND", "the location has no such station", metadata={"field": field})


def _target(key: tuple[str, str, str]) -> Target:
    restaurant_id, location_id, station_id = key
    query = {
        "_id": object_id(station_id, "stationId", "STATION_NOT_FOUND"),
        "restaurantId": restaurant_id,
        "locationId": object_id(location_id, "locationId", "INVALID_LOCATION"),
    }
    return Target("stations", query, restaurant_id, no_station())
