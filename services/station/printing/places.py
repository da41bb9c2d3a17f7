"""Names and time zones of places, for what is printed: rather old ones, or none, than no ticket."""

from __future__ import annotations

import time
from typing import Final

from services.kit.errors import OrderBuddyError
from services.kit.telemetry import log
from services.station.adapters.places import Place, Places

_FRESH_SECONDS: Final = 60.0
_MOST: Final = 10_000


class KnownPlaces:
    """Asks for a place once a minute, and goes on with what it knew while nobody answers."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._known: dict[tuple[str, str], tuple[Place, float]] = {}

    async def find(self, restaurant_id: str, location_id: str) -> Place:
        """Return a place; without name and time zone when they can't be found out."""
        key = (restaurant_id, location_id)
        known, asked_at = self._known.get(key, (Place("", ""), 0.0))
        if asked_at and time.monotonic() - asked_at < _FRESH_SECONDS:
            return known
        try:
            known = await self._places.find(restaurant_id, location_id)
        except OrderBuddyError as error:
            log.warning("place_unknown", location_id=location_id, reason=error.reason)
            return known
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = (known, time.monotonic())
        return known
