"""Changes of orders as the kitchen sees them: followed once per process, handed to everybody who watches."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Hashable
from contextlib import aclosing
from typing import Final

from orderbuddy.ordering.v1 import order_pb2
from orderbuddy.station.v1 import ticket_pb2

from services.kit import tracing
from services.kit.bookmark import DELETED
from services.kit.fanout import Hub, Positioned, TokenUnusable
from services.kit.metrics import heard
from services.kit.telemetry import log
from services.station.adapters.orders import Orders, Watched
from services.station.kitchen.book import Place, StationBook
from services.station.kitchen.tickets import tickets_of
from services.station.metrics import UNROUTED_LINES

ALL: Final = "all"
"""Key of those who watch every location."""


def place_key(place: Place) -> Hashable:
    """Return the key of a location's watchers."""
    return ("location", *place)


class StationsMoved:
    """Tickets of a location must be read anew: its stations changed. None: perhaps those of any."""

    def __init__(self, place: Place | None) -> None:
        self.place = place


class OrderMoved:
    """A change of an order. What it means to the kitchen is worked out once, when somebody asks."""

    def __init__(self, change: order_pb2.OrderChange) -> None:
        self.change = change
        order = change.record.order
        self.place: Place = (order.restaurant_id, order.location_id)
        self._event: ticket_pb2.KitchenEvent | None = None

    async def event(self, book: StationBook) -> ticket_pb2.KitchenEvent:
        """Return the event with all tickets of the order, by the stations as they are."""
        if self._event is None:
            stations = () if self.change.removed else await book.of(self.place)
            self._event = kitchen_event(self.change, tickets_of(self.change.record, stations))
            if stations:
                _warn_of_unrouted(self._event)
        return self._event


KitchenNews = OrderMoved | StationsMoved


def _warn_of_unrouted(event: ticket_pb2.KitchenEvent) -> None:
    """Tell the operator of lines that were sent to the kitchen and that no station makes; expo shows them."""
    before = event.previous_status if event.HasField("previous_status") else None
    if event.status != "ACCEPTED" or before in (event.status, "READY_FOR_PICKUP"):
        return
    for ticket in event.tickets:
        if not ticket.station_id:
            UNROUTED_LINES.inc(len(ticket.lines))
            items = sorted({line.line.menu_item_id for line in ticket.lines})
            place = {"restaurant_id": event.restaurant_id, "location_id": event.location_id}
            log.warning("lines_unrouted", order_id=event.order_id, menu_item_ids=items, **place)


def kitchen_event(change: order_pb2.OrderChange, tickets: list[ticket_pb2.Ticket]) -> ticket_pb2.KitchenEvent:
    """Make the event of a change of an order."""
    order = change.record.order
    return ticket_pb2.KitchenEvent(
        order_id=change.order_id,
        restaurant_id=order.restaurant_id,
        location_id=order.location_id,
        version=change.version,
        status=change.status,
        previous_status=change.previous_status if change.HasField("previous_status") else None,
        lines=change.lines,
        tickets=tickets,
        at=change.at,
        correlation_id=change.record.correlation_id,
        keeps_version=change.keeps_version,
        removed=change.removed,
    )


class KitchenFeed:
    """Follows the Ordering service's stream of all orders, and the stations."""

    def __init__(self, orders: Orders, book: StationBook) -> None:
        self.hub: Hub[KitchenNews] = Hub()
        self.book = book
        self._orders = orders
        self._connected = False
        book.on_change = self._stations_moved

    def problem(self) -> str | None:
        """Return why the kitchen can't be served, or None."""
        return None if self._connected or self.hub.position is not None else "orders have not been heard of yet"

    async def run(self) -> None:
        """Follow the orders, for ever."""
        await self._orders.follow(self._take, self._connection)

    def _connection(self, connected: bool) -> None:  # noqa: FBT001  a state, not an option
        self._connected = connected

    def _take(self, message: Watched) -> None:
        match message.WhichOneof("event"):
            case "change":
                with tracing.follow("kitchen hears of an order", message.change.order_id):
                    moved = OrderMoved(message.change)
                    self.hub.publish(message.resume_token, moved, _keys(moved))
                heard("orders", message.change)
            case "reset":
                log.warning("kitchen_reset", reason=message.reset.reason)
                self.hub.forget()
            case "heartbeat":
                self.hub.advance(message.resume_token)

    def _stations_moved(self, place: Place | None) -> None:
        self.hub.tell(StationsMoved(place), None if place is None else [ALL, place_key(place)])

    async def missed(self, token: str, seen_token: str) -> AsyncGenerator[Positioned[KitchenNews], None]:
        """Yield the changes after a token, from the Ordering service. Raises TokenUnusable."""
        async with aclosing(self._orders.changes_since(token, seen_token)) as stream:
            async for message in stream:
                if message.WhichOneof("event") == "reset":
                    raise TokenUnusable("TOKEN_TOO_OLD", message.reset.reason)
                moved = OrderMoved(message.change)
                yield Positioned(message.resume_token, moved, tuple(_keys(moved)))


def _keys(moved: OrderMoved) -> list[Hashable]:
    return [ALL, DELETED] if moved.change.removed else [ALL, place_key(moved.place)]
