"""An edge with Socket.IO, a scripted kitchen, a real memory of sockets, and npm's clients."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from orderbuddy.station.v1 import ticket_service_pb2, ticket_service_pb2_grpc

from edge.identity import Sessions
from edge.live.gateway import Live
from services.kit.server import Build, Runtime
from services.station.sockets.wiring import build_sockets
from tests.servers.kitchen import BAR, EXPO, KITCHEN, LOCATION, RESTAURANT, TAGS, ScriptedKitchen
from tests.servers.running_edge import RunningEdge, running_edge
from tests.servers.socketio_clients import SocketIoClients
from tests.support import Served

Serve = Callable[[str, Build], Awaitable[Served]]

PLACE = {"restaurantId": RESTAURANT, "locationId": LOCATION}
STATIONS = {"bar": BAR, "kitchen": KITCHEN, "expo": EXPO}


@dataclass
class LiveHouse:
    """What a test talks to."""

    kitchen: ScriptedKitchen
    station: Served
    clients: SocketIoClients
    sessions: Sessions | None = None

    @contextlib.asynccontextmanager
    async def edge(self, port: int = 0, **environment: Any) -> AsyncIterator[RunningEdge]:
        """Start one more edge."""
        address: dict[str, Any] = {"ORDERBUDDY_STATION_ADDRESS": self.station.address}
        async with running_edge(self.sessions, self.kitchen.feed(), port, **address, **environment) as running:
            yield running

    async def store(self, name: str, edge: RunningEdge, **options: Any) -> None:
        """Open a dashboard."""
        await self.clients.open(name, url(edge), **options)
        self.clients.emit(name, "store_joined", PLACE)
        await self.clients.fence(name)

    async def at_station(self, name: str, edge: RunningEdge, **options: Any) -> None:
        """Open a kitchen display."""
        station = {**PLACE, "stationId": STATIONS[name], "stationTags": TAGS[STATIONS[name]]}
        await self.clients.open(name, url(edge), **options)
        self.clients.emit(name, "station_joined", station)
        await self.clients.fence(name)
        answer = {"success": True, "stationId": STATIONS[name], "locationId": LOCATION}
        await self.clients.heard(name, ["station_connected", answer])
        self.clients.events[name].clear()

    async def guest(self, name: str, edge: RunningEdge, order: Any, **options: Any) -> None:
        """Open a status page."""
        await self.clients.open(name, url(edge), **options)
        self.clients.emit(name, "order_joined", order)
        await self.clients.fence(name)


def url(edge: RunningEdge) -> str:
    return f"http://127.0.0.1:{edge.port}"


def gateway(edge: RunningEdge) -> Live:
    mounted = edge.edge._mounted[b"/socket.io/"]
    assert isinstance(mounted, Live)
    return mounted


def clients_of(edge: RunningEdge) -> int:
    return len(list(gateway(edge).clients))


async def station_of(serve: Serve, kitchen: ScriptedKitchen) -> Served:
    async def build(runtime: Runtime) -> None:
        build_sockets(runtime)
        add = ticket_service_pb2_grpc.add_TicketServiceServicer_to_server
        runtime.serve(ticket_service_pb2.DESCRIPTOR, add, kitchen)

    return await serve("station", build)
