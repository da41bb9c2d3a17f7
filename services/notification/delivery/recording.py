"""Committed changes of orders become deliveries, each once, whoever hears of them and how often."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Final, Protocol

from orderbuddy.ordering.v1 import order_pb2

from services.kit.clock import Clock
from services.kit.mongo import Document
from services.notification.adapters.happening_sources import HappeningSources
from services.notification.delivery.planning import GIVEN_UP_AFTER, By, Device, Planned, Shop, planned
from services.notification.delivery.repository import DeliveryRepository
from services.notification.settings import NotificationSettings

_SHOP_SECONDS: Final = 30.0
"""How old what is known of a location may be."""
_SEEN: Final = timedelta(days=7)
"""Restaurants that had deliveries within this time are looked after when changes may have been missed."""


class Shops(Protocol):
    """Knows restaurants."""

    async def shop(self, restaurant_id: str, location_id: str) -> Shop:
        """Return a location, without its devices; names are empty for what is not there (any more)."""
        ...


class Devices(Protocol):
    """Knows what is told of new orders."""

    async def devices(self, restaurant_id: str) -> list[Device]:
        """Return a restaurant's devices."""
        ...

    async def devices_for_order(self, restaurant_id: str) -> list[Device]:
        """Return the same; that there are none may be known from a moment ago."""
        ...


class Recorder:
    """Queues what has to be sent."""

    def __init__(
        self,
        shops: Shops,
        devices: Devices,
        deliveries: DeliveryRepository,
        settings: NotificationSettings,
        clock: Clock,
        queued: Callable[[set[By]], None],
    ) -> None:
        """`queued` is called with the ways of what was queued."""
        self._shops = shops
        self._devices = devices
        self._deliveries = deliveries
        self._settings = settings
        self._clock = clock
        self._queued = queued
        self._known: dict[tuple[str, str], tuple[float, Shop]] = {}

    async def change(self, change: order_pb2.OrderChange) -> None:
        """Queue what a change of an order makes due. One by the old system makes nothing due."""
        if not change.removed and not change.keeps_version:
            await self._record(change.record, (e for e in change.record.history if e.version == change.version))

    async def record(self, record: order_pb2.OrderRecord) -> None:
        """Queue what an order's history makes due that is not there yet."""
        await self._record(record, record.history)

    async def _record(self, record: order_pb2.OrderRecord, entries: Iterable[order_pb2.OrderHistoryEntry]) -> None:
        since = self._clock.now() - GIVEN_UP_AFTER
        recent = [entry for entry in entries if entry.at.ToNanoseconds() >= since.timestamp() * 1e9]
        if not recent:
            return
        order = record.order
        shop = await self._shop(order.restaurant_id, order.location_id)
        texts, endpoint = self._settings.sends_texts, self._settings.menu_endpoint
        found = [each for entry in recent for each in planned(record, entry, shop, endpoint, texts=texts)]
        await self.queue(found, order.restaurant_id, order.location_id, order.id)

    async def queue(
        self, found: list[Planned], restaurant_id: str, location_id: str, order_id: str, message_id: str = ""
    ) -> None:
        """Queue messages; those that are there already stay as they are. `message_id`: of what is about no order."""
        place = {"restaurantId": restaurant_id, "locationId": location_id, "orderId": order_id}
        documents = [_document(each, message_id or order_id) | place for each in found]
        if documents and await self._deliveries.add(documents):
            self._queued({each.to.by for each in found})

    async def _shop(self, restaurant_id: str, location_id: str) -> Shop:
        """Return what is known of a location: names and numbers from memory, devices as they are."""
        key, now = (restaurant_id, location_id), time.monotonic()
        at, shop = self._known.get(key, (0.0, None))
        if shop is None or now - at > _SHOP_SECONDS:
            shop = await self._shops.shop(restaurant_id, location_id)
            self._known[key] = (now, shop)
        devices = await self._devices.devices_for_order(restaurant_id)
        return Shop(
            restaurant=shop.restaurant, location=shop.location, alert_numbers=shop.alert_numbers, devices=devices
        )


def _document(each: Planned, order_id: str) -> Document:
    document: Document = {
        "_id": each.id_of(order_id),
        "kind": str(each.kind),
        "by": str(each.to.by),
        "recipient": each.to.recipient,
        "lane": f"{each.to.by}:{each.to.recipient}",
        "language": each.language,
        "facts": asdict(each.facts),
        "version": each.version,
        "at": each.at,
        "giveUpAt": each.at + GIVEN_UP_AFTER,
    }
    if each.to.platform:
        document["platform"] = each.to.platform
    if any(each.to.keys):
        document["keys"] = list(each.to.keys)
    return document


async def catch_up(recorder: Recorder, deliveries: DeliveryRepository, sources: HappeningSources, clock: Clock) -> None:
    """Queue what recent orders make due, for when nobody knows what was missed."""
    now = clock.now()
    for restaurant_id in await deliveries.restaurants_since(now - _SEEN):
        for location_id in await sources.locations(restaurant_id):
            found = [each async for each in sources.orders_since(restaurant_id, location_id, now - timedelta(days=1))]
            for record in reversed(found):  # lists begin with the newest
                await recorder.record(record)
