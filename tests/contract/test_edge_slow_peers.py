"""Connections that send too much, too slowly or nothing, and such that do not read: by hand, with short times."""

from __future__ import annotations

import asyncio
import socket as sockets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from edge.protocols import Patience
from tests.servers.running_edge import RunningEdge, running_edge
from tests.support import eventually

PATIENCE = Patience(head_seconds=0.3, step_seconds=0.15, least_bytes_per_second=2_000, body_seconds=1.0)
GET = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.fixture
async def edge() -> AsyncIterator[RunningEdge]:
    async with running_edge(patience=PATIENCE) as running:
        yield running


class Peer:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def status(self) -> int:
        """Read one whole answer."""
        async with asyncio.timeout(5):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
            await self.reader.readexactly(length)
        return int(head[9:12])

    async def end(self) -> bytes:
        """Read to the end; a reset is one."""
        read = b""
        async with asyncio.timeout(5):
            try:
                while data := await self.reader.read(65_536):
                    read += data
            except ConnectionResetError:
                pass
        return read


@asynccontextmanager
async def peer(edge: RunningEdge) -> AsyncIterator[Peer]:
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.port)
    try:
        yield Peer(reader, writer)
    finally:
        writer.close()


def post(length: int) -> bytes:
    return (
        b"POST /order-app/cart/preview-order HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        b"content-length: %d\r\n\r\n" % length
    )


