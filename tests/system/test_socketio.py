"""Socket.IO on the whole system: npm's client plays the parts of the Manage App and the Order App."""

from __future__ import annotations

import asyncio
import pathlib
import tempfile
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import grpc
import httpx
import pytest
from bson import ObjectId
from orderbuddy.ordering.v1 import ordering_service_pb2, ordering_service_pb2_grpc
from pymongo import AsyncMongoClient

from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal, Role
from tests.servers.socketio_clients import SocketIoClients, socketio_clients
from tests.support import eventually
from tests.system.staff import LOGIN_CODE, make_owner, sign_in
from tools.demo_data import DEMO, example_cart, load
from tools.processes import Stack

KITCHEN, BAR = "6a40000000000000000000a1", "6a40000000000000000000a2"
"""Stations of the demo restaurant."""
PLACE = {"restaurantId": DEMO.restaurant_id, "locationId": DEMO.location_id}
STAFF = ("store", "kitchen", "bar")
PAGES = (*STAFF, "guest")
LINES = ("line-1", "line-2", "line-3")
"""Two for the kitchen, one for the bar."""

pytestmark = pytest.mark.timeout(180)


@dataclass
class House:
    """The restaurant on an evening."""

    stack: Stack
    clients: SocketIoClients
    guest: httpx.AsyncClient
    staff: httpx.AsyncClient
    db: Any

    async def open_pages(self, *names: str) -> None:
        """Open dashboard and displays, as the Manage App does it."""
        for name in names:
            await self.clients.open(name, self.stack.edge_url)
            self.clients.emit(name, "store_joined", PLACE)
            if name in ("kitchen", "bar"):
                station = {"stationId": KITCHEN if name == "kitchen" else BAR, "stationTags": [name]}
                self.clients.emit(name, "station_joined", PLACE | station)
        await self.clients.fence(*names)
        self.forget(*names)

    async def open_status_page(self, order_id: str) -> None:
        """Open it as from a link: it joins by the bare id."""
        await self.clients.open("guest", self.stack.edge_url)
        self.clients.emit("guest", "order_joined", order_id)
        await self.clients.fence("guest")

    async def place(self, request_id: str) -> str:
        """Order as the Order App does."""
        preview = (await self.guest.post("/order-app/cart/preview-order", json=example_cart())).json()["data"]
        body = {"previewOrderId": preview["previewOrderId"]}
        headers = {"x-request-id": request_id}
        placed = await self.guest.post("/payments/place-order-without-payment", json=body, headers=headers)
        order_id: str = placed.json()["orderId"]
        return order_id

    async def set_status(self, order_id: str, status: str) -> None:
        answer = await self.staff.post("/restaurant/order-status/", json={"orderId": order_id, "orderStatus": status})
        assert (answer.status_code, answer.json()) == (200, True)

    async def set_line(self, order_id: str, line_id: str, status: str) -> None:
        body = {"orderId": order_id, "itemId": line_id, "orderItemStatus": status}
        answer = await self.staff.post("/stations/order-item/", json=body)
        assert (answer.status_code, answer.json()["data"]) == (200, True)

    async def heard(self, **expected: list[list[Any]]) -> None:
        """Wait until each has heard just this; forget it."""
        for name, events in expected.items():
            try:
                await eventually(lambda name=name, events=events: len(self.clients.events[name]) >= len(events))  # type: ignore[misc]
            finally:
                assert self.clients.events[name] == events, name
        self.forget(*expected)

    async def all_heard(self, names: Iterable[str], *events: list[Any]) -> None:
        await self.heard(**{name: list(events) for name in names})

    async def nothing_more(self, *names: str) -> None:
        """Let one more change come through, so that all before it has come, too; nothing else was heard."""
        order_id = await self.place("marker")
        marker = ["order_received", {"orderId": order_id, **PLACE, "correlationId": "marker"}]
        await self.heard(**{name: [marker] for name in names})

    def forget(self, *names: str) -> None:
        for name in names:
            self.clients.events[name].clear()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    environment = {"ORDERBUDDY_DEMO": "0", "ORDERBUDDY_LOGIN_CODE": LOGIN_CODE}
    with tempfile.TemporaryDirectory() as folder, Stack(pathlib.Path(folder), environment) as stack:
        async with (
            AsyncMongoClient[dict[str, Any]](stack.mongo_uri) as mongo,
            httpx.AsyncClient(base_url=stack.edge_url) as guest,
            httpx.AsyncClient(base_url=stack.edge_url) as staff,
            socketio_clients() as clients,
        ):
            await load(mongo[stack.db_name])
            stack.wait_ready()
            await make_owner(stack, await sign_in(staff, "ana@example.test"), DEMO.restaurant_id)
            yield House(stack, clients, guest, staff, mongo[stack.db_name])


