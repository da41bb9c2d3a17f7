"""Translation jobs in the database: one document each, taken by one worker at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from bson import ObjectId
from pymongo import IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError, PyMongoError

from services.kit.clock import Clock
from services.kit.errors import Conflict
from services.kit.mongo import Database, Document, Index
from services.kit.status import translate
from services.menu.assistant.job import ACTIVE, LEASE, Job, MenuPlace, Requester, State

_JOBS: Final = "translation_jobs"
_KEPT: Final = timedelta(days=30)
_IS_ACTIVE: Final = {"state": {"$in": list(ACTIVE)}}

INDEXES: Final = (
    Index(
        _JOBS,
        IndexModel([("restaurantId", 1), ("menuId", 1)], unique=True, partialFilterExpression=_IS_ACTIVE),
        "a menu's job under way; one at a time",
    ),
    Index(_JOBS, IndexModel([("dueAt", 1)], partialFilterExpression=_IS_ACTIVE), "the next job to work on"),
    Index(
        _JOBS, IndexModel([("endedAt", 1)], expireAfterSeconds=int(_KEPT.total_seconds())), "expiry of jobs that ended"
    ),
)


class LeaseLost(Exception):
    """Another worker has the job now."""


@contextmanager
def database_errors() -> Iterator[None]:
    """Raise what an absent database means (Unavailable) instead of the driver's error; for work without a caller."""
    try:
        yield
    except PyMongoError as error:
        known = translate(error)
        if known is None:
            raise
        raise known from error


class JobsRepository:
    """Keeps jobs. `dueAt` is when a job may be taken: at once, after a pause, or when its worker's lease has ended."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._jobs = db[_JOBS]
        self._clock = clock

    async def start(self, place: MenuPlace, languages: Sequence[str], requester: Requester) -> Job:
        """Make a job, or return the menu's job under way. Raises Conflict when that one has other languages."""
        now = self._clock.now()
        fresh: Document = {
            "_id": ObjectId(),
            **_place_query(place),
            "languages": list(languages),
            "requestedBy": {"kind": requester.kind, "subject": requester.subject, "requestId": requester.request_id},
            "state": State.QUEUED,
            "total": 0,
            "done": 0,
            "attempts": 0,
            "dueAt": now,
            "createdAt": now,
            "updatedAt": now,
        }
        while True:
            try:
                await self._jobs.insert_one(fresh)
                return _job(fresh)
            except DuplicateKeyError:
                running = await self._jobs.find_one({**_place_query(place), **_IS_ACTIVE})
            if running is None:  # it has ended between our two calls
                continue
            if set(running["languages"]) != set(languages):
                raise Conflict(
                    "TRANSLATION_RUNNING",
                    "the menu is being translated into other languages; try again when that has ended",
                    metadata={"job_id": str(running["_id"])},
                )
            return _job(running)

    async def find(self, restaurant_id: str, job_id: str) -> Job | None:
        """Return a restaurant's job."""
        if not ObjectId.is_valid(job_id):
            return None
        found = await self._jobs.find_one({"_id": ObjectId(job_id), "restaurantId": restaurant_id})
        return None if found is None else _job(found)

    async def claim(self) -> Job | None:
        """Take the job that has waited longest; None when none is due."""
        now = self._clock.now()
        taken = await self._jobs.find_one_and_update(
            {**_IS_ACTIVE, "dueAt": {"$lte": now}},
            {
                "$set": {"state": State.RUNNING, "claim": ObjectId(), "dueAt": now + LEASE, "updatedAt": now},
                "$inc": {"attempts": 1},
            },
            sort=[("dueAt", 1)],
            return_document=ReturnDocument.AFTER,
        )
        return None if taken is None else _job(taken)

    async def report(self, job: Job, done: int, total: int, *, got_on: bool) -> None:
        """Store how far a job is and lengthen the lease. Raises LeaseLost."""
        now = self._clock.now()
        fields: Document = {"done": done, "total": total, "dueAt": now + LEASE, "updatedAt": now}
        await self._update(
            job, {"$set": {**fields, "attempts": 0}, "$unset": {"error": ""}} if got_on else {"$set": fields}
        )

    async def postpone(self, job: Job, error: str, wait: timedelta) -> None:
        """Give a job back, to be tried again later by anybody. Raises LeaseLost."""
        now = self._clock.now()
        await self._update(
            job, {"$set": {"state": State.QUEUED, "error": error, "dueAt": now + wait, "updatedAt": now}}
        )

    async def end(self, job: Job, state: State, error: str | None = None) -> None:
        """End a job. Raises LeaseLost."""
        now = self._clock.now()
        fields: Document = {"state": state, "endedAt": now, "updatedAt": now}
        await self._update(job, {"$set": fields if error is None else {**fields, "error": error}})

    async def _update(self, job: Job, update: Document) -> None:
        result = await self._jobs.update_one({"_id": ObjectId(job.id), "claim": ObjectId(job.claim)}, update)
        if result.matched_count == 0:
            raise LeaseLost


def _place_query(place: MenuPlace) -> Document:
    return {
        "restaurantId": place.restaurant_id,
        "locationId": ObjectId(place.location_id),
        "menuId": ObjectId(place.menu_id),
    }


def _job(document: Document) -> Job:
    asked: dict[str, Any] = document["requestedBy"]
    return Job(
        id=str(document["_id"]),
        place=MenuPlace(document["restaurantId"], str(document["locationId"]), str(document["menuId"])),
        languages=tuple(document["languages"]),
        requester=Requester(asked["kind"], asked["subject"], asked["requestId"]),
        state=State(document["state"]),
        total=document["total"],
        done=document["done"],
        error=document.get("error"),
        attempts=document["attempts"],
        claim=str(document.get("claim", "")),
        created_at=document["createdAt"],
        updated_at=document["updatedAt"],
    )
