"""Bills in MongoDB. The only module of this service that knows the database.

A bill is one document. It is read whole, changed by a pure step and written back under the guard of the version that
was read: whoever lost the race reads again.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from bson import ObjectId
from pymongo import DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from services.kit import paging
from services.kit.changes import Change, ChangeSource
from services.kit.mongo import Database, Document, Index
from services.kit.oldest import Waiting, waiting
from services.payment.documents import bill_document, bill_of
from services.payment.model import Bill

COLLECTION: Final = "payments"
_EPOCH: Final = datetime.fromtimestamp(0, UTC)
"""Before every payment that is due: the index holds only those."""

INDEXES: Final = (
    Index(
        COLLECTION,
        IndexModel([("restaurantId", 1), ("locationId", 1), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
        "a location's payments by time",
    ),
    Index(
        COLLECTION,
        IndexModel([("restaurantId", 1), ("payments.id", 1)], unique=True),
        "one payment of a restaurant",
    ),
    Index(
        COLLECTION,
        IndexModel(
            [("payments.nextAt", 1)],
            partialFilterExpression={"payments.nextAt": {"$gt": _EPOCH}},
        ),
        "payments whose end is open, for the reconciler",
    ),
)


class BillRepository:
    """Reads and writes bills."""

    def __init__(self, db: Database) -> None:
        self._bills = db[COLLECTION]

    async def bill(self, order_id: str) -> Bill | None:
        """Return the bill of an order."""
        document = await self._bills.find_one({"_id": ObjectId(order_id)})
        return None if document is None else bill_of(document)

    async def bill_with(self, restaurant_id: str, payment_id: str) -> Bill | None:
        """Return the bill of a restaurant that a payment belongs to."""
        document = await self._bills.find_one({"restaurantId": restaurant_id, "payments.id": payment_id})
        return None if document is None else bill_of(document)

    async def save(self, before: Bill, after: Bill) -> Bill | None:
        """Write a bill under the guard of its version, and return it at the next; None: somebody was faster.

        With it is written which payments have changed for those who watch: what the bill holds when the change is read
        may be further on.
        """
        known = {payment.id: payment.version for payment in before.payments}
        after = replace(after, version=before.version + 1)
        document = bill_document(after)
        # The version makes it another value than the one before: MongoDB tells of no field that was set to what it was.
        document["changed"] = [f"{p.id}:{p.version}" for p in after.payments if p.version != known.get(p.id)]
        if before.version == 0:
            try:
                await self._bills.insert_one(document)
            except DuplicateKeyError:
                return None
            return after
        key = {"_id": document.pop("_id"), "version": before.version}
        written = await self._bills.update_one(key, {"$set": document})
        return after if written.matched_count else None

    async def due(self, now: datetime, limit: int) -> list[Bill]:
        """Return bills with payments that somebody has to take in hand, the longest waiting first."""
        found = self._bills.find({"payments.nextAt": {"$lte": now, "$gt": _EPOCH}}).sort("payments.nextAt", 1)
        return [bill_of(document) for document in await found.limit(limit).to_list()]

    async def unsettled(self) -> Waiting | None:
        """Return how many payments have an open end, and when the oldest was begun. Raises PyMongoError."""
        payments: tuple[Document, ...] = ({"$unwind": "$payments"}, {"$match": {"payments.nextAt": {"$gt": _EPOCH}}})
        found = await waiting(
            self._bills,
            {"payments.nextAt": {"$gt": _EPOCH}},
            since="payments.createdAt",
            index="payments.nextAt_1",
            then=payments,
        )
        return found.get(None)

    async def open_bills(self, restaurant_id: str, location_id: ObjectId) -> list[Bill]:
        """Return a location's bills with payments whose end is open, oldest first."""
        query = {"restaurantId": restaurant_id, "locationId": location_id, "payments.nextAt": {"$gt": _EPOCH}}
        return [bill_of(d) for d in await self._bills.find(query).sort([("createdAt", 1), ("_id", 1)]).to_list()]

    async def between(
        self, restaurant_id: str, location_id: ObjectId, since: datetime, until: datetime, limit: int
    ) -> list[Bill]:
        """Return a location's bills of a time, oldest first."""
        query = {
            "restaurantId": restaurant_id,
            "locationId": location_id,
            "createdAt": {"$gte": since, "$lt": until},
        }
        found = self._bills.find(query).sort([("createdAt", 1), ("_id", 1)]).limit(limit)
        return [bill_of(document) for document in await found.to_list()]

    async def page(
        self,
        restaurant_id: str,
        location_id: ObjectId,
        *,
        order_id: str,
        states: Sequence[str],
        since: datetime | None,
        until: datetime | None,
        size: int,
        token: str,
    ) -> tuple[list[Bill], str]:
        """Return a page of a location's bills, newest first, and the token of the next one (empty: none).

        With `states`, bills with a payment in one of them.
        """
        query: Document = {"restaurantId": restaurant_id, "locationId": location_id}
        if order_id:
            query["_id"] = ObjectId(order_id)
        if states:
            query["payments.state"] = {"$in": list(states)}
        if since or until:
            query["createdAt"] = ({"$gte": since} if since else {}) | ({"$lt": until} if until else {})
        if token:
            query |= paging.after(token, "createdAt")
        newest = [("createdAt", DESCENDING), ("_id", DESCENDING)]
        found = [bill_of(d) for d in await self._bills.find(query).sort(newest).limit(size + 1).to_list()]
        more = len(found) > size
        return found[:size], paging.token_after(
            found[size - 1].created_at, ObjectId(found[size - 1].id)
        ) if more else ""

    def changes(self) -> ChangeSource:
        """Return the stream of changes to bills."""
        return ChangeSource(self._bills, [])

    async def changes_since(self, token: str) -> AsyncGenerator[tuple[str, Change], None]:
        """Yield changes after a resume token, up to now. Raises TokenUnusable."""
        async for item in self.changes().since(token):
            yield item
