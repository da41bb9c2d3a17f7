"""Menus as people edit them. The only module of this package that knows the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from bson import ObjectId
from pymongo import IndexModel

from services.kit.clock import Clock, SystemClock
from services.kit.editing import Editing, Edits, Target
from services.kit.errors import NotFound
from services.kit.mongo import Database, Document, Index
from services.kit.telemetry import log
from services.kit.values import text
from services.kit.versions import version_of
from services.menu.editor.menu_changes import Menu, put_back

Result = TypeVar("Result")
Told = Callable[[str, int], Awaitable[None]]
"""Returns when the catalog's followers have been sent a menu's version."""

INDEXES: Final = (
    Index("menus", IndexModel([("items.unavailableUntil", 1)], sparse=True), "items that come back by themselves"),
)
_LOOK_SECONDS: Final = 3.0
_SET_CLOCK_SECONDS: Final = 0.05


class MenuEditor:
    """Changes menus."""

    def __init__(self, db: Database, editing: Editing, clock: Clock, told: Told) -> None:
        self._db = db
        self._editing = editing
        self._clock = clock
        self._told = told

    async def change(
        self,
        place: tuple[str, ObjectId],
        menu_id: ObjectId,
        change: Callable[[Menu], Result],
        version: int | None = None,
    ) -> tuple[Document, Result]:
        """Change a menu of a location; return it, and what `change` returned. Raises NotFound, Conflict."""
        results: list[Result] = []

        def applied(document: Document) -> None:
            results.append(change(document))

        document = await self._editing.change(_target(place, menu_id), applied, version)
        await self._told(str(menu_id), version_of(document))
        return document, results[-1]

    async def create(self, place: tuple[str, ObjectId], fields: dict[str, Any]) -> Document:
        """Make a menu at a location. Raises NotFound."""
        restaurant_id, location_id = place

        async def work(edits: Edits) -> Document:
            await self._require_location(edits, restaurant_id, location_id)
            now = self._clock.now()
            document = {
                "_id": ObjectId(),
                **fields,
                "restaurantId": restaurant_id,
                "locationId": location_id,
                "createdAt": now,
                "updatedAt": now,
            }
            await edits.insert("menus", document, restaurant_id)
            return document

        return await self._editing.together(work)

    async def _require_location(self, edits: Edits, restaurant_id: str, location_id: ObjectId) -> None:
        found = await self._db["locations"].find_one(
            {"_id": location_id, "restaurantId": restaurant_id}, {"_id": 1}, session=edits.session
        )
        if found is None:
            raise NotFound("INVALID_LOCATION", "the restaurant has no such location", metadata={"field": "location_id"})

    async def menu(self, place: tuple[str, ObjectId], menu_id: ObjectId) -> Document:
        """Return a menu. Raises NotFound."""
        target = _target(place, menu_id)
        found = await self._db["menus"].find_one(target.query)
        if found is None:
            raise target.missing
        return found

    async def delete(self, place: tuple[str, ObjectId], menu_id: ObjectId, version: int | None) -> None:
        """Delete a menu. Raises NotFound, Conflict."""
        await self._editing.delete(_target(place, menu_id), version)

    async def keep_putting_back(self) -> None:
        """Put items back whose time off has passed, for ever.

        Safe beside itself in other replicas: an edit that finds nothing to do writes nothing.
        """
        while True:
            now = self._clock.now()
            due = {"items.unavailableUntil": {"$lte": now}}
            for menu in await self._db["menus"].find(due, {"restaurantId": 1}).to_list():
                # Whatever else such a document lacks, it must not stop the others.
                target = Target("menus", {"_id": menu["_id"]}, text(menu.get("restaurantId")), _missing())
                try:
                    await self._editing.change(target, lambda m: put_back(m, now))  # noqa: B023  used at once
                except NotFound:
                    log.info("menu_gone_before_items_came_back")
            await asyncio.sleep(_LOOK_SECONDS if isinstance(self._clock, SystemClock) else _SET_CLOCK_SECONDS)


def _target(place: tuple[str, ObjectId], menu_id: ObjectId) -> Target:
    restaurant_id, location_id = place
    query = {"_id": menu_id, "restaurantId": restaurant_id, "locationId": location_id}
    return Target("menus", query, restaurant_id, _missing())


def _missing() -> NotFound:
    return NotFound("MENU_NOT_FOUND", "the location has no such menu", metadata={"field": "menu_id"})
