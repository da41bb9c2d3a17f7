"""Engine.IO underneath: python-engineio, with the old server's answers and sockets that hold nobody up."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

import engineio
from engineio import exceptions, packet
from engineio.async_drivers import asgi
from engineio.async_socket import AsyncSocket

from edge.cors import Cors
from edge.patience import within

MOST_PAYLOAD_BYTES: Final = 1_000_000
MOST_WAITING: Final = 1_000
"""Packets that may wait for one client before it counts as gone."""
SEND_SECONDS: Final = 10.0
"""How long one packet may wait for a client that does not read."""
_CLOSE_SECONDS: Final = 1.0
_AT_ONCE: Final = 100
"""Packets of one request that are handled before others have a turn."""
_SMALL_TALK: Final = frozenset({packet.UPGRADE, packet.NOOP})
"""Has no meaning outside of moving over. The library's answer to it could pile up."""

SILENT: Final = logging.getLogger(__name__)
"""For the libraries, which would log what strangers send; what matters is logged here."""
SILENT.setLevel(logging.CRITICAL + 1)

_UNKNOWN_TRANSPORT, _UNKNOWN_SESSION, _BAD_METHOD, _BAD_REQUEST, _BAD_VERSION = 0, 1, 2, 3, 5
_REASONS: Final = {
    _UNKNOWN_TRANSPORT: "Transport unknown",
    _UNKNOWN_SESSION: "Session ID unknown",
    _BAD_METHOD: "Bad handshake method",
    _BAD_REQUEST: "Bad request",
    _BAD_VERSION: "Unsupported protocol version",
}
_BEGINNINGS: Final = (
    ("Invalid session None", _BAD_METHOD),
    ("Invalid session", _UNKNOWN_SESSION),
    ("'Session is disconnected'", _UNKNOWN_SESSION),
    ("Invalid transport", _UNKNOWN_TRANSPORT),
    ("The client is using an unsupported version", _BAD_VERSION),
)
"""How the library says it."""


