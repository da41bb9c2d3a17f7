"""Printers and their jobs in MongoDB. The only module of this package that knows the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from services.kit.changes import ChangeSource
from services.kit.clock import Clock, SystemClock
from services.kit.errors import NotFound, Refused
from services.kit.mongo import Database, Document, Index
from services.kit.vacancies import Vacancies

LEASE: Final = timedelta(seconds=60)
"""How long a printer has to acknowledge a job before it is sent again."""

STALE: Final = timedelta(hours=4)
"""After so long nobody needs a job any more: a printer that was off all night does not print yesterday's tickets."""

MOST_SENT: Final = 8
"""Jobs of a printer that are under way at a time: else those at the end of a long queue would outlive their lease
before a slow printer gets to them, and be sent again and again."""

MOST_WAITING: Final = 500
"""Jobs that may wait for one printer; the oldest beyond go."""

TOO_OLD, TOO_MANY = "it was not printed within 4 hours", "too many others were waiting for the printer"

KEPT: Final = timedelta(days=7)
_LISTED: Final = 100
_PRINTERS: Final = "printers"
_JOBS: Final = "print_jobs"
_PROGRESS: Final = "print_progress"
_AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OLDEST_FIRST: Final = [("createdAt", ASCENDING), ("nth", ASCENDING)]
"""`nth` grows with each job of a process: a ticket and its slip can be of the same millisecond."""

_GOES: Final = {"dueAt": "", "paper": ""}
"""With the end of a job."""

INDEXES: Final = (
    Index(_PRINTERS, IndexModel([("restaurantId", 1), ("locationId", 1)]), "a location's printers, at each order"),
    Index(
        _JOBS,
        IndexModel(
            [("restaurantId", 1), ("printerId", 1), *_OLDEST_FIRST],
            partialFilterExpression={"dueAt": {"$exists": True}},
            name="open_jobs",
        ),
        "a printer's next job",
    ),
    Index(
        _JOBS,
        IndexModel([("staleAt", 1)], partialFilterExpression={"dueAt": {"$exists": True}}, name="stale_jobs"),
        "jobs that have become too old, every five seconds",
    ),
    Index(
        _JOBS,
        IndexModel([("restaurantId", 1), ("locationId", 1), ("createdAt", DESCENDING), ("nth", DESCENDING)]),
        "a location's newest jobs",
    ),
    Index(_JOBS, IndexModel([("restaurantId", 1), ("orderId", 1)]), "what was printed of an order"),
    Index(_JOBS, IndexModel([("expiresAt", 1)], expireAfterSeconds=0), "expiry of old jobs"),
)


class PrinterRepository:
    """Reads and writes printers: one for each device that registered."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._printers = db[_PRINTERS]
        self._without = Vacancies()
        self._devices = db["devices"]
        self._clock = clock

    async def register(self, device_id: str, restaurant_id: str, location_id: str, wishes: Document) -> Document:
        """Store what a printer says of itself, in place of what it said before."""
        now = self._clock.now()
        place = {"restaurantId": restaurant_id, "locationId": ObjectId(location_id)}
        change = {"$set": {**place, **wishes, "registeredAt": now}, "$setOnInsert": {"since": now}}
        try:
            stored = await self._upsert(device_id, change)
        except DuplicateKeyError:  # the same printer at the same time, for the first time
            stored = await self._upsert(device_id, change)
        self._without.filled((restaurant_id, location_id))
        return stored

    async def _upsert(self, device_id: str, change: Document) -> Document:
        stored = await self._printers.find_one_and_update(
            {"_id": device_id}, change, upsert=True, return_document=ReturnDocument.AFTER
        )
        assert stored is not None
        return stored

    async def of_location(self, restaurant_id: str, location_id: str) -> list[Document]:
        """Return a location's printers, the oldest first; not those whose keys were revoked."""
        if not ObjectId.is_valid(location_id):
            return []
        query = {"restaurantId": restaurant_id, "locationId": ObjectId(location_id)}
        found = await self._printers.find(query).sort([("since", 1), ("_id", 1)]).to_list()
        if not found:
            return []
        ids = [ObjectId(printer["_id"]) for printer in found if ObjectId.is_valid(printer["_id"])]
        ended = {"_id": {"$in": ids}, "revokedAt": {"$exists": True}}
        revoked = {str(device["_id"]) async for device in self._devices.find(ended, {"_id": 1})}
        return [printer for printer in found if printer["_id"] not in revoked]

    async def for_order(self, restaurant_id: str, location_id: str) -> list[Document]:
        """Return the same; that there are none may be known from a moment ago."""
        return await self._without.ask(
            (restaurant_id, location_id), lambda: self.of_location(restaurant_id, location_id)
        )

    async def places(self) -> AsyncIterator[tuple[str, str]]:
        """Yield where there are printers."""
        group = {"_id": {"restaurantId": "$restaurantId", "locationId": "$locationId"}}
        async for found in await self._printers.aggregate([{"$group": group}]):
            yield found["_id"]["restaurantId"], str(found["_id"]["locationId"])


