"""Restaurants and locations as people edit them. The only module of this package that knows the database."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from services.kit.clock import Clock
from services.kit.editing import Change, Editing, Edits, Target
from services.kit.errors import Conflict, NotFound
from services.kit.mongo import Database, Document
from services.kit.values import text, texts
from services.menu.restaurants import defaults
from services.menu.users.memberships import at_restaurant, check_not_deleted, check_room

_LOCATION: Final = {"payment": 0, "qrCodeImage": 0, "qrCodeStyle": 0}
_TRIES: Final = 5
_JUST_MADE: Final = timedelta(seconds=10)


class RestaurantRepository:
    """Reads and writes restaurants, locations and what is set at them."""

    def __init__(self, db: Database, editing: Editing, clock: Clock) -> None:
        self._db = db
        self._editing = editing
        self._clock = clock

    async def of_user(self, user_id: str) -> list[Document] | None:
        """Return the restaurants of a person; None when the profile names some and none of them exists."""
        profile = await self._db["users"].find_one({"userId": user_id}, {"restaurants": 1})
        wanted = texts((profile or {}).get("restaurants"))
        if not wanted:
            return []
        found = await self._db["restaurants"].find({"_id": {"$in": wanted}}).to_list()
        return found or None

    async def create(self, user_id: str) -> Document:
        """Make a restaurant owned by a person; return the one that has just been made for them, if there is one.

        Raises Conflict when no free id was found, Unauthenticated (ACCOUNT_DELETED), Refused (TOO_MANY_RESTAURANTS).
        """
        for _ in range(_TRIES):
            restaurant_id = f"store-{user_id[:8]}-{1000 + secrets.randbelow(9000)}"
            try:
                return await self._editing.together(lambda e, r=restaurant_id: self._create(e, user_id, r))  # type: ignore[misc]
            except DuplicateKeyError:
                continue
        raise Conflict("NO_FREE_ID", "no free id was found; try again")

    async def _create(self, edits: Edits, user_id: str, restaurant_id: str) -> Document:
        now = self._clock.now()
        # The profile is written first: two calls at once meet there, and the second one sees what the first made.
        profile = await self._db["users"].find_one_and_update(
            {"userId": user_id},
            {"$set": {"updatedAt": now}, "$setOnInsert": {"restaurants": [], "createdAt": now}},
            upsert=True,
            session=edits.session,
        )
        check_not_deleted(profile or {})
        mine = texts((profile or {}).get("restaurants"))
        for known in await self._db["restaurants"].find({"_id": {"$in": mine}}, session=edits.session).to_list():
            if defaults.is_untouched(known) and _made_since(known, now - _JUST_MADE):
                return known
        check_room(mine)
        document = defaults.restaurant(restaurant_id, now)
        await edits.insert("restaurants", document, restaurant_id)
        missing = NotFound("UNKNOWN_PERSON", "the profile has gone")
        concerned = partial(at_restaurant, restaurant_id=restaurant_id)
        # No role is written: who has none is the owner, as in the old system.
        await edits.change(
            Target("users", {"userId": user_id}, restaurant_id, missing, concerned),
            lambda owner: owner.update({"restaurants": [*mine, restaurant_id]}),
        )
        return document

    async def restaurant(self, restaurant_id: str) -> Document | None:
        """Return a restaurant."""
        return await self._db["restaurants"].find_one({"_id": restaurant_id})

    async def change_restaurant(
        self, restaurant_id: str, fields: Mapping[str, str], taken_away: Sequence[str], version: int | None
    ) -> Document:
        """Set fields of a restaurant, and take others away. Raises NotFound, Conflict."""
        now = defaults.instant_text(self._clock.now())

        def change(document: Document) -> None:
            document.update(fields)
            for name in taken_away:
                document.pop(name, None)
            document["updatedAt"] = now

        missing = NotFound("INVALID_RESTAURANT", "there is no such restaurant", metadata={"field": "restaurant_id"})
        target = Target("restaurants", {"_id": restaurant_id}, restaurant_id, missing)
        return await self._editing.change(target, change, version)

    async def change_logo(self, restaurant_id: str, url: str) -> str:
        """Set a restaurant's logo and return the one before, which is nobody's now. Raises NotFound."""
        now, before = defaults.instant_text(self._clock.now()), []

        def change(document: Document) -> None:
            before.append(text(document.get("logo")))
            document.update({"logo": url, "updatedAt": now})

        missing = NotFound("INVALID_RESTAURANT", "there is no such restaurant", metadata={"field": "restaurant_id"})
        await self._editing.change(Target("restaurants", {"_id": restaurant_id}, restaurant_id, missing), change)
        return before[-1]

    async def locations(self, restaurant_id: str) -> list[Document]:
        """Return a restaurant's locations."""
        return await self._db["locations"].find({"restaurantId": restaurant_id}, _LOCATION).to_list()

    async def location(self, restaurant_id: str, location_id: ObjectId) -> Document | None:
        """Return a location of a restaurant."""
        return await self._db["locations"].find_one({"_id": location_id, "restaurantId": restaurant_id}, _LOCATION)

    async def create_location(self, restaurant_id: str) -> Document:
        """Make a location. Raises NotFound."""

        async def work(edits: Edits) -> Document:
            # Written, so that the restaurant can't be deleted meanwhile.
            known = await self._db["restaurants"].update_one(
                {"_id": restaurant_id}, {"$inc": {"locationsVersion": 1}}, session=edits.session
            )
            if not known.matched_count:
                raise NotFound("INVALID_RESTAURANT", "there is no such restaurant", metadata={"field": "restaurant_id"})
            document = defaults.location(ObjectId(), restaurant_id, str(ObjectId()), self._clock.now())
            await edits.insert("locations", document, restaurant_id)
            return document

        return await self._editing.together(work)

    async def change_location(
        self, restaurant_id: str, location_id: ObjectId, change: Change, version: int | None = None
    ) -> Document:
        """Change a location. Raises NotFound, Conflict, and what `change` raises."""
        query = {"_id": location_id, "restaurantId": restaurant_id}
        missing = NotFound("INVALID_LOCATION", "the restaurant has no such location", metadata={"field": "location_id"})
        return await self._editing.change(Target("locations", query, restaurant_id, missing), change, version)


def _made_since(restaurant: Mapping[str, Any], instant: datetime) -> bool:
    return text(restaurant.get("createdAt")) >= defaults.instant_text(instant)
