"""Socket.IO of the old back end through the edge: polling and WebSocket go where the rules say."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import InvalidStatus

from tests.servers.running_edge import running_edge

RULES = {"rules": [{"name": "sockets", "prefix": "/socket.io", "target": "legacy"}]}


async def test_a_websocket_is_passed_on_both_ways_and_ends_with_its_code(tmp_path: pathlib.Path) -> None:
    asked = []

    async def echo(connection: ServerConnection) -> None:
        assert connection.request is not None
        asked.append((connection.request.path, connection.request.headers["cookie"]))
        await connection.send(await connection.recv())
        await connection.send(await connection.recv())
        await connection.close(4001)

    file = tmp_path / "rules.json"
    file.write_text(json.dumps(RULES))
    async with serve(echo, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        more: dict[str, Any] = {"LEGACY_API_URL": f"http://127.0.0.1:{port}", "ORDERBUDDY_CUTOVER_FILE": str(file)}
        async with running_edge(**more) as edge:
            url = f"ws://127.0.0.1:{edge.port}/socket.io/?EIO=4&transport=websocket"
            async with connect(url, additional_headers={"cookie": "a=b"}) as client:
                await client.send("text")
                await client.send(b"bytes")
                assert [await client.recv(), await client.recv()] == ["text", b"bytes"]
                await client.wait_closed()
                assert client.close_code == 4001
            server.close()
            await server.wait_closed()
            with pytest.raises(InvalidStatus) as refused:
                async with connect(url):
                    pass
            assert refused.value.response.status_code == 502
    assert asked == [("/socket.io/?EIO=4&transport=websocket", "a=b")]
