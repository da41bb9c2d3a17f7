"""How events get to many: encoded once, and nobody waits for who does not read."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from engineio import packet

from edge.live import clients as live_clients
from edge.live import engine
from edge.live.engine import MOST_WAITING
from tests.contract.live import PLACE, LiveHouse, Serve, clients_of, gateway, station_of, url
from tests.contract.live_raw import PATH, connected
from tests.servers.kitchen import ScriptedKitchen, event
from tests.servers.running_edge import RunningEdge
from tests.servers.socketio_clients import socketio_clients
from tests.support import eventually


@pytest.fixture
async def house(serve: Serve) -> AsyncIterator[LiveHouse]:
    kitchen = ScriptedKitchen()
    async with socketio_clients() as clients:
        yield LiveHouse(kitchen, await station_of(serve, kitchen), clients)


@pytest.fixture
async def edge(house: LiveHouse) -> AsyncIterator[RunningEdge]:
    async with house.edge() as running:
        yield running


class CountingJson:
    """An encoder that notes what it encodes."""

    def __init__(self) -> None:
        self.encoded: list[Any] = []

    def dumps(self, value: Any) -> bytes:
        self.encoded.append(value)
        return orjson.dumps(value)


async def test_an_event_is_encoded_once_for_all(
    house: LiveHouse, edge: RunningEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"store {n}" for n in range(50)]
    for n, name in enumerate(names):
        await house.clients.open(name, url(edge), transports=["polling" if n % 5 == 0 else "websocket"])
        house.clients.emit(name, "store_joined", PLACE)
    await house.clients.fence(*names)
    encoder = CountingJson()
    monkeypatch.setattr(live_clients, "orjson", encoder)
    monkeypatch.setattr(packet.Packet, "json", encoder)  # would be the library's, for each client
    house.kitchen.change(event("CREATED", ""))
    house.kitchen.change(event("PICKED_UP", "READY_FOR_PICKUP", version=2))
    for name in names:
        await eventually(lambda name=name: len(house.clients.events[name]) == 2)  # type: ignore[misc]
    assert [name for name, *_ in encoder.encoded] == ["order_received", "order_completed"]


def frame(text: str) -> bytes:
    """Return a WebSocket frame as clients send it."""
    data, mask = text.encode(), os.urandom(4)
    length = struct.pack("!B", 0x80 | len(data)) if len(data) < 126 else struct.pack("!BH", 0xFE, len(data))
    return b"\x81" + length + mask + bytes(byte ^ mask[n % 4] for n, byte in enumerate(data))


async def stalled(edge: RunningEdge) -> socket.socket:
    """Open a dashboard that never reads, with as little buffer as the system allows."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", edge.port))
    head = (
        f"GET {PATH}websocket HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
        "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    await loop.sock_sendall(client, head.encode())
    assert b" 101 " in await loop.sock_recv(client, 20)
    join = "42" + json.dumps(["store_joined", PLACE])
    await loop.sock_sendall(client, frame("40") + frame(join))
    return client


def joined(edge: RunningEdge) -> int:
    return sum(bool(client.rooms) for client in gateway(edge).clients)


async def test_a_socket_that_does_not_read_is_cut_off_and_holds_up_nobody(
    house: LiveHouse, edge: RunningEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SEND_SECONDS", 0.2)
    await house.store("healthy", edge, transports=["websocket"])
    client = await stalled(edge)
    try:
        await eventually(lambda: joined(edge) == 2)
        large = "x" * 100_000  # a few of these fill every buffer between the two processes
        for number in range(100):
            house.kitchen.change(event("CREATED", "", order_id=f"{number}{large}"))
            await eventually(lambda count=number + 1: len(house.clients.events["healthy"]) == count)  # type: ignore[misc]
        await eventually(lambda: clients_of(edge) == 1)
        await eventually(lambda: len(edge.server.server_state.connections) == 1)
        assert house.clients.times("healthy", "connected") == 1
    finally:
        client.close()


async def test_a_poller_that_does_not_poll_is_cut_off_and_holds_up_nobody(house: LiveHouse, edge: RunningEdge) -> None:
    await house.store("healthy", edge, transports=["polling"])
    poller = await connected(edge)
    await poller.emit("store_joined", PLACE)
    assert joined(edge) == 2
    for number in range(1, MOST_WAITING + 2):
        house.kitchen.change(event("CREATED", "", order_id=f"o{number}"))
        if number % 100 == 0:
            await eventually(lambda count=number: len(house.clients.events["healthy"]) == count)  # type: ignore[misc]
    await eventually(lambda: clients_of(edge) == 1)
    await eventually(lambda: len(house.clients.events["healthy"]) == MOST_WAITING + 1)
    assert house.clients.times("healthy", "connected") == 1
    assert (await poller.get()).json() == {"code": 1, "message": "Session ID unknown"}