def received(order_id: str, correlation_id: str) -> list[Any]:
    return ["order_received", {"orderId": order_id, **PLACE, "correlationId": correlation_id}]


def status(name: str, order_id: str, **more: str) -> list[Any]:
    return [name, {"restaurantId": DEMO.restaurant_id, "orderId": order_id, **more}]


def line(step: str, order_id: str, line_id: str, name: str = "") -> list[Any]:
    """Return what a station is told, or without one the dashboard."""
    ids = {"orderId": order_id, "itemId": line_id, **PLACE}
    if not name:
        return [f"dashboard_order_item_{step}", ids]
    station = {"stationId": KITCHEN if name == "kitchen" else BAR, "stationTags": [name]}
    return [f"order_item_{step}", ids | station]


async def accept_at_till(house: House, order_id: str) -> None:
    """Accept by gRPC, past the edge."""
    person = Principal(CallerKind.STAFF, "till", {DEMO.restaurant_id: Role.OWNER})
    metadata = ((METADATA_KEY, f"Bearer {Assertions(house.stack.secret).sign(person)}"),)
    async with grpc.aio.insecure_channel(house.stack.address("ordering")) as channel:
        ordering = ordering_service_pb2_grpc.OrderingServiceStub(channel)
        request = ordering_service_pb2.AcceptOrderRequest(restaurant_id=DEMO.restaurant_id, order_id=order_id)
        await ordering.AcceptOrder(request, metadata=metadata)


async def test_an_evening_as_the_apps_live_it(house: House) -> None:
    await house.open_pages(*STAFF)
    order_id = await house.place("c-77")
    await house.all_heard(STAFF, received(order_id, "c-77"))
    await house.open_status_page(order_id)

    # Each REST call is followed by what the app says of it: nobody hears that a second time.
    await house.set_status(order_id, "ACCEPTED")
    house.clients.emit("store", *status("order_accepted", order_id, correlationId="c-77"))
    await house.all_heard(PAGES, status("order_accepted", order_id, correlationId="c-77"))

    for step, word in (("started", "STARTED"), ("completed", "COMPLETED")):
        await house.set_line(order_id, "line-1", word)
        said = {"orderId": order_id, "itemId": "line-1", **PLACE, "stationTags": ["kitchen"]}
        house.clients.emit("kitchen", f"order_item_{step}", said)
        dashboard = line(step, order_id, "line-1")
        await house.heard(
            store=[dashboard], kitchen=[line(step, order_id, "line-1", "kitchen"), dashboard], bar=[dashboard]
        )

    for event, word in (("order_ready_for_pickup", "READY_FOR_PICKUP"), ("order_completed", "PICKED_UP")):
        await house.set_status(order_id, word)
        house.clients.emit("store", *status(event, order_id))
        await house.all_heard(PAGES, status(event, order_id))

    await house.clients.fence(*PAGES)
    await house.nothing_more(*STAFF)
    assert house.clients.events["guest"] == []


async def test_what_a_till_does_by_grpc_reaches_the_apps(house: House) -> None:
    await house.open_pages("store", "kitchen")
    order_id = await house.place("c-1")
    await house.open_status_page(order_id)
    await house.heard(store=[received(order_id, "c-1")], kitchen=[received(order_id, "c-1")])
    await accept_at_till(house, order_id)
    told = [status("order_accepted", order_id, correlationId="c-1")]
    await house.heard(store=told, kitchen=told, guest=told)
    await house.nothing_more("store", "kitchen")


