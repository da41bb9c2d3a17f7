"""uvicorn's protocols with the limits that they lack: how much may be sent, how slowly, over how many connections.

Nothing here costs a request that arrives in one piece more than a few comparisons: clocks are set for what is not
complete yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from edge.answers import Answer, problem
from edge.limits import Held
from edge.metrics import CONNECTIONS_CUT

MOST_HEAD_BYTES: Final = 32 * 1024
_MOST_HEADERS: Final = 100
_MOST_URL_BYTES: Final = 8 * 1024
_MOST_PIPELINED: Final = 16
"""Requests that wait behind the one that is being answered. Browsers send none before they have the answer."""

_LINGER_SECONDS: Final = 12.0
"""Longer than the closing handshake of a WebSocket may take."""

_TOO_LONG: Final = problem(431, "the request's head is too large")
_URL_TOO_LONG: Final = problem(414, "the URL is too long")
_TOO_MANY_AHEAD: Final = problem(400, "too many requests were sent before their turn")
_MALFORMED: Final = problem(400, "this is no HTTP request")
_TOO_SLOW: Final = problem(408, "the request did not arrive in time")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a connection may take."""

    head_seconds: float = 10.0
    """From connecting, or from a request's first byte, to the end of its head."""
    step_seconds: float = 10.0
    """How often is looked whether a body, or the reading of an answer, gets on."""
    least_bytes_per_second: float = 1_024.0
    """Of a body that is sent or an answer that is read; below, the connection is cut."""
    body_seconds: float = 300.0
    """For a whole body, however steadily it comes."""


class Connections:
    """All connections of this process."""

    def __init__(self, most: int, most_of_address: int, is_proxy: Callable[[str], bool], patience: Patience) -> None:
        """`is_proxy` tells the addresses that bring many clients and have no limit of their own."""
        self.patience = patience
        self._most = most
        self._is_proxy = is_proxy
        self._of_address = Held("connections", most_of_address)

    def refusal(self, address: str, count: int) -> Answer | None:
        """Return the answer to a connection that is one too many; `count`: those that are open."""
        if count >= self._most:
            CONNECTIONS_CUT.labels("process_full").inc()
            return problem(503, "too many connections; try again", ((b"retry-after", b"1"),))
        return None if self._is_proxy(address) else self._of_address.refusal(address)

    def take(self, address: str) -> None:
        """Count one that was let in."""
        self._of_address.take(address)

    def give_back(self, address: str) -> None:
        """Count one that ended, or became a WebSocket, of which an address may hold so many as well."""
        self._of_address.give_back(address)


def bounded(connections: Connections) -> type[BoundedHttp]:
    """Return the protocol for a server's connections; uvicorn makes an instance of it for each."""
    return type("BoundedHttp", (BoundedHttp,), {"all": connections})


