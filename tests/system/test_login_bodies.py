"""What sign-in takes: bodies as all routes, other headers and paths as its clients send them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.system.staff import LOGIN_CODE
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


async def signed_in(http: httpx.AsyncClient, tenant: str = "", **headers: str) -> httpx.Response:
    """Return what answers a code that is right."""
    begun = (await http.post(f"/login{tenant}/signinup/code", json={"email": "out@example.test"})).json()
    code = {name: begun[name] for name in ("deviceId", "preAuthSessionId")} | {"userInputCode": LOGIN_CODE}
    return await http.post(f"/login{tenant}/signinup/code/consume", json=code, headers=headers)


FDI = "fdi-version must be versions such as 3.1, separated by commas"


@pytest.mark.parametrize("fdi", ["1.16,1.17,1.18,1.19,2.0,3.0,3.1,4.0", "3.1", "3", "3.1, 4.0"])
@pytest.mark.parametrize("tenant", ["", "/public"])
async def test_versions_and_the_tenant_that_clients_know(stack: Stack, fdi: str, tenant: str) -> None:
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20, headers={"fdi-version": fdi}) as http:
        answer = await signed_in(http, tenant)
    assert (answer.status_code, answer.json()["status"]) == (200, "OK")


@pytest.mark.parametrize(
    "fdi", ["", "x", "3.", ".", ",", "3.1,", "-1", "3.1;4", "1e9", "\u00b2".encode("latin-1"), "9" * 5000]
)
async def test_a_version_that_is_none_is_refused(stack: Stack, fdi: Any) -> None:
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20) as http:
        for path in ("/login/signinup/code", "/login/signinup/code/consume", "/login/session/refresh"):
            answer = await http.post(path, json={"email": "fdi@example.test"}, headers={"fdi-version": fdi})
            assert (answer.status_code, answer.json()["message"]) == (400, FDI), path


async def test_a_tenant_that_is_not_there_is_not_found(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20) as http:
        for verb, path in (
            ("POST", "signinup/code"),
            ("POST", "signinup/code/resend"),
            ("POST", "signinup/code/consume"),
            ("GET", "loginmethods"),
            ("GET", "passwordless/email/exists?email=fdi@example.test"),
        ):
            answer = await http.request(verb, f"/login/nope/{path}", json={"email": "fdi@example.test"})
            assert (answer.status_code, answer.json()["message"]) == (404, "there is no tenant nope"), path


async def test_a_dead_cookie_does_not_keep_a_bearer_from_signing_out(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20) as http:
        made = await signed_in(http)
        user_id, refresh = made.json()["user"]["id"], made.headers["st-refresh-token"]
        dead = {"cookie": "sAccessToken=dead", "authorization": f"Bearer {made.headers['st-access-token']}"}
        assert (await http.get(f"/restaurant/{user_id}", headers=dead)).status_code == 200
        answer = await http.post("/login/signout", headers=dead)
        assert (answer.status_code, answer.json(), answer.headers["front-token"]) == (200, {"status": "OK"}, "remove")
        again = await http.post("/login/session/refresh", headers={"authorization": f"Bearer {refresh}"})
        assert again.status_code == 401


async def test_without_any_live_session_there_is_none_to_sign_out_of(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20) as http:
        for headers in (
            {},
            {"authorization": "Bearer x"},
            {"authorization": "Bearer x", "cookie": "sAccessToken=dead"},
        ):
            answer = await http.post("/login/signout", headers=headers)
            assert (answer.status_code, answer.json()) == (401, {"message": "unauthorised"})


async def test_a_live_cookie_is_signed_out_and_taken_back_whatever_the_bearer(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20) as http:
        made = await signed_in(http, **{"st-auth-mode": "cookie"})
        access = made.headers["st-access-token"]
        assert any(c.startswith(f"sAccessToken={access};") for c in made.headers.get_list("set-cookie"))
        http.cookies.clear()
        for bearer in (access, "stale"):
            headers = {"authorization": f"Bearer {bearer}", "cookie": f"sAccessToken={access}", "rid": "anti-csrf"}
            answer = await http.post("/login/signout", headers=headers)
            assert (answer.status_code, answer.json()) == (200, {"status": "OK"})
            taken = [c for c in answer.headers.get_list("set-cookie") if c.startswith('sAccessToken="";')]
            assert len(taken) == 1
