"""Socket.IO's answers over HTTP: headers, permissions for pages, refusals of what is no such request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from tests.contract.live import LiveHouse, Serve, clients_of, gateway, station_of
from tests.contract.live_raw import PATH, connected, opened, websocket
from tests.servers.kitchen import ScriptedKitchen
from tests.servers.running_edge import MENU_APP, STORE_APP, RunningEdge
from tests.servers.socketio_clients import socketio_clients
from tests.support import eventually

POLLING = f"{PATH}polling"


@pytest.fixture
async def house(serve: Serve) -> AsyncIterator[LiveHouse]:
    kitchen = ScriptedKitchen()
    async with socketio_clients() as clients:
        yield LiveHouse(kitchen, await station_of(serve, kitchen), clients)


@pytest.fixture
async def edge(house: LiveHouse) -> AsyncIterator[RunningEdge]:
    async with house.edge() as running:
        yield running


class TestHeaders:
    async def test_every_answer_is_the_old_servers(self, edge: RunningEdge) -> None:
        first = await edge.http.get(POLLING)
        poller = await opened(edge)
        said, heard = await poller.post("40"), await poller.get()
        assert [a.headers["content-type"].lower() for a in (first, said, heard)] == [
            "text/plain; charset=utf-8",
            "text/html",
            "text/plain; charset=utf-8",
        ]
        for answer in (first, said, heard):
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["vary"] == "Origin"
            assert answer.headers["access-control-allow-credentials"] == "true"
            assert "set-cookie" not in answer.headers

    async def test_the_opening_says_what_the_old_one_did(self, edge: RunningEdge) -> None:
        answer = await edge.http.get(POLLING)
        assert answer.text[0] == "0"
        opening = json.loads(answer.text[1:])
        assert opening.pop("sid")
        assert opening == {
            "upgrades": ["websocket"],
            "pingInterval": 25_000,
            "pingTimeout": 20_000,
            "maxPayload": 1_000_000,
        }


class TestOrigins:
    @pytest.mark.parametrize("origin", [MENU_APP, STORE_APP])
    async def test_the_apps_may_call_with_credentials(self, edge: RunningEdge, origin: str) -> None:
        poller = await opened(edge, origin=origin)
        for answer in (
            await edge.http.get(POLLING, headers={"origin": origin}),
            await poller.post("40", origin=origin),
        ):
            assert answer.headers["access-control-allow-origin"] == origin
            assert answer.headers["access-control-allow-credentials"] == "true"

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{MENU_APP}.evil.example", MENU_APP.upper()])
    async def test_other_pages_are_answered_but_may_not_read_it(self, edge: RunningEdge, origin: str) -> None:
        answer = await edge.http.get(POLLING, headers={"origin": origin})
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers

    async def test_refusals_can_be_read_too(self, edge: RunningEdge) -> None:
        answer = await edge.http.get(f"{POLLING}&sid=gone", headers={"origin": MENU_APP})
        assert answer.status_code == 400
        assert answer.headers["access-control-allow-origin"] == MENU_APP

    async def test_an_app_may_ask_beforehand(self, edge: RunningEdge) -> None:
        asked = {
            "origin": STORE_APP,
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type,x-mine",
        }
        answer = await edge.http.options(POLLING, headers=asked)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == STORE_APP
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["access-control-allow-headers"] == "content-type,x-mine"
        assert "POST" in answer.headers["access-control-allow-methods"]

    async def test_other_pages_get_no_permission_beforehand(self, edge: RunningEdge) -> None:
        asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
        answer = await edge.http.options(POLLING, headers=asked)
        assert "access-control-allow-origin" not in answer.headers

    async def test_a_page_of_our_own_needs_no_permission(self, edge: RunningEdge) -> None:
        own = f"http://127.0.0.1:{edge.port}"
        answer = await edge.http.get(POLLING, headers={"origin": own})
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-credentials"] == "true"


class TestRefusals:
    @pytest.mark.parametrize(
        ("query", "code", "message"),
        [
            ("EIO=3&transport=polling", 5, "Unsupported protocol version"),
            ("transport=polling", 5, "Unsupported protocol version"),
            ("EIO=four&transport=polling", 5, "Unsupported protocol version"),
            ("EIO=4&transport=carrier-pigeon", 0, "Transport unknown"),
            ("EIO=4&transport=polling&sid=nope", 1, "Session ID unknown"),
            ("EIO=4&transport=websocket", 3, "Bad request"),
        ],
    )
    async def test_what_is_no_such_request(self, edge: RunningEdge, query: str, code: int, message: str) -> None:
        answer = await edge.http.get(f"/socket.io/?{query}")
        assert answer.status_code == 400
        assert answer.json() == {"code": code, "message": message}

    async def test_sending_needs_a_session(self, edge: RunningEdge) -> None:
        unknown = await edge.http.post(f"{POLLING}&sid=nope", content="40")
        none = await edge.http.post(POLLING, content="40")
        assert (unknown.status_code, unknown.json()["code"]) == (400, 1)
        assert (none.status_code, none.json()["code"]) == (400, 2)

    async def test_a_session_that_was_ended_is_unknown(self, edge: RunningEdge) -> None:
        poller = await connected(edge)
        await poller.post("1")
        answer = await poller.get()
        assert answer.status_code == 400
        assert clients_of(edge) == 0


async def test_a_poller_that_vanishes_is_forgotten_after_the_ping_timeout(edge: RunningEdge) -> None:
    engine = gateway(edge).server.eio
    engine.ping_interval = engine.ping_timeout = 0.05
    poller = await connected(edge)
    assert clients_of(edge) == 1
    await eventually(lambda: clients_of(edge) == 0 and not engine.sockets)
    assert (await poller.get()).json() == {"code": 1, "message": "Session ID unknown"}
    assert not gateway(edge).server.environ


async def test_a_poller_that_answers_pings_stays(edge: RunningEdge) -> None:
    engine = gateway(edge).server.eio
    engine.ping_interval, engine.ping_timeout = 0.05, 5.0
    poller = await opened(edge)
    await poller.post("40")
    heard: list[str] = []
    while heard.count("2") < 5:
        heard += (packets := await poller.heard())
        if "2" in packets:
            await poller.post("3")
    assert next(p for p in heard if p != "2").startswith("40{")
    assert clients_of(edge) == 1


async def test_a_socket_that_does_not_answer_pings_is_forgotten(edge: RunningEdge) -> None:
    engine = gateway(edge).server.eio
    engine.ping_interval = engine.ping_timeout = 0.1
    async with websocket(edge) as silent:
        await eventually(lambda: clients_of(edge) == 0)
        await asyncio.wait_for(silent.wait_closed(), 5)
