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

LEASE: Final = timedelta(seconds=60)
"""How long a printer has to acknowledge a job before it is sent again."""

KEPT: Final = timedelta(days=7)
_LISTED: Final = 100
_PRINTERS: Final = "printers"
_JOBS: Final = "print_jobs"
_PROGRESS: Final = "print_progress"
_AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OLDEST_FIRST: Final = [("createdAt", ASCENDING), ("nth", ASCENDING)]
"""`nth` grows with each job of a process: a ticket and its slip can be of the same millisecond."""

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
        self._devices = db["devices"]
        self._clock = clock

    async def register(self, device_id: str, restaurant_id: str, location_id: str, wishes: Document) -> Document:
        """Store what a printer says of itself, in place of what it said before."""
        now = self._clock.now()
        place = {"restaurantId": restaurant_id, "locationId": ObjectId(location_id)}
        change = {"$set": {**place, **wishes, "registeredAt": now}, "$setOnInsert": {"since": now}}
        try:
            return await self._upsert(device_id, change)
        except DuplicateKeyError:  # the same printer at the same time, for the first time
            return await self._upsert(device_id, change)

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

    async def places(self) -> AsyncIterator[tuple[str, str]]:
        """Yield where there are printers."""
        group = {"_id": {"restaurantId": "$restaurantId", "locationId": "$locationId"}}
        async for found in await self._printers.aggregate([{"$group": group}]):
            yield found["_id"]["restaurantId"], str(found["_id"]["locationId"])


class JobRepository:
    """Reads and writes print jobs.

    A job that may be sent has `dueAt`: from when on. Sending it moves that by the lease, ending it takes it away.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._jobs = db[_JOBS]
        self._clock = clock

    async def add(self, job: Document) -> Document:
        """Store a new job; one with the same id is left as it is and returned instead."""
        stored = {
            **job,
            "state": "QUEUED",
            "attempt": 0,
            "dueAt": _AT_ONCE,
            "createdAt": self._clock.now(),
            "nth": ObjectId(),
            # MongoDB compares it with its own clock.
            "expiresAt": SystemClock().now() + KEPT,
        }
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
        """Take a printer's oldest job that is due, for as long as the lease lasts; None when there is none."""
        now = self._clock.now()
        return await self._jobs.find_one_and_update(
            {"restaurantId": restaurant_id, "printerId": printer_id, "dueAt": {"$lte": now}},
            {"$set": {"state": "SENT", "dueAt": now + LEASE}, "$inc": {"attempt": 1}},
            sort=_OLDEST_FIRST,
            return_document=ReturnDocument.AFTER,
        )

    async def end(self, restaurant_id: str, printer_id: str, job_id: str, state: str, reason: str) -> Document:
        """End a job that was sent. Raises NotFound; Refused when it has ended otherwise, or was never sent."""
        mine = {"_id": job_id, "restaurantId": restaurant_id, "printerId": printer_id}
        end = {"state": state, "endedAt": self._clock.now(), **({"reason": reason} if reason else {})}
        ended = await self._jobs.find_one_and_update(
            {**mine, "state": "SENT"},
            # What was on the paper concerns nobody any more.
            {"$set": end, "$unset": {"dueAt": "", "paper": ""}},
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

    def added(self) -> ChangeSource:
        """Return the stream of new jobs, by whatever process; each change names its printer alone."""
        pipeline: list[Mapping[str, Any]] = [
            {"$match": {"operationType": "insert"}},
            {"$project": {"operationType": 1, "fullDocument.printerId": 1}},
        ]
        return ChangeSource(self._jobs, pipeline, full_document=False)


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
