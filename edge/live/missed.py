"""What a client missed: from the edge's own memory if that reaches back far enough, else from the services."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing
from typing import Final, Protocol, cast

from google.rpc import code_pb2
from orderbuddy.ordering.v1 import ordering_service_pb2
from orderbuddy.station.v1 import ticket_pb2, ticket_service_pb2

from edge.caller import Caller, Metadata
from edge.errors import RpcError
from edge.kitchen_feed import SERVICE, Place
from edge.kitchen_pictures import Pictures
from edge.live.rooms import Room
from services.kit.bookmark import Bookmark
from services.kit.errors import Unavailable
from services.kit.fanout import Hub

_WATCH: Final = SERVICE.methods_by_name["WatchTickets"]
_GET_ORDER: Final = ordering_service_pb2.DESCRIPTOR.services_by_name["OrderingService"].methods_by_name["GetOrder"]
_SECONDS: Final = 5.0
_AT_ONCE: Final = 32
"""After a restart all clients ask; the service gets them in portions."""
_GONE: Final = frozenset({code_pb2.NOT_FOUND, code_pb2.INVALID_ARGUMENT})

Tokened = tuple[str, ticket_pb2.KitchenEvent]
Missed = Callable[[str, str, str], AsyncIterator[Tokened]]
"""Yields a location's changes after a token, until nothing is missing. Raises Unusable, Away."""
Locate = Callable[[str], Awaitable[Place | None]]
"""Returns where an order is. Raises Away."""


class Unusable(Exception):
    """What was missed can't be had any more: the token is too old, or not ours."""


class Away(Exception):
    """The service can't say just now."""


class KitchenChange(Protocol):
    """An item of the hub."""

    @property
    def message(self) -> ticket_pb2.KitchenEvent:
        """The change."""
        ...


def from_service(
    caller: Caller, identity: Callable[[], Metadata], pictures: Pictures, seen: Callable[[], str]
) -> Missed:
    """Return what asks the Station service. `seen` tells how far the feed has got."""

    async def missed(restaurant_id: str, location_id: str, token: str) -> AsyncIterator[Tokened]:
        try:
            # A location's stream goes on for those only who know its stations: clients of Socket.IO ask for tickets.
            scope = (await pictures.of((restaurant_id, location_id))).scope
        except Unavailable as error:
            raise Away from error
        request = ticket_service_pb2.WatchTicketsRequest(
            restaurant_id=restaurant_id,
            location_id=location_id,
            resume_token=Bookmark(scope=scope).at(token),
            seen_token=seen(),
        )
        stream = caller.stream(_WATCH, request, metadata=identity(), deadline_seconds=_SECONDS)
        try:
            async with aclosing(stream):
                async for message in stream:
                    response = cast("ticket_service_pb2.WatchTicketsResponse", message)
                    match response.WhichOneof("event"):
                        case "change":
                            yield Bookmark.parse(response.resume_token).token, response.change
                        case "heartbeat":
                            return
                        case "reset" | "snapshot":
                            raise Unusable
        except RpcError as error:
            raise (Unusable if error.status.code in _GONE else Away) from error
        raise Away

    return missed


def locator(caller: Caller, identity: Callable[[], Metadata]) -> Locate:
    """Return what asks the Ordering service."""

    async def locate(order_id: str) -> Place | None:
        request = ordering_service_pb2.GetOrderRequest(order_id=order_id)
        try:
            response = await caller.call(_GET_ORDER, request, metadata=identity())
        except RpcError as error:
            if error.status.code in _GONE:
                return None
            raise Away from error
        order = cast("ordering_service_pb2.GetOrderResponse", response).order
        return order.restaurant_id, order.location_id

    return locate


class Catching:
    """Finds what somebody missed."""

    def __init__(self, hub: Hub[KitchenChange], missed: Missed, locate: Locate) -> None:
        self._hub = hub
        self._missed = missed
        self._locate = locate
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def up(self, rooms: Iterable[Room], token: str) -> list[Tokened]:
        """Return the changes after a token that may concern these rooms, in order. Raises Unusable, Away."""
        restaurants = {room.restaurant_id for room in rooms if room.restaurant_id}
        orders = {room.order_id for room in rooms if room.order_id}
        kept = self._hub.replay(token, ["all"])
        if kept is not None:
            changes = [(item.token, item.event.message) for item in kept]
        elif token:
            async with self._at_once:
                changes = await self._ask(rooms, orders, token)
        else:
            raise Unusable
        return [(t, event) for t, event in changes if event.restaurant_id in restaurants or event.order_id in orders]

    async def _ask(self, rooms: Iterable[Room], orders: set[str], token: str) -> list[Tokened]:
        """Ask for each location; those of other locations of a restaurant are not asked for."""
        places = {(room.restaurant_id, room.location_id) for room in rooms if room.location_id}
        for order_id in orders:
            place = await self._locate(order_id)
            if place is not None:
                places.add(place)
        found = [[change async for change in self._missed(*place, token)] for place in sorted(places)]
        return list(heapq.merge(*found, key=lambda change: (change[1].at.seconds, change[1].at.nanos)))
