"""Which pages may call: exactly the configured origins, with credentials (contract part B, 1.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from edge.answers import Answer, Header, problem

_CREDENTIALS: Final[Header] = (b"access-control-allow-credentials", b"true")
_METHODS: Final[Header] = (b"access-control-allow-methods", b"GET,HEAD,PUT,PATCH,POST,DELETE")
_VARY: Final[Header] = (b"vary", b"Origin, Access-Control-Request-Headers")

REFUSED: Final = problem(403, "this origin may not call here")


class Cors:
    """Knows the allowed origins."""

    def __init__(self, origins: Iterable[str]) -> None:
        # A request without Origin comes from no page, and is no business of CORS.
        self._headers: dict[bytes | None, tuple[Header, ...]] = {None: (_CREDENTIALS,)}
        for origin in origins:
            allowed = (b"access-control-allow-origin", origin.encode("ascii"))
            self._headers[origin.encode("ascii")] = (allowed, _CREDENTIALS)

    def headers(self, origin: bytes | None, host: bytes | None = None) -> tuple[Header, ...] | None:
        """Return the headers for any answer to this origin; None when it may not call.

        `host` is what the request itself was sent to: our own pages call it by the name they were loaded from, whatever
        that is, and browsers name their origin with each WebSocket and each call that is no read.
        """
        found = self._headers.get(origin)
        if found is None and host and origin and origin.partition(b"://")[2] == host:
            return self._headers[None]
        return found


def preflight(requested_headers: bytes | None) -> Answer:
    """Answer OPTIONS, on whatever path: everything that a client asks for is allowed."""
    echo = ((b"access-control-allow-headers", requested_headers),) if requested_headers else ()
    return Answer(204, (_METHODS, *echo, _VARY), b"")
