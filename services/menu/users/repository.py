"""Profiles of people. The only module of this package that knows the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from bson import ObjectId
from pymongo import IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from services.kit.clock import Clock
from services.kit.editing import Editing, Edits, Target
from services.kit.errors import NotFound, Refused
from services.kit.mongo import Database, Document, Index
from services.kit.principal import Role
from services.menu.users.memberships import (
    at_restaurant,
    check_not_deleted,
    has_owner_after,
    is_alone,
    join,
    leave,
    memberships,
)

DELETED_KEPT: Final = timedelta(days=120)
"""How long it is known that an account was deleted: longer than its sessions live (refresh tokens: 100 days)."""

INDEXES: Final = (
    Index(
        "users",
        IndexModel(
            [("userId", 1)], unique=True, partialFilterExpression={"userId": {"$type": "string"}}, name="one_profile"
        ),
        "a person's profile; one each",
    ),
    Index("users", IndexModel([("restaurants", 1)]), "members of a restaurant"),
    Index("users", IndexModel([("email", 1)]), "somebody to become a member, by mail address"),
    Index("users", IndexModel([("phoneNumber", 1)]), "somebody to become a member, by phone number"),
    Index(
        "users",
        IndexModel([("deletedAt", 1)], expireAfterSeconds=int(DELETED_KEPT.total_seconds())),
        "expiry of what is left of deleted accounts",
    ),
)

_LAST_OWNER: Final = Refused("LAST_OWNER", "a restaurant that has members needs an owner")


class UserRepository:
    """Reads and writes profiles and memberships."""

    def __init__(self, db: Database, editing: Editing, clock: Clock) -> None:
        self._db = db
        self._editing = editing
        self._clock = clock

    async def profile(self, user_id: str) -> Document | None:
        """Return somebody's profile. Raises Unauthenticated (ACCOUNT_DELETED)."""
        found = await self._db["users"].find_one({"userId": user_id})
        if found is not None:
            check_not_deleted(found)
        return found

    async def location_ids(self, restaurant_ids: list[str]) -> list[str]:
        """Return the ids of all locations of restaurants."""
        query = {"restaurantId": {"$in": restaurant_ids}}
        return [str(d["_id"]) for d in await self._db["locations"].find(query, {"_id": 1}).to_list()]

    async def create(self, user_id: str, email: str | None, phone_number: str | None, created_at: datetime) -> str:
        """Make a profile, or fill in the contacts that it lacks; return its id.

        Raises Unauthenticated (ACCOUNT_DELETED).
        """
        now = self._clock.now()
        new: Document = {"restaurants": [], "email": email, "phoneNumber": phone_number, "createdAt": created_at}
        try:
            stored = await self._db["users"].find_one_and_update(
                {"userId": user_id, "deletedAt": None},
                {"$setOnInsert": new, "$set": {"updatedAt": now}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:  # the same call beside us was faster, or the account was deleted
            stored = await self.profile(user_id)
        assert stored is not None
        for field, value in (("email", email), ("phoneNumber", phone_number)):
            if value is not None:
                # null in a query finds what is absent, too
                lacking = {"_id": stored["_id"], field: None, "deletedAt": None}
                await self._db["users"].update_one(lacking, {"$set": {field: value}})
        return str(stored["_id"])

    async def members(self, restaurant_id: str) -> list[Document]:
        """Return the profiles of a restaurant's members."""
        return await self._db["users"].find({"restaurants": restaurant_id}).to_list()

    async def add_member(self, restaurant_id: str, contact: Mapping[str, str], role: Role) -> Document:
        """Give somebody a role. Raises NotFound, Refused (LAST_OWNER, AMBIGUOUS_CONTACT)."""
        missing = NotFound("UNKNOWN_PERSON", "nobody has signed up with that", metadata={"field": "contact"})

        async def work(edits: Edits) -> Document:
            people = await self._db["users"].find(contact, session=edits.session).limit(2).to_list()
            if not people:
                raise missing
            if len(people) > 1:
                # What a profile says of itself is not proved: nobody may come in by another's address.
                text = "several people have signed up with that; use another address or number of theirs"
                raise Refused("AMBIGUOUS_CONTACT", text, metadata={"field": "contact"})
            (found,) = people
            await self._keep_owner(edits, restaurant_id, found["userId"], role)
            return await self._change(edits, found["userId"], restaurant_id, lambda p: join(p, restaurant_id, role))

        return await self._editing.together(work)

    async def remove_member(self, restaurant_id: str, user_id: str) -> None:
        """End a membership. Raises NotFound, Refused (LAST_OWNER)."""
        query = {"userId": user_id, "restaurants": restaurant_id}

        async def work(edits: Edits) -> None:
            found = await self._db["users"].find_one(query, session=edits.session)
            if found is None:
                raise NotFound("UNKNOWN_MEMBER", "not a member", metadata={"field": "user_id"})
            await self._keep_owner(edits, restaurant_id, user_id, None)
            await self._change(edits, found["userId"], restaurant_id, lambda p: leave(p, restaurant_id))

        await self._editing.together(work)

    async def remove(self, user_id: str) -> None:
        """End somebody's memberships and leave nothing of the profile but that its account was deleted.

        That is left of whoever has no profile yet, too: their session outlives the account, and may act for nobody.
        Raises Refused (LAST_OWNER).
        """

        async def work(edits: Edits) -> None:
            found = await self._db["users"].find_one({"userId": user_id}, session=edits.session)
            for restaurant_id in memberships(found or {}):
                await self._keep_owner(edits, restaurant_id, user_id, None, may_close=True)
                await self._change(edits, user_id, restaurant_id, partial(leave, restaurant_id=restaurant_id))
            gone = {"userId": user_id, "restaurants": [], "deletedAt": self._clock.now()}
            await self._db["users"].replace_one({"userId": user_id}, gone, upsert=True, session=edits.session)

        await self._editing.together(work)

    async def _keep_owner(
        self, edits: Edits, restaurant_id: str, user_id: str, role: Role | None, *, may_close: bool = False
    ) -> None:
        """Refuse what leaves a restaurant without owner; `may_close`: unless its only member goes. Raises Refused.

        The restaurant's own document is written, so that two owners who demote each other at once meet there.
        """
        await self._db["restaurants"].update_one(
            {"_id": restaurant_id}, {"$inc": {"membersVersion": 1}}, session=edits.session
        )
        members = await self._db["users"].find({"restaurants": restaurant_id}, session=edits.session).to_list()
        if has_owner_after(members, restaurant_id, user_id, role):
            return
        if not (may_close and is_alone(members, user_id)):
            raise _LAST_OWNER

    async def _change(
        self, edits: Edits, user_id: str, restaurant_id: str, change: Callable[[dict[str, Any]], None]
    ) -> Document:
        missing = NotFound("UNKNOWN_PERSON", "the profile has gone")
        concerned = partial(at_restaurant, restaurant_id=restaurant_id)
        return await edits.change(Target("users", {"userId": user_id}, restaurant_id, missing, concerned), change)

    async def audit(self, restaurant_id: str, before: str, limit: int) -> list[Document]:
        """Return a restaurant's audit records, newest first."""
        return list(await self._editing.records(restaurant_id, ObjectId(before) if before else None, limit))
