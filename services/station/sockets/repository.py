"""Sockets' rooms. The only module of this package that knows the database."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from pymongo import IndexModel

from services.kit.clock import Clock
from services.kit.mongo import Database, Document, Index

KEPT: Final = timedelta(hours=2)

INDEXES: Final = (
    Index(
        "sockets",
        IndexModel([("rememberedAt", 1)], expireAfterSeconds=int(KEPT.total_seconds())),
        "expiry of sockets that did not come back",
    ),
)


class SocketRepository:
    """Reads and writes what is remembered: one document per socket, by a hash of its private id."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._sockets = db["sockets"]
        self._clock = clock

    async def remember(self, pid: str, rooms: list[Document], resume_token: str) -> None:
        """Add a socket's rooms to those that are stored.

        Sockets leave no rooms; so in whatever order two edges' writes arrive, none takes away a room that the other one
        knows of. An older token is as good: who was told nothing since it is told more.
        """
        remembered = {"resumeToken": resume_token, "rememberedAt": self._clock.now()}
        # By _id, so two at once are one insert and one update: MongoDB itself repeats the one that lost.
        update = {"$set": remembered, "$addToSet": {"rooms": {"$each": rooms}}}
        await self._sockets.update_one({"_id": _key(pid)}, update, upsert=True)

    async def recall(self, pid: str) -> Document | None:
        """Return what was stored; None when it is not there, or too old: the database deletes only once a minute."""
        fresh = {"_id": _key(pid), "rememberedAt": {"$gt": self._clock.now() - KEPT}}
        return await self._sockets.find_one(fresh)


def _key(pid: str) -> str:
    """Who reads the database must not be able to take over a socket."""
    return hashlib.sha256(pid.encode()).hexdigest()
