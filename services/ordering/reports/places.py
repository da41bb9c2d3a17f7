"""The time zones of locations, which the Menu service knows."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bson import ObjectId

from services.kit.errors import NotFound, Unusable
from services.kit.mongo import object_id
from services.ordering.catalog import Catalog
from services.ordering.placing import Menus


class Places:
    """Finds locations in the catalog in memory; before one is refused, it is read afresh."""

    def __init__(self, catalog: Catalog, menus: Menus) -> None:
        self._catalog = catalog
        self._menus = menus

    async def find(self, restaurant_id: str, location: str, request_id: str) -> tuple[tuple[str, ObjectId], ZoneInfo]:
        """Return a location and its time zone. Raises NotFound, Unusable (no proper time zone), Unavailable."""
        location_id = object_id(location, "locationId", "INVALID_LOCATION")
        name = self._catalog.time_zone(restaurant_id, location)
        zone = _zone(name)
        if zone is None:
            fresh = await self._menus.now(restaurant_id, location, request_id)
            name = fresh.time_zone(restaurant_id, location)
            zone = _zone(name)
        if name is None:
            raise NotFound("INVALID_LOCATION", "the restaurant has no such location", metadata={"field": "location_id"})
        if zone is None:
            text = f"{name} is no time zone" if name else "the location has no time zone; set one first"
            raise Unusable("NO_TIME_ZONE", text, metadata={"field": "location_id"})
        return (restaurant_id, location_id), zone


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
