"""Events and who sends them, in MongoDB.

Each endpoint has a queue: its events by `seq`, of which the first PENDING one is its head. `queue.dueAt` of the
endpoint says when the head is sent; without it nothing waits. Whoever sends holds the endpoint's lease.
Whatever puts something into a queue moves `queue.seq` on, in the same transaction: so a worker that has found nothing
to send can tell, in the write that says so, whether that is still true.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from services.kit.clock import Clock, SystemClock
from services.kit.mongo import Database, Document, Index
from services.kit.oldest import Waiting, waiting
from services.notification.webhooks.endpoints_repository import ENDPOINTS

EVENTS: Final = "webhook_events"
KEPT: Final = timedelta(days=30)
LEASE: Final = timedelta(seconds=30)
"""How long an endpoint is its worker's, from each event on: twice as long as sending may take."""

PENDING, DELIVERED, FAILED = "PENDING", "DELIVERED", "FAILED"
_KEPT_ATTEMPTS: Final = 50
_REPLAYED_AT_ONCE: Final = 500
_MINE: Final = [("restaurantId", ASCENDING), ("endpointId", ASCENDING)]

Result = TypeVar("Result")

INDEXES: Final = (
    Index(EVENTS, IndexModel([*_MINE, ("seq", DESCENDING)]), "an endpoint's events, newest first"),
    Index(
        EVENTS,
        IndexModel([*_MINE, ("seq", ASCENDING)], partialFilterExpression={"state": PENDING}, name="pending_events"),
        "an endpoint's next event",
    ),
    Index(EVENTS, IndexModel([("expiresAt", 1)], expireAfterSeconds=0), "expiry of old events"),
)


