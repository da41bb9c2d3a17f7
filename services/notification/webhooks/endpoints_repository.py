"""Endpoints in MongoDB: what people set. What is under way for them is queue_repository's."""

from __future__ import annotations

from typing import Final

from bson import ObjectId
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from services.kit.clock import Clock
from services.kit.editing import Change, Editing, Target
from services.kit.errors import Conflict, NotFound, Refused
from services.kit.mongo import Database, Document, Index, object_id
from services.kit.vacancies import Vacancies

ENDPOINTS: Final = "webhook_endpoints"
MOST_ENDPOINTS: Final = 10
_PUBLIC: Final = {"secrets.sealed": 0}

INDEXES: Final = (
    Index(
        ENDPOINTS,
        IndexModel([("restaurantId", 1), ("slot", 1)], unique=True, name="endpoint_slots"),
        "a restaurant's endpoints, at each event; no more than there are slots",
    ),
    # Not by restaurant: workers look for whatever is due.
    Index(
        ENDPOINTS,
        IndexModel([("queue.dueAt", 1)], partialFilterExpression={"queue.dueAt": {"$exists": True}}, name="due"),
        "endpoints that have something to be sent",
    ),
)


class EndpointRepository:
    """Reads and writes endpoints. No read of people's returns a secret, not even sealed."""

    def __init__(self, db: Database, editing: Editing, clock: Clock) -> None:
        self._endpoints = db[ENDPOINTS]
        self._without = Vacancies()
        self._editing = editing
        self._clock = clock

    async def add(self, restaurant_id: str, endpoint_id: ObjectId, fields: Document) -> Document:
        """Store a new endpoint. Raises Refused when the restaurant has as many as it may have."""
        document = {
            "_id": endpoint_id,
            "restaurantId": restaurant_id,
            **fields,
            "enabled": True,
            "createdAt": self._clock.now(),
            "version": 1,
            "queue": {"seq": 0},
        }
        for _ in range(MOST_ENDPOINTS):
            taken = {found["slot"] for found in await self._of(restaurant_id, {"slot": 1})}
            slot = next((number for number in range(MOST_ENDPOINTS) if number not in taken), None)
            if slot is None:
                text = f"a restaurant has at most {MOST_ENDPOINTS} endpoints"
                raise Refused("TOO_MANY_ENDPOINTS", text, metadata={"limit": str(MOST_ENDPOINTS)})
            try:
                await self._editing.insert(ENDPOINTS, {**document, "slot": slot}, restaurant_id)
            except DuplicateKeyError:  # somebody else has taken the slot in this moment
                continue
            self._without.filled(restaurant_id)
            return document
        raise Conflict("ENDPOINTS_CHANGING", "others are adding endpoints too", retry_after_seconds=1)

    async def of_restaurant(self, restaurant_id: str) -> list[Document]:
        """Return a restaurant's endpoints, the oldest first."""
        found = await self._of(restaurant_id, _PUBLIC)
        return sorted(found, key=lambda endpoint: (endpoint["createdAt"], endpoint["_id"]))

    async def for_event(self, restaurant_id: str) -> list[Document]:
        """Return the same; that there are none may be known from a moment ago."""
        return await self._without.ask(restaurant_id, lambda: self.of_restaurant(restaurant_id))

    async def _of(self, restaurant_id: str, projection: Document) -> list[Document]:
        return await self._endpoints.find({"restaurantId": restaurant_id}, projection).to_list()

    async def restaurants(self) -> list[str]:
        """Return the restaurants that have endpoints."""
        return [str(found) for found in await self._endpoints.distinct("restaurantId")]

    async def one(self, restaurant_id: str, endpoint_id: str) -> Document:
        """Return an endpoint. Raises NotFound."""
        query = {"_id": _id(endpoint_id), "restaurantId": restaurant_id}
        found = await self._endpoints.find_one(query, _PUBLIC)
        if found is None:
            raise _missing()
        return found

    async def change(
        self, restaurant_id: str, endpoint_id: str, change: Change, expected_version: int | None = None
    ) -> Document:
        """Change an endpoint and return it. Raises NotFound, Conflict, and what `change` raises."""
        return await self._editing.change(_target(restaurant_id, endpoint_id), change, expected_version)

    async def delete(self, restaurant_id: str, endpoint_id: str) -> ObjectId:
        """Delete an endpoint and return its id. Raises NotFound."""
        deleted = await self._editing.delete(_target(restaurant_id, endpoint_id))
        found: ObjectId = deleted["_id"]
        return found


def _target(restaurant_id: str, endpoint_id: str) -> Target:
    return Target(ENDPOINTS, {"_id": _id(endpoint_id), "restaurantId": restaurant_id}, restaurant_id, _missing())


def _id(endpoint_id: str) -> ObjectId:
    return object_id(endpoint_id, "endpointId", "ENDPOINT_NOT_FOUND")


def _missing() -> NotFound:
    text = "the restaurant has no such endpoint"
    return NotFound("ENDPOINT_NOT_FOUND", text, metadata={"field": "endpoint_id"})
