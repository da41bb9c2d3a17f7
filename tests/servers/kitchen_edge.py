"""An edge with the kitchen's pages and a kitchen that a test directs; it speaks what docs/kitchen.md says.

The pages come through the edge's own module. Commands are carried out as in the real kitchen, so that a page sees
whole flows; besides, a test can cut connections, keep silent, refuse commands and say whatever it likes.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import itertools
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from edge.answers import Problem
from edge.static_pages import StaticPages
from tests.support import eventually

KEY = "obd_the-key-of-the-display-on-the-wall"
RESTAURANT, LOCATION = "luna_mar", "6a10000000000000000000a1"
GRILL, BAR = "6a40000000000000000000a1", "6a40000000000000000000a2"
UNROUTED = "unrouted"
COOKIE = "kitchen"

Json = dict[str, Any]


def text_of(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def line(line_id: str, name: str, *tags: str, **more: Any) -> Json:
    """Return a line of an order."""
    empty = {"menuItemId": name.lower(), "notes": "", "variants": [], "modifiers": []}
    return (
        {"id": line_id, "name": name, "stationTags": list(tags), "startedAt": None, "completedAt": None} | empty | more
    )


@dataclass
class Order:
    id: str
    code: str
    lines: list[Json]
    status: str = "ACCEPTED"
    version: int = 1
    customer: str = "Ana"
    origin: str = "Table 1"
    sent_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    voided: dict[str, str] = field(default_factory=dict)
    changes: list[Json] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    moved: dict[str, int] = field(default_factory=dict)
    """The version that moved each line last."""


@dataclass
class KitchenEdge:
    """The kitchen and its sockets."""

    url: str = ""
    stations: list[Json] = field(
        default_factory=lambda: [
            {"_id": GRILL, "name": "Grill", "tags": ["grill"], "version": 1},
            {"_id": BAR, "name": "Bar", "tags": ["bar"], "version": 1},
        ]
    )
    orders: dict[str, Order] = field(default_factory=dict)
    keys: set[str] = field(default_factory=lambda: {KEY})
    log: list[Json] = field(default_factory=list)
    commands: list[Json] = field(default_factory=list)
    """All that arrived, repeated ones too."""
    carried_out: dict[str, Json] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    """With which each socket came."""
    sockets: dict[WebSocket, str] = field(default_factory=dict)
    """Open ones, and the station of each; empty: expo."""
    away: bool = False
    """Nobody is let in."""
    silent: bool = False
    """Sockets are let in, and told nothing."""
    deaf: bool = False
    """Commands are neither carried out nor answered."""
    forgotten: bool = False
    """No token is known any more."""
    refusals: list[str] = field(default_factory=list)
    """Messages with which the next commands are refused."""
    ids: Any = field(default_factory=lambda: itertools.count(1))

    # -- what happens ---------------------------------------------------------------------------------------------

    async def place(
        self, code: str, *lines: Json, status: str = "ACCEPTED", age_minutes: float = 0, **more: Any
    ) -> Order:
        sent_at = datetime.now(UTC) - timedelta(minutes=age_minutes)
        order = Order(f"66e0000000000000000000{next(self.ids):02d}", code, list(lines), status, sent_at=sent_at, **more)
        self.orders[order.id] = order
        await self.tell(order, "kitchen:order:new" if status == "ACCEPTED" else "order:status:updated", "")
        return order

    async def move(self, order: Order, status: str, reason: str = "") -> None:
        before, order.status = order.status, status
        order.version += 1
        if status == "CANCELED":
            order.changes.append(_change(order, "ORDER_CANCELED", "", reason))
        kind = "kitchen:order:new" if status == "ACCEPTED" else "order:status:updated"
        await self.tell(order, kind, before)

    async def void(self, order: Order, line_id: str, reason: str) -> None:
        order.version += 1
        order.voided[line_id] = reason
        order.seen.clear()
        order.changes.append(_change(order, "LINE_VOIDED", line_id, reason))
        await self.tell(order, "station:update", order.status, [{"lineId": line_id, "step": "VOIDED"}])

    def moves_unheard(self, order: Order, line_id: str) -> None:
        """Another display moves a line, and the news of it is still on its way."""
        order.version += 2
        order.moved[line_id] = order.version

    async def tell(self, order: Order, kind: str, before: str, lines: list[Json] | None = None) -> None:
        self.log.append(
            {
                "type": kind,
                "orderId": order.id,
                "version": order.version,
                "status": order.status,
                "previousStatus": before,
                "at": text_of(datetime.now(UTC)),
                "lines": lines or [],
                "tickets": copy.deepcopy(self.tickets(order)),
                "resumeToken": f"t{len(self.log) + 1}",
            }
        )
        for connection, station in list(self.sockets.items()):
            await self.say(connection, at_station(self.log[-1], station))

    async def say(self, connection: WebSocket, message: Json | None) -> None:
        if message is None or self.silent:
            return
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # it has gone meanwhile
            await connection.send_text(json.dumps(message))

    async def say_to_all(self, message: Json) -> None:
        for connection in list(self.sockets):
            await self.say(connection, message)

    async def cut(self, code: int = 1013) -> None:
        for connection in list(self.sockets):
            self.sockets.pop(connection, None)
            with contextlib.suppress(RuntimeError):
                await connection.close(code)

    async def connected(self, count: int = 1) -> None:
        await eventually(lambda: len(self.sockets) == count)

    # -- tickets --------------------------------------------------------------------------------------------------

    def tickets(self, order: Order) -> list[Json]:
        found = [self._ticket(order, s["_id"], s["name"], s["tags"]) for s in self.stations]
        routed = {tag for s in self.stations for tag in s["tags"]}
        found.append(self._ticket(order, "", "", [], routed))
        return [ticket for ticket in found if ticket["lines"]]

    def _ticket(self, order: Order, station: str, name: str, tags: list[str], routed: set[str] | None = None) -> Json:
        wanted = [
            n for n in order.lines if (not routed & {*n["stationTags"]} if routed else {*tags} & {*n["stationTags"]})
        ]
        lines = [
            {"line": n, "voided": n["id"] in order.voided, "voidReason": order.voided.get(n["id"], "")} for n in wanted
        ]
        lines.sort(key=lambda each: bool(each["voided"]))
        seen = (station or UNROUTED) in order.seen
        return {
            "id": f"{order.id}.{station or UNROUTED}",
            "orderId": order.id,
            "orderCode": order.code,
            "restaurantId": RESTAURANT,
            "locationId": LOCATION,
            "stationId": station,
            "stationName": name,
            "state": _state(order, lines, seen=seen),
            "lines": lines,
            "changes": [{**change, "seen": seen} for change in order.changes],
            "revision": order.version,
            "sentAt": None if order.status == "CREATED" else text_of(order.sent_at),
            "placedAt": text_of(order.sent_at),
            "orderStatus": order.status,
            "customerName": order.customer,
            "originName": order.origin,
            "stationTags": tags,
        }

    # -- commands -------------------------------------------------------------------------------------------------

    async def obey(self, connection: WebSocket, text: str) -> None:
        asked = json.loads(text)
        self.commands.append(asked)
        if self.deaf:
            return
        ack = {"type": "ack", "id": asked["id"], "command": asked["command"]}
        if self.refusals:
            refusal = {"ok": False, "status": 409, "reason": "LINE_STEP_REFUSED", "message": self.refusals.pop(0)}
            await self.say(connection, ack | refusal)
            return
        if asked["id"] not in self.carried_out:
            self.carried_out[asked["id"]] = ack | {"ok": True, "version": await self._carry_out(asked)}
        await self.say(connection, self.carried_out[asked["id"]])

    async def _carry_out(self, asked: Json) -> int:
        order = self.orders[asked["orderId"]]
        station = asked.get("stationId")
        mine = [t for t in self.tickets(order) if (t["stationId"] or UNROUTED) == station]
        lines = [each["line"] for t in mine for each in t["lines"] if not each["voided"]] if station else []
        lines = lines or [each for each in order.lines if each["id"] == asked.get("lineId")]
        if "revision" in asked and asked["command"] == "recall":
            lines = [each for each in lines if order.moved.get(each["id"], 0) <= asked["revision"]]
            if not lines:
                return order.version
        order.version += 1
        order.moved |= {each["id"]: order.version for each in lines}
        now = text_of(datetime.now(UTC))
        for each in lines:
            match asked["command"]:
                case "start":
                    each["startedAt"], step = now, "STARTED"
                case "complete" | "bump":
                    each["startedAt"], each["completedAt"], step = each["startedAt"] or now, now, "COMPLETED"
                case _:
                    step = "RECALLED"
                    each["startedAt" if each["completedAt"] is None else "completedAt"] = None
        if asked["command"] == "bump":
            order.seen.add(asked["stationId"])
        await self.tell(order, "station:update", order.status, [{"lineId": n["id"], "step": step} for n in lines])
        return order.version

    # -- HTTP and sockets -----------------------------------------------------------------------------------------

    async def session(self, request: Request) -> Response:
        if request.method == "POST":
            key = (await request.json()).get("deviceKey")
            if key not in self.keys:
                return JSONResponse({"statusCode": 401, "message": "the device key is not valid"}, 401)
            answer = Response(status_code=204)
            answer.set_cookie(COOKIE, key, httponly=True, samesite="strict")
            return answer
        if request.method == "DELETE":
            answer = Response(status_code=204)
            answer.delete_cookie(COOKIE)
            return answer
        if request.cookies.get(COOKIE) not in self.keys:
            return JSONResponse({"statusCode": 401, "message": "Unauthorized"}, 401)
        return JSONResponse({"restaurantId": RESTAURANT, "locationId": LOCATION, "name": "Wall", "kind": "display"})

    async def socket(self, connection: WebSocket) -> None:
        if self.away:
            await connection.close()
            return
        await connection.accept()
        station = connection.path_params.get("station", "")
        if connection.cookies.get(COOKIE) not in self.keys:
            await self._refuse(connection, 4401, "DEVICE_KEY_INVALID")
        elif station and station not in {s["_id"] for s in self.stations}:
            await self._refuse(connection, 4404, "STATION_NOT_FOUND")
        else:
            token = connection.query_params.get("resumeToken", "")
            self.tokens.append(token)
            await self._begin(connection, station, token)
            self.sockets[connection] = station
            try:
                while True:
                    await self.obey(connection, await connection.receive_text())
            except (WebSocketDisconnect, RuntimeError):
                self.sockets.pop(connection, None)

    async def _refuse(self, connection: WebSocket, code: int, reason: str) -> None:
        await connection.send_text(json.dumps({"type": "error", "reason": reason, "message": "no"}))
        await connection.close(code)

    async def _begin(self, connection: WebSocket, station: str, token: str) -> None:
        here = f"t{len(self.log)}"
        if token and not self.forgotten:
            for event in self.log[int(token[1:]) :]:
                await self.say(connection, at_station(event, station))
            await self.say(connection, {"type": "heartbeat", "resumeToken": here})
            return
        if token:
            await self.say(connection, {"type": "reset", "reason": "the token is too old"})
        all_tickets = [t for order in self.orders.values() for t in self.tickets(order)]
        tickets = [t for t in all_tickets if t["state"] != "GONE" and station in ("", t["stationId"])]
        await self.say(
            connection, {"type": "snapshot", "resumeToken": here, "stations": self.stations, "tickets": tickets}
        )


def at_station(event: Json, station: str) -> Json | None:
    """Return what a station's socket is told; None: nothing."""
    if not station:
        return event
    tickets = [t for t in event["tickets"] if (t["stationId"] or UNROUTED) == station]
    return {**event, "tickets": tickets} if tickets else None


