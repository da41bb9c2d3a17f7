"""Sending an event to a URL that somebody else has chosen: to addresses that may be called, and no further.

The host is looked up here and the connection made to an address that was checked, so that a name can't lead elsewhere
between the two; TLS and the header Host keep the name. Redirects are answers like any other. Proxies, cookies and what
else a client of people would bring do not exist.
"""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import httpcore

from services.notification.webhooks.addresses import Unreachable, check_address, check_url

TIMEOUT_SECONDS: Final = 15.0
ANSWER_CHARACTERS: Final = 500
_MOST_BYTES: Final = ANSWER_CHARACTERS * 4
"""UTF-8 has at most four for a character."""

_LOOKUPS: Final = ThreadPoolExecutor(64, "lookup")
"""Of its own and larger than what is sent at once: names that are never answered hold up only themselves."""

Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Sent:
    """How sending ended."""

    status: int
    """0: there was no answer."""
    milliseconds: int
    answer: str = ""
    error: str = ""
    retry_after: str = ""
    """The header of that name."""


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host. Raises OSError."""
    ask = functools.partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_LOOKUPS, ask)
    return [str(address[0]) for *_, address in found]


class _Checked(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, find: Resolve, *, loopback: bool) -> None:
        self._find = find
        self._loopback = loopback
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the base's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await self._find(host, port)
        except (OSError, UnicodeError):
            raise Unreachable("the host was not found") from None
        if not addresses:
            raise Unreachable("the host was not found")
        # All of them: a host with an address of ours among others is not to be trusted with the others either.
        for address in addresses:
            check_address(address, loopback=self._loopback)
        problem: Exception | None = None
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                problem = error
        assert problem is not None
        raise problem


class WebhookSender:
    """Sends events. Make it in the loop that it serves."""

    def __init__(
        self,
        *,
        plain: bool = False,
        loopback: bool = False,
        timeout_seconds: float = TIMEOUT_SECONDS,
        find: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._plain = plain
        self._loopback = loopback
        self._timeout_seconds = timeout_seconds
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or httpcore.default_ssl_context(),
            max_connections=None,
            max_keepalive_connections=0,  # each event looks its host up anew
            network_backend=_Checked(find, loopback=loopback),
        )

    def check(self, url: str) -> None:
        """Raise Unreachable for a URL that nothing will be sent to, as far as its text tells."""
        check_url(url, plain=self._plain, loopback=self._loopback)

    async def send(self, url: str, headers: Mapping[str, str], body: str) -> Sent:
        """POST a JSON text and return what came back. Never raises for what the other side does."""
        begun = time.monotonic()
        status, answer, error, wish = 0, b"", "", ""
        try:
            self.check(url)
            async with asyncio.timeout(self._timeout_seconds):
                sent = {**headers, "content-type": "application/json", "user-agent": "OrderBuddy-Webhooks/1"}
                async with self._pool.stream(
                    "POST", url, headers=list(sent.items()), content=body.encode()
                ) as response:
                    status = response.status
                    wish = _header(response, b"retry-after")
                    async for chunk in response.aiter_stream():
                        answer += chunk
                        if len(answer) >= _MOST_BYTES:
                            break
        except Unreachable as problem:
            error = str(problem)
        except TimeoutError:
            error = f"no answer within {self._timeout_seconds:g} seconds" if not status else ""
        except (httpcore.TimeoutException, httpcore.NetworkError) as problem:
            error = f"the connection failed: {problem}"[:ANSWER_CHARACTERS]
        except (httpcore.ProtocolError, ValueError):
            error = "the answer is not HTTP"
        milliseconds = round((time.monotonic() - begun) * 1000)
        text = answer.decode(errors="replace")[:ANSWER_CHARACTERS]
        # What was answered counts, even if its body broke off.
        return Sent(status, milliseconds, text, "" if status else error, wish)

    async def close(self) -> None:
        """End the connections."""
        await self._pool.aclose()


def _header(response: httpcore.Response, name: bytes) -> str:
    for key, value in response.headers:
        if key.lower() == name:
            return value.decode("latin-1")
    return ""
