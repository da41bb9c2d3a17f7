"""Edits that people make, each with a record of who changed what, in one transaction.

A change and its record are two documents. A record that is written on the side can be lost in a crash, or tell of a
change that never was; so this is the one place that pays for a transaction (2.4 times one write; people edit rarely).
The collection `audit` is only ever added to.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from bson import ObjectId
from pymongo import IndexModel
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from services.kit.clock import Clock
from services.kit.context import CURRENT
from services.kit.errors import OrderBuddyError
from services.kit.idempotency import note_effect
from services.kit.mongo import Database, Document, Index
from services.kit.versions import check_version, version_of

AUDIT: Final = "audit"
INDEXES: Final = (
    Index(AUDIT, IndexModel([("restaurantId", 1), ("_id", -1)]), "what was changed at a restaurant, newest first"),
)

_LONGEST_VALUE: Final = 500
"""Characters of a text that a record holds; longer ones (images in data URLs) are told by their length."""
_UNTOLD: Final = frozenset({"version", "updatedAt", "translatedFrom", "keyHash", "secrets", "queue"})
_SECRETS: Final = {"payment.oid": 0, "payment.auth": 0}

Result = TypeVar("Result")

Change = Callable[[Document], None]
"""Changes a document in place. What it raises ends the edit, with nothing written. May run more than once."""


def _all_of(document: Document) -> Document:
    return document


@dataclass(frozen=True, slots=True)
class Target:
    """What is edited: a document, and what it means to the caller when it is not there."""

    collection: str
    query: Mapping[str, Any]
    restaurant_id: str
    missing: OrderBuddyError
    concerned: Callable[[Document], Document] = _all_of
    """Returns what of the document concerns the restaurant, which alone is in its audit record."""


class Edits:
    """Edits within one transaction. What one of them raises undoes all. Everything in it may run more than once."""

    def __init__(self, db: Database, clock: Clock, session: AsyncClientSession) -> None:
        self.session = session
        self._db = db
        self._clock = clock

    async def change(self, target: Target, change: Change, expected_version: int | None = None) -> Document:
        """Apply a change and return the document as it is then. Nothing is written when nothing differs.

        Raises target.missing, Conflict (VERSION_CHANGED), and what `change` raises.
        """
        collection = self._db[target.collection]
        before = await self._find(target, expected_version)
        after = copy.deepcopy(before)
        change(after)
        update = _update(before, after)
        if not update:
            return before
        after["version"] = version_of(before) + 1
        update.setdefault("$set", {})["version"] = after["version"]
        await collection.update_one({"_id": before["_id"]}, update, session=self.session)
        await self._record(target.collection, target.restaurant_id, target.concerned(before), target.concerned(after))
        return after

    async def insert(self, collection: str, document: Document, restaurant_id: str) -> None:
        """Insert a document, which has its `_id`. Raises pymongo's DuplicateKeyError."""
        await self._db[collection].insert_one(document, session=self.session)
        await self._record(collection, restaurant_id, {"_id": document["_id"]}, document)

    async def delete(self, target: Target, expected_version: int | None = None) -> Document:
        """Delete a document and return it. Raises target.missing, Conflict (VERSION_CHANGED)."""
        before = await self._find(target, expected_version)
        await self._db[target.collection].delete_one({"_id": before["_id"]}, session=self.session)
        await self._record(target.collection, target.restaurant_id, target.concerned(before), {"_id": before["_id"]})
        return before

    async def _find(self, target: Target, expected_version: int | None) -> Document:
        found = await self._db[target.collection].find_one(target.query, _SECRETS, session=self.session)
        if found is None:
            raise target.missing
        check_version(found, expected_version)
        return found

    async def _record(self, collection: str, restaurant_id: str, before: Document, after: Document) -> None:
        call = CURRENT.get()
        changes = [{"path": path, "from": old, "to": new} for path, old, new in differences(before, after)]
        record = {
            "_id": ObjectId(),
            "at": self._clock.now(),
            "restaurantId": restaurant_id,
            "actor": str(call.principal) if call else "system",
            "action": call.method.rpartition("/")[2] if call else "",
            "requestId": call.request_id if call else "",
            "target": {"collection": collection, "id": str(before["_id"])},
            "changes": changes,
        }
        await self._db[AUDIT].insert_one(record, session=self.session)


