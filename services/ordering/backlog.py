"""Asks the database for open orders: it tells every replica the same, so that the greatest of their figures counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from services.kit.clock import Clock
from services.ordering.lifecycle import OPEN_STATUSES
from services.ordering.metrics import OLDEST_UNACCEPTED, OPEN_ORDERS
from services.ordering.repository import OrderRepository

RECENT: Final = timedelta(hours=24)
"""Older ones have been forgotten by everybody; the old system left many open."""


class OrderBacklog:
    """Sets the gauges of open orders."""

    def __init__(self, repository: OrderRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def ask(self) -> None:
        """Ask once. Raises PyMongoError."""
        now = self._clock.now()
        found = await self._repository.open_since(now - RECENT)
        for status in OPEN_STATUSES:
            OPEN_ORDERS.labels(status).set(found[status].count if status in found else 0)
        waiting = found.get("CREATED")
        OLDEST_UNACCEPTED.set(0 if waiting is None else (now - waiting.oldest).total_seconds())
