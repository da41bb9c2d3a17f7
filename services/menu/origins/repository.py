"""Origins as people make them. The only module of this package that knows the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from bson import ObjectId
from pymongo import IndexModel
from pymongo.asynchronous.client_session import AsyncClientSession

from services.kit.editing import Editing, Edits, Target
from services.kit.errors import NotFound, Refused, Unusable
from services.kit.mongo import Database, Document, Index

INDEXES: Final = (Index("origins", IndexModel([("qrCodeId", 1)]), "the origin of a short link"),)

MOST_ORIGINS: Final = 500
"""Of one location, campaigns' included: all are in each list of them, with a picture each, and drawn on one sheet."""


@dataclass(frozen=True, slots=True)
class Place:
    """A location and its restaurant, as documents."""

    restaurant: Document
    location: Document


class OriginRepository:
    """Reads and writes origins and the style of their codes."""

    def __init__(self, db: Database, editing: Editing) -> None:
        self._db = db
        self._editing = editing

    async def place(self, restaurant_id: str, location_id: ObjectId) -> Place:
        """Return a location and its restaurant. Raises NotFound."""
        query = {"_id": location_id, "restaurantId": restaurant_id}
        location = await self._db["locations"].find_one(query, {"payment": 0})
        if location is None:
            raise _no_location()
        restaurant = await self._db["restaurants"].find_one({"_id": restaurant_id})
        if restaurant is None:
            raise NotFound("INVALID_RESTAURANT", "there is no such restaurant", metadata={"field": "restaurant_id"})
        return Place(restaurant, location)

    async def place_for_another(self, restaurant_id: str, location_id: ObjectId) -> Place:
        """Return a location and its restaurant, if it has room for an origin.

        Raises NotFound, Unusable (TOO_MANY_ORIGINS). `add` looks again: this spares a short link that nobody would use.
        """
        place = await self.place(restaurant_id, location_id)
        await self._check_room(restaurant_id, location_id)
        return place

    async def of_location(self, restaurant_id: str, location_id: ObjectId) -> list[Document]:
        """Return a location's origins."""
        return await self._db["origins"].find({"restaurantId": restaurant_id, "locationId": location_id}).to_list()

    async def one(self, restaurant_id: str, location_id: ObjectId, origin_id: ObjectId) -> Document:
        """Return an origin. Raises NotFound."""
        target = _target(restaurant_id, location_id, origin_id)
        found = await self._db["origins"].find_one(target.query)
        if found is None:
            raise target.missing
        return found

    async def by_short_id(self, short_id: str) -> tuple[Document, Document] | None:
        """Return the origin of a short link and its restaurant, or None."""
        origin = await self._db["origins"].find_one({"qrCodeId": short_id})
        restaurant = await self._db["restaurants"].find_one({"_id": origin["restaurantId"]}) if origin else None
        return (origin, restaurant) if origin and restaurant else None

    async def add(self, origin: Document, campaign: Document | None = None) -> None:
        """Store an origin and the campaign that it leads to, together. Raises NotFound, Unusable (TOO_MANY_ORIGINS)."""
        restaurant_id, location_id = origin["restaurantId"], origin["locationId"]

        async def work(edits: Edits) -> None:
            # Written, so that two who add one at once meet here, and the second one counts what the first made.
            known = await self._db["locations"].update_one(
                {"_id": location_id, "restaurantId": restaurant_id},
                {"$inc": {"originsVersion": 1}},
                session=edits.session,
            )
            if not known.matched_count:
                raise _no_location()
            await self._check_room(restaurant_id, location_id, edits.session)
            await edits.insert("origins", origin, restaurant_id)
            if campaign is not None:
                await edits.insert("campaigns", campaign, restaurant_id)

        await self._editing.together(work)

    async def _check_room(
        self, restaurant_id: str, location_id: ObjectId, session: AsyncClientSession | None = None
    ) -> None:
        """Tell whether a location can have one more. Raises Unusable (TOO_MANY_ORIGINS)."""
        query = {"restaurantId": restaurant_id, "locationId": location_id}
        if await self._db["origins"].count_documents(query, limit=MOST_ORIGINS, session=session) >= MOST_ORIGINS:
            text = f"one location can have {MOST_ORIGINS} origins at most; delete some first"
            raise Unusable("TOO_MANY_ORIGINS", text, metadata={"field": "location_id"})

    async def rename(self, restaurant_id: str, location_id: ObjectId, origin_id: ObjectId, label: str) -> Document:
        """Give an origin another label. Raises NotFound."""
        return await self._editing.change(
            _target(restaurant_id, location_id, origin_id), lambda origin: origin.update({"label": label})
        )

    async def delete(self, restaurant_id: str, location_id: ObjectId, origin_id: ObjectId) -> None:
        """Delete an origin. Raises NotFound, Refused (ORIGIN_IN_USE)."""

        async def work(edits: Edits) -> None:
            await edits.delete(_target(restaurant_id, location_id, origin_id))
            if await self._db["campaigns"].find_one({"originId": origin_id}, {"_id": 1}, session=edits.session):
                raise Refused("ORIGIN_IN_USE", "a campaign leads through this origin; delete that first")

        await self._editing.together(work)

    async def change_style(
        self, restaurant_id: str, location_id: ObjectId, change: Callable[[dict[str, Any]], None]
    ) -> None:
        """Change how a location's codes look. Raises NotFound."""
        query = {"_id": location_id, "restaurantId": restaurant_id}
        await self._editing.change(Target("locations", query, restaurant_id, _no_location()), change)


def _no_location() -> NotFound:
    return NotFound("INVALID_LOCATION", "the restaurant has no such location", metadata={"field": "location_id"})


def _target(restaurant_id: str, location_id: ObjectId, origin_id: ObjectId) -> Target:
    query = {"_id": origin_id, "restaurantId": restaurant_id, "locationId": location_id}
    missing = NotFound("UNKNOWN_ORIGIN", "the location has no such origin", metadata={"field": "origin_id"})
    return Target("origins", query, restaurant_id, missing)
