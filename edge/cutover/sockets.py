"""A WebSocket of the old back end, message by message, through the edge."""

from __future__ import annotations

import asyncio
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from edge.answers import Header
from edge.bodies import Receive, Scope
from edge.cutover.counting import FAILED
from edge.cutover.legacy import AWAY, Legacy, passed_on
from edge.cutover.sides import Send
from edge.doors import refuse_socket

_OPEN_SECONDS: Final = 5.0
_MOST_BYTES: Final = 1_000_000
"""Of a message, as Socket.IO has it."""
_AWAY_CODE, _GONE_CODE = 1011, 1001


async def pass_socket(legacy: Legacy, headers: list[Header], scope: Scope, receive: Receive, send: Send) -> None:
    """Connect to the old back end and pass messages both ways, until one of the two is gone."""
    await receive()
    query = scope["query_string"].decode("latin-1")
    url = legacy.socket_url + scope["raw_path"].decode("latin-1") + ("?" + query if query else "")
    kept = [(n, v) for n, v in passed_on(headers) if not n.lower().startswith(b"sec-websocket-")]
    try:
        upstream = await connect(
            url,
            additional_headers=[(n.decode("latin-1"), v.decode("latin-1")) for n, v in kept if n != b"user-agent"],
            user_agent_header=dict(kept).get(b"user-agent", b"").decode("latin-1") or None,
            subprotocols=[Subprotocol(p) for p in scope.get("subprotocols", ())] or None,
            open_timeout=_OPEN_SECONDS,
            ping_interval=None,  # the ends have heartbeats of their own
            compression=None,
            max_size=_MOST_BYTES,
            proxy=None,
        )
    except (OSError, InvalidHandshake, TimeoutError) as error:
        FAILED.labels(type(error).__name__).inc()
        await refuse_socket(send, AWAY)
        return
    async with upstream:
        await send({"type": "websocket.accept", "subprotocol": upstream.subprotocol})
        down = asyncio.create_task(_down(upstream, send))
        try:
            await _up(upstream, receive)
        except ConnectionClosed:
            pass  # the other task says it to the client
        except BaseException:
            down.cancel()
            raise
        await upstream.close(_GONE_CODE)
        await down


async def _up(upstream: ClientConnection, receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text")
        await upstream.send(text if text is not None else message["bytes"])


async def _down(upstream: ClientConnection, send: Send) -> None:
    try:
        try:
            async for message in upstream:
                await send({"type": "websocket.send", "text" if isinstance(message, str) else "bytes": message})
        except ConnectionClosed:
            pass
        code = upstream.close_code or _AWAY_CODE
        await send({"type": "websocket.close", "code": code if code not in (1005, 1006) else _AWAY_CODE})
    except (OSError, RuntimeError):
        return  # the client has gone; `receive` says so
