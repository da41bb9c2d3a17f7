"""The cut-over in front of the edge: each call goes to the old back end or into the edge, as the rules say.

It is there only when LEGACY_API_URL is set. Without rules a call costs one comparison more.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import orjson

from edge.answers import Answer, json_answer
from edge.app import Edge
from edge.bodies import ClientGone, Receive, Scope
from edge.cutover.counting import ROUTED, UNRESOLVED
from edge.cutover.legacy import Legacy, LegacyFailed, body_of, passed_on, request_headers
from edge.cutover.places import Places
from edge.cutover.rule_file import RuleFile
from edge.cutover.rules import LEGACY, NO_RULE, SERVICES, Asked, Rule, candidates, chosen
from edge.cutover.shadow import Read, Shadow
from edge.cutover.sides import Capture, Send
from edge.cutover.sockets import pass_socket
from edge.limits import PAGES, SIGN_IN, class_of
from edge.metrics import HTTP_SECONDS
from edge.request_ids import request_id_of
from edge.routing import no_route
from services.kit.principal import Assertions, CallerKind, InvalidAssertion
from services.kit.telemetry import log

PATH: Final = b"/cutover"
REPORT: Final = b"/cutover/report"
_OURS: Final = frozenset({b"/healthz", b"/readyz", b"/metrics"})
"""About this edge, whatever the rules say."""
_OUR_SOCKETS: Final = b"/ws/"
"""The old back end has none."""
_UNKNOWN_ROUTE: Final = "unmatched"
_SIGN_IN_PATH: Final = "/login/"


class Front:
    """The ASGI application around the edge's."""

    def __init__(
        self, edge: Edge, legacy: Legacy, rule_file: RuleFile, places: Places, shadow: Shadow, assertions: Assertions
    ) -> None:
        self._edge = edge
        self._legacy = legacy
        self._file = rule_file
        self._places = places
        self._shadow = shadow
        self._assertions = assertions
        self._running: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event of the server."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        if scope["raw_path"].startswith(PATH) and scope["raw_path"] in (PATH, REPORT) and scope["type"] == "http":
            await _send(send, self._operator(scope))
        elif not self._file.rules.rules or scope["raw_path"] in _OURS or scope["raw_path"].startswith(_OUR_SOCKETS):
            await self._edge(scope, receive, send)
        else:
            with contextlib.suppress(ClientGone):
                await self._by_rules(scope, receive, send)

    async def _by_rules(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = self._edge.doors.addresses.of(scope, dict(scope["headers"]))
        method = scope.get("method", "GET")  # a WebSocket begins as one
        found = candidates(self._file.rules.rules, Asked(method, scope["raw_path"].decode("latin-1").lower(), client))
        restaurant = None
        if found and found[0].restaurants is not None and scope["type"] == "http":
            restaurant, receive = await self._places.restaurant(scope, receive)
            if restaurant is None:
                UNRESOLVED.inc()
        rule = chosen(found, restaurant)
        target = rule.target if rule is not None else SERVICES
        ROUTED.labels(rule.name if rule is not None else NO_RULE, target).inc()
        if scope["type"] == "websocket":
            await self._socket(target, scope, receive, send, client)
        else:
            await self._http(rule, target, scope, receive, send, client)

    async def _http(
        self, rule: Rule | None, target: str, scope: Scope, receive: Receive, send: Send, client: str
    ) -> None:
        compare = rule is not None and self._shadow.wants(rule, scope)
        capture = Capture(send) if compare else None
        if target == LEGACY:
            await self._pass_on(scope, receive, capture or send, client)
        else:
            await self._edge(scope, receive, capture or send)
        if capture is not None and rule is not None:
            route, _ = self._places.route(scope["method"], scope["raw_path"])
            name = route.label if route is not None else _UNKNOWN_ROUTE
            headers = request_headers(scope, self._request_id(scope), client)
            kept = {key: scope[key] for key in _SCOPE if key in scope}
            ignored = self._file.rules.ignored(name)
            self._shadow.add(Read(name, rule, kept, headers, capture.whole(), ignored))

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, client: str) -> None:
        """Answer by the old back end."""
        started = time.perf_counter()
        route, _ = self._places.route(scope["method"], scope["raw_path"])
        name = route.label if route is not None else _UNKNOWN_ROUTE
        is_sign_in = scope["raw_path"].lower().startswith(_SIGN_IN_PATH.encode("ascii"))
        limit = class_of(route) if route is not None else SIGN_IN if is_sign_in else PAGES
        refusal = self._edge.doors.limits.refusal(limit, client, started)
        request_id = self._request_id(scope)
        if refusal is not None:
            await _send(send, refusal)
            HTTP_SECONDS.observe(name, refusal.status, LEGACY, time.perf_counter() - started)
            return
        status, begun = 0, False
        try:
            async with self._legacy.ask(
                scope["method"],
                scope["raw_path"],
                scope["query_string"],
                request_headers(scope, request_id, client),
                body_of(scope, receive),
            ) as response:
                status = response.status
                headers = passed_on(response.headers, frozenset({b"x-request-id", b"date"}))
                begun = True
                await send(
                    {
                        "type": "http.response.start",
                        "status": status,
                        "headers": [*((n.lower(), v) for n, v in headers), (b"x-request-id", request_id)],
                    }
                )
                async for part in response.aiter_stream():
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except LegacyFailed as failed:
            status = failed.answer.status
            if begun:
                # Returning without an end makes the server cut the connection: the client sees that it is not whole.
                log.warning("legacy_answer_cut_off", route=name)
            else:
                await _send(
                    send, failed.answer._replace(headers=(*failed.answer.headers, (b"x-request-id", request_id)))
                )
        HTTP_SECONDS.observe(name, status, LEGACY, time.perf_counter() - started)

    async def _socket(self, target: str, scope: Scope, receive: Receive, send: Send, client: str) -> None:
        if target != LEGACY:
            await self._edge(scope, receive, send)
            return
        headers = request_headers(scope, self._request_id(scope), client)

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            await pass_socket(self._legacy, headers, scope, receive, send)

        await self._edge.doors.socket(scope, receive, send, serve)

    def _request_id(self, scope: Scope) -> bytes:
        """Return the request's id, the same whenever asked for."""
        if _ID_KEY not in scope:
            scope[_ID_KEY] = request_id_of(dict(scope["headers"]).get(b"x-request-id"))
        found: bytes = scope[_ID_KEY]
        return found

    def _operator(self, scope: Scope) -> Answer:
        """Answer an operator, who knows the secret that edge and services share. To others there is no such page."""
        path = scope["raw_path"].decode("ascii")
        bearer = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        if not self._is_system(bearer.removeprefix("Bearer ")) or scope["method"] != "GET":
            return no_route(scope["method"], path).answer
        if scope["raw_path"] == REPORT:
            text = self._shadow.report.as_text().encode()
            return Answer(200, ((b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")), text)
        rules = self._file.rules
        page = {
            "legacy": self._legacy.authority,
            "rules": [rule.model_dump(mode="json", exclude_defaults=True) for rule in rules.rules],
            "ignore": rules.ignore,
            "problem": self._file.problem or None,
            "requests": _counts(),
            "shadow": self._shadow.report.as_json(),
        }
        return json_answer(200, orjson.dumps(page, option=orjson.OPT_INDENT_2), ((b"cache-control", b"no-store"),))

    def _is_system(self, assertion: str) -> bool:
        try:
            return self._assertions.verify(assertion).kind is CallerKind.SERVICE
        except InvalidAssertion:
            return False

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._running = [asyncio.create_task(part) for part in (self._file.run(), self._shadow.run())]
        try:
            await self._edge(scope, receive, send)
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
            await self._legacy.close()


_ID_KEY: Final = "orderbuddy.request_id"
_SCOPE: Final = (
    "type", "asgi", "http_version", "server", "client", "scheme", "root_path", "method", "path", "raw_path",
    "query_string", "headers",
)  # fmt: skip
"""What of a scope is kept to ask again."""


def _counts() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for metric in ROUTED.collect():
        for sample in metric.samples:
            if sample.name.endswith("_total"):
                found.setdefault(sample.labels["rule"], {})[sample.labels["target"]] = sample.value
    return found


async def _send(send: Callable[[MutableMapping[str, Any]], Awaitable[None]], answer: Answer) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})
    await send({"type": "http.response.body", "body": answer.body})
