"""The edge under a real uvicorn on a free port, with scripted services behind it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from edge.app import Edge
from edge.bodies import Scope
from edge.identity import Session, Sessions
from edge.live.gateway import Feed
from edge.protocols import Patience
from edge.settings import EdgeSettings
from edge.wiring import build, server_config
from tests.servers.scripted import Restartable, ScriptedMenu, ScriptedOrdering
from tests.support import SECRET, eventually

MENU_APP = "http://localhost:5173"
STORE_APP = "http://localhost:5174"


@dataclass
class RunningEdge:
    """What a test talks to."""

    edge: Edge
    http: httpx.AsyncClient
    port: int
    menu: ScriptedMenu
    ordering: ScriptedOrdering
    menu_server: Restartable
    ordering_server: Restartable
    server: uvicorn.Server

    @contextlib.asynccontextmanager
    async def socket(self, order_id: str, token: str = "", **options: Any) -> AsyncIterator[ClientConnection]:
        query = f"?resumeToken={token}" if token else ""
        url = f"ws://127.0.0.1:{self.port}/ws/orders/{order_id}{query}"
        async with connect(url, compression=None, **options) as connection:
            yield connection

    async def followed(self) -> None:
        """Wait until the edge follows both services."""
        await eventually(lambda: self.edge.cache.follower.live and self.edge.sockets.feed.follower.live)


async def received(connection: ClientConnection, timeout_seconds: float = 5.0) -> dict[str, Any]:
    """Return the next message that is no heartbeat."""
    async with asyncio.timeout(timeout_seconds):
        while True:
            message: dict[str, Any] = json.loads(await connection.recv())
            if message["type"] != "heartbeat":
                return message


async def closed(connection: ClientConnection) -> tuple[int | None, list[dict[str, Any]]]:
    """Wait for the end; return the close code and what came before it."""
    messages = []
    async with asyncio.timeout(5):
        try:
            while True:
                messages.append(json.loads(await connection.recv()))
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else None, messages


def readers(edge: RunningEdge) -> int:
    return edge.edge.sockets.feed.hub.readers()


async def statuses(connection: ClientConnection, count: int) -> list[str]:
    return [(await received(connection))["status"] for _ in range(count)]


class NoSessions:
    """Nobody is signed in."""

    async def find(self, scope: Scope) -> Session | None:  # noqa: ARG002  the protocol's
        return None


@contextlib.asynccontextmanager
async def running_edge(
    sessions: Sessions | None = None,
    kitchen: Feed | None = None,
    port: int = 0,
    patience: Patience | None = None,
    **environment: Any,
) -> AsyncIterator[RunningEdge]:
    """Start two scripted services and the edge; stop all in the end. Does not wait for the streams."""
    menu, ordering = ScriptedMenu(), ScriptedOrdering()
    servers = Restartable(menu), Restartable(ordering)
    for service in servers:
        await service.start()
    settings = EdgeSettings.model_validate(
        {
            "ORDERBUDDY_ASSERTION_SECRET": SECRET,
            "ORDERBUDDY_MENU_ADDRESS": servers[0].address,
            "ORDERBUDDY_ORDERING_ADDRESS": servers[1].address,
            **environment,
        }
    )
    edge = build(settings, sessions or NoSessions(), kitchen)
    listening = socket.create_server(("127.0.0.1", port))
    # asyncio does so by itself only for sockets that it makes: else each answer over HTTP takes 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    port = listening.getsockname()[1]
    server = uvicorn.Server(server_config(edge, settings, loop="asyncio", patience=patience))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await eventually(lambda: server.started)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            yield RunningEdge(edge, http, port, menu, ordering, *servers, server)
    finally:
        server.should_exit = True
        await serving
        listening.close()
        for grpc_server in servers:
            await grpc_server.stop()
