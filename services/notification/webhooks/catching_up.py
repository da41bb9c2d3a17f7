"""Seeing to what is recent, for when nobody knows what was missed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar

from services.kit.clock import Clock
from services.notification.adapters.happening_sources import HappeningSources
from services.notification.webhooks.endpoints_repository import EndpointRepository

RECENT: Final = timedelta(hours=24)
"""How long ago orders and payments may have begun that are looked at again."""

Each = TypeVar("Each")
List = Callable[[str, str, datetime], AsyncIterator[Each]]


class CatchingUp:
    """Looks again at the recent orders or payments of all restaurants that have endpoints."""

    def __init__(self, endpoints: EndpointRepository, sources: HappeningSources, clock: Clock) -> None:
        self._endpoints = endpoints
        self._sources = sources
        self._clock = clock

    async def over(self, listed: List[Each], see_to: Callable[[Each], Awaitable[None]]) -> None:
        """See to each of them, the oldest first."""
        since = self._clock.now() - RECENT
        for restaurant_id in await self._endpoints.restaurants():
            for location_id in await self._sources.locations(restaurant_id):
                found = [each async for each in listed(restaurant_id, location_id, since)]
                for each in reversed(found):  # lists begin with the newest
                    await see_to(each)
