"""Clients that come back: in their rooms again, told what they missed, each event once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from orderbuddy.ordering.v1 import order_pb2, ordering_service_pb2

from tests.contract.live import PLACE, LiveHouse, Serve, clients_of, gateway, station_of, url
from tests.servers.kitchen import BAR, EXPO, ORDER, RESTAURANT, ScriptedKitchen, event, ticket
from tests.servers.running_edge import RunningEdge
from tests.servers.socketio_clients import socketio_clients
from tests.support import eventually

WEBSOCKET = {"transports": ["websocket"]}


@pytest.fixture
async def house(serve: Serve) -> AsyncIterator[LiveHouse]:
    kitchen = ScriptedKitchen()
    async with socketio_clients() as clients:
        yield LiveHouse(kitchen, await station_of(serve, kitchen), clients)


def orders(house: LiveHouse, name: str) -> list[str]:
    """Return the orders that a client was told of, in order."""
    return [payload["orderId"] for _, *payloads in house.clients.events[name] for payload in payloads]


def place(house: LiveHouse, *numbers: int) -> None:
    for number in numbers:
        house.kitchen.change(event("CREATED", "", order_id=f"o{number}"))


async def saved(edge: RunningEdge) -> None:
    await gateway(edge).memory.settled()


@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_who_drops_out_is_told_what_happened_meanwhile(house: LiveHouse, transport: str) -> None:
    async with house.edge() as edge:
        await house.store("store", edge, transports=[transport], reconnectionDelay=300)
        place(house, 1)
        await eventually(lambda: orders(house, "store") == ["o1"])
        first = house.clients.last("store", "connected")
        house.clients.do("store", "drop")
        await eventually(lambda: house.clients.times("store", "disconnected") == 1)
        place(house, 2, 3)
        again = await house.clients.back("store")
        place(house, 4)
        await house.clients.fence("store")
        assert (again["recovered"], again["id"]) == (True, first["id"])
        assert orders(house, "store") == ["o1", "o2", "o3", "o4"]
        assert clients_of(edge) == 1


async def test_who_was_told_nothing_yet_is_told_all_since_it_joined(house: LiveHouse) -> None:
    async with house.edge() as edge:
        place(house, 1)
        await house.store("store", edge, reconnectionDelay=300)
        house.clients.do("store", "drop")
        await eventually(lambda: clients_of(edge) == 0)
        place(house, 2)
        assert (await house.clients.back("store"))["recovered"] is True
        await house.clients.fence("store")
        assert orders(house, "store") == ["o2"]


async def test_a_restart_of_the_edge_loses_and_doubles_nothing(house: LiveHouse) -> None:
    async with house.edge() as edge:
        await house.store("store", edge, **WEBSOCKET)
        await house.at_station("bar", edge, **WEBSOCKET)
        await house.guest("guest", edge, ORDER, **WEBSOCKET)
        house.kitchen.change(event("ACCEPTED", "", ticket(BAR, "1")))
        await house.clients.fence("store", "bar", "guest")
        port = edge.port
    house.kitchen.change(event("ACCEPTED", "ACCEPTED", ticket(BAR, "1"), version=2, lines={"1": "STARTED"}))
    house.kitchen.change(event("READY_FOR_PICKUP", "ACCEPTED", ticket(BAR, "1"), version=3))
    house.kitchen.change(event("READY_FOR_PICKUP", "ACCEPTED", order_id="another", version=3))
    async with house.edge(port) as edge:
        edge.ordering.answers["GetOrder"] = order_at_our_place()
        for name in ("store", "bar", "guest"):
            assert (await house.clients.back(name))["recovered"] is True
        house.kitchen.change(event("PICKED_UP", "READY_FOR_PICKUP", ticket(BAR, "1"), version=4))
        await house.clients.fence("store", "bar", "guest")
    names = {name: [said for said, _ in events] for name, events in house.clients.events.items()}
    item = "order_item_started"
    assert names["store"] == [
        "order_received",
        f"dashboard_{item}",
        *["order_ready_for_pickup"] * 2,
        "order_completed",
    ]
    assert names["bar"] == ["order_received", "new_order", item, f"dashboard_{item}"]
    assert names["guest"] == ["order_ready_for_pickup", "order_completed"]


async def test_another_edge_knows_a_client_too(house: LiveHouse) -> None:
    async with house.edge() as one, house.edge() as other:
        await house.store("store", one, reconnectionDelay=300)
        place(house, 1)
        await house.clients.fence("store")
        await saved(one)
        house.clients.do("store", "move", url=url(other))
        await eventually(lambda: clients_of(one) == 0)
        place(house, 2)
        assert (await house.clients.back("store"))["recovered"] is True
        await eventually(lambda: clients_of(other) == 1)
        place(house, 3)
        await house.clients.fence("store")
        assert orders(house, "store") == ["o1", "o2", "o3"]


async def test_between_two_events_of_one_change_nothing_is_lost_or_doubled(house: LiveHouse) -> None:
    async with house.edge() as edge:
        await house.at_station("expo", edge)
        house.kitchen.change(event("ACCEPTED", "", ticket(EXPO, "1"), order_id="o1"))
        await house.clients.fence("expo")
        first, second = house.clients.offsets["expo"]
        assert (await replayed(edge, house, first)) == ["new_order"]
        assert (await replayed(edge, house, second)) == []


async def test_when_too_much_was_missed_the_rooms_are_there_again_all_the_same(house: LiveHouse) -> None:
    async with house.edge() as edge:
        await house.store("store", edge, **WEBSOCKET)
        place(house, 1)
        await house.clients.fence("store")
        port = edge.port
    place(house, 2)
    house.kitchen.forgotten = 2
    async with house.edge(port) as edge:
        assert (await house.clients.back("store"))["recovered"] is False
        place(house, 3)
        await house.clients.fence("store")
        assert orders(house, "store") == ["o1", "o3"]
        # The useless offset is forgotten: the next time works.
        house.clients.do("store", "drop")
        assert (await house.clients.back("store", 3))["recovered"] is True
        await house.clients.fence("store")
        assert orders(house, "store") == ["o1", "o3"]


async def test_after_a_gap_in_the_stream_all_come_back_for_what_they_missed(house: LiveHouse) -> None:
    async with house.edge() as edge:
        await house.store("store", edge)
        place(house, 1)
        await house.clients.fence("store")
        (feed,) = house.kitchen.feeds
        house.kitchen.feeds.clear()  # the stream is cut
        place(house, 2)
        house.kitchen.feeds.append(feed)
        feed.gap()
        feed.hub.advance(house.kitchen.token)
        assert (await house.clients.back("store"))["recovered"] is True
        place(house, 3)
        await house.clients.fence("store")
        assert orders(house, "store") == ["o1", "o2", "o3"]


async def test_an_unknown_private_id_is_a_new_client(house: LiveHouse) -> None:
    async with house.edge() as edge:
        await house.clients.open("stranger", url(edge), auth={"pid": "x" * 22, "offset": "t0"})
        place(house, 1)
        await house.clients.fence("stranger")
        assert house.clients.events["stranger"] == []


async def test_the_connection_that_a_client_left_behind_is_ended(house: LiveHouse) -> None:
    async with house.edge() as edge:
        await house.store("store", edge)
        (client,) = gateway(edge).clients
        auth = {"pid": client.pid}
        await house.clients.open("again", url(edge), auth=auth, **WEBSOCKET)
        await eventually(lambda: house.clients.times("store", "disconnected") == 1)


async def test_rooms_are_saved_although_the_service_is_away_at_first(house: LiveHouse) -> None:
    async with house.edge(ORDERBUDDY_EDGE_DEADLINE_SECONDS=0.5) as edge:
        await house.station.server.stop()
        await house.store("store", edge)
        memory = gateway(edge).memory
        assert len(memory._unsaved) == 1
        place(house, 1)
        await house.clients.fence("store")
        house.clients.do("store", "drop")
        assert (await house.clients.back("store"))["recovered"] is True


async def replayed(edge: RunningEdge, house: LiveHouse, offset: str) -> list[str]:
    """Return what a client that hands back this offset is told, by hand: npm's can't be made to forget."""
    (client,) = gateway(edge).clients
    name = f"at {offset}"
    known = await gateway(edge).memory.recall(client.pid)
    assert known is not None
    memory = gateway(edge).memory
    memory.remember("p" * 22 + offset[:1], known.rooms, known.token)
    await house.clients.open(name, url(edge), auth={"pid": "p" * 22 + offset[:1], "offset": offset}, **WEBSOCKET)
    await house.clients.fence(name)
    heard = [event for event, _ in house.clients.events[name]]
    house.clients.do(name, "close")
    await eventually(lambda: clients_of(edge) == 1)
    return heard


def order_at_our_place() -> Any:
    order = order_pb2.Order(id=ORDER, restaurant_id=RESTAURANT, location_id=PLACE["locationId"])
    return ordering_service_pb2.GetOrderResponse(order=order)