class TestTime:
    async def test_who_says_nothing_is_let_go(self, edge: RunningEdge) -> None:
        async with peer(edge) as silent:
            started = time.monotonic()
            assert await silent.end() == b""
        assert 0.25 < time.monotonic() - started < 2

    @pytest.mark.parametrize("before", [0, 2])
    async def test_a_head_that_drips_is_408(self, edge: RunningEdge, before: int) -> None:
        async with peer(edge) as slow:
            for _ in range(before):
                await slow.send(GET)
                assert await slow.status() == 200
            started, sent = time.monotonic(), 0
            while not slow.reader.at_eof() and time.monotonic() - started < 3:
                try:
                    await slow.send(GET[sent : sent + 1])
                    data = await asyncio.wait_for(slow.reader.read(12), 0.05)
                except TimeoutError:
                    sent += 1
                    continue
                break
            assert data == b"HTTP/1.1 408"
            assert 0.25 < time.monotonic() - started < 2

    async def test_a_body_that_drips_is_cut(self, edge: RunningEdge) -> None:
        async with peer(edge) as slow:
            await slow.send(post(5_000) + b"{")
            started = time.monotonic()
            ending = asyncio.create_task(slow.end())
            while not ending.done():
                slow.writer.write(b" ")
                await asyncio.wait([ending], timeout=0.03)
            assert await ending == b""
        assert 0.1 < time.monotonic() - started < 2

    async def test_one_that_comes_steadily_is_not(self, edge: RunningEdge) -> None:
        async with peer(edge) as steady:
            await steady.send(post(4_000))
            for _ in range(8):
                await steady.send(b" " * 500)
                await asyncio.sleep(0.05)  # the pace is what is tested
            assert await steady.status() == 400

    async def test_but_not_for_ever(self, edge: RunningEdge) -> None:
        async with peer(edge) as steady:
            await steady.send(post(90_000))
            started = time.monotonic()
            ending = asyncio.create_task(steady.end())
            while not ending.done():
                steady.writer.write(b" " * 500)
                await asyncio.wait([ending], timeout=0.05)
        assert 0.9 < time.monotonic() - started < 3

    async def test_a_body_after_its_answer_is_not_waited_for_either(self, edge: RunningEdge) -> None:
        async with peer(edge) as late:
            await late.send(post(200_000) + b"{")  # too large: answered before it is there
            assert await late.status() == 413
            started = time.monotonic()
            assert await late.end() == b""
        assert time.monotonic() - started < 2

    async def test_a_handshake_that_is_never_complete_ends(self, edge: RunningEdge) -> None:
        async with peer(edge) as slow:
            await slow.send(b"GET /ws/orders/x HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n")
            assert (await slow.end()).startswith(b"HTTP/1.1 408 ")

    async def test_who_does_not_read_an_answer_is_cut(self, edge: RunningEdge) -> None:
        """Small answers, so many that they fill every buffer: who asks and never reads."""
        greedy = sockets.socket()
        greedy.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 1)
        greedy.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(greedy, ("127.0.0.1", edge.port))
        try:

            async def ask() -> None:
                while True:
                    await loop.sock_sendall(greedy, b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n")

            with pytest.raises((ConnectionResetError, BrokenPipeError)):
                await asyncio.wait_for(ask(), 10)
            await eventually(lambda: not edge.server.server_state.connections)
        finally:
            greedy.close()


class TestSize:
    @pytest.mark.parametrize(
        ("request_head", "status"),
        [
            (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n", 414),
            (b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 101 + b"\r\n", 431),
            (b"GET / HTTP/1.1\r\nx: " + b"a" * 33_000 + b"\r\n\r\n", 431),
            (b"GET / HTTP/1.1\r\nx: " + b"a" * 40_000, 431),
            (b"GET / HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n" + b"x: y\r\n" * 101 + b"\r\n", 431),
            (b"GET /healthz HTTP/1.1\r\n" + b"x: y\r\n" * 99 + b"\r\n", 200),
            (b"GET /healthz HTTP/1.1\r\nx: " + b"a" * 30_000 + b"\r\n\r\n", 200),
            (b"no http\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400),
        ],
    )
    async def test_heads_have_limits(self, edge: RunningEdge, request_head: bytes, status: int) -> None:
        async with peer(edge) as sender:
            await sender.send(request_head)
            assert await sender.status() == status
            if status != 200:
                assert await sender.end() == b""

    async def test_a_large_body_behind_a_small_head_is_no_large_head(self, edge: RunningEdge) -> None:
        async with peer(edge) as sender:
            await sender.send(post(60_000) + b" " * 60_000)
            assert await sender.status() == 400

    async def test_few_requests_may_be_sent_ahead(self, edge: RunningEdge) -> None:
        async with peer(edge) as hasty:
            await hasty.send(GET * 10)
            assert [await hasty.status() for _ in range(10)] == [200] * 10
            await hasty.send(GET * 100)
            answers = (await hasty.end()).count(b"HTTP/1.1 200")
        assert answers < 18


class TestNumber:
    async def test_an_address_may_have_so_many_connections(self) -> None:
        async with (
            running_edge(ORDERBUDDY_CONNECTIONS_PER_ADDRESS=2) as edge,
            peer(edge) as first,
            peer(edge) as second,
        ):
            for each in (first, second):
                await each.send(GET)
                assert await each.status() == 200
            async with peer(edge) as third:
                assert await third.status() == 429
            first.writer.close()
            await eventually(lambda: len(edge.server.server_state.connections) == 1)
            async with peer(edge) as fourth:
                await fourth.send(GET)
                assert await fourth.status() == 200

    async def test_proxies_bring_many(self) -> None:
        environment: dict[str, Any] = {
            "ORDERBUDDY_CONNECTIONS_PER_ADDRESS": 1,
            "ORDERBUDDY_TRUSTED_PROXIES": "127.0.0.1",
        }
        async with running_edge(**environment) as edge, peer(edge) as first, peer(edge) as second:
            for each in (first, second):
                await each.send(GET)
                assert await each.status() == 200

    async def test_a_process_has_so_many(self) -> None:
        async with running_edge(ORDERBUDDY_MOST_CONNECTIONS=1) as edge, peer(edge) as first:
            await first.send(GET)
            assert await first.status() == 200
            async with peer(edge) as second:
                assert await second.status() == 503

    async def test_a_websocket_is_no_such_connection(self) -> None:
        order = "66e000000000000000000001"
        async with running_edge(ORDERBUDDY_CONNECTIONS_PER_ADDRESS=1) as edge:
            await edge.ordering.change(order, "CREATED")
            await edge.followed()
            async with edge.socket(order), edge.socket(order), peer(edge) as third:
                await third.send(GET)
                assert await third.status() == 200