async def test_what_the_old_system_writes_reaches_them_too(house: House) -> None:
    """As contract part A 2.4 and part B 4.7 have it: its fields only, and no version."""
    await house.open_pages(*STAFF)
    made = ObjectId()
    lines = [
        {"id": f"line-{n}", "menuItemId": item, "name": item, "priceCents": 500, "notes": "", "modifiers": []}
        | {"variants": [], "stationTags": [tag], "startedAt": None, "completedAt": None}
        for n, (item, tag) in enumerate((("taco-pescado", "kitchen"), ("agua-jamaica", "bar")), start=1)
    ]
    orders, order_id = house.db["orders"], str(made)
    await orders.insert_one(
        {
            "_id": made,
            "orderCode": order_id[-4:].upper(),
            "paymentId": "",
            "restaurantId": DEMO.restaurant_id,
            "locationId": ObjectId(DEMO.location_id),
            "locationSlug": "harbor",
            "meta": {"correlationId": "old-1"},
            "customer": {"name": "Ana", "phone": ""},
            "origin": {"id": DEMO.origin_id, "name": "Table 1"},
            "items": lines,
            "discount": None,
            "status": "CREATED",
            "startedAt": datetime.now(UTC),
            "totalPriceCents": 1100,
            "getSms": False,
        }
    )
    await house.all_heard(STAFF, received(order_id, "old-1"))
    await house.open_status_page(order_id)

    now = datetime.now(UTC)
    meta = {"meta.acceptedBy": "user", "meta.acceptedAt": now.isoformat(), "meta.autoAccept": True}
    await orders.update_one({"_id": made}, {"$set": {"status": "ACCEPTED", **meta}})
    await house.all_heard(PAGES, status("order_accepted", order_id, correlationId="old-1"))

    begun = {"items.$[one].startedAt": datetime.now(UTC), "items.$[one].completedAt": None}
    await orders.update_one({"_id": made}, {"$set": begun}, array_filters=[{"one.id": "line-2"}])
    dashboard = line("started", order_id, "line-2")
    await house.heard(
        store=[dashboard], kitchen=[dashboard], bar=[line("started", order_id, "line-2", "bar"), dashboard]
    )

    rewritten = [x | {"startedAt": now, "completedAt": datetime.now(UTC)} for x in lines]
    await orders.update_one({"_id": made}, {"$set": {"status": "READY_FOR_PICKUP", "items": rewritten}})
    await house.all_heard(PAGES, status("order_ready_for_pickup", order_id))
    await orders.update_one({"_id": made}, {"$set": {"status": "PICKED_UP", "endedAt": datetime.now(UTC)}})
    await house.all_heard(PAGES, status("order_completed", order_id))
    await house.nothing_more(*STAFF)


async def test_the_edge_is_killed_and_nothing_is_missed_or_doubled(house: House) -> None:
    await house.open_pages(*STAFF)
    first = await house.place("c-1")
    await house.open_status_page(first)
    await house.all_heard(STAFF, received(first, "c-1"))
    await eventually(lambda: _remembered(house, 4))
    connections = {name: house.clients.times(name, "connected") for name in PAGES}

    house.stack.kill("edge")
    await accept_at_till(house, first)
    await asyncio.to_thread(house.stack.restart, "edge")
    await asyncio.to_thread(house.stack.wait_ready)
    for name in PAGES:
        assert (await house.clients.back(name, connections[name] + 1))["recovered"] is True

    accepted = [status("order_accepted", first, correlationId="c-1")]
    await house.all_heard(PAGES, *accepted)
    await house.set_line(first, "line-3", "STARTED")
    dashboard = line("started", first, "line-3")
    await house.heard(store=[dashboard], kitchen=[dashboard], bar=[line("started", first, "line-3", "bar"), dashboard])
    await house.nothing_more(*STAFF)
    assert house.clients.events["guest"] == []


async def _remembered(house: House, sockets: int) -> bool:
    return bool(await house.db["sockets"].count_documents({"rooms.0": {"$exists": True}}) == sockets)


async def test_a_stranger_changes_nothing_and_reaches_nobody(house: House) -> None:
    await house.open_pages(*STAFF)
    order_id = await house.place("c-1")
    await house.open_status_page(order_id)
    await house.all_heard(STAFF, received(order_id, "c-1"))
    before = await house.db["orders"].find_one({"_id": ObjectId(order_id)})

    await house.open_pages("stranger")
    for name in ("order_accepted", "order_ready_for_pickup", "order_completed", "order_wait_time_updated"):
        house.clients.emit("stranger", *status(name, order_id, waitTime="5", status="PICKED_UP"))
    for step in ("started", "completed"):
        said = {"orderId": order_id, "itemId": "line-1", **PLACE, "stationTags": ["kitchen", "bar"]}
        house.clients.emit("stranger", f"order_item_{step}", said)
    house.clients.emit("stranger", "new_order", {"orderId": order_id, **PLACE})
    await house.clients.fence("stranger", *PAGES)

    await house.nothing_more("stranger", *STAFF)
    assert house.clients.events["guest"] == []
    assert await house.db["orders"].find_one({"_id": ObjectId(order_id)}) == before
