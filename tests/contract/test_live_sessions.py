"""ORDERBUDDY_SOCKETS_NEED_SESSION: a restaurant's rooms are for its members; an order's for who knows its id."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from orderbuddy.menu.v1 import user_service_pb2
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from edge.answers import Problem
from edge.bodies import Scope
from edge.identity import Session
from edge.sessions import AWAY
from tests.contract.live import PLACE, LiveHouse, Serve, clients_of, gateway, station_of, url
from tests.contract.live_raw import PATH
from tests.servers.kitchen import BAR, ORDER, RESTAURANT, ScriptedKitchen, event
from tests.servers.running_edge import STORE_APP, RunningEdge
from tests.servers.socketio_clients import socketio_clients
from tests.support import eventually

WEBSOCKET = {"transports": ["websocket"]}
STATION = {**PLACE, "stationId": BAR, "stationTags": ["bar"]}
RECEIVED = ["order_received", {"orderId": ORDER, **PLACE, "correlationId": "c-1"}]


class TokenSessions:
    """Tokens are user ids; as cookie or bearer. A real one finds the same in tests/system."""

    away = False

    async def find(self, scope: Scope) -> Session | None:
        if self.away:
            raise Problem(AWAY)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        cookie = SimpleCookie(headers.get("cookie", "")).get("sAccessToken")
        token = headers.get("authorization", "").removeprefix("Bearer ") or (cookie.value if cookie else "")
        return Session(token, ()) if token in ("ana", "bob") else None


class Members:
    """The Menu service's answers: who belongs to which restaurant."""

    def __init__(self) -> None:
        self.of = {"ana": RESTAURANT, "bob": "another"}
        self.away = False

    async def access(self, user_id: str) -> user_service_pb2.GetUserAccessResponse:
        if self.away:
            raise Problem(AWAY)
        memberships = [user_service_pb2.Membership(restaurant_id=self.of[user_id], role="ROLE_STAFF")]
        return user_service_pb2.GetUserAccessResponse(memberships=memberships)


@pytest.fixture
def sessions() -> TokenSessions:
    return TokenSessions()


@pytest.fixture
async def house(serve: Serve, sessions: TokenSessions) -> AsyncIterator[LiveHouse]:
    kitchen = ScriptedKitchen()
    async with socketio_clients() as clients:
        yield LiveHouse(kitchen, await station_of(serve, kitchen), clients, sessions)


@pytest.fixture
def members() -> Members:
    return Members()


@pytest.fixture
async def edge(house: LiveHouse, members: Members) -> AsyncIterator[RunningEdge]:
    async with house.edge(ORDERBUDDY_SOCKETS_NEED_SESSION="true") as running:
        running.edge.identity.access = members.access  # type: ignore[method-assign]
        yield running


def refused(name: str, **ids: str) -> list[Any]:
    return ["exception", {"status": "error", "message": "Unauthorized", "cause": {"pattern": name, "data": ids}}]


def cookie(token: str) -> dict[str, Any]:
    """Return options of a client that sends a cookie, as a browser's page with credentials."""
    return {"extraHeaders": {"cookie": f"sAccessToken={token}", "origin": STORE_APP}}


CREDENTIALS = {
    "a cookie": cookie("ana"),
    "a header": {"extraHeaders": {"authorization": "Bearer ana"}},
    "a token": {"auth": {"token": "ana"}},
    "a token beside a dead cookie": {"auth": {"token": "ana"}, **cookie("dead")},
}
NOBODY = {
    "nothing": {},
    "a dead cookie": cookie("dead"),
    "an unknown token": {"auth": {"token": "dead"}},
    "no token": {"auth": {"token": {"a": 1}}},
    "another restaurant's cookie": cookie("bob"),
    "another restaurant's token": {"auth": {"token": "bob"}},
}


@pytest.mark.parametrize("transport", ["polling", "websocket"])
@pytest.mark.parametrize("options", CREDENTIALS.values(), ids=CREDENTIALS)
async def test_a_member_is_let_in(house: LiveHouse, edge: RunningEdge, options: dict[str, Any], transport: str) -> None:
    await house.store("store", edge, transports=[transport], **options)
    await house.at_station("bar", edge, transports=[transport], **options)
    house.kitchen.change(event("CREATED", ""))
    await house.clients.heard("store", RECEIVED)
    await house.clients.heard("bar", RECEIVED)


@pytest.mark.parametrize("options", NOBODY.values(), ids=NOBODY)
async def test_others_are_refused_and_hear_nothing(
    house: LiveHouse, edge: RunningEdge, options: dict[str, Any]
) -> None:
    await house.clients.open("other", url(edge), **WEBSOCKET, **options)
    house.clients.emit("other", "store_joined", PLACE | {"more": "x" * 1_000, "stationId": ["x" * 1_000]})
    house.clients.emit("other", "station_joined", STATION)
    house.kitchen.change(event("CREATED", ""))
    house.kitchen.change(event("ACCEPTED", "CREATED", version=2))
    await house.clients.fence("other")
    await house.clients.heard(
        "other", refused("store_joined", **PLACE), refused("station_joined", **PLACE, stationId=BAR)
    )