class Editing:
    """Writes edits and their records."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def together(self, work: Callable[[Edits], Coroutine[Any, Any, Result]]) -> Result:
        """Run several edits as one. `work` may run more than once, so it must have no other effects."""

        async def transact(session: AsyncClientSession) -> Result:
            result = await work(Edits(self._db, self._clock, session))
            await note_effect(self._db, session)
            return result

        async with self._db.client.start_session() as session:
            return await session.with_transaction(
                transact, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority", j=True)
            )

    async def change(self, target: Target, change: Change, expected_version: int | None = None) -> Document:
        """Do one `Edits.change` by itself."""
        return await self.together(lambda edits: edits.change(target, change, expected_version))

    async def insert(self, collection: str, document: Document, restaurant_id: str) -> None:
        """Do one `Edits.insert` by itself."""
        await self.together(lambda edits: edits.insert(collection, document, restaurant_id))

    async def delete(self, target: Target, expected_version: int | None = None) -> Document:
        """Do one `Edits.delete` by itself."""
        return await self.together(lambda edits: edits.delete(target, expected_version))

    async def records(self, restaurant_id: str, before: ObjectId | None, limit: int) -> Sequence[Document]:
        """Return a restaurant's records, newest first, older than one of them."""
        query: Document = {"restaurantId": restaurant_id}
        if before is not None:
            query["_id"] = {"$lt": before}
        return await self._db[AUDIT].find(query).sort("_id", -1).limit(limit).to_list()


def _update(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = "") -> dict[str, dict[str, Any]]:
    """Return the update that makes one document the other. Objects are changed field by field, lists replaced whole.

    So are objects with a name that can't stand in a path: `a.b` would be read as b within a, and `$x` as an operator.
    """
    update: dict[str, dict[str, Any]] = {}
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        path = f"{prefix}{key}"
        if key not in after:
            update.setdefault("$unset", {})[path] = ""
        elif isinstance(old, dict) and isinstance(new, dict) and _has_paths(old) and _has_paths(new):
            for operator, fields in _update(old, new, f"{path}.").items():
                update.setdefault(operator, {}).update(fields)
        elif key not in before or not _same(old, new):
            update.setdefault("$set", {})[path] = new
    return update


def _has_paths(value: Mapping[str, Any]) -> bool:
    return all(key and "." not in key and not key.startswith("$") for key in value)


def _same(old: object, new: object) -> bool:
    """Tell whether both are stored alike; True and 1 are equal in Python, but not in a document."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(_same(a, b) for a, b in zip(old, new, strict=True))
    return isinstance(old, bool) == isinstance(new, bool) and old == new


def differences(before: object, after: object, path: str = "") -> Iterator[tuple[str, object, object]]:
    """Yield what differs, as (path, old, new); None where there was or is nothing.

    Elements of lists that have an `id` are compared by it: `items[i1].priceCents`.
    """
    old, new = _members(before), _members(after)
    if old is None or new is None:
        if not _same(before, after):
            yield path, _told(before), _told(after)
        return
    for key in {**old, **new}:
        if not path and key in _UNTOLD:
            continue
        dot = "." if path and not key.startswith("[") else ""
        yield from differences(old.get(key), new.get(key), f"{path}{dot}{key}")


def _members(value: object) -> Mapping[str, Any] | None:
    """Return an object's fields, or a list's elements by id; None for what is compared as a whole."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(isinstance(e, dict) and e.get("id") for e in value):
        return {f"[{e['id']}]": e for e in value}
    return None


def _told(value: object) -> object:
    if isinstance(value, str) and len(value) > _LONGEST_VALUE:
        return f"({len(value)} characters)"
    return value
