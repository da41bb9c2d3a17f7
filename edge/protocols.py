"""uvicorn's protocols with two limits that it lacks: how long a request's head may be, how long a dead peer stays."""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

MOST_HEAD_BYTES: Final = 32 * 1024
"""Received so far of a head that is not complete; what comes complete in one piece is at most a socket buffer."""

_LINGER_SECONDS: Final = 12.0
"""Longer than the closing handshake may take."""


class BoundedHttp(HttpToolsProtocol):
    """HTTP/1.1 that cuts off endless heads."""

    _head_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Refuse a head that does not end."""
        super().data_received(data)
        # A request has its path from the moment its head is complete.
        if self.scope is not None and "path" in self.scope:
            self._head_bytes = 0
            return
        self._head_bytes += len(data)
        if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The request's head is too long.")


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
