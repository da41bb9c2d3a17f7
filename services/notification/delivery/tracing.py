"""Asking a provider what became of what it took."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from pymongo.errors import PyMongoError

from services.kit.clock import Clock
from services.kit.errors import Unavailable
from services.kit.mongo import Document
from services.kit.telemetry import log
from services.notification.delivery.planning import By
from services.notification.delivery.repository import DELIVERED, FAILED, SENT, DeliveryRepository
from services.notification.outbound import Arrival, Tracing

PAUSES: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=4))
"""How long after it was asked in vain a provider is asked again; after the last nobody will know."""


class Tracer:
    """Finds out what became of messages."""

    def __init__(
        self,
        by: By,
        channel: Tracing,
        deliveries: DeliveryRepository,
        clock: Clock,
        look_seconds: float,
    ) -> None:
        self._by = by
        self._channel = channel
        self._deliveries = deliveries
        self._clock = clock
        self._look_seconds = look_seconds

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            try:
                while (delivery := await self._deliveries.take_trace(self._by, PAUSES[0])) is not None:
                    await self._ask(delivery)
            except PyMongoError as error:
                log.warning("deliveries_not_traced", by=str(self._by), error=type(error).__name__)
            except Unavailable:
                pass  # asked again when its time has come
            await asyncio.sleep(self._look_seconds)

    async def _ask(self, delivery: Document) -> None:
        """Ask about one. Raises Unavailable."""
        arrival, code = await self._channel.arrival(delivery["providerId"])
        entry: Document = {"at": self._clock.now(), "fate": str(arrival), **({"code": code} if code else {})}
        if arrival is not Arrival.PENDING:
            state = DELIVERED if arrival is Arrival.DELIVERED else FAILED
            await self._deliveries.traced(delivery, state, entry)
        elif delivery["traces"] >= len(PAUSES):
            await self._deliveries.traced(delivery, SENT, None)
        else:
            await self._deliveries.trace_later(delivery, PAUSES[delivery["traces"]])
