"""An edge that stops says so first, and serves everybody until then."""

from __future__ import annotations

import os
import pathlib
import signal
import sys
from collections.abc import Iterator

import httpx
import pytest
from websockets.asyncio.client import connect

from services.kit.child import spawn
from services.kit.ports import free_port
from tests.support import SECRET, eventually

DRAIN_SECONDS = 0.5


@pytest.fixture
def edge(tmp_path: pathlib.Path) -> Iterator[tuple[int, int]]:
    """Start an edge without services; its process and port."""
    port = free_port()
    env = {
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "ORDERBUDDY_ASSERTION_SECRET": SECRET,
        "ORDERBUDDY_DRAIN_SECONDS": str(DRAIN_SECONDS),
    }
    with (tmp_path / "log").open("wb") as log:
        process = spawn([sys.executable, "-m", "edge"], output=log, env={**os.environ, **env}, new_session=True)
        yield process.pid, port
        process.kill()
        process.wait()


async def test_an_edge_that_stops_is_not_asked_any_more_and_fails_nobody(edge: tuple[int, int]) -> None:
    pid, port = edge
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:

        async def alive() -> bool:
            try:
                return (await http.get("/healthz")).status_code == 200
            except httpx.ConnectError:
                return False

        await eventually(alive)
        assert "menu service" in (await http.get("/readyz")).json()["dependencies"]
        async with connect(f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket") as socket:
            assert str(await socket.recv()).startswith("0{")
            os.kill(pid, signal.SIGTERM)

            async def stopping() -> bool:
                return "this replica" in (await http.get("/readyz")).json()["dependencies"]

            await eventually(stopping)
            assert (await http.get("/readyz")).status_code == 503
            async with httpx.AsyncClient() as late:  # a new connection is still taken
                assert (await late.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
            await socket.wait_closed()
            assert socket.close_code == 1012
        with pytest.raises(httpx.ConnectError):
            async with httpx.AsyncClient() as too_late:
                await too_late.get(f"http://127.0.0.1:{port}/healthz")
