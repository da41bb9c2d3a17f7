"""How many text messages a restaurant may send, in MongoDB: counters that never go over their limit."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from services.kit.clock import Clock, SystemClock
from services.kit.mongo import Database, Document, Index

INDEXES: Final = (Index("sms_budgets", IndexModel([("expiresAt", 1)], expireAfterSeconds=0), "expiry of old counters"),)

_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€")


def segments_of(text: str) -> int:
    """Return of how many segments a text message is (GSM 03.38: 160 characters, or 153 each; else UCS-2: 70, or 67)."""
    if all(char in _GSM or char in _EXTENDED for char in text):
        length, one, each = len(text) + sum(char in _EXTENDED for char in text), 160, 153
    else:
        length, one, each = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= one else -(-length // each)


class SmsBudget:
    """Counts text messages."""

    def __init__(
        self, db: Database, clock: Clock, *, per_minute: int, segment_cents: float, cents_per_day: int
    ) -> None:
        self._budgets = db["sms_budgets"]
        self._clock = clock
        self._per_minute = per_minute
        self._segment_cents = segment_cents
        self._cents_per_day = cents_per_day

    async def within_minute(self, restaurant_id: str) -> bool:
        """Count one more message in this minute; False when there are too many."""
        key = f"{restaurant_id}@{self._clock.now():%Y-%m-%dT%H:%M}"
        return await self._count(key, 1, self._per_minute, timedelta(hours=1))

    async def within_day(self, restaurant_id: str, text: str) -> bool:
        """Count a message's price in this day (UTC); False when that is beyond the cap."""
        return await self._count(self._day(restaurant_id), self._price(text), self._cents_per_day, timedelta(days=2))

    async def give_back(self, restaurant_id: str, text: str) -> None:
        """Take a message's price back: the provider did not take it."""
        await self._budgets.update_one({"_id": self._day(restaurant_id)}, {"$inc": {"count": -self._price(text)}})

    def _day(self, restaurant_id: str) -> str:
        return f"{restaurant_id}@{self._clock.now():%Y-%m-%d}"

    def _price(self, text: str) -> float:
        return segments_of(text) * self._segment_cents

    async def _count(self, key: str, by: float, limit: float, kept: timedelta) -> bool:
        guard: Document = {"_id": key, "count": {"$lte": limit - by}}
        # MongoDB compares the expiry with its own clock.
        update = {"$inc": {"count": by}, "$setOnInsert": {"expiresAt": SystemClock().now() + kept}}
        if by > limit:
            return False
        for _ in range(2):
            try:
                await self._budgets.update_one(guard, update, upsert=True)
            except DuplicateKeyError:  # it is full; or another was quicker to make it, and the second round tells
                continue
            return True
        return False
