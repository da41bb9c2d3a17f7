"""Orders and previews in MongoDB. The only module of this service that knows the database.

An order is one document; each change of it is one write, guarded by what was read of it (status and version).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bson import ObjectId
from pymongo import DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from services.kit import paging
from services.kit.changes import Change, ChangeSource
from services.kit.mongo import Database, Document, Index
from services.kit.oldest import Waiting, waiting
from services.ordering.lifecycle import OPEN_STATUSES
from services.ordering.metrics import ORDERS_MOVED

RECENT_PREVIEWS: Final = 4_000
"""Previews that this process wrote and may be asked to place soon; some twenty megabytes at most."""

_CODE_INDEX: Final = "order_code_of_the_day"
_OPEN_INDEX: Final = "open_orders"

INDEXES: Final = (
    Index(
        "orders",
        IndexModel([("restaurantId", 1), ("locationId", 1), ("startedAt", DESCENDING), ("_id", DESCENDING)]),
        "a location's orders by time: today, history, reports, open orders",
    ),
    Index(
        "orders",
        IndexModel(
            [("restaurantId", 1), ("locationId", 1), ("businessDay", 1), ("orderCode", 1)],
            name=_CODE_INDEX,
            unique=True,
            # The old system writes no businessDay, and its codes do repeat.
            partialFilterExpression={"businessDay": {"$exists": True}},
        ),
        "no two orders of a location and day share the code that is called out",
    ),
    Index(
        "orders",
        IndexModel(
            [("status", 1), ("startedAt", 1)],
            name=_OPEN_INDEX,
            partialFilterExpression={"status": {"$in": list(OPEN_STATUSES)}},
        ),
        "how many orders are in which state, and since when",
    ),
)


class OrderCodeTaken(Exception):
    """Another order of the location has this code today."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of an order; a write goes through only if that is still so."""

    order_id: ObjectId
    restaurant_id: str
    status: str
    version: int

    def as_filter(self) -> Document:
        """Return the guard. The old system writes no version: absent counts as 0."""
        version: Any = self.version or {"$in": [None, 0]}
        return {
            "_id": self.order_id,
            "restaurantId": self.restaurant_id,
            "status": self.status,
            "version": version,
        }


class OrderRepository:
    """Reads and writes orders and previews."""

    def __init__(self, db: Database) -> None:
        self._orders = db["orders"]
        self._previews = db["orders_preview"]
        self._recent: OrderedDict[ObjectId, Document] = OrderedDict()
        # Each holds back who asks too much: guests, who ask for one order, do not stand in the way of kitchens.
        self._missed, self._missed_of_one = self.changes(), self.changes()

    async def add_preview(self, document: Document) -> None:
        """Store a preview."""
        await self._previews.insert_one(document)
        self._recent[document["_id"]] = document
        if len(self._recent) > RECENT_PREVIEWS:
            self._recent.popitem(last=False)

    async def preview(self, preview_id: ObjectId, *, keep: bool = False) -> Document | None:
        """Return a preview. A stored preview never changes, so the one that was just written need not be read again.

        It is asked for once to place it; `keep` when it will be asked for again.
        """
        recent = self._recent.get(preview_id) if keep else self._recent.pop(preview_id, None)
        return recent if recent is not None else await self._previews.find_one({"_id": preview_id})

    async def add_order(self, document: Document) -> bool:
        """Store an order; False when there is one with this id already. Raises OrderCodeTaken."""
        try:
            await self._orders.insert_one(document)
        except DuplicateKeyError as error:
            details: Mapping[str, Any] = error.details or {}
            if "_id" in details.get("keyPattern", {}):
                return False
            raise OrderCodeTaken(document["orderCode"]) from error
        ORDERS_MOVED.labels(document["status"]).inc()
        return True

    async def order(self, order_id: ObjectId) -> Document | None:
        """Return an order. Its id is enough: whoever knows it may read it."""
        return await self._orders.find_one({"_id": order_id})

    async def order_of(self, restaurant_id: str, order_id: ObjectId) -> Document | None:
        """Return an order of one restaurant."""
        return await self._orders.find_one({"_id": order_id, "restaurantId": restaurant_id})

    async def change(
        self, seen: Seen, update: Document | Sequence[Document], also: Document | None = None
    ) -> Document | None:
        """Change an order that is still as it was seen (`also`: further fields), and return it; None when it is not."""
        guard = {**seen.as_filter(), **(also or {})}
        changed = await self._orders.find_one_and_update(guard, update, return_document=ReturnDocument.AFTER)
        if changed is not None and changed["status"] != seen.status:
            ORDERS_MOVED.labels(changed["status"]).inc()
        return changed

    async def open_since(self, since: datetime) -> dict[str, Waiting]:
        """Return the open orders that were placed since then, by state. Raises PyMongoError."""
        query = {"status": {"$in": list(OPEN_STATUSES)}, "startedAt": {"$gt": since}}
        return await waiting(self._orders, query, since="startedAt", index=_OPEN_INDEX, by="status")

    async def page(
        self,
        restaurant_id: str,
        location_id: ObjectId,
        *,
        statuses: Sequence[str],
        since: datetime | None,
        until: datetime | None,
        size: int,
        token: str,
    ) -> tuple[list[Document], str]:
        """Return a page of a location's orders, newest first, and the token of the next one (empty: none)."""
        query: Document = {"restaurantId": restaurant_id, "locationId": location_id}
        if statuses:
            query["status"] = {"$in": list(statuses)}
        if since or until:
            query["startedAt"] = ({"$gte": since} if since else {}) | ({"$lt": until} if until else {})
        if token:
            query |= paging.after(token, "startedAt")
        newest = [("startedAt", DESCENDING), ("_id", DESCENDING)]
        found = await self._orders.find(query).sort(newest).limit(size + 1).to_list()
        more = len(found) > size
        return found[:size], paging.token_after(found[size - 1]["startedAt"], found[size - 1]["_id"]) if more else ""

    async def in_states(self, restaurant_id: str, location_id: ObjectId, statuses: Sequence[str]) -> list[Document]:
        """Return a location's orders in these states, oldest first."""
        query = {"restaurantId": restaurant_id, "locationId": location_id, "status": {"$in": list(statuses)}}
        return await self._orders.find(query).sort([("startedAt", 1), ("_id", 1)]).to_list()

    async def placed_since(self, restaurant_id: str, location_id: ObjectId, since: datetime) -> list[Document]:
        """Return a location's orders that were placed since an instant: only versions and last changes."""
        query = {"restaurantId": restaurant_id, "locationId": location_id, "startedAt": {"$gte": since}}
        return await self._orders.find(query, {"version": 1, "history": {"$slice": -1}}).to_list()

    def changes(self) -> ChangeSource:
        """Return the stream of changes to orders, made by us or by the old system."""
        return ChangeSource(self._orders, [])

    async def changes_since(self, token: str, only: ObjectId | None = None) -> AsyncGenerator[tuple[str, Change], None]:
        """Yield changes (of one order) after a resume token, up to now. Raises TokenUnusable."""
        source = self._missed if only is None else self._missed_of_one
        async with aclosing(source.since(token, only)) as changes:
            async for item in changes:
                yield item
