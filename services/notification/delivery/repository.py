"""Deliveries in MongoDB: one document per message and recipient, from when it is planned until it is forgotten.

A QUEUED one has `dueAt`: from when on it is sent. Taking it moves that by the lease, ending it takes it away. Those to
one recipient by one way are a lane: they are sent in the order of `at`, each when those before it have ended. Whoever
ends one makes the next one due; until then it has no `dueAt`, so that a long lane costs nothing while it waits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import BulkWriteError

from services.kit.clock import Clock, SystemClock
from services.kit.mongo import Database, Document, Index
from services.kit.oldest import Waiting, waiting

QUEUED, SENT, DELIVERED, FAILED, GIVEN_UP = "QUEUED", "SENT", "DELIVERED", "FAILED", "GIVEN_UP"
STATES: Final = (QUEUED, SENT, DELIVERED, FAILED, GIVEN_UP)
LEASE: Final = timedelta(seconds=60)
"""How long a delivery is its worker's: sending takes 15 seconds at most."""
KEPT: Final = timedelta(days=30)
BEHIND: Final = timedelta(seconds=30)
"""When one is looked at again that is behind another although it may have been sent."""
_KEPT_HISTORY: Final = 60
_DUPLICATE: Final = 11000
_LANE: Final = [("lane", ASCENDING), ("at", ASCENDING), ("_id", ASCENDING)]
_MINE: Final = [("restaurantId", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]

INDEXES: Final = (
    Index(
        "deliveries",
        IndexModel([("by", 1), ("dueAt", 1)], partialFilterExpression={"state": QUEUED}, name="due_deliveries"),
        "what is due by one way",
    ),
    Index(
        "deliveries",
        IndexModel(_LANE, partialFilterExpression={"state": QUEUED}, name="lanes"),
        "what is before a delivery in its lane",
    ),
    Index("deliveries", IndexModel(_MINE), "a restaurant's deliveries, newest first"),
    Index("deliveries", IndexModel([("orderId", 1)]), "an order's deliveries"),
    Index(
        "deliveries",
        IndexModel([("traceAt", 1)], partialFilterExpression={"state": SENT}, name="traced_deliveries"),
        "what the provider is asked about",
    ),
    Index("deliveries", IndexModel([("expiresAt", 1)], expireAfterSeconds=0), "expiry of old deliveries"),
)


class DeliveryRepository:
    """Reads and writes deliveries."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._deliveries = db["deliveries"]
        self._clock = clock

    async def add(self, deliveries: Sequence[Document]) -> int:
        """Queue deliveries; those that are there already are left as they are. Return how many are new."""
        now = self._clock.now()
        common: Document = {"state": QUEUED, "tries": 0, "history": [], "createdAt": now}
        common["expiresAt"] = SystemClock().now() + KEPT  # MongoDB compares it with its own clock
        lanes = {"lane": {"$in": [each["lane"] for each in deliveries]}, "state": QUEUED}
        waiting = set(await self._deliveries.distinct("lane", lanes))
        behind = [each for each in deliveries if each["lane"] in waiting]
        due = [{**each, "dueAt": now} for each in deliveries if each["lane"] not in waiting]
        try:
            documents = [{**common, **each} for each in (*behind, *due)]
            added = len((await self._deliveries.insert_many(documents, ordered=False)).inserted_ids)
        except BulkWriteError as error:
            details: Mapping[str, Any] = error.details or {}
            if any(each["code"] != _DUPLICATE for each in details["writeErrors"]):
                raise
            added = int(details["nInserted"])
        for each in behind:
            await self._advance(each)
        return added

    async def _advance(self, delivery: Document) -> bool:
        """Make a delivery due that is behind nothing any more; tell whether it is."""
        if await self._deliveries.find_one(_before(delivery), {"_id": 1}) is not None:
            return False
        await self._make_due(delivery["_id"])
        return True

    async def _make_due(self, delivery_id: str) -> None:
        waiting = {"_id": delivery_id, "state": QUEUED, "dueAt": {"$exists": False}}
        await self._deliveries.update_one(waiting, {"$set": {"dueAt": self._clock.now()}})

    async def advance_all(self) -> int:
        """Make due what is next in its lane and not due: whoever ended the one before it did not live to do it.

        Return how many.
        """
        heads: list[Mapping[str, Any]] = [
            {"$match": {"state": QUEUED}},
            {"$sort": dict(_LANE)},
            {"$group": {"_id": "$lane", "head": {"$first": "$_id"}, "dueAt": {"$first": "$dueAt"}}},
            {"$match": {"dueAt": None}},
        ]
        stuck = [each["head"] async for each in await self._deliveries.aggregate(heads, hint="lanes")]
        for delivery_id in stuck:
            await self._make_due(delivery_id)
        return len(stuck)

    async def take(self, by: str) -> Document | None:
        """Take the delivery that is due longest, for as long as the lease lasts; None when nothing is due.

        It has `unheard` when its last worker did not live to say what came of it.
        """
        now = self._clock.now()
        holder = ObjectId()
        before = await self._deliveries.find_one_and_update(
            {"state": QUEUED, "by": by, "dueAt": {"$lte": now}},
            {"$set": {"holder": holder, "dueAt": now + LEASE}},
            sort=[("dueAt", ASCENDING)],
            return_document=ReturnDocument.BEFORE,
        )
        if before is None:
            return None
        return {**before, "holder": holder, "unheard": "holder" in before}

    async def is_next(self, delivery: Document) -> bool:
        """Tell whether nothing is before a taken delivery in its lane; else let go of it, for a while."""
        if await self._deliveries.find_one(_before(delivery), {"_id": 1}) is None:
            return True
        if delivery["unheard"]:  # the next to take it must know that it may have been sent
            changes: Document = {"$set": {"dueAt": self._clock.now() + BEHIND}}
        else:
            changes = {"$unset": {"dueAt": "", "holder": ""}}
        await self._deliveries.update_one(_held(delivery), changes)
        await self._advance(delivery)
        return False

    async def put_off(self, delivery: Document, until: datetime, entry: Document | None, *, tried: bool) -> bool:
        """Keep a delivery for later; False when it is ours no more."""
        changes: Document = {"$set": {"dueAt": until}, "$unset": {"holder": ""}}
        if tried:
            changes["$inc"] = {"tries": 1}
        return await self._note(delivery, changes, entry)

    async def end(self, delivery: Document, state: str, entry: Document, more: Document) -> bool:
        """End a delivery, and wake the next one of its lane; False when it is ours no more."""
        changes: Document = {"$set": {"state": state, "endedAt": self._clock.now(), **more}}
        changes |= {"$unset": {"holder": "", "dueAt": ""}, "$inc": {"tries": 1}}
        noted = await self._note(delivery, changes, entry)
        await self._deliveries.find_one_and_update(
            {"lane": delivery["lane"], "state": QUEUED, "holder": {"$exists": False}},
            {"$min": {"dueAt": self._clock.now()}},
            sort=_LANE[1:],
        )
        return noted

    async def _note(self, delivery: Document, changes: Document, entry: Document | None) -> bool:
        if entry is not None:
            changes["$push"] = {"history": {"$each": [entry], "$slice": -_KEPT_HISTORY}}
        return (await self._deliveries.update_one(_held(delivery), changes)).matched_count == 1

    async def take_trace(self, by: str, again: timedelta) -> Document | None:
        """Take a delivery whose provider is to be asked what became of it, and note when it is to be asked again."""
        now = self._clock.now()
        return await self._deliveries.find_one_and_update(
            {"state": SENT, "by": by, "traceAt": {"$lte": now}},
            {"$set": {"traceAt": now + again}, "$inc": {"traces": 1}},
            return_document=ReturnDocument.AFTER,
        )

    async def trace_later(self, delivery: Document, pause: timedelta) -> None:
        """Note when a provider is asked again."""
        query = {"_id": delivery["_id"], "state": SENT}
        await self._deliveries.update_one(query, {"$set": {"traceAt": self._clock.now() + pause}})

    async def traced(self, delivery: Document, state: str, entry: Document | None) -> None:
        """Note what became of a delivery that was sent; SENT: nobody knows, and it is asked about no more."""
        changes: Document = {"$set": {"state": state}, "$unset": {"traceAt": ""}}
        if entry is not None:
            changes["$push"] = {"history": {"$each": [entry], "$slice": -_KEPT_HISTORY}}
        await self._deliveries.update_one({"_id": delivery["_id"], "state": SENT}, changes)

    async def page(
        self, restaurant_id: str, *, order_id: str, states: Collection[str], before: str, size: int
    ) -> tuple[list[Document], str]:
        """Return a restaurant's deliveries, newest first, and the token of the next page (empty: none)."""
        query: Document = {"restaurantId": restaurant_id}
        if order_id:
            query["orderId"] = order_id
        if states:
            query["state"] = {"$in": list(states)}
        last = await self._deliveries.find_one({"_id": before, "restaurantId": restaurant_id}) if before else None
        if last is not None:
            at = last["createdAt"]
            query["$or"] = [{"createdAt": {"$lt": at}}, {"createdAt": at, "_id": {"$lt": before}}]
        found = await self._deliveries.find(query).sort(_MINE[1:]).limit(size + 1).to_list()
        return found[:size], str(found[size - 1]["_id"]) if len(found) > size else ""

    async def these(self, restaurant_id: str, ids: Sequence[str]) -> list[Document]:
        """Return a restaurant's deliveries with these ids."""
        return await self._deliveries.find({"_id": {"$in": list(ids)}, "restaurantId": restaurant_id}).to_list()

    async def retry(self, restaurant_id: str, delivery_id: str, give_up_at: datetime) -> Document | None:
        """Queue a delivery that FAILED or was GIVEN_UP once more; return it as it is, None when there is none."""
        mine = {"_id": delivery_id, "restaurantId": restaurant_id}
        now = self._clock.now()
        again = await self._deliveries.find_one_and_update(
            {**mine, "state": {"$in": [FAILED, GIVEN_UP]}},
            {
                "$set": {"state": QUEUED, "dueAt": now, "tries": 0, "giveUpAt": give_up_at},
                "$unset": {"endedAt": ""},
                "$push": {"history": {"$each": [{"at": now, "fate": "RETRIED"}], "$slice": -_KEPT_HISTORY}},
            },
            return_document=ReturnDocument.AFTER,
        )
        return again or await self._deliveries.find_one(mine)

    async def restaurants_since(self, since: datetime) -> list[str]:
        """Return the restaurants that had deliveries since then."""
        return list(await self._deliveries.distinct("restaurantId", {"createdAt": {"$gte": since}}))

    async def waiting(self) -> dict[str, Waiting]:
        """Return how many are queued and since when, by way. Raises PyMongoError."""
        return await waiting(self._deliveries, {"state": QUEUED}, since="createdAt", index="due_deliveries", by="by")


def _before(delivery: Document) -> Document:
    """Return the query for what is before a delivery in its lane."""
    return {
        "lane": delivery["lane"],
        "state": QUEUED,
        "$or": [{"at": {"$lt": delivery["at"]}}, {"at": delivery["at"], "_id": {"$lt": delivery["_id"]}}],
    }


def _held(delivery: Document) -> Document:
    return {"_id": delivery["_id"], "state": QUEUED, "holder": delivery["holder"]}
