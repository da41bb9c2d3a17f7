"""Up to where streams have been seen to, in MongoDB."""

from __future__ import annotations

from services.kit.mongo import Database


class ProgressRepository:
    """Remembers up to where a stream has been seen to, by whoever `reader` names."""

    def __init__(self, db: Database, reader: str) -> None:
        self._progress = db["stream_progress"]
        self._reader = reader

    async def token(self) -> str:
        """Return the stream's token after the last change that was seen to; empty at the very first."""
        found = await self._progress.find_one({"_id": self._reader})
        return str(found["token"]) if found else ""

    async def reached(self, token: str) -> None:
        """Note a token. Another replica may be further or less far: wherever one goes on, nothing is missed."""
        await self._progress.update_one({"_id": self._reader}, {"$set": {"token": token}}, upsert=True)