class JobRepository:
    """Reads and writes print jobs.

    A job that may be sent has `dueAt`: from when on. Sending it moves that by the lease, ending it takes it away.
    `staleAt` is from when on it is not sent (again).
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._jobs = db[_JOBS]
        self._clock = clock

    async def add(self, job: Document, since: datetime | None = None) -> Document:
        """Store a new job; one with the same id is left as it is and returned instead.

        `since`: when what is printed happened, if not now. A job that is too old already is there to be seen only.
        """
        now = self._clock.now()
        stored = {
            **job,
            "state": "QUEUED",
            "attempt": 0,
            "dueAt": _AT_ONCE,
            "staleAt": (since or now) + STALE,
            "createdAt": now,
            "nth": ObjectId(),
            # MongoDB compares it with its own clock.
            "expiresAt": SystemClock().now() + KEPT,
        }
        if stored["staleAt"] <= now:
            stored |= _expired(now, TOO_OLD)
            del stored["dueAt"], stored["paper"]
        try:
            await self._jobs.insert_one(stored)
        except DuplicateKeyError:
            return await self._jobs.find_one({"_id": job["_id"]}) or stored
        return stored

    async def of_order(self, restaurant_id: str, order_id: str) -> list[Document]:
        """Return all jobs of an order, without their paper."""
        return await self._jobs.find({"restaurantId": restaurant_id, "orderId": order_id}, {"paper": 0}).to_list()

    async def newest(self, restaurant_id: str, location_id: str, printer_id: str = "") -> list[Document]:
        """Return a location's newest jobs (of one printer), newest first, without their paper."""
        if not ObjectId.is_valid(location_id):
            return []
        query: Document = {"restaurantId": restaurant_id, "locationId": ObjectId(location_id)}
        if printer_id:
            query["printerId"] = printer_id
        newest = self._jobs.find(query, {"paper": 0}).sort([("createdAt", DESCENDING), ("nth", DESCENDING)])
        return await newest.limit(_LISTED).to_list()

    async def take(self, restaurant_id: str, printer_id: str) -> Document | None:
        """Take a printer's oldest job that is due, for as long as the lease lasts; None when there is none.

        None, too, while MOST_SENT are under way. Two streams of one printer that take at one instant may exceed that.
        """
        now = self._clock.now()
        mine = {"restaurantId": restaurant_id, "printerId": printer_id}
        if await self._jobs.count_documents({**mine, "dueAt": {"$gt": now}}, limit=MOST_SENT) >= MOST_SENT:
            return None
        return await self._jobs.find_one_and_update(
            {**mine, "dueAt": {"$lte": now}, "staleAt": {"$not": {"$lte": now}}},
            {"$set": {"state": "SENT", "dueAt": now + LEASE}, "$inc": {"attempt": 1}},
            sort=_OLDEST_FIRST,
            return_document=ReturnDocument.AFTER,
        )

    async def send_again(self, restaurant_id: str, printer_id: str) -> None:
        """End the leases of what a printer was sent: its agent has begun anew, and has noted what it printed."""
        mine = {"restaurantId": restaurant_id, "printerId": printer_id, "state": "SENT"}
        await self._jobs.update_many(mine, {"$set": {"dueAt": _AT_ONCE}})

    async def end(self, restaurant_id: str, printer_id: str, job_id: str, state: str, reason: str) -> Document:
        """End a job that was sent. Raises NotFound; Refused when it has ended otherwise, or was never sent.

        One that expired after it was sent may be on paper all the same: its printer knows better.
        """
        mine = {"_id": job_id, "restaurantId": restaurant_id, "printerId": printer_id}
        end = {"state": state, "endedAt": self._clock.now(), **({"reason": reason} if reason else {})}
        ended = await self._jobs.find_one_and_update(
            {**mine, "$or": [{"state": "SENT"}, {"state": "EXPIRED", "attempt": {"$gt": 0}}]},
            # What was on the paper concerns nobody any more.
            {"$set": end, "$unset": {**_GOES, **({} if reason else {"reason": ""})}},
            return_document=ReturnDocument.AFTER,
        )
        if ended is not None:
            return ended
        found = await self._jobs.find_one(mine)
        if found is None:
            raise NotFound("PRINT_JOB_NOT_FOUND", "the printer has no such job", metadata={"field": "job_id"})
        if "endedAt" not in found:
            raise Refused("PRINT_JOB_NOT_SENT", "the job has not been sent to the printer yet")
        if (found["state"], found.get("reason", "")) != (state, reason):
            raise Refused("PRINT_JOB_ENDED", "the job has ended already", metadata={"state": found["state"]})
        return found

    async def overdue(self, printers: Collection[tuple[str, str]]) -> list[str]:
        """Return which of the printers (by restaurant and id) have a job that is due."""
        query = {
            "restaurantId": {"$in": list({restaurant for restaurant, _ in printers})},
            "printerId": {"$in": [printer for _, printer in printers]},
            "dueAt": {"$lte": self._clock.now()},
        }
        return list(await self._jobs.distinct("printerId", query))

    async def expire(self) -> int:
        """End the jobs that are too old, but for those a printer is just at; return how many."""
        now = self._clock.now()
        return await self._drop({"staleAt": {"$lte": now}, "dueAt": {"$lte": now}}, TOO_OLD)

    async def drop_surplus(self) -> int:
        """End the oldest jobs of printers for which too many wait, but for those under way; return how many."""
        now, dropped = self._clock.now(), 0
        waiting = {"staleAt": {"$gt": _AT_ONCE}, "dueAt": {"$lte": now}}
        printers = {"_id": {"restaurantId": "$restaurantId", "printerId": "$printerId"}, "count": {"$sum": 1}}
        full: list[Mapping[str, Any]] = [
            {"$match": waiting},
            {"$group": printers},
            {"$match": {"count": {"$gt": MOST_WAITING}}},
        ]
        async for found in await self._jobs.aggregate(full):
            mine = {**found["_id"], **waiting}
            oldest = self._jobs.find(mine, {"_id": 1}).sort(_OLDEST_FIRST).limit(found["count"] - MOST_WAITING)
            ids = [job["_id"] async for job in oldest]
            dropped += await self._drop({"_id": {"$in": ids}, "dueAt": {"$lte": now}}, TOO_MANY)
        return dropped

    async def _drop(self, which: Document, why: str) -> int:
        update = {"$set": _expired(self._clock.now(), why), "$unset": _GOES}
        return (await self._jobs.update_many(which, update)).modified_count

    def added(self) -> ChangeSource:
        """Return the stream of new jobs, by whatever process; each change names its printer alone."""
        pipeline: list[Mapping[str, Any]] = [
            {"$match": {"operationType": "insert"}},
            {"$project": {"operationType": 1, "fullDocument.printerId": 1}},
        ]
        return ChangeSource(self._jobs, pipeline, full_document=False)


def _expired(now: datetime, why: str) -> Document:
    return {"state": "EXPIRED", "endedAt": now, "reason": why}


class ProgressRepository:
    """Remembers up to where orders have been printed."""

    def __init__(self, db: Database) -> None:
        self._progress = db[_PROGRESS]

    async def token(self) -> str:
        """Return the stream's token after the last order that was seen to; empty at the very first."""
        found = await self._progress.find_one({"_id": "orders"})
        return str(found["token"]) if found else ""

    async def reached(self, token: str) -> None:
        """Note a token. Another replica may be further or less far: wherever one goes on, nothing is missed."""
        await self._progress.update_one({"_id": "orders"}, {"$set": {"token": token}}, upsert=True)
