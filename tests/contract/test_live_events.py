"""Socket.IO with npm's client: who hears what, over polling and WebSocket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.contract.live import PLACE, LiveHouse, Serve, station_of, url
from tests.servers.kitchen import (
    BAR,
    EXPO,
    LOCATION,
    ORDER,
    OTHER_LOCATION,
    RESTAURANT,
    TAGS,
    ScriptedKitchen,
    event,
    ticket,
)
from tests.servers.running_edge import RunningEdge
from tests.servers.socketio_clients import socketio_clients
from tests.support import eventually

RECEIVED = {"orderId": ORDER, **PLACE, "correlationId": "c-1"}
STATUS = {"restaurantId": RESTAURANT, "orderId": ORDER}
ITEM = {"orderId": ORDER, "itemId": "1", **PLACE}


@pytest.fixture
async def house(serve: Serve) -> AsyncIterator[LiveHouse]:
    kitchen = ScriptedKitchen()
    async with socketio_clients() as clients:
        yield LiveHouse(kitchen, await station_of(serve, kitchen), clients)


@pytest.fixture
async def edge(house: LiveHouse) -> AsyncIterator[RunningEdge]:
    async with house.edge() as running:
        yield running


def new_order(station_id: str) -> list[Any]:
    payload = {"orderId": ORDER, "stationTags": TAGS[station_id], "locationId": LOCATION, "correlationId": "c-1"}
    return ["new_order", payload]


@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_an_evening_as_all_see_it(house: LiveHouse, edge: RunningEdge, transport: str) -> None:
    options = {"transports": [transport]}
    await house.store("store", edge, **options)
    await house.at_station("bar", edge, **options)
    await house.at_station("expo", edge, **options)
    await house.guest("guest", edge, {"orderId": ORDER}, **options)
    await house.clients.open("bystander", url(edge), **options)
    tickets = ticket(BAR, "1"), ticket(EXPO, "1", "2"), ticket("", "3")
    change = house.kitchen.change
    change(event("ACCEPTED", "", *tickets))
    change(event("ACCEPTED", "ACCEPTED", *tickets, version=2, lines={"1": "STARTED"}))
    change(event("ACCEPTED", "ACCEPTED", *tickets, version=3, lines={"1": "COMPLETED"}))
    change(event("READY_FOR_PICKUP", "ACCEPTED", *tickets, version=4))
    change(event("PICKED_UP", "READY_FOR_PICKUP", *tickets, version=5))
    await house.clients.fence("store", "bar", "expo", "guest", "bystander")

    ready, completed = ["order_ready_for_pickup", STATUS], ["order_completed", STATUS]
    dashboard = [[f"dashboard_order_item_{step}", ITEM] for step in ("started", "completed")]
    await house.clients.heard("store", ["order_received", RECEIVED], *dashboard, ready, completed)
    await house.clients.heard("guest", ready, completed)
    for name, station_id in (("bar", BAR), ("expo", EXPO)):
        own = ITEM | {"stationId": station_id, "stationTags": TAGS[station_id]}
        await house.clients.heard(
            name,
            ["order_received", RECEIVED],
            new_order(station_id),
            ["order_item_started", own],
            dashboard[0],
            ["order_item_completed", own],
            dashboard[1],
        )
    assert house.clients.events["bystander"] == []
    assert house.clients.last("store", "connected")["transport"] == transport


async def test_the_apps_begin_with_polling_and_move_to_a_websocket(house: LiveHouse, edge: RunningEdge) -> None:
    await house.store("store", edge)
    await eventually(lambda: house.clients.times("store", "upgraded") == 1)
    assert house.clients.last("store", "upgraded")["transport"] == "websocket"
    house.kitchen.change(event("CREATED", ""))
    await house.clients.heard("store", ["order_received", RECEIVED])
    assert house.clients.times("store", "connected") == 1


async def test_the_status_page_joins_by_the_bare_id(house: LiveHouse, edge: RunningEdge) -> None:
    await house.guest("guest", edge, ORDER)
    house.kitchen.change(event("READY_FOR_PICKUP", "ACCEPTED"))
    house.kitchen.change(event("READY_FOR_PICKUP", "ACCEPTED", order_id="66e000000000000000000002"))
    await house.clients.fence("guest")
    await house.clients.heard("guest", ["order_ready_for_pickup", STATUS])


async def test_who_is_in_several_rooms_hears_each_event_once(house: LiveHouse, edge: RunningEdge) -> None:
    await house.store("store", edge)
    await house.guest("other", edge, ORDER)
    house.clients.emit("store", "order_joined", ORDER)
    house.clients.emit("store", "station_joined", {**PLACE, "stationId": BAR, "stationTags": []})
    await house.clients.fence("store")
    house.clients.events["store"].clear()
    house.kitchen.change(event("ACCEPTED", "CREATED", ticket(BAR, "1")))
    house.kitchen.change(event("ACCEPTED", "ACCEPTED", ticket(BAR, "1"), version=2, lines={"1": "VOIDED"}))
    await house.clients.fence("store")
    accepted = ["order_accepted", {**STATUS, "correlationId": "c-1"}]
    voided = ["order_item_voided", ITEM | {"stationId": BAR, "stationTags": TAGS[BAR]}]
    await house.clients.heard("store", accepted, voided)
    await house.clients.heard("other", accepted)


async def test_a_restaurants_other_locations_hear_of_its_orders_status_only(
    house: LiveHouse, edge: RunningEdge
) -> None:
    await house.store("store", edge)
    house.kitchen.change(event("ACCEPTED", "", ticket(BAR, "1"), location_id=OTHER_LOCATION))
    house.kitchen.change(event("PICKED_UP", "READY_FOR_PICKUP", location_id=OTHER_LOCATION, version=2))
    await house.clients.fence("store")
    await house.clients.heard("store", ["order_completed", STATUS])


@pytest.mark.parametrize(
    "name", ["order_accepted", "order_ready_for_pickup", "order_completed", "order_wait_time_updated"]
)
async def test_what_clients_say_of_orders_reaches_nobody(house: LiveHouse, edge: RunningEdge, name: str) -> None:
    await house.store("store", edge)
    await house.guest("guest", edge, ORDER)
    await house.clients.open("stranger", url(edge))
    house.clients.emit("stranger", name, {**STATUS, **PLACE, "waitTime": 5})
    for line in ("order_item_started", "order_item_completed", "new_order", "no_such_event"):
        house.clients.emit("stranger", line, {**ITEM, "stationTags": ["bar"]})
    await house.clients.fence("stranger", "store", "guest")
    assert [house.clients.events[who] for who in ("stranger", "store", "guest")] == [[], [], []]


@pytest.mark.parametrize("name", ["store_joined", "order_joined", "order_accepted", "order_completed"])
async def test_nothing_said_is_an_exception_as_ever(house: LiveHouse, edge: RunningEdge, name: str) -> None:
    await house.clients.open("client", url(edge))
    house.clients.emit("client", name)
    house.clients.emit("client", name, None)
    error = {"status": "error", "message": "Internal server error"}
    await house.clients.heard(
        "client",
        ["exception", {**error, "cause": {"pattern": name}}],
        ["exception", {**error, "cause": {"pattern": name, "data": None}}],
    )


async def test_joins_without_ids_join_nothing(house: LiveHouse, edge: RunningEdge) -> None:
    await house.clients.open("nobody", url(edge))
    payloads: tuple[Any, ...] = ({}, [], 7, {"restaurantId": None, "locationId": None, "orderId": ["a"]})
    for name in ("store_joined", "station_joined", "order_joined"):
        for payload in payloads:
            house.clients.emit("nobody", name, payload)
    house.kitchen.change(event("PICKED_UP", "READY_FOR_PICKUP", order_id="undefined"))
    await house.clients.fence("nobody")
    assert house.clients.events["nobody"] == []


async def test_an_acknowledgement_is_never_sent(house: LiveHouse, edge: RunningEdge) -> None:
    await house.clients.open("client", url(edge))
    house.clients.do("client", "emit with ack", event="store_joined", args=[PLACE])
    await house.clients.fence("client")
    assert house.clients.times("client", "acknowledged") == 0


async def test_other_namespaces_are_refused(house: LiveHouse, edge: RunningEdge) -> None:
    house.clients.do("admin", "open", url=f"{url(edge)}/admin", options={})
    await eventually(lambda: house.clients.times("admin", "refused") == 1)
    assert house.clients.last("admin", "refused")["reason"] == "Invalid namespace"