async def test_a_guest_needs_no_session(house: LiveHouse, edge: RunningEdge) -> None:
    await house.guest("guest", edge, ORDER)
    house.kitchen.change(event("READY_FOR_PICKUP", "ACCEPTED"))
    await house.clients.heard("guest", ["order_ready_for_pickup", {"restaurantId": RESTAURANT, "orderId": ORDER}])


async def test_who_comes_back_is_in_no_room_that_is_closed_to_it_now(
    house: LiveHouse, edge: RunningEdge, members: Members
) -> None:
    await house.store("store", edge, **WEBSOCKET, auth={"token": "ana"})
    house.clients.emit("store", "order_joined", "mine")
    await house.clients.fence("store")
    members.of["ana"] = "another"
    house.clients.do("store", "drop")
    await eventually(lambda: house.clients.times("store", "disconnected") == 1)
    house.kitchen.change(event("CREATED", "", order_id="missed"))
    house.kitchen.change(event("READY_FOR_PICKUP", "ACCEPTED", order_id="mine"))
    assert (await house.clients.back("store"))["recovered"] is True
    house.kitchen.change(event("CREATED", "", order_id="new"))
    house.kitchen.change(event("PICKED_UP", "READY_FOR_PICKUP", order_id="mine", version=2))
    await house.clients.fence("store")
    mine = {"restaurantId": RESTAURANT, "orderId": "mine"}
    await house.clients.heard("store", ["order_ready_for_pickup", mine], ["order_completed", mine])


async def test_who_is_no_member_any_more_hears_nothing_more(
    house: LiveHouse, edge: RunningEdge, members: Members, sessions: TokenSessions
) -> None:
    await house.store("ana", edge, **WEBSOCKET, auth={"token": "ana"})
    house.clients.emit("ana", "order_joined", "mine")
    await house.clients.fence("ana")
    admission = gateway(edge).admission
    sessions.away = True  # a session is asked for when somebody joins, not while it stays
    await admission.look_again()
    house.kitchen.change(event("CREATED", ""))
    await house.clients.heard("ana", RECEIVED)
    members.of["ana"] = "another"
    await admission.look_again()
    house.kitchen.change(event("CREATED", "", order_id="later"))
    house.kitchen.change(event("READY_FOR_PICKUP", "ACCEPTED", order_id="mine"))
    await house.clients.fence("ana")
    mine = ["order_ready_for_pickup", {"restaurantId": RESTAURANT, "orderId": "mine"}]
    await house.clients.heard("ana", RECEIVED, mine)
    (client,) = gateway(edge).clients
    assert {room.kind for room in client.rooms} == {"order"}


async def test_an_outage_of_who_knows_the_members_puts_nobody_out(
    house: LiveHouse, edge: RunningEdge, members: Members
) -> None:
    await house.store("ana", edge, **WEBSOCKET, auth={"token": "ana"})
    members.away = True
    await gateway(edge).admission.look_again()
    house.kitchen.change(event("CREATED", ""))
    await house.clients.heard("ana", RECEIVED)


async def test_while_sign_in_is_away_nobody_loses_a_room(
    house: LiveHouse, edge: RunningEdge, sessions: TokenSessions
) -> None:
    """While sign-in is away a client is sent away, too: it comes back with its rooms when that is over."""
    await house.store("store", edge, **WEBSOCKET, auth={"token": "ana"})
    house.kitchen.change(event("CREATED", ""))
    await house.clients.heard("store", RECEIVED)
    sessions.away = True
    house.clients.do("store", "drop")
    await eventually(lambda: house.clients.times("store", "disconnected") == 1)
    house.kitchen.change(event("CREATED", "", order_id="missed"))
    sessions.away = False
    await eventually(lambda: len(house.clients.events["store"]) == 2)
    assert house.clients.last("store", "connected")["recovered"] is True


class TestOrigins:
    async def test_another_pages_websocket_is_refused(self, edge: RunningEdge) -> None:
        with pytest.raises(InvalidStatus):
            async with connect(f"ws://127.0.0.1:{edge.port}{PATH}websocket", origin=Origin("https://evil.example")):
                pass
        assert clients_of(edge) == 0

    @pytest.mark.parametrize("origin", [STORE_APP, None, "our own"])
    async def test_the_apps_our_own_pages_and_programs_are_not(self, edge: RunningEdge, origin: str | None) -> None:
        said = f"http://127.0.0.1:{edge.port}" if origin == "our own" else origin
        async with connect(
            f"ws://127.0.0.1:{edge.port}{PATH}websocket", origin=Origin(said) if said else None
        ) as connection:
            assert str(await connection.recv()).startswith("0{")

    async def test_without_the_setting_anybody_may_connect_as_ever(self, house: LiveHouse) -> None:
        async with house.edge() as edge:
            assert gateway(edge)._refuses_origins is False
            url_ = f"ws://127.0.0.1:{edge.port}{PATH}websocket"
            async with connect(url_, origin=Origin("https://evil.example")) as connection:
                assert str(await connection.recv()).startswith("0{")
