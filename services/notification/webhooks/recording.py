"""Happenings become events of every endpoint that wants them, each once, whoever hears of it and how often."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

from orderbuddy.ordering.v1 import order_pb2
from orderbuddy.payment.v1 import payment_pb2

from services.kit.clock import Clock
from services.kit.mongo import Document
from services.notification.webhooks.bodies import order_body, payment_body
from services.notification.webhooks.endpoints_repository import EndpointRepository
from services.notification.webhooks.happenings import Happening, of_change, of_payment, of_record
from services.notification.webhooks.queue_repository import KEPT, QueueRepository
from services.notification.webhooks.signing import event_id

OLDEST: Final = timedelta(days=7)
"""What happened longer ago is not told any more. Less than events are kept: one that has expired is not made again."""
assert OLDEST < KEPT

_SKEW: Final = timedelta(seconds=5)
"""How far the clocks of machines may be apart: so much of what was before an endpoint's time it may be told."""


class Recorder:
    """Makes events."""

    def __init__(
        self, endpoints: EndpointRepository, queue: QueueRepository, clock: Clock, made: Callable[[], None]
    ) -> None:
        self._endpoints = endpoints
        self._queue = queue
        self._clock = clock
        self._made = made
        """Called after an event was made."""

    async def change(self, change: order_pb2.OrderChange) -> None:
        """Make the events of a change of an order."""
        record = change.record
        await self._make(record.order.restaurant_id, of_change(change), lambda each: order_body(each, record))

    async def record(self, record: order_pb2.OrderRecord) -> None:
        """Make the events that an order's history tells of."""
        await self._make(record.order.restaurant_id, of_record(record), lambda each: order_body(each, record))

    async def payment(self, payment: payment_pb2.Payment) -> None:
        """Make the events that a payment's history tells of."""
        await self._make(payment.restaurant_id, of_payment(payment), lambda each: payment_body(each, payment))

    async def _make(
        self, restaurant_id: str, happenings: Iterable[Happening], body: Callable[[Happening], str]
    ) -> None:
        since = self._clock.now() - OLDEST
        happened = [happening for happening in happenings if happening.at >= since]
        if not happened:
            return
        for endpoint in await self._endpoints.for_event(restaurant_id):
            wanted = {
                event_id(happening.key, str(endpoint["_id"])): happening
                for happening in happened
                if _wants(endpoint, happening)
            }
            known = await self._queue.known(restaurant_id, list(wanted)) if wanted else set()
            for key, happening in wanted.items():
                if key not in known:
                    made = await self._queue.add(endpoint, key, happening.type, happening.at, body(happening))
                    if made is not None:
                        self._made()


def _wants(endpoint: Document, happening: Happening) -> bool:
    types = endpoint["eventTypes"]
    return (not types or happening.type in types) and happening.at >= endpoint["createdAt"] - _SKEW
