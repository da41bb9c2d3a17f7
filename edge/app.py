"""The edge as one ASGI application, without middleware.

What memory answers is answered by `_http` itself: it is most of the traffic, and every further step would show.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import parse_qs

from edge.answers import INTERNAL_ERROR, Answer, Header, Problem, problem
from edge.bodies import ClientGone, JsonObject, Receive, Scope, read_object
from edge.cors import REFUSED, Cors, preflight
from edge.forms import is_form, read_form
from edge.guest_cache import GuestCache
from edge.identity import Identity, Who
from edge.kitchen_socket import KitchenSockets
from edge.metrics import HTTP_SECONDS, IN_FLIGHT
from edge.orders_socket import OrderSockets
from edge.request_ids import request_id_of
from edge.routing import Router, decode_segment, no_route
from edge.tracing import traced
from edge.transcoding import Endpoint, Transcoder
from services.kit import tracing
from services.kit.telemetry import log

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = dict[bytes, bytes]

_UNMATCHED: Final = "unmatched"
_MEMORY, _SERVICE, _EDGE = "memory", "service", "edge"
_READS: Final = frozenset({"GET", "HEAD"})


class Other(NamedTuple):
    """A part of the edge that is no transcoding: everything under a path."""

    label: str
    path: bytes
    """Lower case; what is below it counts, too."""
    answer: Callable[[Scope, Receive, str], Awaitable[Answer]]
    """Takes the request and its id. Raises Problem or ClientGone."""


class SocketRoute(NamedTuple):
    """A kind of WebSocket: everything under a path."""

    path: str
    """Lower case, with a slash at its end."""
    segments: tuple[int, ...]
    """How many follow."""
    serve: Callable[[Sequence[str], str, Scope, str, Receive, Send], Awaitable[None]]
    """Takes the accepted socket: the path's rest in segments, resume token, scope and request id."""


Check = Callable[[Who, JsonObject], Awaitable[None]]
"""What must hold of a call besides its form, and only the edge can tell. Raises Problem."""


class Lifecycle(Protocol):
    """What begins and ends with the process."""

    async def start(self) -> None:
        """Begin; returns when requests can be taken."""
        ...

    async def stop(self) -> None:
        """End."""
        ...


