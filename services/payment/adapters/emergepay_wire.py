"""HTTP to EmergePay: sends one request and says what is known of it afterwards.

The distinction that matters is between NotSent and Lost: only after the first is it certain that the gateway heard
nothing. Every call has a connection of its own. A kept one costs less, but it may be closed by the other side in the
moment in which we send, which is a payment of unknown outcome; and what is left on it would be read as the next answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import orjson

MOST_BYTES: Final = 64 * 1024
"""An answer is about 1 kB."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait, in seconds."""

    connect: float = 3.0
    silence: float = 20.0
    """For the next bytes: card networks may take their time."""
    whole: float = 30.0
    """For the call, however slowly bytes come."""
    pauses: tuple[float, ...] = (0.2, 1.0)
    """Before further tries, where they are safe."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The gateway said something."""

    status: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NotSent:
    """No connection came about: the gateway heard nothing of this call."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The call may have arrived; what came of it was not heard. `why` is for the log."""

    why: str


Heard = Answer | NotSent | Lost


class _TooLarge(Exception):
    """The answer is no answer of a payment gateway."""


class Wire:
    """Sends requests to the gateway at one address; all locations share it."""

    def __init__(self, base_url: str, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        timeout = httpx.Timeout(self.limits.silence, connect=self.limits.connect)
        self._base_url = base_url.rstrip("/")
        self._client = httpx.AsyncClient(timeout=timeout, limits=httpx.Limits(max_keepalive_connections=0))

    async def close(self) -> None:
        """End the connections."""
        await self._client.aclose()

    async def send(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> Heard:
        """Send a request once. Never raises for what the network or the gateway does."""
        try:
            async with asyncio.timeout(self.limits.whole):
                return await self._exchange(method, path, headers, body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return NotSent()
        except (httpx.TimeoutException, TimeoutError):
            return Lost("timed out")
        except _TooLarge:
            return Lost("an answer without end")
        except httpx.HTTPError:
            return Lost("connection lost")

    async def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Answer:
        # identity, and raw bytes: a compressed answer could grow beyond the limit while it is unpacked
        sent = {**headers, "content-type": "application/json", "accept-encoding": "identity"}
        content = None if body is None else orjson.dumps(body)
        read = bytearray()
        async with self._client.stream(method, self._base_url + path, headers=sent, content=content) as response:
            async for chunk in response.aiter_raw():
                read += chunk
                if len(read) > MOST_BYTES:
                    raise _TooLarge
        return Answer(response.status_code, bytes(read))
