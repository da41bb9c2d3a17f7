"""Talking to one WebSocket: messages that wait only so long, and a farewell that says why."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping
from typing import Any, Final

import orjson

from edge.bodies import Receive
from edge.patience import within

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SEND_SECONDS: Final = 10.0
"""How long one message may wait for a client that does not read."""

TRY_AGAIN_LATER: Final = 1013
TOO_LONG: Final = 1009
_FAREWELL_SECONDS: Final = 1.0
_LONGEST_TALK: Final = 1024


class Closed(Exception):
    """The socket must be closed; the client is told why."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.message = message


def too_slow() -> Closed:
    """Return the reason for a client that does not read."""
    return Closed(TRY_AGAIN_LATER, "SLOW_READER", "messages were not read in time; resume with the last token")


class SocketTalk:
    """One client's socket."""

    def __init__(self, send: Send, send_seconds: float = SEND_SECONDS) -> None:
        self._send = send
        self._send_seconds = send_seconds

    async def say(self, message: Mapping[str, Any]) -> None:
        """Send a message. Raises Closed."""
        await self.send_text(orjson.dumps(message).decode())

    async def send_text(self, text: str) -> None:
        """Send a message that is encoded already. Raises Closed."""
        try:
            await within(self._send_seconds, self._send({"type": "websocket.send", "text": text}))
        except TimeoutError as error:
            raise too_slow() from error

    async def say_and_close(self, closed: Closed) -> None:
        """Say why, then close. A client that does not read gets neither; its connection is then cut."""
        message = {"type": "error", "reason": closed.reason, "message": closed.message}
        try:
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await self._send({"type": "websocket.send", "text": orjson.dumps(message).decode()})
                await self._send({"type": "websocket.close", "code": closed.code, "reason": closed.reason})
        except TimeoutError:
            return


async def until_gone(talking: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Talk until the client leaves, or the talk ends; what the client says is not heard. Raises as `talking` does."""
    await first_to_end(talking, _deaf(receive))


async def _deaf(receive: Receive) -> None:
    while (event := await receive())["type"] != "websocket.disconnect":
        if len(event.get("text") or event.get("bytes") or "") > _LONGEST_TALK:
            raise Closed(TOO_LONG, "MESSAGE_TOO_LONG", "there is nothing to say here")


async def first_to_end(*works: Coroutine[Any, Any, None]) -> None:
    """Run all until one of them ends; then end the others. Raises what any of them raised."""
    ends = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for end in ends:
            end.cancel()
        results = await asyncio.gather(*ends, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
