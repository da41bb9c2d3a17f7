"""Accounts."""

from __future__ import annotations

import asyncio
import json
import pathlib
import uuid
from collections.abc import Mapping
from typing import Any, Final

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from services.kit.clock import Clock
from services.kit.mongo import Database, Document, Index

TENANT: Final = "public"
CONTACTS: Final = ("email", "phoneNumber")
INDEXES: Final = tuple(
    Index(
        "accounts",
        IndexModel([(contact, 1)], unique=True, partialFilterExpression={contact: {"$type": "string"}}),
        "the account of a contact; one each",
    )
    for contact in CONTACTS
)


def normalised(contact: Mapping[str, str]) -> dict[str, str]:
    """Return a contact in its one spelling: mail addresses in lower case, as the real core keeps them."""
    return {name: value.strip().lower() if name == "email" else value for name, value in contact.items()}


class Users:
    """Reads and writes accounts."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._accounts = db["accounts"]
        self._clock = clock

    async def load(self, path: pathlib.Path) -> None:
        """Put the file's accounts in place of all others."""
        text = await asyncio.to_thread(path.read_text, encoding="utf-8")
        accounts = [{"_id": a.pop("id"), **a} for a in json.loads(text)]
        await self._accounts.delete_many({})
        if accounts:
            await self._accounts.insert_many(accounts)

    async def by_id(self, user_id: str) -> Document | None:
        """Return an account."""
        return await self._accounts.find_one({"_id": user_id})

    async def by_contact(self, contact: Mapping[str, str]) -> list[Document]:
        """Return the accounts that have one of the contacts."""
        wanted = [{name: value} for name, value in normalised(contact).items()]
        return await self._accounts.find({"$or": wanted}).to_list() if wanted else []

    async def sign_in_up(self, contact: Mapping[str, str]) -> tuple[Document, bool]:
        """Return the account of a contact, and whether it is new."""
        contact = normalised(contact)
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

    async def remove(self, user_id: str) -> None:
        """Delete an account."""
        await self._accounts.delete_one({"_id": user_id})

    async def count(self) -> int:
        """Return how many there are."""
        return await self._accounts.count_documents({})

    async def page(self, limit: int, after: str | None) -> tuple[list[Document], str | None]:
        """Return accounts in the order of their ids, and where the next page begins."""
        query = {"_id": {"$gt": after}} if after else {}
        found = await self._accounts.find(query).sort("_id", 1).limit(limit + 1).to_list()
        return found[:limit], found[limit - 1]["_id"] if len(found) > limit else None


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
