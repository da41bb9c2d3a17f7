"""A restaurant with a bar and a kitchen: the Ordering and the Station service on the real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from google.protobuf.message import Message
from orderbuddy.common.v1 import common_pb2
from orderbuddy.menu.v1 import catalog_pb2
from orderbuddy.ordering.v1 import line_service_pb2_grpc, order_pb2, ordering_service_pb2, ordering_service_pb2_grpc
from orderbuddy.station.v1 import (
    station_service_pb2_grpc,
    ticket_pb2,
    ticket_service_pb2,
    ticket_service_pb2_grpc,
)

from services.kit.mongo import Database, Document
from services.kit.principal import CallerKind, DeviceKind, Principal, Role
from services.kit.server import Build
from services.kit.settings import ServiceSettings
from services.ordering.__main__ import build as build_ordering
from services.station.__main__ import build as build_station
from tests.servers.menu import FakeMenu, serve_menu
from tests.support import Served, metadata_of

LUNA, PLACE, OTHER_PLACE = "luna", "6a0000000000000000000001", "6a0000000000000000000002"
STAFF = metadata_of(Principal(CallerKind.STAFF, "cy", {LUNA: Role.STAFF}))
MANAGER = metadata_of(Principal(CallerKind.STAFF, "mo", {LUNA: Role.MANAGER}))
STRANGER = metadata_of(Principal(CallerKind.STAFF, "x", {"sol": Role.OWNER}))
SERVICE = metadata_of(Principal(CallerKind.SERVICE, "edge"))


def device(kind: DeviceKind, location_id: str = PLACE) -> tuple[tuple[str, str], ...]:
    """Return the metadata of a device's calls."""
    return metadata_of(Principal(CallerKind.DEVICE, f"{kind}-1", {LUNA: Role.STAFF}, location_id, kind))


DISPLAY, POS = device(DeviceKind.DISPLAY), device(DeviceKind.POS)

ITEMS = {"tea": ["drinks"], "taco": ["hot"], "cake": ["dessert"]}
"""Stations' tags of what is on the menu; nobody makes cake."""


def _text(text: str) -> common_pb2.LocalizedText:
    return common_pb2.LocalizedText(en=text, es=text, pt=text)


def a_menu(location_id: str = PLACE) -> catalog_pb2.Menu:
    """Return the menu: everything costs 5 dollars, and 10.25 % tax."""
    items = [
        catalog_pb2.MenuItem(id=name, name=_text(name.title()), price_cents=500, is_available=True, station_tags=tags)
        for name, tags in ITEMS.items()
    ]
    return catalog_pb2.Menu(
        id=f"6b{location_id[2:]}",
        restaurant_id=LUNA,
        location_id=location_id,
        name=_text("Menu"),
        available=True,
        sales_tax=10.25,
        items=items,
    )


@dataclass
class Kitchen:
    """Stubs of what runs, and shorthands."""

    menu: FakeMenu
    db: Database
    ordering: Served
    station: Served

    @property
    def orders(self) -> ordering_service_pb2_grpc.OrderingServiceStub:
        return ordering_service_pb2_grpc.OrderingServiceStub(self.ordering.channel)

    @property
    def lines(self) -> line_service_pb2_grpc.OrderLineServiceStub:
        return line_service_pb2_grpc.OrderLineServiceStub(self.ordering.channel)

    @property
    def stations(self) -> station_service_pb2_grpc.StationServiceStub:
        return station_service_pb2_grpc.StationServiceStub(self.station.channel)

    @property
    def tickets(self) -> ticket_service_pb2_grpc.TicketServiceStub:
        return ticket_service_pb2_grpc.TicketServiceStub(self.station.channel)

    async def place(self, *items: str, location_id: str = PLACE) -> str:
        """Place an order with lines l0, l1, …; return its id."""
        cart = ordering_service_pb2.PreviewOrderRequest(
            restaurant_id=LUNA,
            location_id=location_id,
            location_slug="main",
            origin=order_pb2.CartOrigin(id="", name="Web"),
            customer=order_pb2.CartCustomer(name="Ana", phone="2065550133"),
            items=[order_pb2.CartLine(id=f"l{n}", menu_item_id=i, name=i.title()) for n, i in enumerate(items)],
            get_sms=False,
        )
        preview = await self.orders.PreviewOrder(cart)
        request = ordering_service_pb2.PlaceOrderRequest(preview_order_id=preview.data.preview_order_id)
        return str((await self.orders.PlaceOrder(request)).order_id)

    async def document(self, order_id: str) -> Document:
        """Return an order as it is stored."""
        found = await self.db["orders"].find_one({"_id": ObjectId(order_id)})
        assert found is not None
        return found

    async def add_station(self, name: str, *tags: str) -> str:
        """Store a station; return its id."""
        station_id = ObjectId()
        await self.db["stations"].insert_one(
            {
                "_id": station_id,
                "restaurantId": LUNA,
                "locationId": ObjectId(PLACE),
                "name": name,
                "tags": list(tags),
            }
        )
        return str(station_id)

    async def listed(self, station_id: str = "") -> list[ticket_pb2.Ticket]:
        """Return the tickets of the location or of a station."""
        request = ticket_service_pb2.ListTicketsRequest(restaurant_id=LUNA, location_id=PLACE, station_id=station_id)
        return list((await self.tickets.ListTickets(request, metadata=DISPLAY)).tickets)


@asynccontextmanager
async def running_kitchen(
    settings: ServiceSettings, db: Database, serve: Callable[[str, Build], Awaitable[Served]]
) -> AsyncIterator[Kitchen]:
    """Serve it all; orders are taken on by themselves, and at OTHER_PLACE ready with their last line."""
    menu = FakeMenu()
    menu.put_location(LUNA, PLACE, auto_accept=True)
    menu.put_menu(a_menu())
    menu.put_location(LUNA, OTHER_PLACE, auto_accept=True, ready_when_done=True)
    menu.put_menu(a_menu(OTHER_PLACE))
    server, settings.menu_address = await serve_menu(menu)
    try:
        ordering = await serve("ordering", build_ordering)
        settings.ordering_address = ordering.address
        yield Kitchen(menu, db, ordering, await serve("station", build_station))
    finally:
        await server.stop(None)


def ticket_verb(kind: type[Message], order_id: str, **more: Any) -> Any:
    """Return a request for a verb of TicketService."""
    request: Any = kind
    return request(restaurant_id=LUNA, location_id=PLACE, order_id=order_id, **more)


def summary(ticket: ticket_pb2.Ticket) -> tuple[str, str, list[str]]:
    """Return a ticket's station, state and lines, for comparing."""
    state = ticket_pb2.TicketState.Name(ticket.state).removeprefix("TICKET_STATE_")
    return ticket.station_name, state, [f"{'-' if line.voided else ''}{line.line.id}" for line in ticket.lines]
