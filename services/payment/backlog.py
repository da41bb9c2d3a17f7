"""Asks the database for payments whose end is open: it tells every replica the same, so the greatest figure counts."""

from __future__ import annotations

from services.kit.clock import Clock
from services.payment.metrics import OLDEST_UNSETTLED, UNSETTLED
from services.payment.repository import BillRepository


class PaymentBacklog:
    """Sets the gauges of unsettled payments."""

    def __init__(self, bills: BillRepository, clock: Clock) -> None:
        self._bills = bills
        self._clock = clock

    async def ask(self) -> None:
        """Ask once. Raises PyMongoError."""
        found = await self._bills.unsettled()
        UNSETTLED.set(0 if found is None else found.count)
        OLDEST_UNSETTLED.set(0 if found is None else (self._clock.now() - found.oldest).total_seconds())
