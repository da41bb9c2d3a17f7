"""A span for each request that memory does not answer.

What memory answers is not traced: it takes a tenth of what a span costs, and there is nothing beneath it to see. URLs
are not in spans, routes are: paths and queries hold tokens and numbers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from edge.answers import Answer, Header
from edge.bodies import Receive, Scope
from services.kit.tracing import Tracing

Headers = dict[bytes, bytes]
Allowed = tuple[Header, ...] | None
Respond = Callable[[Scope, Headers, Receive, bytes, Allowed], Awaitable[tuple[str, str, Answer]]]


def traced(respond: Respond, tracing: Tracing | None) -> Respond:
    """Return what answers a request within a span; the very same function when traces are off."""
    if tracing is None:
        return respond

    async def within_span(
        scope: Scope, headers: Headers, receive: Receive, request_id: bytes, allowed: Allowed
    ) -> tuple[str, str, Answer]:
        verb = scope["method"]
        with tracing.serve(verb, headers, request_id.decode("ascii")):
            route, source, answer = await respond(scope, headers, receive, request_id, allowed)
            path = route.rpartition(" ")[2]  # labels of routes begin with their verb
            tracing.name(f"{verb} {path}", http__route=path, http__response__status_code=answer.status)
            return route, source, answer

    return within_span
