"""What was sold, found and worked out."""

from __future__ import annotations

from typing import Final, Protocol

from services.kit.clock import Clock
from services.kit.context import current_call
from services.kit.errors import NotFound, Unusable
from services.kit.mongo import Document
from services.ordering.reports import repository
from services.ordering.reports.days import Day, NotADay, day_at, last_days, read_day
from services.ordering.reports.places import Places
from services.ordering.reports.repository import Place, ReportRepository

WEEK: Final = 7


class Campaigns(Protocol):
    """Knows the campaigns of locations."""

    async def origin_of(self, restaurant_id: str, location_id: str, campaign_id: str, request_id: str) -> str | None:
        """Return a campaign's origin; None when there is no such campaign. Raises Unavailable."""
        ...


class Sales:
    """Finds orders and sales of local days."""

    def __init__(self, reports: ReportRepository, places: Places, campaigns: Campaigns, clock: Clock) -> None:
        self._reports = reports
        self._places = places
        self._campaigns = campaigns
        self._clock = clock

    async def today(self, restaurant_id: str, location_id: str) -> list[Document]:
        """Return today's orders."""
        place, zone = await self._places.find(restaurant_id, location_id, current_call().request_id)
        return await self._reports.orders(place, day_at(self._clock.now(), zone))

    async def history(self, restaurant_id: str, location_id: str, date: str) -> list[Document]:
        """Return a day's orders."""
        return await self._reports.orders(*await self._day(restaurant_id, location_id, date))

    async def by_item(self, restaurant_id: str, location_id: str, date: str) -> list[Document]:
        """Return a day's sales by item."""
        return await self._reports.run(repository.by_item(*await self._day(restaurant_id, location_id, date)))

    async def by_origin(self, restaurant_id: str, location_id: str, date: str) -> list[Document]:
        """Return a day's sales by origin."""
        return await self._reports.run(repository.by_origin(*await self._day(restaurant_id, location_id, date)))

    async def week(self, restaurant_id: str, location_id: str) -> dict[str, Document]:
        """Return the sales of the last seven days by date, days without any too."""
        place, zone = await self._places.find(restaurant_id, location_id, current_call().request_id)
        days = last_days(self._clock.now(), zone, WEEK)
        rows = {row["_id"]: row for row in await self._reports.run(repository.by_day(place, days, zone.key))}
        return {str(day.date): rows.get(str(day.date), {}) for day in days}

    async def through_campaign(self, restaurant_id: str, location_id: str, campaign_id: str) -> Document:
        """Return what came in through a campaign. Raises NotFound."""
        place, _ = await self._places.find(restaurant_id, location_id, current_call().request_id)
        origin_id = await self._campaigns.origin_of(restaurant_id, location_id, campaign_id, current_call().request_id)
        if origin_id is None:
            raise NotFound("UNKNOWN_CAMPAIGN", "the location has no such campaign", metadata={"field": "campaign_id"})
        rows = await self._reports.run(repository.of_origin(place, origin_id))
        return rows[0] if rows else {}

    async def _day(self, restaurant_id: str, location_id: str, date: str) -> tuple[Place, Day]:
        place, zone = await self._places.find(restaurant_id, location_id, current_call().request_id)
        try:
            return place, read_day(date, zone)
        except NotADay as error:
            raise Unusable("NOT_A_DAY", str(error), metadata={"field": "date"}) from error
