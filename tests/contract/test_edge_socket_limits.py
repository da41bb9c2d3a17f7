"""`/ws/orders/{orderId}` over a real socket: who is refused, and clients that do not read."""

from __future__ import annotations

import asyncio
import socket as sockets
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.servers.running_edge import MENU_APP, RunningEdge, closed, readers, received, running_edge, statuses
from tests.support import eventually

ORDER = "66e000000000000000000001"


@pytest.fixture
async def edge() -> AsyncIterator[RunningEdge]:
    async with running_edge() as running:
        await running.ordering.change(ORDER, "CREATED")
        await running.followed()
        yield running


class TestRefusals:
    @pytest.mark.parametrize("order_id", ["66e0000000000000000000ff", "nope", "a" * 300, "%E0%A4%A", "a%2Fb"])
    async def test_an_unknown_order_is_4404(self, edge: RunningEdge, order_id: str) -> None:
        async with edge.socket(order_id) as connection:
            code, (message,) = await closed(connection)
        assert (code, message["type"], message["reason"]) == (4404, "error", "ORDER_NOT_FOUND")

    async def test_a_deleted_order_is_4404(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            await received(connection)
            await edge.ordering.delete(ORDER)
            code, (message,) = await closed(connection)
        assert (code, message["reason"]) == (4404, "ORDER_NOT_FOUND")

    async def test_pages_of_allowed_origins_may_connect(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER, origin=MENU_APP) as connection:
            assert (await received(connection))["type"] == "snapshot"

    async def test_other_pages_may_not(self, edge: RunningEdge) -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with edge.socket(ORDER, origin="https://evil.example"):
                pass
        assert refused.value.response.status_code == 403

    @pytest.mark.parametrize("path", ["/ws/orders/", "/ws/orders/a/b", "/ws", "/socket.io/x"])
    async def test_another_path_has_no_socket(self, edge: RunningEdge, path: str) -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://127.0.0.1:{edge.port}{path}"):
                pass
        assert refused.value.response.status_code == 403

    async def test_small_talk_is_ignored(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            await received(connection)
            for message in ("hello", b"\x00\x01", "x" * 1_024):
                await connection.send(message)
            await edge.ordering.change(ORDER, "ACCEPTED")
            assert await statuses(connection, 1) == ["ACCEPTED"]

    async def test_long_talk_ends_the_connection(self, edge: RunningEdge) -> None:
        async with edge.socket(ORDER) as connection:
            await received(connection)
            await connection.send("x" * 1_025)
            code, _ = await closed(connection)
        assert code == 1009


class TestSlowReaders:
    async def stalled(self, edge: RunningEdge) -> sockets.socket:
        """Open a WebSocket by hand and never read from it, with as little buffer as the system allows."""
        client = sockets.socket()
        client.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 1)
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(client, ("127.0.0.1", edge.port))
        head = (
            f"GET /ws/orders/{ORDER} HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        await loop.sock_sendall(client, head.encode())
        return client

    async def test_one_that_does_not_read_is_cut_off_and_holds_up_nobody(self, edge: RunningEdge) -> None:
        edge.edge.sockets.send_seconds = 0.2
        stalled = await self.stalled(edge)
        try:
            await eventually(lambda: readers(edge) == 1)
            async with edge.socket(ORDER, max_queue=None) as healthy:
                await received(healthy)
                large = "x" * 100_000  # a few of these fill every buffer between the two processes
                for number in range(100):
                    await edge.ordering.change(ORDER, f"{number}{large}")
                    assert (await received(healthy))["version"] == number + 2
                await eventually(lambda: readers(edge) == 1)
        finally:
            stalled.close()

    async def test_its_connection_ends_although_it_never_reads(self, edge: RunningEdge) -> None:
        edge.edge.sockets.send_seconds = 0.05
        stalled = await self.stalled(edge)
        try:
            await eventually(lambda: readers(edge) == 1)
            assert len(edge.server.server_state.connections) == 1
            for number in range(100):
                await edge.ordering.change(ORDER, f"{number}" + "x" * 100_000)
            await eventually(lambda: readers(edge) == 0)
            await eventually(lambda: not edge.server.server_state.connections)
        finally:
            stalled.close()
