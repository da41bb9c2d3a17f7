"""The same call again gives the same answer: results kept by request_id for a day (AIP-155).

A claim is one insert under a unique key; it has a lease, so that a caller that was killed does not block the key. Kept
are successes and refusals that would come out the same; never outages. Keys belong to their caller and method. What an
answer shows only once (fields with `debug_redact`) is not kept: a repeated call gets it without.

An edit notes in its own transaction that the call has had its effect (`note_effect`). So whatever happens between the
commit and the answer, the effect is there once, and a claim that somebody else has taken over writes nothing.
"""

from __future__ import annotations

import asyncio
import contextvars
import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from bson import Binary, ObjectId
from google.protobuf.message import Message
from google.rpc import status_pb2
from pymongo import IndexModel, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from services.kit.clock import Clock
from services.kit.context import Call
from services.kit.errors import Conflict, FieldViolation, InvalidInput, NotFound, OrderBuddyError, Refused
from services.kit.mongo import Database, Document, Index
from services.kit.status import from_status, to_status

COLLECTION: Final = "request_results"
LEASE: Final = timedelta(seconds=30)
"""Longer than any deadline of ours, so a claim outlives only a process that was killed."""

KEPT: Final = timedelta(hours=24)
_STORED_ERRORS: Final = (NotFound, Refused)

INDEXES: Final = (
    Index(
        COLLECTION, IndexModel([("createdAt", 1)], expireAfterSeconds=int(KEPT.total_seconds())), "expiry of old keys"
    ),
)

_held: contextvars.ContextVar[tuple[str, ObjectId] | None] = contextvars.ContextVar("claim", default=None)


async def note_effect(db: Database, session: AsyncClientSession) -> None:
    """Note, in the transaction of a call with a request_id, that the call has had its effect.

    Raises Conflict when another call has taken the key over: then this one must write nothing.
    """
    held = _held.get()
    if held is None:
        return
    mine = {"_id": held[0], "claim": held[1]}
    noted = await db[COLLECTION].update_one(mine, {"$set": {"hadEffect": True}}, session=session)
    if not noted.matched_count:
        raise _in_progress()


class Idempotency:
    """Runs calls that carry a request_id at most once."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._results = db[COLLECTION]
        self._clock = clock

    async def run(
        self,
        call: Call,
        request_id: str,
        request: Message,
        work: Callable[[], Awaitable[Message]],
        response: type[Message],
    ) -> tuple[Message, bool]:
        """Return the response, and whether it is an earlier one.

        Raises InvalidInput when the key was used for another request, Conflict while the same call is still running.
        """
        key = _digest(f"{call.method}\n{call.principal}\n{request_id}".encode())
        fingerprint = _digest(request.SerializeToString(deterministic=True))
        claim = ObjectId()
        earlier = await self._claim(key, fingerprint, claim)
        if earlier is not None:
            return _replayed(earlier, response), True
        held = _held.set((key, claim))
        try:
            answer = await work()
        except _STORED_ERRORS as error:
            await self._finish(key, claim, {"error": Binary(to_status(error).SerializeToString())})
            raise
        except BaseException:
            # In a context of its own: the caller's deadline may be over, and would forbid this as well.
            await asyncio.shield(asyncio.create_task(self._give_back(key, claim), context=contextvars.Context()))
            raise
        finally:
            _held.reset(held)
        await self._finish(key, claim, {"response": Binary(_without_secrets(answer).SerializeToString())})
        return answer, False

    async def _claim(self, key: str, fingerprint: str, claim: ObjectId) -> Document | None:
        """Take the key; return the finished result of an earlier call instead, when there is one."""
        now = self._clock.now()
        fresh = {"fingerprint": fingerprint, "claim": claim, "leaseUntil": now + LEASE, "createdAt": now}
        try:
            await self._results.insert_one({"_id": key, **fresh})
            return None
        except DuplicateKeyError:
            held = await self._results.find_one({"_id": key})
        if held is None:  # its holder failed and gave it back between our two calls
            return await self._claim(key, fingerprint, claim)
        if held["fingerprint"] != fingerprint:
            violation = FieldViolation("request_id", "was already used for another request")
            raise InvalidInput([violation], reason="IDEMPOTENCY_KEY_REUSED")
        if "response" in held or "error" in held:
            return held
        if held.get("hadEffect") and held["leaseUntil"] < now:
            text = "the same call was carried out, but its answer was lost; look at what is there"
            raise Conflict("IDEMPOTENCY_ANSWER_LOST", text)
        taken = await self._results.find_one_and_update(
            {"_id": key, "claim": held["claim"], "leaseUntil": {"$lt": now}, "hadEffect": {"$ne": True}},
            {"$set": fresh},
            return_document=ReturnDocument.AFTER,
        )
        if taken is None:
            raise _in_progress()
        return None

    async def _give_back(self, key: str, claim: ObjectId) -> None:
        """Free the key for the next try, unless the call has had its effect all the same.

        Should its transaction be under way still, MongoDB lets this wait until that has ended.
        """
        await self._results.delete_one({"_id": key, "claim": claim, "hadEffect": {"$ne": True}})

    async def _finish(self, key: str, claim: ObjectId, result: Document) -> None:
        await self._results.update_one({"_id": key, "claim": claim}, {"$set": result})


def _in_progress() -> Conflict:
    return Conflict("IDEMPOTENCY_IN_PROGRESS", "the same call is still running", retry_after_seconds=1)


def _replayed(held: Document, response: type[Message]) -> Message:
    if "response" in held:
        return response.FromString(held["response"])
    error: OrderBuddyError | None = from_status(status_pb2.Status.FromString(held["error"]))
    assert error is not None
    raise error


def _without_secrets(answer: Message) -> Message:
    """Return an answer without the fields of it that are secret."""
    secret = [field.name for field in answer.DESCRIPTOR.fields if field.GetOptions().debug_redact]
    if not secret:
        return answer
    kept = type(answer)()
    kept.CopyFrom(answer)
    for name in secret:
        kept.ClearField(name)
    return kept


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
