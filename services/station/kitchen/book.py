"""The stations of locations, remembered until they change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from orderbuddy.station.v1 import station_service_pb2

from services.kit.changes import Change, Follower
from services.kit.values import text
from services.station import mapping
from services.station.repository import StationRepository

_REMEMBERED: Final = 10_000
"""Locations; a few kilobytes each."""

Place = tuple[str, str]
"""Restaurant and location id (lower case)."""

Stations = Sequence[station_service_pb2.Station]


class StationBook:
    """Reads stations once per location, and hears of every change, by us or by the old system."""

    def __init__(self, repository: StationRepository) -> None:
        self._repository = repository
        self._known: OrderedDict[Place, Stations] = OrderedDict()
        self._places: dict[str, Place] = {}
        self._changes = 0
        self.on_change: Callable[[Place | None], None] = lambda _place: None
        """Called with the location whose stations changed; None: it may have been any."""

    async def of(self, place: Place) -> Stations:
        """Return a location's stations in the order in which they were made."""
        known = self._known.get(place)
        if known is not None:
            self._known.move_to_end(place)
            return known
        changes = self._changes
        found = [mapping.station(d) for d in await self._repository.of_location(*place)]
        if changes == self._changes:  # else it may be from before a change
            self._remember(place, found)
        return found

    def _remember(self, place: Place, found: Stations) -> None:
        self._known[place] = found
        self._places.update((station.id, place) for station in found)
        while len(self._known) > _REMEMBERED:
            _, dropped = self._known.popitem(last=False)
            for station in dropped:
                self._places.pop(station.id, None)

    async def run(self) -> None:
        """Follow the stations, for ever."""
        follower = Follower(
            "stations",
            self._repository.changes(),
            on_change=self._on_change,
            on_idle=lambda _token: None,
            on_reset=self._on_reset,
        )
        await follower.run()

    async def _on_change(self, _token: str, change: Change) -> None:
        self._changes += 1
        document = change.get("fullDocument") or {}
        station_id = text(change.get("documentKey", {}).get("_id"))
        now = (text(document.get("restaurantId")), text(document.get("locationId")))
        for place in {self._places.get(station_id), now if all(now) else None} - {None}:
            assert place is not None
            self._known.pop(place, None)
            self.on_change(place)
        if not station_id or (not all(now) and station_id not in self._places):
            self._forget()  # a deletion of a station that we did not know, or of all

    async def _on_reset(self) -> None:
        self._changes += 1
        self._forget()

    def _forget(self) -> None:
        self._known.clear()
        self._places.clear()
        self.on_change(None)
