"""Asks the database for what waits to be sent: it tells every replica the same, so the greatest figure counts."""

from __future__ import annotations

from datetime import datetime

from services.kit.clock import Clock
from services.kit.oldest import Waiting
from services.notification.delivery.planning import By
from services.notification.delivery.repository import DeliveryRepository
from services.notification.metrics import OLDEST_DELIVERY, OLDEST_WEBHOOK, PENDING_WEBHOOKS, QUEUED_DELIVERIES
from services.notification.webhooks.queue_repository import QueueRepository


class DeliveryBacklog:
    """Sets the gauges of messages that wait."""

    def __init__(self, deliveries: DeliveryRepository, clock: Clock) -> None:
        self._deliveries = deliveries
        self._clock = clock

    async def ask(self) -> None:
        """Ask once. Raises PyMongoError."""
        now, found = self._clock.now(), await self._deliveries.waiting()
        for by in By:
            QUEUED_DELIVERIES.labels(by).set(_count(found.get(by)))
            OLDEST_DELIVERY.labels(by).set(_age(found.get(by), now))


class WebhookBacklog:
    """Sets the gauges of events that wait."""

    def __init__(self, queue: QueueRepository, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock

    async def ask(self) -> None:
        """Ask once. Raises PyMongoError."""
        now, found = self._clock.now(), await self._queue.waiting()
        PENDING_WEBHOOKS.set(_count(found))
        OLDEST_WEBHOOK.set(_age(found, now))


def _count(waiting: Waiting | None) -> int:
    return 0 if waiting is None else waiting.count


def _age(waiting: Waiting | None, now: datetime) -> float:
    return 0.0 if waiting is None else (now - waiting.oldest).total_seconds()
