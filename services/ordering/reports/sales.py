"""What was sold, found and worked out."""

from __future__ import annotations

from typing import Final, Protocol
from zoneinfo import ZoneInfo

from services.kit.clock import Clock
from services.kit.context import current_call
from services.kit.errors import NotFound, Unusable
from services.kit.mongo import Document, object_id
from services.ordering.reports import repository
from services.ordering.reports.days import Day, NotADay, day_at, day_of, last_days, read_day
from services.ordering.reports.places import Places
from services.ordering.reports.repository import Place, ReportRepository

WEEK: Final = 7
LONGEST_SPAN: Final = 366
"""Days that one report of daily sales may cover."""


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
        return await self._reports.placed(place, day_at(self._clock.now(), zone))

    async def history(self, restaurant_id: str, location_id: str, date: str) -> list[Document]:
        """Return the orders that were placed on a day, in all states."""
        return await self._reports.placed(*await self._day(restaurant_id, location_id, date))

    async def orders(self, restaurant_id: str, location_id: str, date: str) -> list[Document]:
        """Return the orders that a day's sales consist of."""
        return await self._reports.sold(*await self._day(restaurant_id, location_id, date))

    async def by_item(self, restaurant_id: str, location_id: str, date: str) -> list[Document]:
        """Return a day's sales by item."""
        return await self._reports.run(repository.by_item(*await self._day(restaurant_id, location_id, date)))

    async def by_origin(self, restaurant_id: str, location_id: str, date: str) -> list[Document]:
        """Return a day's sales by origin."""
        return await self._reports.run(repository.by_origin(*await self._day(restaurant_id, location_id, date)))

    async def week(self, restaurant_id: str, location_id: str) -> dict[str, Document]:
        """Return the sales of the last seven days by date, days without any too."""
        place, zone = await self._places.find(restaurant_id, location_id, current_call().request_id)
        return await self._daily(place, last_days(self._clock.now(), zone, WEEK))

    async def span(self, restaurant_id: str, location_id: str, first: str, last: str) -> dict[str, Document]:
        """Return the sales of the days from `first` to `last`, as `week` does. Raises Unusable (no such span)."""
        place, zone = await self._places.find(restaurant_id, location_id, current_call().request_id)
        begin, end = _read(first, zone, "first_date").date, _read(last, zone, "last_date").date
        count = (end - begin).days + 1
        if not 0 < count <= LONGEST_SPAN:
            text = f"the span from {begin} to {end} has {count} days; 1 to {LONGEST_SPAN} are possible"
            raise Unusable("NO_SPAN", text, metadata={"field": "last_date"})
        return await self._daily(place, last_days(day_of(end, zone).begin, zone, count))

    async def _daily(self, place: Place, days: list[Day]) -> dict[str, Document]:
        rows = {row["_id"]: row for row in await self._reports.run(repository.by_day(place, days))}
        return {str(day.date): rows.get(str(day.date), {}) for day in days}

    async def through_campaign(self, restaurant_id: str, location_id: str, campaign_id: str) -> Document:
        """Return what was sold through a campaign. Raises NotFound, Unusable (the campaign has no origin)."""
        place = (restaurant_id, object_id(location_id, "locationId", "INVALID_LOCATION"))
        origin_id = await self._campaigns.origin_of(restaurant_id, location_id, campaign_id, current_call().request_id)
        if origin_id is None:
            raise NotFound("UNKNOWN_CAMPAIGN", "the location has no such campaign", metadata={"field": "campaign_id"})
        if not origin_id:
            raise Unusable("NO_ORIGIN", "the campaign has no origin", metadata={"field": "campaign_id"})
        rows = await self._reports.run(repository.through_origin(place, origin_id))
        return rows[0] if rows else {}

    async def _day(self, restaurant_id: str, location_id: str, date: str) -> tuple[Place, Day]:
        place, zone = await self._places.find(restaurant_id, location_id, current_call().request_id)
        return place, _read(date, zone, "date")


def _read(date: str, zone: ZoneInfo, field: str) -> Day:
    try:
        return read_day(date, zone)
    except NotADay as error:
        raise Unusable("NOT_A_DAY", str(error), metadata={"field": field}) from error
