"""Headers that keep browsers from doing more with an answer than is meant."""

from __future__ import annotations

import pytest

from tests.servers.running_edge import running_edge

ORDER = "66e000000000000000000001"
PATHS = (
    "/kitchen",
    f"/track/{ORDER}",
    "/docs",
    "/healthz",
    "/nowhere",
    f"/order-app/orders/{ORDER}/status",
    "/socket.io/?EIO=4&transport=polling",
)


@pytest.mark.parametrize("https", [True, False])
async def test_every_answer_has_them(https: bool) -> None:
    endpoint = "https://api.example.com" if https else "http://localhost:8000"
    async with running_edge(API_ENDPOINT=endpoint) as edge:
        for path in PATHS:
            answer = await edge.http.get(path)
            assert answer.headers.get_list("x-content-type-options") == ["nosniff"], path
            assert ("strict-transport-security" in answer.headers) is https, path
            assert "server" not in answer.headers, path


async def test_pages_may_not_be_framed_nor_tell_where_one_came_from() -> None:
    async with running_edge() as edge:
        for path in ("/kitchen", f"/track/{ORDER}", "/docs", "/swagger/"):
            answer = await edge.http.get(path)
            assert answer.headers["content-security-policy"].endswith(
                ("frame-ancestors 'none'", "trusted-types 'none'")
            )
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["referrer-policy"] == "no-referrer"
