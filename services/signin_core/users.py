"""Accounts."""

from __future__ import annotations

import asyncio
import json
import pathlib
import uuid
from collections.abc import Mapping
from typing import Any, Final

from pymongo import DeleteMany, IndexModel, ReplaceOne
from pymongo.errors import DuplicateKeyError

from services.kit.clock import Clock
from services.kit.mongo import Database, Document, Index
from services.signin_core.reading import CONTACTS, number

TENANT: Final = "public"
_LATEST: Final = 2**53
INDEXES: Final = (
    *(
        Index(
            "accounts",
            IndexModel([(name, 1)], unique=True, partialFilterExpression={name: {"$type": "string"}}),
            "the account of a contact; one each",
        )
        for name in CONTACTS
    ),
    Index("accounts", IndexModel([("timeJoined", 1), ("_id", 1)]), "pages of accounts"),
)


class Users:
    """Reads and writes accounts."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._accounts = db["accounts"]
        self._clock = clock

    async def load(self, path: pathlib.Path) -> None:
        """Put the file's accounts in place of all others."""
        text = await asyncio.to_thread(path.read_text, encoding="utf-8")
        accounts = [{"_id": a.pop("id"), **a} for a in json.loads(text)]
        given = [account["_id"] for account in accounts]
        # One after the other, each safe to repeat: another core may be doing the same.
        await self._accounts.bulk_write(
            [
                DeleteMany({"_id": {"$nin": given}}),
                *(ReplaceOne({"_id": account["_id"]}, account, upsert=True) for account in accounts),
            ]
        )

    async def by_id(self, user_id: str) -> Document | None:
        """Return an account."""
        return await self._accounts.find_one({"_id": user_id})

    async def by_contacts(self, contacts: Mapping[str, str], *, any_of_them: bool) -> list[Document]:
        """Return the accounts that have all of the contacts, or any of them."""
        wanted = [{name: value} for name, value in contacts.items()]
        return await self._accounts.find({"$or" if any_of_them else "$and": wanted}).to_list() if wanted else []

    async def sign_in_up(self, contact: Mapping[str, str]) -> tuple[Document, bool]:
        """Return the account of a contact, and whether it is new."""
        known = await self._accounts.find_one(contact)
        if known is not None:
            return known, False
        joined = int(self._clock.now().timestamp() * 1000)
        account: Document = {"_id": str(uuid.uuid4()), **contact, "timeJoined": joined}
        try:
            await self._accounts.insert_one(account)
        except DuplicateKeyError:  # the same person beside us was faster
            known = await self._accounts.find_one(contact)
            assert known is not None
            return known, False
        return account, True

    async def remove(self, user_id: str) -> Document | None:
        """Delete an account; return what it was."""
        return await self._accounts.find_one_and_delete({"_id": user_id})

    async def count(self) -> int:
        """Return how many there are."""
        return await self._accounts.count_documents({})

    async def page(self, limit: int, after: str | None, *, newest_first: bool) -> tuple[list[Document], str | None]:
        """Return accounts in the order in which they joined, and where the next page begins. Raises BadInput."""
        direction, beyond = (-1, "$lt") if newest_first else (1, "$gt")
        query: Document = {}
        if after is not None:
            joined, _, last = after.partition(".")
            time = number({"paginationToken": joined}, "paginationToken", 0, _LATEST, 0)
            query = {"$or": [{"timeJoined": {beyond: time}}, {"timeJoined": time, "_id": {beyond: last}}]}
        order = [("timeJoined", direction), ("_id", direction)]
        found = await self._accounts.find(query).sort(order).limit(limit + 1).to_list()
        shown = found[:limit]
        return shown, f"{shown[-1]['timeJoined']}.{shown[-1]['_id']}" if len(found) > limit else None


def as_json(account: Mapping[str, Any]) -> dict[str, Any]:
    """Return an account in the form of the core's answers."""
    contacts = {name: account[name] for name in CONTACTS if account.get(name)}
    method = {
        "recipeId": "passwordless",
        "recipeUserId": account["_id"],
        "tenantIds": [TENANT],
        "timeJoined": account["timeJoined"],
        "verified": True,
        **contacts,
    }
    return {
        "id": account["_id"],
        "isPrimaryUser": False,
        "tenantIds": [TENANT],
        "emails": [contacts["email"]] if "email" in contacts else [],
        "phoneNumbers": [contacts["phoneNumber"]] if "phoneNumber" in contacts else [],
        "thirdParty": [],
        "webauthn": {"credentialIds": []},
        "loginMethods": [method],
        "timeJoined": account["timeJoined"],
    }
