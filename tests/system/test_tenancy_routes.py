"""Every REST route, called by everybody, with real sessions: 401, 403 or let in, as its proto declares."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from bson import ObjectId
from pymongo import AsyncMongoClient

from edge.http_rules import Route, routes_of
from edge.openapi import accepted
from edge.settings import EdgeSettings
from edge.transcoding import Endpoint
from edge.wiring import addresses_of
from services.kit.devices import digest, new_key
from tests.access import (
    ALLOWED,
    DEVICES,
    FORBIDDEN,
    HERE,
    LUNA,
    SOL,
    UNKNOWN,
    Who,
    expected,
    methods,
    minimal,
    rest_paths,
    served,
)
from tests.support import SECRET
from tools.processes import Stack

CODE = "123456"
ORDER = ObjectId()
KEYS = {who: new_key() for who in DEVICES}
PEOPLE: dict[Who, dict[str, Any]] = {
    Who.EXPIRED: {"restaurants": [LUNA]},
    Who.STRANGER: {"restaurants": [SOL]},
    Who.STAFF: {"restaurants": [LUNA], "memberRoles": [{"restaurantId": LUNA, "role": "staff"}]},
    Who.MANAGER: {"restaurants": [LUNA], "memberRoles": [{"restaurantId": LUNA, "role": "manager"}]},
    Who.OWNER: {"restaurants": [LUNA]},
}
ROUTES = routes_of(addresses_of(EdgeSettings.model_validate({"ORDERBUDDY_ASSERTION_SECRET": SECRET})))
PNG = b"\x89PNG\r\n\x1a\n"


class Caller:
    """Calls the edge as different people."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.ids: dict[Who, str] = {}
        self.tokens: dict[Who, str] = {}

    async def sign_in(self, who: Who) -> None:
        email = f"{who.name.lower()}@example.test"
        begun = (await self.http.post("/login/signinup/code", json={"email": email})).json()
        code = {name: begun[name] for name in ("deviceId", "preAuthSessionId")} | {"userInputCode": CODE}
        answer = await self.http.post("/login/signinup/code/consume", json=code)
        self.ids[who] = answer.json()["user"]["id"]
        self.tokens[who] = answer.headers["st-access-token"]

    async def call(self, route: Route, who: Who) -> int:
        if who in DEVICES:
            headers = {"authorization": f"Device {KEYS[who]}"}
        else:
            headers = {"authorization": f"Bearer {self.tokens[who]}"} if who in self.tokens else {}
        return (await self.http.request(route.verb, self.path(route), headers=headers, **self.body(route))).status_code

    def path(self, route: Route) -> str:
        """Fill the template: Luna, its owner, a location, an order there; other ids are well-formed and of nothing."""
        known = {
            "restaurant_id": LUNA,
            "location_id": HERE,
            "user_id": self.ids[Who.OWNER],
            "order_id": str(ORDER),
        }
        parts = [known.get(s[1:-1], "f" * 24) if s.startswith("{") else s for s in route.segments]
        return "/" + "/".join(parts)

    def body(self, route: Route) -> dict[str, Any]:
        """Return the least that the route accepts, so that it is not refused for its form."""
        endpoint = Endpoint(route)
        if route.upload_field:
            return {"files": {route.upload_field: ("a.png", PNG)}, "data": {"folder": "menu"}}
        if endpoint.body_schema is None:
            return {}
        schema = accepted(endpoint.body_schema)
        body = minimal(schema)
        known = {
            "restaurantId": LUNA,
            "locationId": HERE,
            "userId": self.ids[Who.OWNER],
            "orderId": str(ORDER),
            "orderStatus": "ACCEPTED",
            "orderItemStatus": "STARTED",
        }
        for name, value in known.items():
            if name in schema.get("properties", {}):
                body[name] = value
        return {"json": body}


@pytest.fixture
async def caller(tmp_path: pathlib.Path) -> AsyncIterator[Caller]:
    clock = tmp_path / "clock"
    begin = datetime.now(UTC)
    clock.write_text((begin - timedelta(hours=2)).isoformat())
    env = {
        "ORDERBUDDY_LOGIN_CODE": CODE,
        "ORDERBUDDY_CLOCK": f"@{clock}",
        "OPENAI_API_KEY": "not used: nothing asks it",
    }
    with Stack(tmp_path / "data", env) as stack:
        stack.wait_ready()
        async with httpx.AsyncClient(base_url=stack.edge_url, timeout=30, follow_redirects=False) as http:
            found = Caller(http)
            await found.sign_in(Who.EXPIRED)
            clock.write_text(begin.isoformat())
            for who in PEOPLE.keys() - {Who.EXPIRED}:
                await found.sign_in(who)
            async with AsyncMongoClient[dict[str, Any]](stack.mongo_uri) as client:
                db = client[stack.db_name]
                await db["users"].insert_many(
                    [{"userId": found.ids[who], **profile} for who, profile in PEOPLE.items()]
                )
                place = {"restaurantId": LUNA, "locationId": ObjectId(HERE)}
                await db["orders"].insert_one({"_id": ORDER, **place, "status": "CREATED"})
                await db["devices"].insert_many([device(who) for who in DEVICES])
            yield found


def device(who: Who) -> dict[str, Any]:
    """Return a device as it is stored."""
    restaurant, location, kind = DEVICES[who]
    return {
        "restaurantId": restaurant,
        "locationId": ObjectId(location),
        "kind": kind.value,
        "name": who.value,
        "keyHash": digest(KEYS[who]),
        "createdAt": datetime.now(UTC),
    }


def seen_as(status: int) -> str:
    return {401: UNKNOWN, 403: FORBIDDEN}.get(status, ALLOWED)


async def test_every_route_lets_in_exactly_whom_its_rpc_declares(caller: Caller) -> None:
    seen, wanted = {}, {}
    # Those that take somebody's rights away come last.
    routes = [route for route in ROUTES if served(route.method)]
    for route in sorted(routes, key=lambda r: (r.verb == "DELETE", "members" in r.template)):
        for who in (Who.ANONYMOUS, *PEOPLE, *DEVICES):
            key = f"{route.label} by {who.value}"
            seen[key] = seen_as(await caller.call(route, who))
            wanted[key] = expected(route.method, who)
    assert seen == wanted


def test_every_declared_route_is_among_them() -> None:
    declared = {path for method in filter(served, methods()) for path in rest_paths(method)}
    assert {(r.verb, r.template) for r in ROUTES if served(r.method)} == declared


async def test_an_account_is_deleted_by_its_owner_only(caller: Caller) -> None:
    body = {"userId": caller.ids[Who.STAFF]}
    statuses = []
    for who in (Who.ANONYMOUS, Who.EXPIRED, Who.STRANGER, Who.OWNER, Who.STAFF):
        headers = {"authorization": f"Bearer {caller.tokens[who]}"} if who in caller.tokens else {}
        statuses.append((await caller.http.post("/users/delete-user", json=body, headers=headers)).status_code)
    assert statuses == [401, 401, 403, 403, 200]
