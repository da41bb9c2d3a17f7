"""Socket.IO by hand: what no real client would say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.servers.running_edge import RunningEdge

PATH = "/socket.io/?EIO=4&transport="


class Poller:
    """A connection by long polling."""

    def __init__(self, http: httpx.AsyncClient, sid: str) -> None:
        self._http = http
        self._path = f"{PATH}polling&sid={sid}"

    async def post(self, body: str | bytes, **headers: str) -> httpx.Response:
        return await self._http.post(self._path, content=body, headers=headers)

    async def get(self) -> httpx.Response:
        return await self._http.get(self._path)

    async def emit(self, name: str, *args: Any) -> httpx.Response:
        return await self.post("42" + json.dumps([name, *args]))

    async def heard(self) -> list[str]:
        """Poll once."""
        return (await self.get()).text.split("\x1e")


async def opened(edge: RunningEdge, **headers: str) -> Poller:
    """Begin a connection by polling, without CONNECT."""
    answer = await edge.http.get(f"{PATH}polling", headers=headers)
    assert answer.status_code == 200, answer.text
    return Poller(edge.http, json.loads(answer.text[1:])["sid"])


async def connected(edge: RunningEdge, auth: dict[str, Any] | None = None) -> Poller:
    """Begin a connection by polling, and be a client."""
    poller = await opened(edge)
    assert (await poller.post("40" + (json.dumps(auth) if auth else ""))).text == "ok"
    assert (await poller.heard())[0].startswith("40{")
    return poller


@asynccontextmanager
async def websocket(edge: RunningEdge, *, joins: bool = True, **options: Any) -> AsyncIterator[ClientConnection]:
    """Begin a connection by WebSocket."""
    url = f"ws://127.0.0.1:{edge.port}{PATH}websocket"
    async with connect(url, compression=None, **options) as connection:
        assert str(await connection.recv()).startswith("0{")
        if joins:
            await connection.send("40")
            while not str(await connection.recv()).startswith("40{"):
                pass  # a ping
        yield connection


async def ended(connection: ClientConnection) -> list[str]:
    """Wait for the end; return what was said before."""
    said = []
    async with asyncio.timeout(5):
        try:
            while True:
                said.append(str(await connection.recv()))
        except ConnectionClosed:
            return said
