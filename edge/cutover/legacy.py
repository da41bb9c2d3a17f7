"""Calls to the old back end: streams both ways, once, within time limits."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore

from edge.answers import Answer, Header, problem
from edge.bodies import ClientGone, Receive, Scope
from edge.cutover.counting import FAILED
from services.kit.telemetry import log

_CONNECT_SECONDS: Final = 2.0
_IDLE_SECONDS: Final = 4.0
"""Less than Node keeps a connection (5 s), so that no call is sent into one that is just being closed."""
_MOST_CONNECTIONS: Final = 200

_HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_MADE_HERE: Final = frozenset(
    {b"host", b"expect", b"x-request-id", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"}
)

AWAY: Final = problem(502, "the old back end can't be reached")
TOO_LATE: Final = problem(504, "the old back end did not answer in time")


class LegacyFailed(Exception):
    """There is no answer; the call may have been carried out. `answer` is for who asked."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"HTTP {answer.status}")
        self.answer = answer


class Legacy:
    """The old back end. Never asks twice: what failed may have been done."""

    def __init__(self, url: str, deadline_seconds: float) -> None:
        """`deadline_seconds` is how long it may be silent."""
        parts = urlsplit(url)
        self._scheme = parts.scheme.encode("ascii")
        self._host = (parts.hostname or "").encode("idna")
        self._port = parts.port
        self._base = parts.path.rstrip("/").encode("ascii")
        self.authority = parts.netloc.rpartition("@")[2]
        self.socket_url = f"{'wss' if parts.scheme == 'https' else 'ws'}://{self.authority}{parts.path.rstrip('/')}"
        self._timeout = {
            "connect": _CONNECT_SECONDS,
            "pool": _CONNECT_SECONDS,
            "read": deadline_seconds,
            "write": deadline_seconds,
        }
        self._pool = httpcore.AsyncConnectionPool(
            max_connections=_MOST_CONNECTIONS, keepalive_expiry=_IDLE_SECONDS, retries=0
        )

    @contextlib.asynccontextmanager
    async def ask(
        self, method: str, path: bytes, query: bytes, headers: list[Header], body: AsyncIterator[bytes] | None
    ) -> AsyncIterator[httpcore.Response]:
        """Send a request and yield the answer, its body unread. Raises LegacyFailed or ClientGone."""
        target = self._base + path + (b"?" + query if query else b"")
        url = httpcore.URL(scheme=self._scheme, host=self._host, port=self._port, target=target)
        sent = [(b"host", self.authority.encode("ascii")), *headers]
        try:
            async with self._pool.stream(
                method, url, headers=sent, content=body, extensions={"timeout": self._timeout}
            ) as response:
                yield response
        except httpcore.TimeoutException as error:
            raise self._failed(error, AWAY if isinstance(error, httpcore.ConnectTimeout) else TOO_LATE) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
            raise self._failed(error, AWAY) from error

    def _failed(self, error: Exception, answer: Answer) -> LegacyFailed:
        reason = type(error).__name__
        FAILED.labels(reason).inc()
        log.warning("legacy_failed", reason=reason)
        return LegacyFailed(answer)

    async def close(self) -> None:
        """Close its connections."""
        await self._pool.aclose()


def passed_on(headers: Iterable[Header], dropped: frozenset[bytes] = frozenset()) -> list[Header]:
    """Return the headers that concern more than one connection (RFC 9110, 7.6.1)."""
    headers = list(headers)
    named = {n.strip().lower() for key, v in headers if key.lower() == b"connection" for n in v.split(b",")}
    drop = _HOP_BY_HOP | named | dropped
    return [(name, value) for name, value in headers if name.lower() not in drop]


def request_headers(scope: Scope, request_id: bytes, client: str) -> list[Header]:
    """Return what the old back end gets: the client's headers, and who asked whom."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    peer = scope["client"][0] if scope.get("client") else client
    before = headers.get(b"x-forwarded-for")
    via = peer.encode("ascii", "replace")
    secure = scope["scheme"] in ("https", "wss")
    return [
        *passed_on(scope["headers"], _MADE_HERE),
        (b"x-request-id", request_id),
        (b"x-forwarded-for", before + b", " + via if before else via),
        (b"x-forwarded-proto", headers.get(b"x-forwarded-proto", b"https" if secure else b"http")),
        (b"x-forwarded-host", headers.get(b"x-forwarded-host", headers.get(b"host", b""))),
    ]


def body_of(scope: Scope, receive: Receive) -> AsyncIterator[bytes] | None:
    """Return the request's body as it comes; None when there is none. Iterating raises ClientGone."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if b"transfer-encoding" not in headers and headers.get(b"content-length", b"0") == b"0":
        return None
    return _parts(receive)


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        if part := message.get("body", b""):
            yield part
        if not message.get("more_body", False):
            return
