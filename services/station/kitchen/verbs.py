"""What the kitchen does, as steps on the lines of the order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from orderbuddy.ordering.v1 import line_service_pb2, order_pb2
from orderbuddy.station.v1 import ticket_pb2

from services.kit.errors import NotFound
from services.station.adapters.orders import Orders
from services.station.kitchen.book import StationBook
from services.station.kitchen.tickets import finished, of_station, tickets_of, unfinished
from services.station.repository import no_station
from services.station.routing import UNROUTED


class Verbs:
    """Carries out verbs by the Ordering service, as whoever calls us.

    Raises what it raises, NotFound for what is not at the location, and Unavailable.
    """

    def __init__(self, orders: Orders, book: StationBook) -> None:
        self._orders = orders
        self._book = book

    async def start(self, place: tuple[str, str], order_id: str, line_id: str, request_id: str) -> int:
        """Start a line; return the order's version."""
        order = await self._order(place, order_id)
        request = line_service_pb2.StartOrderLinesRequest(
            restaurant_id=place[0], order_id=order.id, line_ids=[line_id], request_id=request_id
        )
        return (await self._orders.start(request)).version

    async def complete(self, place: tuple[str, str], order_id: str, line_id: str, request_id: str) -> int:
        """Complete a line; return the order's version."""
        order = await self._order(place, order_id)
        request = line_service_pb2.CompleteOrderLinesRequest(
            restaurant_id=place[0], order_id=order.id, line_ids=[line_id], request_id=request_id
        )
        return (await self._orders.complete(request)).version

    async def recall(
        self, place: tuple[str, str], order_id: str, line_id: str, request_id: str, revision: int | None = None
    ) -> int:
        """Take a line's last step back; return the order's version.

        `revision`: the one that was shown. What was done to the line after it nobody meant to take back.
        """
        order = await self._order(place, order_id)
        request = line_service_pb2.RecallOrderLinesRequest(
            restaurant_id=place[0], order_id=order.id, line_ids=[line_id], request_id=request_id, seen_version=revision
        )
        return (await self._orders.recall(request)).version

    async def bump(
        self, place: tuple[str, str], order_id: str, station_id: str, request_id: str, revision: int | None = None
    ) -> int:
        """Complete a ticket, and note that its station has seen what was taken back; return the order's version.

        `revision`: the one that was shown. A bump can be on its way while something is taken back, for minutes when its
        display was cut off: nobody has seen that.
        """
        order, ticket = await self._ticket(place, order_id, station_id)
        lines = unfinished(ticket) if ticket and order.status == "ACCEPTED" else []
        request = line_service_pb2.CompleteOrderLinesRequest(
            restaurant_id=place[0],
            order_id=order.id,
            line_ids=lines,
            station_id=station_id,
            request_id=_about(request_id, lines),
            seen_version=revision,
        )
        return (await self._orders.complete(request)).version

    async def recall_ticket(
        self, place: tuple[str, str], order_id: str, station_id: str, request_id: str, revision: int | None = None
    ) -> int:
        """Take a bump back; return the order's version. Nothing happens when no line is finished (any more).

        `revision`: as for `recall`.
        """
        order, ticket = await self._ticket(place, order_id, station_id)
        lines = finished(ticket) if ticket else []
        if not lines:
            # Completing nothing changes nothing, and tells the version.
            nothing = line_service_pb2.CompleteOrderLinesRequest(restaurant_id=place[0], order_id=order.id)
            return (await self._orders.complete(nothing)).version
        request = line_service_pb2.RecallOrderLinesRequest(
            restaurant_id=place[0],
            order_id=order.id,
            line_ids=lines,
            request_id=_about(request_id, lines),
            seen_version=revision,
        )
        return (await self._orders.recall(request)).version

    async def _order(self, place: tuple[str, str], order_id: str) -> order_pb2.Order:
        order = await self._orders.order(order_id)
        if (order.restaurant_id, order.location_id) != place:
            raise NotFound("ORDER_NOT_FOUND", "the location has no such order", metadata={"field": "order_id"})
        return order

    async def _ticket(
        self, place: tuple[str, str], order_id: str, station_id: str
    ) -> tuple[order_pb2.Order, ticket_pb2.Ticket | None]:
        """Return the order and its ticket at the station; None when no line of it is made there (any more)."""
        order = await self._order(place, order_id)
        stations = await self._book.of(place)
        if station_id != UNROUTED and station_id not in {station.id for station in stations}:
            raise no_station()
        tickets = of_station(tickets_of(order_pb2.OrderRecord(order=order), stations), station_id)
        return order, tickets[0] if tickets else None


def _about(request_id: str, line_ids: Sequence[str]) -> str:
    """Return the request id of a call about these lines.

    Who repeats a bump whose answer was lost finds other lines unfinished than at first: that is another call, which the
    Ordering service would refuse under the same id.
    """
    return hashlib.sha256("\n".join((request_id, *line_ids)).encode()).hexdigest()[:32] if request_id else ""