class LiveSocket(AsyncSocket):  # type: ignore[misc]  # the library has no types
    """One client's connection."""

    connected: bool
    upgrading: bool
    upgraded: bool

    def offer(self, pkt: packet.Packet) -> bool:
        """Queue a packet without waiting; False when too many wait already."""
        if self.queue.qsize() >= MOST_WAITING:
            return False
        if not self.closing:
            self.queue.put_nowait(pkt)
        return True

    async def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:  # noqa: ARG002, FBT001, FBT002
        """End the connection: what is queued is still sent, unless aborted. Does not wait for the client."""
        if self.closing:
            return
        if abort:
            while not self.queue.empty():
                self.queue.get_nowait()
        await super().close(wait=False, abort=abort, reason=reason)
        if abort and not self.upgraded:
            self.queue.put_nowait(packet.Packet(packet.CLOSE))  # for the poll under way
        self.queue.put_nowait(None)

    async def handle_post_request(self, environ: dict[str, Any]) -> None:
        """Take in what a polling client sends, of any number of packets. Raises EngineIOError when it is malformed."""
        length = int(environ.get("CONTENT_LENGTH", "0"))
        if length > self.server.max_http_buffer_size:
            raise exceptions.ContentTooLongError
        body = await environ["wsgi.input"].read(length)
        try:
            for number, one in enumerate(body.decode("utf-8").split("\x1e"), 1):
                if self.closing:
                    return
                await self._take(packet.Packet(encoded_packet=one))
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)
        except (ValueError, RecursionError) as error:
            raise exceptions.UnknownPacketError from error

    async def _take(self, pkt: packet.Packet) -> None:
        """Handle a packet. Raises EngineIOError when clients do not say such things."""
        if pkt.binary or pkt.packet_type > packet.NOOP:
            raise exceptions.UnknownPacketError
        if pkt.packet_type not in _SMALL_TALK:
            await self.receive(pkt)

    async def _websocket_handler(self, ws: WebSocket) -> None:
        """Talk over a WebSocket until either side has enough. Replaces the library's, which waits for clients."""
        if self.connected and not await self._upgrade(ws):
            await ws.close()
            return
        self.connected = self.upgraded = True
        ends = [asyncio.ensure_future(self._read(ws)), asyncio.ensure_future(self._write(ws))]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            await asyncio.wait(ends)
            await self.close(abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
            await ws.close()

    async def _upgrade(self, ws: WebSocket) -> bool:
        """Let a polling client probe the WebSocket and move over."""
        if self.upgrading or self.upgraded:
            return False
        self.upgrading = True
        try:
            async with asyncio.timeout(self.server.ping_timeout):
                if await ws.wait() != "2probe":
                    return False
                await ws.send("3probe")
                self.queue.put_nowait(packet.Packet(packet.NOOP))  # ends the poll under way
                return bool(await ws.wait() == "5") and not self.closing
        except (OSError, TimeoutError):
            return False
        finally:
            self.upgrading = False

    async def _read(self, ws: WebSocket) -> None:
        try:
            while not self.closing:
                async with asyncio.timeout(self.server.ping_interval + self.server.ping_timeout):
                    data = await ws.wait()
                if len(data) > self.server.max_http_buffer_size:
                    return
                await self._take(packet.Packet(encoded_packet=data))
        except (OSError, TimeoutError, ValueError, RecursionError, exceptions.EngineIOError):
            return

    async def _write(self, ws: WebSocket) -> None:
        try:
            while (pkt := await self.queue.get()) is not None:
                await ws.send(pkt.encode())
        except (OSError, TimeoutError):
            return


class WebSocket(asgi.WebSocket):  # type: ignore[misc]  # the library has no types
    """The library's, with an end to waiting."""

    async def send(self, message: str) -> None:
        """Send a frame. Raises OSError when the client has gone, TimeoutError when it does not read."""
        await within(SEND_SECONDS, self.asgi_send({"type": "websocket.send", "text": message}))

    async def close(self) -> None:
        """Say goodbye, if that is possible at once; the server cuts the connection in any case."""
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self.asgi_send({"type": "websocket.close", "code": 1000})
        except (OSError, RuntimeError, TimeoutError):
            return


class EngineServer(engineio.AsyncServer):  # type: ignore[misc]  # the library has no types
    """All connections of this process."""

    _async: dict[str, Any]
    start_service_task: bool

    def __init__(self, cors: Cors, **options: Any) -> None:
        super().__init__(
            async_mode="asgi",
            ping_interval=25,
            ping_timeout=20,
            max_http_buffer_size=MOST_PAYLOAD_BYTES,
            cors_allowed_origins=[],  # done here
            logger=SILENT,
            **options,
        )
        self._async = {**self._async, "websocket": WebSocket}
        self._cors = cors

    async def _handle_connect(self, environ: dict[str, Any], transport: str, jsonp_index: int | None = None) -> Any:
        """Begin a connection. The library's names its own class of sockets."""
        if self.start_service_task:
            self.start_service_task = False
            self.service_task_handle = self.start_background_task(self._service_task)
        sid = self.generate_id()
        socket = self.sockets[sid] = LiveSocket(self, sid)
        opening = {
            "sid": sid,
            "upgrades": self._upgrades(sid, transport),
            "pingInterval": int(self.ping_interval * 1000),
            "pingTimeout": int(self.ping_timeout * 1000),
            "maxPayload": self.max_http_buffer_size,
        }
        socket.offer(packet.Packet(packet.OPEN, opening))
        await self._trigger_event("connect", sid, environ, run_async=False)
        socket.schedule_ping()
        if transport == "websocket":
            try:
                return await socket.handle_get_request(environ)
            finally:
                self.sockets.pop(sid, None)
        socket.connected = True
        return self._ok(await socket.poll(), jsonp_index=jsonp_index)

    def _ok(self, packets: Any = None, headers: Any = None, jsonp_index: int | None = None) -> dict[str, Any]:
        answer: dict[str, Any]
        if packets is None:
            answer = {"status": "200 OK", "headers": [("content-type", "text/html")], "response": b"ok"}
        else:
            answer = super()._ok(packets, headers, jsonp_index)
        answer["headers"].append(("cache-control", "no-store"))
        return answer

    def _bad_request(self, message: str | None = None) -> dict[str, Any]:
        code = next((code for text, code in _BEGINNINGS if (message or "").startswith(text)), _BAD_REQUEST)
        body = packet.Packet.json.dumps({"code": code, "message": _REASONS[code]}, separators=(",", ":"))
        return {
            "status": "400 Bad Request",
            "headers": [("content-type", "application/json")],
            "response": body.encode(),
        }

    def _cors_headers(self, environ: dict[str, Any]) -> list[tuple[str, str]]:
        """Return the headers of every answer. Other origins get no permission to read it."""
        allowed = self._cors.headers(environ.get("HTTP_ORIGIN", "").encode() or None) or self._cors.headers(None) or ()
        return [("vary", "Origin"), *((name.decode(), value.decode()) for name, value in allowed)]