class QueueRepository:
    """Reads and writes events, and what is under way for endpoints."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._events = db[EVENTS]
        self._endpoints = db[ENDPOINTS]
        self._clock = clock

    async def known(self, restaurant_id: str, event_ids: Sequence[str]) -> set[str]:
        """Return which of these events are there."""
        query = {"_id": {"$in": list(event_ids)}, "restaurantId": restaurant_id}
        return {str(found["_id"]) async for found in self._events.find(query, {"_id": 1})}

    async def add(self, endpoint: Document, event_id: str, kind: str, at: datetime, body: str) -> Document | None:
        """Put an event at the end of an endpoint's queue and return it.

        None: it is there already, or the endpoint is not (any more).
        """
        event: Document = {
            "_id": event_id,
            "restaurantId": endpoint["restaurantId"],
            "endpointId": endpoint["_id"],
            "type": kind,
            "occurredAt": at,
            "body": body,
            "state": PENDING,
            "tries": 0,
            "sent": 0,
            "attempts": [],
            # MongoDB compares it with its own clock.
            "expiresAt": SystemClock().now() + KEPT,
        }

        async def work(session: AsyncClientSession) -> Document | None:
            rung = await self._ring(endpoint, session)
            if rung is None:
                return None
            event["seq"] = rung["queue"]["seq"]
            await self._events.insert_one(event, session=session)
            return event

        try:
            return await self._together(work)
        except DuplicateKeyError:
            return None

    async def _ring(self, endpoint: Document, session: AsyncClientSession, *, at_once: bool = False) -> Document | None:
        """Note that there is something to send; `at_once`: even if the head is waiting for its next try."""
        now = self._clock.now()
        due = now if at_once else {"$ifNull": ["$queue.dueAt", now]}
        changes = {"queue.seq": {"$add": ["$queue.seq", 1]}, "queue.dueAt": due}
        return await self._endpoints.find_one_and_update(
            {"_id": endpoint["_id"], "restaurantId": endpoint["restaurantId"]},
            [{"$set": changes}],
            projection={"queue": 1},
            return_document=ReturnDocument.AFTER,
            session=session,
        )

    async def waiting(self) -> Waiting | None:
        """Return how many events wait, and since when. Raises PyMongoError."""
        found = await waiting(self._events, {"state": PENDING}, since="occurredAt", index="pending_events")
        return found.get(None)

    async def take(self, holder: ObjectId) -> Document | None:
        """Take the endpoint that has waited longest, for as long as the lease lasts; None when nothing is due."""
        now = self._clock.now()
        return await self._endpoints.find_one_and_update(
            {"enabled": True, "queue.dueAt": {"$lte": now}, "queue.leaseUntil": {"$not": {"$gt": now}}},
            {"$set": {"queue.holder": holder, "queue.leaseUntil": now + LEASE}},
            sort=[("queue.dueAt", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )

    async def head(self, endpoint: Document) -> Document | None:
        """Return the event that is next."""
        query = {"restaurantId": endpoint["restaurantId"], "endpointId": endpoint["_id"], "state": PENDING}
        return await self._events.find_one(query, sort=[("seq", ASCENDING)])

    async def rest(self, endpoint: Document) -> bool:
        """Let go of an endpoint that has nothing to send; False when something has come in the meantime."""
        rested = await self._endpoints.update_one(
            {**_held(endpoint), "queue.seq": endpoint["queue"]["seq"]},
            {"$unset": {"queue.dueAt": "", "queue.holder": "", "queue.leaseUntil": ""}},
        )
        return rested.matched_count == 1

    async def let_go(self, endpoint: Document) -> None:
        """Let go of an endpoint that has more to send: others come first."""
        await self._endpoints.update_one(
            _held(endpoint),
            {"$set": {"queue.dueAt": self._clock.now()}, "$unset": {"queue.holder": "", "queue.leaseUntil": ""}},
        )

    async def keep(self, endpoint: Document, *, well: bool = False) -> Document | None:
        """Keep an endpoint for another lease and return it as it is now; None when it is ours no more.

        `well`: it fails no more.
        """
        more: Document = {"$unset": {"queue.failingSince": ""}} if well else {}
        return await self._endpoints.find_one_and_update(
            {**_held(endpoint), "enabled": True},
            {"$set": {"queue.leaseUntil": self._clock.now() + LEASE}, **more},
            return_document=ReturnDocument.AFTER,
        )

    async def delivered(self, event: Document, attempt: Document) -> None:
        """Note that an event has arrived. Nothing is noted when somebody else has sent it in the meantime.

        The endpoint is not written to: all that make events write there, and each of both would wait for the other.
        """
        await self._events.update_one(*_tried(event, attempt, {"state": DELIVERED, "tries": event["tries"] + 1}))

    async def still_mine(self, endpoint: Document) -> Document | None:
        """Return an endpoint that has just taken an event, as it is now; None when it is ours no more."""
        found = await self._endpoints.find_one({**_held(endpoint), "enabled": True})
        if found is None:
            return None
        late = found["queue"]["leaseUntil"] - self._clock.now() < LEASE / 2
        return await self.keep(found, well=True) if late or "failingSince" in found["queue"] else found

    async def failed(
        self, endpoint: Document, event: Document, attempt: Document, changes: Document, queue: Document
    ) -> None:
        """Note that sending an event has failed: in the event and, if it is still ours, in the endpoint, as one.

        Nothing is noted of an event that was sent by somebody else in the meantime, or deleted.
        """

        async def work(session: AsyncClientSession) -> None:
            noted = await self._events.update_one(*_tried(event, attempt, changes), session=session)
            if noted.matched_count:
                await self._endpoints.update_one(_held(endpoint), queue, session=session)

        await self._together(work)

    async def page(
        self, endpoint: Document, states: Collection[str], before: int | None, size: int
    ) -> tuple[list[Document], int | None]:
        """Return events of an endpoint, newest first, and before which number the next page begins."""
        query: Document = {"restaurantId": endpoint["restaurantId"], "endpointId": endpoint["_id"]}
        if states:
            query["state"] = {"$in": list(states)}
        if before is not None:
            query["seq"] = {"$lt": before}
        found = await self._events.find(query).sort("seq", DESCENDING).limit(size + 1).to_list()
        return found[:size], found[size - 1]["seq"] if len(found) > size else None

    async def one(self, endpoint: Document, event_id: str) -> Document | None:
        """Return an event of an endpoint."""
        query = {"_id": event_id, "restaurantId": endpoint["restaurantId"], "endpointId": endpoint["_id"]}
        return await self._events.find_one(query)

    async def replay_one(self, endpoint: Document, event: Document) -> int:
        """Put an event that has ended back into the queue; return how many that are."""
        return await self._replay(endpoint, [event["_id"]])

    async def replay_since(self, endpoint: Document, since: datetime) -> int:
        """Put all events since then that have ended back into the queue; return how many that are.

        Some at a time: killed half-way, some of them are sent again, and the same call again sees to the others.
        """
        replayed, after, last = 0, 0, endpoint["queue"]["seq"]
        while True:
            query = {
                "restaurantId": endpoint["restaurantId"],
                "endpointId": endpoint["_id"],
                "seq": {"$gt": after, "$lte": last},
                "occurredAt": {"$gte": since},
                "state": {"$ne": PENDING},
            }
            some = self._events.find(query, {"seq": 1}).sort("seq", ASCENDING).limit(_REPLAYED_AT_ONCE)
            found = await some.to_list()
            if not found:
                return replayed
            replayed += await self._replay(endpoint, [event["_id"] for event in found])
            after = found[-1]["seq"]

    async def _replay(self, endpoint: Document, event_ids: list[str]) -> int:
        async def work(session: AsyncClientSession) -> int:
            if await self._ring(endpoint, session, at_once=True) is None:
                return 0
            back = await self._events.update_many(
                {"_id": {"$in": event_ids}, "restaurantId": endpoint["restaurantId"], "state": {"$ne": PENDING}},
                {"$set": {"state": PENDING, "tries": 0}},
                session=session,
            )
            return back.modified_count

        return await self._together(work)

    async def forget(self, restaurant_id: str, endpoint_id: ObjectId) -> None:
        """Delete the events of an endpoint that is deleted."""
        await self._events.delete_many({"restaurantId": restaurant_id, "endpointId": endpoint_id})

    async def _together(self, work: Callable[[AsyncClientSession], Coroutine[Any, Any, Result]]) -> Result:
        async with self._db.client.start_session() as session:
            return await session.with_transaction(
                work, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority", j=True)
            )


def _held(endpoint: Document) -> Document:
    """Return the query that finds an endpoint only while it is ours."""
    return {
        "_id": endpoint["_id"],
        "restaurantId": endpoint["restaurantId"],
        "queue.holder": endpoint["queue"].get("holder"),
    }


def _tried(event: Document, attempt: Document, changes: Document) -> tuple[Document, Document]:
    """Return the guard and the update that note an attempt."""
    attempts = {"$each": [attempt], "$slice": -_KEPT_ATTEMPTS}
    guard = {"_id": event["_id"], "state": PENDING, "sent": event["sent"]}
    return guard, {"$set": changes, "$inc": {"sent": 1}, "$push": {"attempts": attempts}}
