"""Limits over real connections: what is refused, how, and that what is let go makes room again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.servers.running_edge import MENU_APP, RunningEdge, running_edge
from tests.support import eventually

ORDER = "66e000000000000000000001"
READ = f"/order-app/orders/{ORDER}/status"
FEW = "all=0.001/2"


@pytest.fixture
async def edge() -> AsyncIterator[RunningEdge]:
    async with running_edge(ORDERBUDDY_LIMITS=FEW, ORDERBUDDY_SOCKETS_PER_ADDRESS=2) as running:
        await running.ordering.change(ORDER, "CREATED")
        await running.followed()
        yield running


def refused(answer: httpx.Response, limit: str) -> None:
    assert answer.status_code == 429
    wait = int(answer.headers["retry-after"])
    assert 1_990 > wait > 900
    assert answer.json() == {
        "message": f"too many requests ({limit}); try again in {wait} s",
        "error": "Too Many Requests",
        "statusCode": 429,
    }
    assert answer.headers["ratelimit-policy"] == f'"{limit}";q=2;w=2000'
    assert answer.headers["ratelimit"] == f'"{limit}";r=0;t={wait}'


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("GET", READ, "guest-reads"),
        ("POST", "/order-app/cart/preview-order", "guest-writes"),
        ("POST", "/payments/place-order-without-payment", "guest-writes"),
        ("POST", "/restaurant/order-status", "staff"),
        ("POST", "/storage/upload/luna_mar", "uploads"),
        ("DELETE", "/kitchen/session", "staff"),
        ("GET", "/kitchen", "pages"),
        ("GET", "/docs", "pages"),
        ("GET", "/nowhere", "pages"),
        ("OPTIONS", "/nowhere", "memory-reads"),
        ("GET", "/socket.io/?EIO=4&transport=polling", "live"),
        ("GET", "/socket.io/?EIO=4&transport=polling&sid=unknown", "live-requests"),
    ],
)
async def test_one_too_many_is_429(edge: RunningEdge, method: str, path: str, limit: str) -> None:
    for _ in range(2):
        assert (await edge.http.request(method, path)).status_code != 429
    answer = await edge.http.request(method, path, headers={"origin": MENU_APP})
    refused(answer, limit)
    assert answer.headers["access-control-allow-origin"] == MENU_APP
    assert "Retry-After" in answer.headers["access-control-expose-headers"]


async def test_it_is_refused_before_its_body_is_read(edge: RunningEdge) -> None:
    for _ in range(2):
        await edge.http.post("/order-app/cart/preview-order")
    answer = await edge.http.post(
        "/order-app/cart/preview-order", content=b"{broken", headers={"content-type": "application/json"}
    )
    refused(answer, "guest-writes")


async def test_a_restaurant_has_a_limit_of_its_own() -> None:
    limits = "guest-writes-per-restaurant=0.001/2"
    async with running_edge(ORDERBUDDY_LIMITS=limits) as edge:
        for _ in range(2):
            assert (await preview(edge, "luna_mar")).status_code != 429
        refused(await preview(edge, "luna_mar"), "guest-writes-per-restaurant")
        assert (await preview(edge, "other")).status_code != 429


async def preview(edge: RunningEdge, restaurant: str) -> httpx.Response:
    return await edge.http.post("/order-app/cart/preview-order", json={"restaurantId": restaurant})


async def test_behind_a_trusted_proxy_each_client_counts_for_itself() -> None:
    async with running_edge(ORDERBUDDY_LIMITS=FEW, ORDERBUDDY_TRUSTED_PROXIES="127.0.0.0/8") as edge:
        for client in ("203.0.113.1", "203.0.113.2"):
            headers = {"x-forwarded-for": f"1.2.3.4, {client}"}
            statuses = [(await edge.http.get("/nowhere", headers=headers)).status_code for _ in range(3)]
            assert statuses == [404, 404, 429]


class TestSockets:
    async def test_an_address_may_open_so_many(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER), edge.socket(ORDER):
            with pytest.raises(InvalidStatus) as refusal:
                async with edge.socket(ORDER):
                    pass
        response = refusal.value.response
        assert (response.status_code, response.headers["ratelimit-policy"]) == (429, '"sockets";q=2;w=2000')
        assert int(response.headers["retry-after"]) > 900

    async def test_and_hold_so_many(self) -> None:
        async with running_edge(ORDERBUDDY_SOCKETS_PER_ADDRESS=2) as edge:
            await edge.ordering.change(ORDER, "CREATED")
            await edge.followed()
            async with edge.socket(ORDER):
                async with edge.socket(ORDER):
                    with pytest.raises(InvalidStatus) as refusal:
                        async with edge.socket(ORDER):
                            pass
                    assert refusal.value.response.status_code == 429
                    assert refusal.value.response.headers["ratelimit-policy"] == '"open-sockets";q=2;w=10'
                await eventually(lambda: opens(edge))

    @pytest.mark.parametrize("transport", ["polling", "websocket"])
    async def test_socket_io_clients_are_counted_until_they_leave(self, transport: str) -> None:
        async with running_edge(ORDERBUDDY_SOCKETS_PER_ADDRESS=2) as edge, contextlib.AsyncExitStack() as stack:
            first, _second = [await live(edge, transport, stack) for _ in range(2)]
            assert await first_refusal(edge, transport) == 429
            await first()
            await eventually(lambda: may_come(edge))
            await live(edge, transport, stack)


def may_come(edge: RunningEdge) -> bool:
    return edge.edge.doors.limits.open_live.refusal("127.0.0.1") is None


async def opens(edge: RunningEdge) -> bool:
    try:
        async with edge.socket(ORDER):
            return True
    except InvalidStatus:
        return False


async def live(edge: RunningEdge, transport: str, stack: contextlib.AsyncExitStack) -> Any:
    """Connect a Socket.IO client; return what ends it."""
    if transport == "websocket":
        url = f"ws://127.0.0.1:{edge.port}/socket.io/?EIO=4&transport=websocket"
        connection = await stack.enter_async_context(connect(url, compression=None))
        await connection.recv()
        return connection.close
    opened = await edge.http.get("/socket.io/?EIO=4&transport=polling")
    sid = opened.text.partition('"sid":"')[2].partition('"')[0]

    async def leave() -> None:
        async with asyncio.timeout(5):
            await edge.http.post(f"/socket.io/?EIO=4&transport=polling&sid={sid}", content=b"1")

    return leave


async def first_refusal(edge: RunningEdge, transport: str) -> int:
    if transport == "polling":
        return (await edge.http.get("/socket.io/?EIO=4&transport=polling")).status_code
    with pytest.raises(InvalidStatus) as refusal:
        async with connect(f"ws://127.0.0.1:{edge.port}/socket.io/?EIO=4&transport=websocket"):
            pass
    return refusal.value.response.status_code
