"""Many cheap sockets in a process of their own: `python -m bench.sockets CONFIG`, behind bench/kitchen.py.

CONFIG is JSON: {"port", "groups": [{"path", "count", "hears", "headers", "greeting"}]}; `greeting` is what a Socket.IO
client says once it is connected. Frames are taken apart by hand: the client must not be what is measured. It prints
`ready` when every socket is up to date, and `heard ID` when all sockets that hear of orders have heard of one. A line
on its input is answered by what arrived when (CLOCK_MONOTONIC), by order and socket; the end of the input ends it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import resource
import sys
import time
from collections import defaultdict
from typing import Any, cast

import uvloop

_AT_ONCE = 40
_TEXT, _PING, _CLOSE = 1, 9, 8
_MARK = b'"orderId":"'
_READY = (b'{"type":"heartbeat"', b'42["exception"', b"ready")
"""How a kitchen's socket, Socket.IO and the floor say that nothing is missing any more."""


def frame(opcode: int, payload: bytes) -> bytes:
    """Return a client's frame. Its mask is zero, which leaves the payload as it is."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + size.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + length + b"\0\0\0\0" + payload


class Arrivals:
    """When each socket heard of each order."""

    def __init__(self, hearing: int) -> None:
        self.hearing = hearing
        self.times: defaultdict[str, dict[int, float]] = defaultdict(dict)

    def note(self, order_id: str, number: int, at: float) -> None:
        """Note the first time."""
        heard = self.times[order_id]
        if number not in heard:
            heard[number] = at
            if len(heard) == self.hearing:
                print("heard", order_id, flush=True)


class Listener(asyncio.Protocol):
    """One socket."""

    def __init__(self, number: int, port: int, group: dict[str, Any], arrivals: Arrivals) -> None:
        self._number, self._port, self._group, self._arrivals = number, port, group, arrivals
        self._buffer = b""
        self._upgraded = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket."""
        self._transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {self._group['path']} HTTP/1.1",
            f"host: 127.0.0.1:{self._port}",
            "upgrade: websocket",
            "connection: Upgrade",
            f"sec-websocket-key: {key}",
            "sec-websocket-version: 13",
            *(f"{name}: {value}" for name, value in self._group.get("headers", {}).items()),
        ]
        self._transport.write("\r\n".join([*lines, "", ""]).encode())

    def data_received(self, data: bytes) -> None:
        """Take frames apart."""
        at = time.monotonic()
        buffer = self._buffer + data if self._buffer else data
        if not self._upgraded:
            head, separator, rest = buffer.partition(b"\r\n\r\n")
            if separator and b" 101 " not in head[:20]:
                raise SystemExit(f"no socket: {head.decode('latin-1')}")
            self._upgraded = bool(separator)
            buffer = rest if separator else buffer
        if self._upgraded:
            buffer = self._frames(buffer, at)
        self._buffer = buffer

    def _frames(self, buffer: bytes, at: float) -> bytes:
        """Handle the complete frames; return the rest."""
        begin = 0
        while len(buffer) - begin >= 2:
            opcode, size, head = buffer[begin] & 0x0F, buffer[begin + 1], 2
            if size >= 126:
                head = 4 if size == 126 else 10
                size = int.from_bytes(buffer[begin + 2 : begin + head], "big")
            if len(buffer) - begin < head + size:
                break
            payload = buffer[begin + head : begin + head + size]
            begin += head + size
            if opcode == _TEXT:
                self._text(payload, at)
            elif opcode == _PING:
                self._transport.write(frame(10, payload))
            elif opcode == _CLOSE:
                raise SystemExit(f"a socket was closed: {payload!r}")
        return buffer[begin:]

    def _text(self, text: bytes, at: float) -> None:
        if self.ready.done():
            if text == b"2":
                self._transport.write(frame(_TEXT, b"3"))
                return
            found = text.find(_MARK)
            if found >= 0:
                found += len(_MARK)
                self._arrivals.note(text[found : found + 24].decode(), self._number, at)
        elif text.startswith(_READY):
            self.ready.set_result(None)
        elif text[:1] == b"0":
            self._transport.write(frame(_TEXT, b"40"))
        elif text[:2] == b"40":
            for saying in self._group["greeting"]:
                self._transport.write(frame(_TEXT, saying.encode()))

    def connection_lost(self, _exc: Exception | None) -> None:
        """Nobody should end a connection here."""
        if self._transport.is_closing():
            return
        raise SystemExit("a connection was lost")


async def connect_all(config: dict[str, Any], arrivals: Arrivals) -> list[Listener]:
    """Open all sockets, some at once; return when each is up to date."""
    loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE)

    async def one(number: int, group: dict[str, Any]) -> Listener:
        async with gate:
            _, listener = await loop.create_connection(
                lambda: Listener(number, config["port"], group, arrivals), "127.0.0.1", config["port"]
            )
            await listener.ready
            return listener

    groups = [group for group in config["groups"] for _ in range(group["count"])]
    return list(await asyncio.gather(*(one(number, group) for number, group in enumerate(groups))))


async def main() -> None:
    """Connect, listen, answer."""
    config = json.loads(sys.argv[1])
    arrivals = Arrivals(sum(group["count"] for group in config["groups"] if group["hears"]))
    listeners = await connect_all(config, arrivals)
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while await commands.readline():
        print(json.dumps(arrivals.times), flush=True)
    del listeners


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    uvloop.run(main())
