"""The real socket.io-client of npm, in one node process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pathlib
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

from tests.support import eventually
from tools.processes import ROOT

_SCRIPT = pathlib.Path(__file__).with_suffix(".cjs")
_NODE = pathlib.Path(sys.executable).parent / "node"
_MODULES = ROOT / "build" / "node" / "node_modules"
_QUICK = {"reconnectionDelay": 50, "reconnectionDelayMax": 200}


class SocketIoClients:
    """Named clients. What each hears is kept."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.events: dict[str, list[list[Any]]] = defaultdict(list)
        """Name and payload, without offsets."""
        self.offsets: dict[str, list[str]] = defaultdict(list)
        self.happened: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.fencing = True
        """Whether `fence` is used: what it is answered is no event then."""
        self._process = process

    def do(self, socket: str, what: str, **how: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"socket": socket, "do": what, **how}).encode() + b"\n")

    async def open(self, socket: str, url: str, **options: Any) -> None:
        self.do(socket, "open", url=url, options=_QUICK | options)
        await eventually(lambda: self.times(socket, "connected") == 1)

    def emit(self, socket: str, event: str, *args: Any) -> None:
        self.do(socket, "emit", event=event, args=args)

    def times(self, socket: str, what: str) -> int:
        return sum(h["happened"] == what for h in self.happened[socket])

    def last(self, socket: str, what: str) -> dict[str, Any]:
        return [h for h in self.happened[socket] if h["happened"] == what][-1]

    async def back(self, socket: str, times: int = 2) -> dict[str, Any]:
        """Wait until a client has connected again; say how."""
        await eventually(lambda: self.times(socket, "connected") >= times)
        return self.last(socket, "connected")

    async def heard(self, socket: str, *expected: list[Any]) -> None:
        """Wait for exactly these events, in this order."""
        await eventually(lambda: len(self.events[socket]) >= len(expected))
        assert self.events[socket] == list(expected)

    async def fence(self, *sockets: str) -> None:
        """Wait until each has heard all that was said to it so far, and the server what it said."""
        for socket in sockets:
            before = self.times(socket, "fenced")
            self.emit(socket, "station_joined")

            def passed(name: str = socket, after: int = before) -> bool:
                return self.times(name, "fenced") > after

            await eventually(passed)

    async def read(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            message = json.loads(line)
            name = message["socket"]
            if "happened" in message:
                self.happened[name].append(message)
            elif self.fencing and is_fence(message):
                self.happened[name].append({"happened": "fenced"})
            else:
                args = message["args"]
                if args and isinstance(args[-1], str):
                    self.offsets[name].append(args.pop())
                self.events[name].append([message["event"], *args])


def is_fence(message: dict[str, Any]) -> bool:
    return bool(message["event"] == "exception" and message["args"][0]["cause"] == {"pattern": "station_joined"})


@contextlib.asynccontextmanager
async def socketio_clients() -> AsyncIterator[SocketIoClients]:
    """Start node; end it afterwards."""
    process = await asyncio.create_subprocess_exec(
        str(_NODE),
        str(_SCRIPT),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**20,
        env={**os.environ, "NODE_PATH": str(_MODULES)},
    )
    clients = SocketIoClients(process)
    reading = asyncio.create_task(clients.read())
    try:
        yield clients
    finally:
        # What was started is a wrapper around node: killing it would leave node behind. Node goes when nobody asks.
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await reading
