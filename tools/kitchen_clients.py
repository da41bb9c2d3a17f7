"""Displays and Socket.IO clients that keep what they hear, and come back with their last token when they are cut."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

Json = dict[str, Any]
Heard = tuple[Any, ...]

_AGAIN_SECONDS: Final = 0.02
_PATIENCE_SECONDS: Final = 30.0


class Returning:
    """A client that connects again until it is told to leave."""

    def __init__(self, name: str, url: str, headers: dict[str, str]) -> None:
        self.name = name
        self.heard: dict[str, list[Heard]] = {}
        """By order, in the order in which it came."""
        self.arrived: dict[str, float] = {}
        """When an order was heard of first (time.monotonic)."""
        self.connected = asyncio.Event()
        """Connected, and nothing is missing."""
        self.returns = 0
        self.problems: list[str] = []
        self._url, self._headers = url, headers
        self._connection: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connect, in the background."""
        self._task = asyncio.create_task(self._stay())

    @property
    def started(self) -> bool:
        """Tell whether it was told to connect."""
        return self._task is not None

    async def leave(self) -> None:
        """Disconnect for good. Raises what went wrong in the background."""
        assert self._task is not None
        if self._task.done():
            self._task.result()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def cut(self) -> bool:
        """Break the connection as a network does; False when there is none."""
        if self._connection is None or not self.connected.is_set():
            return False
        self.connected.clear()
        self._connection.transport.abort()
        self.returns += 1
        return True

    def stop_reading(self) -> None:
        """Read nothing more on this connection."""
        assert self._connection is not None
        kernel = self._connection.transport.get_extra_info("socket")
        kernel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._connection.transport.pause_reading()

    async def say(self, message: str) -> bool:
        """Send a message; False when the connection is not there."""
        if self._connection is None or not self.connected.is_set():
            return False
        try:
            await self._connection.send(message)
        except WebSocketException:
            return False
        return True

    async def _stay(self) -> None:
        while True:
            try:
                async with connect(
                    self._address(),
                    additional_headers=self._headers,
                    compression=None,
                    max_size=None,
                    ping_interval=None,
                ) as self._connection:
                    await self._begin(self._connection)
                    async for text in self._connection:
                        await self._hear(self._connection, str(text), time.monotonic())
            except (OSError, InvalidHandshake, WebSocketException, TimeoutError, EOFError):
                pass
            finally:
                self.connected.clear()
                self._connection = None
            await asyncio.sleep(_AGAIN_SECONDS)

    def _connecting(self) -> connect:
        return connect(
            self._address(), additional_headers=self._headers, compression=None, max_size=None, ping_interval=None
        )

    def _note(self, order_id: str, what: Heard, at: float) -> None:
        self.arrived.setdefault(order_id, at)
        self.heard.setdefault(order_id, []).append(what)

    def _address(self) -> str:
        raise NotImplementedError

    async def _begin(self, connection: ClientConnection) -> None:
        raise NotImplementedError

    async def _hear(self, connection: ClientConnection, text: str, at: float) -> None:
        raise NotImplementedError


class Display(Returning):
    """A kitchen's socket: a station's view, or expo's."""

    def __init__(self, name: str, url: str, key: str, station_id: str = "") -> None:
        super().__init__(name, url, {"authorization": f"Device {key}"})
        self.station_id = station_id
        self.tickets: dict[str, Json] = {}
        """What the display shows, by ticket."""
        self.snapshots = 0
        self.acks: dict[str, Json] = {}
        self._token = ""

    def _address(self) -> str:
        return f"{self._url}?resumeToken={self._token}"

    async def _begin(self, connection: ClientConnection) -> None:
        """Say nothing: the server speaks first."""

    async def _hear(self, connection: ClientConnection, text: str, at: float) -> None:  # noqa: ARG002
        message = json.loads(text)
        self._token = message.get("resumeToken", self._token)
        match message["type"]:
            case "snapshot":
                self.snapshots += 1
                self.tickets = {ticket["id"]: ticket for ticket in message["tickets"]}
            case "heartbeat":
                self.connected.set()
            case "ack":
                self.acks[message["id"]] = message
            case "reset":
                self.problems.append(f"{self.name}: reset: {message['reason']}")
            case "error":
                self.problems.append(f"{self.name}: {message['reason']}")
            case kind:
                steps = tuple((line["lineId"], line["step"]) for line in message["lines"])
                self._note(message["orderId"], (message["version"], kind, message["status"], steps), at)
                self._show(message)

    def _show(self, message: Json) -> None:
        for ticket in message["tickets"]:
            if ticket["state"] == "GONE":
                self.tickets.pop(ticket["id"], None)
            else:
                self.tickets[ticket["id"]] = ticket


class LiveClient(Returning):
    """Socket.IO over a WebSocket, with what socket.io-client 4.8 does to recover: the same pid, the last offset."""

    def __init__(self, name: str, url: str, joins: tuple[str, Json], station_id: str = "") -> None:
        super().__init__(name, url, {})
        self.station_id = station_id
        self.lost_recoveries = 0
        self._joins = joins
        self._pid = self._offset = ""

    def _address(self) -> str:
        return f"{self._url}?EIO=4&transport=websocket"

    async def _begin(self, connection: ClientConnection) -> None:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await connection.recv()
        asked = {"pid": self._pid} | ({"offset": self._offset} if self._offset else {}) if self._pid else None
        await connection.send("40" + (json.dumps(asked) if asked else ""))

    async def _hear(self, connection: ClientConnection, text: str, at: float) -> None:
        if text == "2":
            await connection.send("3")
        elif text.startswith("40"):
            await self._welcome(connection, json.loads(text[2:])["pid"])
        elif text.startswith("42"):
            self._event(json.loads(text[2:]), at)

    async def _welcome(self, connection: ClientConnection, pid: str) -> None:
        recovered, came_back = pid == self._pid, bool(self._pid)
        self._pid = pid
        if not recovered:
            self.lost_recoveries += came_back
            await connection.send("42" + json.dumps(self._joins))
        # A join without ids is answered: then the server has taken in all that was said before.
        await connection.send('42["station_joined"]')

    def _event(self, event: list[Any], at: float) -> None:
        name, *args = event
        if name == "exception":
            self.connected.set()
            return
        if self._pid and args and isinstance(args[-1], str):
            self._offset = args.pop()
        if args and isinstance(args[0], dict) and "orderId" in args[0]:
            payload = args[0]
            self._note(payload["orderId"], (name, payload.get("itemId", ""), payload.get("stationId", "")), at)
