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
from edge.doors import Doors
from edge.forms import is_form, read_form
from edge.guest_cache import GuestCache
from edge.http_rules import Route
from edge.identity import Identity, Who
from edge.kitchen_socket import KitchenSockets
from edge.limits import MEMORY_READS, PAGES, class_of
from edge.metrics import HTTP_SECONDS
from edge.orders_socket import OrderSockets
from edge.readiness import Readiness
from edge.request_ids import request_id_of
from edge.routing import Router, decode_segment, no_route
from edge.shedding import Gates, rank_of
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
_RESTAURANT, _RESTAURANT_IN_BODY = "restaurant_id", "restaurantId"


class Other(NamedTuple):
    """A part of the edge that is no transcoding: everything under a path."""

    label: str
    path: bytes
    """Lower case; what is below it counts, too."""
    answer: Callable[[Scope, Receive, str], Awaitable[Answer]]
    """Takes the request and its id. Raises Problem or ClientGone."""
    limit: str = PAGES
    """Under which limit its requests count (edge/limits.py)."""


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
        readiness: Readiness,
        pages: AsgiApp,
        page_paths: frozenset[bytes],
        identity: Identity,
        others: Sequence[Other],
        checks: Mapping[str, Check],
        body_limit_bytes: int,
        mounted: Mapping[bytes, AsgiApp],
        doors: Doors,
        gates: Gates,
    ) -> None:
        self._lifecycle = lifecycle
        self.transcoder = transcoder
        self._router: Router[Endpoint] = Router(transcoder.endpoints)
        self.cache = cache
        self.sockets = sockets
        self.kitchen = kitchen
        self._sockets = (
            SocketRoute("/ws/orders/", (1,), sockets.serve),
            SocketRoute("/ws/kitchen/", (2, 4), kitchen.serve),
        )
        self._cors = cors
        self.readiness = readiness
        self._pages = pages
        self._page_paths = page_paths
        self.identity = identity
        self._others = others
        self._checks = checks
        self._body_limit_bytes = body_limit_bytes
        self._mounted = mounted
        self._answer = traced(self._respond, tracing.active())
        self.doors = doors
        self._limits = doors.limits
        self._client = doors.addresses.of
        self._gates = gates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event of the server."""
        mounted = self._mounted.get(scope.get("raw_path", b""))
        match scope["type"]:
            case "websocket":
                await self.doors.socket(scope, receive, send, mounted or self._websocket)
            case "http":
                await (mounted or self._http)(scope, receive, send)
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
            route, source = page.route, _MEMORY
            wait = self._limits.memory_reads.take(self._client(scope, headers), started)
            answer = self._limits.refused(MEMORY_READS, wait) if wait else self.cache.with_age(answer)
        elif scope["raw_path"] in self._page_paths and verb in _READS:
            refusal = self._limits.refusal(PAGES, self._client(scope, headers), started)
            if refusal is None:
                await self._pages(scope, receive, send)
                return
            route, source, answer = _UNMATCHED, _EDGE, refusal
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
        try:
            if allowed is None or scope["method"] == "OPTIONS":
                self._count(MEMORY_READS, scope, headers)  # costs as much as one
                asked_for = headers.get(b"access-control-request-headers")
                return _UNMATCHED, _EDGE, REFUSED if allowed is None else preflight(asked_for)
            page = self.cache.find(scope["raw_path"]) if scope["method"] in _READS else None
            if page is not None:
                self._count(MEMORY_READS, scope, headers)
                return page.route, _MEMORY, self.cache.with_age(await page.made(headers))
            return await self._ask_service(scope, headers, receive, request_id.decode("ascii"))
        except ClientGone:
            raise
        except Problem as known:
            return _UNMATCHED, _EDGE, known.answer
        except Exception as error:  # noqa: BLE001  the one border where a bug becomes an answer
            log.error("request_failed", request_id=request_id.decode("ascii"), exc_info=error)
            return _UNMATCHED, _EDGE, INTERNAL_ERROR

    async def _ask_service(
        self, scope: Scope, headers: Headers, receive: Receive, request_id: str
    ) -> tuple[str, str, Answer]:
        """Return the same, from whoever serves the route. Raises ClientGone."""
        route = _UNMATCHED
        try:
            for other in self._others:
                if _is_under(scope["raw_path"], other.path):
                    route = other.label
                    self._count(other.limit, scope, headers)
                    return route, _EDGE, await other.answer(scope, receive, request_id)
            match = self._router.match(scope["method"], scope["raw_path"].decode("latin-1"))
            endpoint, variables = match or (None, ())
            if endpoint is not None:
                route = endpoint.route.label
            self._count(class_of(endpoint.route) if endpoint is not None else PAGES, scope, headers)
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
        if endpoint is None:
            await read_object(headers, receive, self._body_limit_bytes)
            raise no_route(scope["method"], scope["raw_path"].decode("latin-1"))
        route = endpoint.route
        gate, rank = self._gates.of(route), rank_of(route)
        gate.check(rank)
        field = route.upload_field if is_form(headers) else ""
        # Before the gate: who sends slowly must not take a place from those who have sent.
        body = {} if field else await read_object(headers, receive, route.max_body_bytes or self._body_limit_bytes)
        began = await gate.enter(rank)
        try:
            return await self._call(endpoint, variables, scope, headers, receive, request_id, body)
        finally:
            gate.leave(began)

    async def _call(
        self,
        endpoint: Endpoint,
        variables: Sequence[str],
        scope: Scope,
        headers: Headers,
        receive: Receive,
        request_id: str,
        body: JsonObject,
    ) -> Answer:
        """Answer by a service, when the body is there and the service has room. Raises Problem or ClientGone."""
        route = endpoint.route
        who = await self.identity.for_route(route, scope, request_id)
        self._count_restaurant(route, variables, body, who)
        check = self._checks.get(route.method.full_name)
        if check is not None:
            await check(who, body)
        file = None
        if route.upload_field and not is_form(headers):
            raise Problem(problem(400, f"{route.upload_field} must be a file"))
        if route.upload_field:
            limit = route.max_body_bytes or self._body_limit_bytes
            body, file = await read_form(headers, receive, route.upload_field, limit)
        answer = await self.transcoder.answer(
            endpoint, variables, scope["query_string"], body, file, headers, who.metadata
        )
        return answer._replace(headers=(*answer.headers, *who.headers)) if who.headers else answer

    def _count(self, limit: str, scope: Scope, headers: Headers) -> None:
        """Count a request of an address. Raises Problem (429)."""
        refusal = self._limits.refusal(limit, self._client(scope, headers), time.perf_counter())
        if refusal is not None:
            raise Problem(refusal)

    def _count_restaurant(self, route: Route, variables: Sequence[str], body: JsonObject, who: Who) -> None:
        """Count a request for the restaurant that it names; of staff, those who may. Raises Problem (429)."""
        named = dict(zip(route.path_fields, variables, strict=True)).get(_RESTAURANT) or body.get(_RESTAURANT_IN_BODY)
        if not route.open_to_guests and not (isinstance(named, str) and who.principal.may_act_for(named)):
            return
        refusal = self._limits.restaurant_refusal(class_of(route), named, time.perf_counter())
        if refusal is not None:
            raise Problem(refusal)

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