def _change(order: Order, kind: str, line_id: str, reason: str) -> Json:
    at = text_of(datetime.now(UTC))
    return {"revision": order.version, "kind": kind, "lineId": line_id, "reason": reason, "at": at, "seen": False}


def _state(order: Order, lines: list[Json], *, seen: bool) -> str:
    live = [each["line"] for each in lines if not each["voided"]]
    if order.status in ("CREATED", "CANCELED", "PICKED_UP"):
        canceled = "GONE" if seen else "CANCELED"
        return {"CREATED": "WAITING", "CANCELED": canceled, "PICKED_UP": "GONE"}[order.status]
    if all(n["completedAt"] for n in live):
        return "DONE" if seen or not any(c["kind"] == "LINE_VOIDED" for c in order.changes) else "STARTED"
    return "STARTED" if any(n["startedAt"] or n["completedAt"] for n in live) else "NEW"


@contextlib.asynccontextmanager
async def kitchen_edge() -> AsyncIterator[KitchenEdge]:
    """Run it on a free port."""
    kitchen, pages = KitchenEdge(), StaticPages()

    async def page(request: Request) -> Response:
        try:
            answer = await pages.answer(request.scope, request.receive, "test")
        except Problem as problem:
            answer = problem.answer
        response = Response(b"" if request.method == "HEAD" else answer.body, answer.status)
        response.raw_headers = list(answer.headers)
        return response

    place = "/ws/kitchen/{restaurant}/{location}"
    app = Starlette(
        routes=[
            Route("/kitchen/session", kitchen.session, methods=["POST", "GET", "DELETE"]),
            WebSocketRoute(place, kitchen.socket),
            WebSocketRoute(place + "/stations/{station}", kitchen.socket),
            Route("/{path:path}", page, methods=["GET", "HEAD", "POST"]),
        ]
    )
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await eventually(lambda: server.started)
    kitchen.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        yield kitchen
    finally:
        kitchen.away = True
        await kitchen.cut()
        server.should_exit = True
        await serving
        listening.close()
