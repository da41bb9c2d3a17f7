"""Pictures without Azure: kept in a folder, served by the edge."""

from __future__ import annotations

import httpx
import pytest

from tests.system.staff import make_owner, sign_in
from tools.demo_data import DEMO
from tools.processes import Stack

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


async def test_a_picture_is_readable_where_the_answer_says(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20) as http:
        await make_owner(stack, await sign_in(http, "pictures@example.test"), DEMO.restaurant_id)
        answer = await http.post(
            f"/storage/upload/{DEMO.restaurant_id}", files={"file": ("a.png", PNG)}, data={"folder": "menu"}
        )
        read = await http.get(answer.json()["imageUrl"])
    assert (read.content, read.headers["content-type"], read.headers["x-content-type-options"]) == (
        PNG,
        "image/png",
        "nosniff",
    )


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/nope.png",
        "/../assertion-secret",
        "/%2e%2e/assertion-secret",
        "/..%2fassertion-secret",
        "//etc/passwd",
    ],
)
async def test_nothing_else_is(stack: Stack, path: str) -> None:
    async with httpx.AsyncClient(base_url=stack.edge_url) as http:
        request = http.build_request("GET", "/assets")
        request.url = request.url.copy_with(raw_path=f"/assets{path}".encode())
        assert (await http.send(request)).status_code == 404
