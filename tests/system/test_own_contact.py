"""A profile says only what its owner has proved by signing in."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.system.staff import LOGIN_CODE, sign_in
from tools.processes import Stack

CREATED_AT = 1767225600000


@pytest.fixture
async def http(tmp_path: pathlib.Path) -> AsyncIterator[httpx.AsyncClient]:
    with Stack(tmp_path / "data", {"ORDERBUDDY_LOGIN_CODE": LOGIN_CODE}) as stack:
        stack.wait_ready()
        async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20) as client:
            yield client


async def test_nobody_claims_anothers_address(http: httpx.AsyncClient) -> None:
    profile = {"userId": await sign_in(http, "eve@example.test"), "createdAt": CREATED_AT}

    async def create(**contact: str) -> tuple[int, object]:
        answer = await http.post("/users/create-user", json={**profile, **contact})
        return answer.status_code, answer.json().get("message")

    mail, number = "email must be the one that you sign in with", "phoneNumber must be the one that you sign in with"
    assert await create(email="ana@example.test") == (400, [mail])
    assert await create(phoneNumber="+12065550155") == (400, [number])
    assert await create(email="eve@example.test", phoneNumber="+12065550155") == (400, [number])
    assert await create(email="eve@example.test") == (201, None)


async def test_a_session_that_has_outlived_its_account_is_nobodys(http: httpx.AsyncClient) -> None:
    user_id = await sign_in(http, "eve@example.test")
    profile = {"email": "eve@example.test", "createdAt": CREATED_AT}
    assert (await http.get(f"/restaurant/{user_id}")).json() == {"data": []}
    assert (await http.post("/users/delete-user", json={"userId": user_id})).status_code == 200
    for verb, path, body in (
        ("POST", "/users/create-user", {"userId": user_id, **profile}),
        ("GET", f"/restaurant/{user_id}", None),
        ("POST", f"/restaurant/create/{user_id}", None),
    ):
        assert (await http.request(verb, path, json=body)).status_code == 401, path
    # Repeating it does no harm: it might have failed half-way.
    assert (await http.post("/users/delete-user", json={"userId": user_id})).status_code == 200
    del http.headers["authorization"]
    again = await sign_in(http, "eve@example.test")
    assert again != user_id
    assert (await http.post("/users/create-user", json={"userId": again, **profile})).status_code == 201
