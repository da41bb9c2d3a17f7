"""Gateway accounts in the documents of locations. The only module of this package that knows the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from bson import ObjectId

from services.kit.clock import Clock
from services.kit.editing import Editing, Edits, Target
from services.kit.errors import NotFound
from services.kit.mongo import Database, Document
from services.kit.values import obj, text

_ACCOUNT: Final = {"restaurantId": 1, "payment.oid": 1, "payment.auth": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What is to change; None: stays as it is. `auth` comes with `oid`, sealed."""

    oid: str | None = None
    auth: str | None = None
    accept_payment: bool | None = None
    wallets_public_id: str | None = None


class AccountRepository:
    """Reads and writes accounts."""

    def __init__(self, db: Database, editing: Editing, clock: Clock) -> None:
        self._locations = db["locations"]
        self._editing = editing
        self._clock = clock

    async def accounts(self, restaurant_id: str, location_id: str) -> list[Document]:
        """Return the locations that have an account (of one location, if it is named), in the order of their ids."""
        query: Document = {"restaurantId": restaurant_id}
        if location_id:
            query["_id"] = ObjectId(location_id)
        found = await self._locations.find(query, _ACCOUNT).sort("_id", 1).to_list()
        return [d for d in found if text(obj(d.get("payment")).get("oid")) and text(obj(d["payment"]).get("auth"))]

    async def store(self, restaurant_id: str, location_id: str, change: AccountChange) -> None:
        """Change an account. Raises NotFound."""
        await self._editing.together(lambda edits: self._store(edits, restaurant_id, location_id, change))

    async def _store(self, edits: Edits, restaurant_id: str, location_id: str, change: AccountChange) -> None:
        query: Document = {"_id": ObjectId(location_id), "restaurantId": restaurant_id}
        if change.auth is not None:
            # Past the audit, which must not hold it; that it was changed is told by `accountChangedAt`.
            secrets = {"payment.oid": change.oid, "payment.auth": change.auth}
            await self._locations.update_one(query, {"$set": secrets}, session=edits.session)
        missing = NotFound("INVALID_LOCATION", "the restaurant has no such location", metadata={"field": "location_id"})
        await edits.change(Target("locations", query, restaurant_id, missing), lambda d: self._apply(d, change))

    def _apply(self, document: dict[str, Any], change: AccountChange) -> None:
        payment: dict[str, Any] = dict(obj(document.get("payment")))
        if change.auth is not None:
            payment["accountChangedAt"] = self._clock.now()
        if change.accept_payment is not None:
            payment["acceptPayment"] = change.accept_payment
        if change.wallets_public_id is not None:
            payment["emergepayWalletsPublicId"] = change.wallets_public_id
        document["payment"] = payment
