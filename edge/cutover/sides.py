"""The answer of one side to a read, whole, for comparing."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, NamedTuple

import brotli

from edge.answers import Header
from edge.bodies import Receive, Scope
from edge.cutover.legacy import Legacy

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES: Final = 2_000_000
_UNDONE: Final[dict[bytes, Callable[[bytes], bytes]]] = {
    b"": bytes,
    b"identity": bytes,
    b"br": brotli.decompress,
    b"gzip": gzip.decompress,
    b"deflate": zlib.decompress,
}


class Whole(NamedTuple):
    """An answer."""

    status: int
    encoding: bytes
    body: bytes


class CantRead(Exception):
    """The body can't be had or decoded: too long, or in a form nobody knows."""


def plain(answer: Whole) -> bytes:
    """Return the body as it was before compression. Raises CantRead."""
    try:
        return _UNDONE[answer.encoding](answer.body)
    except (KeyError, brotli.error, OSError, EOFError, zlib.error) as error:
        raise CantRead from error


class Capture:
    """Hands an answer on and keeps a copy, unless it is too long."""

    def __init__(self, send: Send | None) -> None:
        self._send = send
        self._status = 0
        self._encoding = b""
        self._parts: list[bytes] = []
        self._size = 0

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        """Take one message of the application."""
        if self._send is not None:
            await self._send(message)
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._encoding = dict(message.get("headers", ())).get(b"content-encoding", b"")
        elif message["type"] == "http.response.body":
            part = message.get("body", b"")
            self._size += len(part)
            if self._size <= MOST_BYTES:
                self._parts.append(part)
            else:
                self._parts.clear()

    def whole(self) -> Whole | None:
        """Return the answer; None when there was none, or it was too long."""
        if not self._status or self._size > MOST_BYTES:
            return None
        return Whole(self._status, self._encoding, b"".join(self._parts))


async def ask_legacy(legacy: Legacy, scope: Scope, headers: list[Header]) -> Whole:
    """Ask the old back end. Raises LegacyFailed or CantRead."""
    async with legacy.ask(scope["method"], scope["raw_path"], scope["query_string"], headers, None) as response:
        parts, size = [], 0
        async for part in response.aiter_stream():
            size += len(part)
            if size > MOST_BYTES:
                raise CantRead
            parts.append(part)
        encoding = {name.lower(): value for name, value in response.headers}.get(b"content-encoding", b"")
        return Whole(response.status, encoding, b"".join(parts))


async def ask_services(edge: AsgiApp, scope: Scope) -> Whole:
    """Ask this edge itself, as if the client had come to it. Raises CantRead."""
    capture = Capture(None)
    gone = asyncio.Event()
    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        if not messages:
            await gone.wait()
        return messages.pop() if messages else {"type": "http.disconnect"}

    await edge(scope, receive, capture)
    whole = capture.whole()
    if whole is None:
        raise CantRead
    return whole