class Edge:
    """The ASGI application."""

    def __init__(
        self,
        *,
        lifecycle: Lifecycle,
        transcoder: Transcoder,
        cache: GuestCache,
        sockets: OrderSockets,
        kitchen: KitchenSockets,
        cors: Cors,
        pages: AsgiApp,
        page_paths: frozenset[bytes],
        identity: Identity,
        others: Sequence[Other],
        checks: Mapping[str, Check],
        body_limit_bytes: int,
        mounted: Mapping[bytes, AsgiApp],
    ) -> None:
        self._lifecycle = lifecycle
        self._transcoder = transcoder
        self._router: Router[Endpoint] = Router(transcoder.endpoints)
        self.cache = cache
        self.sockets = sockets
        self.kitchen = kitchen
        self._sockets = (
            SocketRoute("/ws/orders/", (1,), sockets.serve),
            SocketRoute("/ws/kitchen/", (2, 4), kitchen.serve),
        )
        self._cors = cors
        self._pages = pages
        self._page_paths = page_paths
        self._identity = identity
        self._others = others
        self._checks = checks
        self._body_limit_bytes = body_limit_bytes
        self._mounted = mounted
        self._answer = traced(self._respond, tracing.active())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event of the server."""
        mounted = self._mounted.get(scope.get("raw_path", b""))
        if mounted is not None:
            await mounted(scope, receive, send)
            return
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "websocket":
                await self._websocket(scope, receive, send)
            case _:
                await self._lifespan(receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers: Headers = dict(scope["headers"])
        verb: str = scope["method"]
        request_id = request_id_of(headers.get(b"x-request-id"))
        allowed = self._cors.headers(headers.get(b"origin"), headers.get(b"host"))
        page = self.cache.find(scope["raw_path"]) if verb in _READS and allowed is not None else None
        answer = page.ready(headers) if page is not None else None
        if page is not None and answer is not None:
            route, source, answer = page.route, _MEMORY, self.cache.with_age(answer)
        elif scope["raw_path"] in self._page_paths and verb in _READS:
            await self._pages(scope, receive, send)
            return
        else:
            try:
                route, source, answer = await self._answer(scope, headers, receive, request_id, allowed)
            except ClientGone:
                return
        await send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": [*answer.headers, *(allowed or ()), (b"x-request-id", request_id)],
            }
        )
        await send({"type": "http.response.body", "body": b"" if verb == "HEAD" else answer.body})
        HTTP_SECONDS.observe(route, answer.status, source, time.perf_counter() - started)

    async def _respond(
        self, scope: Scope, headers: Headers, receive: Receive, request_id: bytes, allowed: tuple[Header, ...] | None
    ) -> tuple[str, str, Answer]:
        """Return the route's name, who answered, and the answer, whatever goes wrong. Raises ClientGone."""
        if allowed is None:
            return _UNMATCHED, _EDGE, REFUSED
        if scope["method"] == "OPTIONS":
            return _UNMATCHED, _EDGE, preflight(headers.get(b"access-control-request-headers"))
        IN_FLIGHT.inc()
        try:
            page = self.cache.find(scope["raw_path"]) if scope["method"] in _READS else None
            if page is not None:
                return page.route, _MEMORY, self.cache.with_age(await page.made(headers))
            return await self._ask_service(scope, headers, receive, request_id.decode("ascii"))
        except ClientGone:
            raise
        except Exception as error:  # noqa: BLE001  the one border where a bug becomes an answer
            log.error("request_failed", request_id=request_id.decode("ascii"), exc_info=error)
            return _UNMATCHED, _EDGE, INTERNAL_ERROR
        finally:
            IN_FLIGHT.dec()

    async def _ask_service(
        self, scope: Scope, headers: Headers, receive: Receive, request_id: str
    ) -> tuple[str, str, Answer]:
        """Return the same, from whoever serves the route. Raises ClientGone."""
        route = _UNMATCHED
        try:
            for other in self._others:
                if _is_under(scope["raw_path"], other.path):
                    route = other.label
                    return route, _EDGE, await other.answer(scope, receive, request_id)
            match = self._router.match(scope["method"], scope["raw_path"].decode("latin-1"))
            endpoint, variables = match or (None, ())
            if endpoint is not None:
                route = endpoint.route.label
            return route, _SERVICE, await self._transcode(endpoint, variables, scope, headers, receive, request_id)
        except Problem as known:
            return route, _EDGE, known.answer

    async def _transcode(
        self,
        endpoint: Endpoint | None,
        variables: Sequence[str],
        scope: Scope,
        headers: Headers,
        receive: Receive,
        request_id: str,
    ) -> Answer:
        """Answer by a service, in the old system's order: body, route, caller, form, values.

        Raises Problem or ClientGone.
        """
        limit = (endpoint and endpoint.route.max_body_bytes) or self._body_limit_bytes
        field = endpoint.route.upload_field if endpoint is not None and is_form(headers) else ""
        body = {} if field else await read_object(headers, receive, limit)
        if endpoint is None:
            raise no_route(scope["method"], scope["raw_path"].decode("latin-1"))
        who = await self._identity.for_route(endpoint.route, scope, request_id)
        check = self._checks.get(endpoint.route.method.full_name)
        if check is not None:
            await check(who, body)
        file = None
        if field:
            body, file = await read_form(headers, receive, field, limit)
        elif endpoint.route.upload_field:
            raise Problem(problem(400, f"{endpoint.route.upload_field} must be a file"))
        answer = await self._transcoder.answer(
            endpoint, variables, scope["query_string"], body, file, headers, who.metadata
        )
        return answer._replace(headers=(*answer.headers, *who.headers)) if who.headers else answer

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: Headers = dict(scope["headers"])
        await receive()
        path: str = scope["raw_path"].decode("latin-1").removesuffix("/")
        route = next((r for r in self._sockets if path[: len(r.path)].lower() == r.path), None)
        segments = path[len(route.path) :].split("/") if route else []
        known = route is not None and len(segments) in route.segments and all(segments)
        if route is None or not known or self._cors.headers(headers.get(b"origin"), headers.get(b"host")) is None:
            await send({"type": "websocket.close", "code": 1008})
            return
        request_id = request_id_of(headers.get(b"x-request-id"))
        query = parse_qs(scope["query_string"].decode("latin-1"))
        await send({"type": "websocket.accept", "headers": [(b"x-request-id", request_id)]})
        resume_token, name = query.get("resumeToken", [""])[0], request_id.decode("ascii")
        try:
            readable = [_readable(segment) for segment in segments]
            await route.serve(readable, resume_token, scope, name, receive, send)
        except OSError:
            return  # the server's way to say that the client has gone
        except Exception as error:  # noqa: BLE001  the same border, for sockets
            log.error("socket_failed", request_id=name, exc_info=error)
            await send({"type": "websocket.close", "code": 1011})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._lifecycle.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._lifecycle.stop()
        await send({"type": "lifespan.shutdown.complete"})


def _is_under(path: bytes, prefix: bytes) -> bool:
    start = path[: len(prefix)].lower()
    return start == prefix and path[len(prefix) : len(prefix) + 1] in (b"", b"/")


def _readable(segment: str) -> str:
    try:
        return decode_segment(segment)
    except Problem:
        return segment  # nothing has such an id, so it is answered like any unknown one
