"""Connections that stay: WebSockets and Socket.IO clients are counted per address before they are let in."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

from edge.addresses import ClientAddresses
from edge.answers import Answer
from edge.bodies import Receive, Scope
from edge.limits import LIVE, LIVE_REQUESTS, SOCKETS, Limits

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

CLIENT: Final = "orderbuddy.client"
"""Key of a scope: whose connection it is, as ClientAddresses tells."""


class Doors:
    """Lets connections in."""

    def __init__(self, limits: Limits, addresses: ClientAddresses) -> None:
        self.limits = limits
        self.addresses = addresses

    async def socket(self, scope: Scope, receive: Receive, send: Send, serve: AsgiApp) -> None:
        """Serve a WebSocket, unless its address has too many or comes too often: then its handshake is answered 429."""
        client = scope[CLIENT] = self.addresses.of(scope, dict(scope["headers"]))
        limits = self.limits
        refusal = limits.refusal(SOCKETS, client, time.perf_counter()) or limits.open_sockets.refusal(client)
        if refusal is not None:
            await receive()
            await refuse_socket(send, refusal)
            return
        limits.open_sockets.take(client)
        try:
            await serve(scope, receive, send)
        finally:
            limits.open_sockets.give_back(client)

    def live_refusal(self, scope: Scope) -> Answer | None:
        """Return the answer (429) to a Socket.IO request of an address that has too many clients, or asks too often."""
        client = scope[CLIENT] = self.addresses.of(scope, dict(scope["headers"]))
        now = time.perf_counter()
        if b"sid=" in scope["query_string"] and parse_qs(scope["query_string"]).get(b"sid"):
            # Of a client that is in already. A WebSocket was counted as such.
            return None if scope["type"] == "websocket" else self.limits.refusal(LIVE_REQUESTS, client, now)
        return self.limits.refusal(LIVE, client, now) or self.limits.open_live.refusal(client)


async def refuse_socket(send: Send, answer: Answer) -> None:
    """Answer the handshake of a WebSocket with an HTTP error."""
    start = {"type": "websocket.http.response.start", "status": answer.status, "headers": list(answer.headers)}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": answer.body})
