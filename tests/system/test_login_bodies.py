"""What sign-in takes for a body: the same as all routes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tools.processes import Stack


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"json": {"email": "forms@example.test"}}, 200),
        ({"data": {"email": "forms@example.test"}}, 200),
        ({"content": b'{"email":', "headers": {"content-type": "application/json"}}, 400),
        ({"json": {"email": 5}}, 400),
        ({"json": {"email": {"$gt": ""}}}, 400),
        ({"json": {}}, 400),
        ({"json": {"email": "a@b.co", "phoneNumber": "+12065550155"}}, 400),
        ({"json": {"email": "x" * 200_000}}, 413),
    ],
)
async def test_a_code_request(stack: Stack, sent: dict[str, Any], status: int) -> None:
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20) as http:
        answer = await http.post("/login/signinup/code", **sent)
    assert (answer.status_code, "status" in answer.json()) == (status, status == 200)