class BoundedHttp(HttpToolsProtocol):
    """HTTP/1.1 within limits."""

    all: Connections

    _address = ""
    _counted = False
    _refused = False
    _head_bytes = 0
    _receiving = False
    """Whether a request's body is on its way."""
    _received = 0
    _due: asyncio.TimerHandle | None = None
    """For what is being received."""
    _unread: asyncio.TimerHandle | None = None
    """For an answer that is not read."""
    _began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let a connection in, if there is room; it must then say something."""
        count = len(self.connections)
        super().connection_made(transport)  # type: ignore[arg-type]  # uvloop's is one without being derived from it
        self._address = self.client[0] if self.client else ""
        refusal = self.all.refusal(self._address, count)
        if refusal is not None:
            self._refuse(refusal)
            return
        self.all.take(self._address)
        self._counted = True
        self._due = self.loop.call_later(self.all.patience.head_seconds, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._leave()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over."""
        if self._refused:
            return
        self._leave()
        super().handle_websocket_upgrade()

    def _leave(self) -> None:
        self._stop("_due")
        self._stop("_unread")
        if self._counted:
            self._counted = False
            self.all.give_back(self._address)

    def _stop(self, timer: str) -> None:
        handle: asyncio.TimerHandle | None = getattr(self, timer)
        if handle is not None:
            handle.cancel()
            setattr(self, timer, None)

    def data_received(self, data: bytes) -> None:
        """Take in what was sent, and watch over what is not complete."""
        if self._refused:
            return
        self._head_bytes += len(data)
        super().data_received(data)
        if self._refused or not self._counted:
            return
        # A request has its path from the moment its head is complete.
        if self.scope is None or "path" not in self.scope:
            if self._head_bytes > MOST_HEAD_BYTES:
                self._refuse(_TOO_LONG)
            elif self._due is None or self._began:
                self._stop("_due")
                self._began = 0.0
                self._due = self.loop.call_later(self.all.patience.head_seconds, self._head_is_late)
            return
        self._head_bytes = 0
        self._received += len(data)
        if not self._receiving:
            if self._due is not None:
                self._stop("_due")
        elif self._due is None or self._began == 0:
            self._stop("_due")
            self._began = self.loop.time()
            self._watch_body()

    def on_headers_complete(self) -> None:
        """Begin with a request, unless its head is too large or too many wait."""
        if self._refused:
            return
        if len(self.url) > _MOST_URL_BYTES:
            self._refuse(_URL_TOO_LONG)
        elif self._head_is_too_large():
            self._refuse(_TOO_LONG)
        elif len(self.pipeline) >= _MOST_PIPELINED:
            self._refuse(_TOO_MANY_AHEAD)
        else:
            self._receiving = True
            self._began = 0.0
            super().on_headers_complete()

    def _head_is_too_large(self) -> bool:
        """Tell about a head that came whole. Its size is worked out only when it could be too large."""
        if len(self.headers) > _MOST_HEADERS:
            return True
        if self._head_bytes <= MOST_HEAD_BYTES:
            return False
        return sum(len(name) + len(value) for name, value in self.headers) > MOST_HEAD_BYTES

    def on_body(self, body: bytes) -> None:
        """Take in a part of a body."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that a request has arrived."""
        self._receiving = False
        if not self._refused:
            super().on_message_complete()

    def _head_is_late(self) -> None:
        self._due = None
        if self._head_bytes == 0:  # nothing was asked that could be answered; browsers connect ahead of need
            CONNECTIONS_CUT.labels("silent").inc()
            self.transport.close()
        else:
            CONNECTIONS_CUT.labels("slow_head").inc()
            self._refuse(_TOO_SLOW)

    def _watch_body(self) -> None:
        patience = self.all.patience
        before = self._received

        def look() -> None:
            self._due = None
            enough = patience.least_bytes_per_second * patience.step_seconds
            late = self.loop.time() - self._began > patience.body_seconds
            if self._receiving and not self.flow.read_paused and (late or self._received - before < enough):
                self._cut("slow_body")
            elif self._receiving:
                self._watch_body()

        self._due = self.loop.call_later(patience.step_seconds, look)

    def pause_writing(self) -> None:
        """Watch whether the answer is read, from when it no longer fits into buffers."""
        super().pause_writing()
        self._watch_reading()

    def resume_writing(self) -> None:
        """Stop watching."""
        super().resume_writing()
        self._stop("_unread")

    def _watch_reading(self) -> None:
        patience = self.all.patience
        before = self.transport.get_write_buffer_size()

        def look() -> None:
            self._unread = None
            left = self.transport.get_write_buffer_size()
            if left and before - left < patience.least_bytes_per_second * patience.step_seconds:
                self._cut("slow_reader")
            elif left:
                self._watch_reading()

        self._stop("_unread")
        self._unread = self.loop.call_later(patience.step_seconds, look)

    def timeout_keep_alive_handler(self) -> None:
        """End a connection that is not used; what its client does not read is not kept for it."""
        super().timeout_keep_alive_handler()
        if self._unread is None and self.transport.get_write_buffer_size():
            self._watch_reading()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  the library's words
        """Refuse what is no HTTP."""
        CONNECTIONS_CUT.labels("malformed").inc()
        self._refuse(_MALFORMED)

    def _refuse(self, answer: Answer) -> None:
        """Answer and close, whatever else comes. An answer that is under way is not mixed with another."""
        self._refused = True
        if not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete):
            self.transport.write(_as_bytes(answer, self.server_state.default_headers))
        self.transport.close()
        self._leave()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(self.all.patience.step_seconds, self.transport.abort)

    def _cut(self, why: str) -> None:
        CONNECTIONS_CUT.labels(why).inc()
        self._refused = True
        self.transport.abort()


def _as_bytes(answer: Answer, more: list[tuple[bytes, bytes]]) -> bytes:
    lines = [STATUS_LINE[answer.status]]
    lines += [b"%s: %s\r\n" % header for header in (*answer.headers, *more, (b"connection", b"close"))]
    return b"".join([*lines, b"\r\n", answer.body])


class AbortingWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket whose connection ends when the application is done with it, even if the peer never reads."""

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Cut a peer that is not reading at once, and any other that does not take part in closing."""
        super().on_task_complete(task)
        if self.writable.is_set():
            self.loop.call_later(_LINGER_SECONDS, self.transport.abort)
        else:
            self.transport.abort()

    def keepalive_timeout(self) -> None:
        """Cut a peer that does not answer pings: it will not read a farewell."""
        super().keepalive_timeout()
        self.transport.abort()
