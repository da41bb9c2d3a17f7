"""What is in the kitchens now, asked of the Station service: once for all sockets that ask at one time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from google.rpc import code_pb2
from orderbuddy.station.v1 import station_service_pb2, ticket_pb2, ticket_service_pb2

from edge.caller import Caller, Metadata
from edge.errors import RpcError
from edge.kitchen_feed import SERVICE, Place, render_ticket
from edge.rendering import renderer
from services.kit.bookmark import scope_of
from services.kit.errors import Unavailable

_LIST: Final = SERVICE.methods_by_name["ListTickets"]
_NOWHERE: Final = frozenset({code_pb2.NOT_FOUND, code_pb2.INVALID_ARGUMENT})
_render_station: Final = renderer(station_service_pb2.DESCRIPTOR.message_types_by_name["Station"])


class Picture(NamedTuple):
    """A location's stations and tickets at one moment."""

    stations: list[dict[str, object]]
    tickets: list[ticket_pb2.Ticket]
    scope: str
    """Differs when the stations do."""

    def versions(self) -> Mapping[str, int]:
        """Return the versions of the orders in it."""
        return {ticket.order_id: ticket.revision for ticket in self.tickets}

    def has_station(self, station_id: str) -> bool:
        """Tell whether the location has a station."""
        return any(station["_id"] == station_id for station in self.stations)

    def rendered(self, station_id: str | None) -> list[object]:
        """Return the tickets as JSON: all (None), or those of one station (empty: of none)."""
        return [render_ticket(t) for t in self.tickets if station_id is None or t.station_id == station_id]


class Pictures:
    """Asks for pictures. Whoever asks while somebody else's question is waiting to be sent shares its answer."""

    def __init__(self, caller: Caller, identity: Callable[[], Metadata]) -> None:
        self._caller = caller
        self._identity = identity
        self._waiting: dict[Place, asyncio.Task[Picture]] = {}
        self._running: dict[Place, asyncio.Lock] = {}

    async def of(self, place: Place) -> Picture:
        """Return what is at a location, read after this was called. Raises Unavailable."""
        task = self._waiting.get(place)
        if task is None:
            task = self._waiting[place] = asyncio.create_task(self._read(place))
        return await asyncio.shield(task)

    async def _read(self, place: Place) -> Picture:
        # One question at a time for a location; all who come while it is under way share the next one.
        lock = self._running.setdefault(place, asyncio.Lock())
        async with lock:
            self._waiting.pop(place, None)
            try:
                return await self._ask(place)
            finally:
                if place not in self._waiting:
                    self._running.pop(place, None)

    async def _ask(self, place: Place) -> Picture:
        restaurant_id, location_id = place
        request = ticket_service_pb2.ListTicketsRequest(restaurant_id=restaurant_id, location_id=location_id)
        try:
            answer = await self._caller.call(_LIST, request, metadata=self._identity())
        except RpcError as error:
            if error.status.code in _NOWHERE:
                return Picture([], [], scope_of([]))
            raise Unavailable("KITCHEN_AWAY", "the kitchen can't be read just now; try again") from error
        assert isinstance(answer, ticket_service_pb2.ListTicketsResponse)
        stations = [_render_station(station) for station in answer.stations]
        return Picture(stations, list(answer.tickets), scope_of(answer.stations))
