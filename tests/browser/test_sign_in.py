"""Signing in with the SDK of the Manage App's version, in a real browser, across origins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import LOGIN_CODE, SetClock
from tools.processes import Stack


class ManageApp:
    """The page, and what went over the wire to the API."""

    def __init__(self, page: Page, api: str) -> None:
        self.page = page
        self.requests: list[tuple[str, str, int]] = []
        page.on("response", lambda r: self._note(r.request.method, r.url, r.status, api))

    def _note(self, method: str, url: str, status: int, api: str) -> None:
        if url.startswith(api) and method != "OPTIONS":
            self.requests.append((method, url.removeprefix(api), status))

    async def do(self, call: str, *arguments: Any) -> Any:
        return await self.page.evaluate("([name, args]) => window.orderbuddy[name](...args)", [call, list(arguments)])

    async def call(self, method: str, url: str, data: Any = None) -> tuple[int, Any]:
        answer = await self.do("call", method, url, data)
        return answer["status"], answer["data"]

    async def sign_in(self, email: str = "ana@example.test") -> dict[str, Any]:
        assert (await self.do("createCode", email))["status"] == "OK"
        answer: dict[str, Any] = await self.do("consumeCode", LOGIN_CODE)
        assert answer["status"] == "OK"
        return answer

    async def create_user(self) -> tuple[int, Any]:
        profile = {"userId": await self.do("userId"), "email": "ana@example.test", "createdAt": 1767225600000}
        return await self.call("POST", "/users/create-user", profile)


@pytest.fixture
async def app(stack: Stack, manage_app: str, chromium: Browser) -> AsyncIterator[ManageApp]:
    page = await chromium.new_page()
    found = ManageApp(page, stack.edge_url.replace("127.0.0.1", "localhost"))
    await page.goto(f"{manage_app}/manage.html?api={stack.edge_url.replace('127.0.0.1', 'localhost')}")
    await page.get_by_text("ready").wait_for()
    yield found
    await page.close()


def in_an_hour() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=61)


async def test_the_sdk_signs_in_refreshes_survives_a_stale_bearer_and_signs_out(
    app: ManageApp, clock_file: SetClock
) -> None:
    # A visitor's normal first call is a refresh that is refused.
    assert await app.do("exists") is False
    assert app.requests == [("POST", "/login/session/refresh", 401)]

    # A wrong code is told with its counters; the right one signs in and gives a token to the page.
    assert (await app.do("createCode", "ana@example.test"))["status"] == "OK"
    wrong = await app.do("consumeCode", "000000")
    assert (wrong["status"], wrong["failedCodeInputAttemptCount"], wrong["maximumCodeInputAttempts"]) == (
        "INCORRECT_USER_INPUT_CODE_ERROR",
        1,
        5,
    )
    signed_in = await app.do("consumeCode", LOGIN_CODE)
    assert (signed_in["status"], signed_in["createdNewRecipeUser"]) == ("OK", True)
    assert signed_in["user"]["emails"] == ["ana@example.test"]
    claims = await app.do("claims")
    assert (claims["ob_restaurantId"], claims["ob_locationId"]) == ([], [])

    # The first sign-in's profile comes with the cookie alone.
    status, made = await app.create_user()
    assert status == 201

    # The app keeps the token and sends it as bearer from then on.
    await app.do("keepToken")
    assert await app.create_user() == (201, made)

    # When the token has expired, the SDK refreshes on 401 and repeats the call, with the same stale bearer.
    clock_file.set(in_an_hour())
    app.requests.clear()
    assert await app.create_user() == (201, made)
    assert app.requests == [
        ("POST", "/users/create-user", 401),
        ("POST", "/login/session/refresh", 200),
        ("POST", "/users/create-user", 201),
    ]

    # From then on the stale bearer costs nothing.
    app.requests.clear()
    assert await app.create_user() == (201, made)
    assert app.requests == [("POST", "/users/create-user", 201)]

    # Garbage in the bearer hides no cookie either.
    await app.do("setToken", "not.a.token")
    assert await app.create_user() == (201, made)

    # Signing out ends it, for the cookie and for the token.
    await app.do("signOut")
    assert await app.do("exists") is False
    app.requests.clear()
    assert (await app.call("POST", "/users/create-user", {}))[0] == 401
    assert ("POST", "/users/create-user", 401) in app.requests


async def test_a_session_outlives_a_restart_of_edge_and_core(app: ManageApp, stack: Stack) -> None:
    await app.sign_in()
    for name in ("edge", "signin_core"):
        stack.kill(name)
        stack.restart(name)
    stack.wait_ready()
    assert (await app.create_user())[0] == 201
