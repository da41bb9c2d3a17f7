"""ORDERBUDDY_SOCKETS_NEED_SESSION: a restaurant's rooms are for its members; an order's for who knows its id."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from orderbuddy.menu.v1 import user_service_pb2
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

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


def members(restaurants: dict[str, str]) -> dict[str, Any]:
    """Return the Menu service's answers."""
    return {
        user: user_service_pb2.GetUserAccessResponse(
            memberships=[user_service_pb2.Membership(restaurant_id=restaurant, role="ROLE_STAFF")]
        )
        for user, restaurant in restaurants.items()
    }


@pytest.fixture
def sessions() -> TokenSessions:
    return TokenSessions()


@pytest.fixture
async def house(serve: Serve, sessions: TokenSessions) -> AsyncIterator[LiveHouse]:
    kitchen = ScriptedKitchen()
    async with socketio_clients() as clients:
        yield LiveHouse(kitchen, await station_of(serve, kitchen), clients, sessions)
