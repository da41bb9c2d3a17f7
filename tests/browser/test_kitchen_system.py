"""Two displays and a guest's page on the whole system: an order, a cut, and in the end all show the same."""

from __future__ import annotations

import pathlib
import re
import tempfile
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from pymongo import AsyncMongoClient

from tests.system.staff import LOGIN_CODE, make_owner, sign_in
from tools.demo_data import DEMO, example_cart, load
from tools.processes import Stack

KITCHEN, BAR = "6a40000000000000000000a1", "6a40000000000000000000a2"
"""Stations of the demo restaurant."""

pytestmark = pytest.mark.timeout(180)


async def _load(stack: Stack) -> None:
    async with AsyncMongoClient[dict[str, Any]](stack.mongo_uri) as client:
        await load(client[stack.db_name])


@pytest.fixture
async def system() -> AsyncIterator[Stack]:
    """The whole system with the demo restaurant, and nobody else's pages."""
    environment = {"ORDERBUDDY_DEMO": "0", "ORDERBUDDY_LOGIN_CODE": LOGIN_CODE}
    with tempfile.TemporaryDirectory() as folder, Stack(pathlib.Path(folder), environment) as running:
        await _load(running)
        running.wait_ready()
        yield running


@pytest.fixture
async def staff(system: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """The restaurant's owner, signed in."""
    async with httpx.AsyncClient(base_url=system.edge_url) as http:
        await make_owner(system, await sign_in(http, "ana@example.test"), DEMO.restaurant_id)
        yield http


async def device_key(staff: httpx.AsyncClient, name: str) -> str:
    body = {"kind": "display", "name": name}
    answer = await staff.post(f"/devices/{DEMO.restaurant_id}/{DEMO.location_id}", json=body)
    assert answer.status_code == 201, answer.text
    key: str = answer.json()["data"]["key"]
    return key


async def place(http: httpx.AsyncClient) -> str:
    """Order as a guest does."""
    preview = (await http.post("/order-app/cart/preview-order", json=example_cart())).json()["data"]
    body = {"previewOrderId": preview["previewOrderId"]}
    placed = await http.post("/payments/place-order-without-payment", json=body)
    order_id: str = placed.json()["orderId"]
    return order_id


async def open_display(context: BrowserContext, url: str, view: str, key: str) -> Page:
    page = await context.new_page()
    await page.goto(f"{url}/kitchen#{view}")
    await page.get_by_label("Device key").fill(key)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("Nothing to make")).to_be_visible()
    return page


async def test_two_displays_and_the_guest_agree_after_a_cut(
    system: Stack, staff: httpx.AsyncClient, chromium: Browser
) -> None:
    contexts = [await chromium.new_context(locale="en-US") for _ in range(3)]
    at_station, at_expo, of_guest = contexts
    kitchen = await open_display(at_station, system.edge_url, f"station/{KITCHEN}", await device_key(staff, "Kitchen"))
    expo = await open_display(at_expo, system.edge_url, "expo", await device_key(staff, "Expo"))

    async with httpx.AsyncClient(base_url=system.edge_url) as http:
        order_id = await place(http)
    guest = await of_guest.new_page()
    await guest.goto(f"{system.edge_url}/track/{order_id}")
    await expect(guest.get_by_role("status")).to_have_text("The restaurant has received your order.")
    code = (await guest.locator("#code").text_content()) or ""
    assert code

    # Placed, not taken on yet: expo knows of it, the station does not.
    await expect(expo.get_by_role("region", name="Waiting")).to_contain_text(code)
    await expect(kitchen.get_by_text(code)).to_have_count(0)
    accepted = await staff.post("/restaurant/order-status", json={"orderId": order_id, "orderStatus": "ACCEPTED"})
    assert accepted.status_code in (200, 201), accepted.text
    await expect(kitchen.locator("#tickets h2")).to_have_text([code])
    await expect(expo.locator("#tickets h2")).to_have_text([code, code])
    await expect(guest.get_by_role("status")).to_have_text("Your order is being prepared.")

    # One step on each display is on both.
    first = kitchen.get_by_role("button", name=re.compile("Fish taco.*Start")).first
    await first.click()
    await expect(expo.get_by_role("button", name=re.compile("Fish taco.*Finish"))).to_have_count(1)
    await expo.get_by_role("article").filter(has_text="Bar").get_by_role("button", name="All done").click()
    await expect(expo.locator("#tickets h2")).to_have_text([code])
    await expect(guest.get_by_text("✔ made")).to_have_count(1)

    # The station's display loses its network, finishes its ticket all the same, and is behind for a while.
    await at_station.set_offline(True)
    await expect(kitchen.get_by_text("No connection")).to_be_visible()
    await kitchen.get_by_role("button", name=f"All done {code}").click()
    await expect(kitchen.get_by_text("Done, saving …")).to_be_visible()
    await expo.get_by_role("button", name=re.compile("Fish taco.*Start")).first.click()
    await expect(expo.get_by_role("button", name=re.compile("Fish taco.*Finish"))).to_have_count(2)
    await at_station.set_offline(False)

    for display in (kitchen, expo):
        await expect(display.locator("#tickets h2")).to_have_count(0)
        await expect(display.get_by_text("No connection")).to_have_count(0)
    await expect(kitchen.get_by_role("button", name="Recently done (1)")).to_be_visible()
    await expect(expo.get_by_role("button", name="Recently done (2)")).to_be_visible()
    await expect(guest.get_by_text("✔ made")).to_have_count(3)

    # Handed over: nothing of it is left in the kitchen.
    ended = await staff.post("/restaurant/order-status", json={"orderId": order_id, "orderStatus": "PICKED_UP"})
    assert ended.status_code in (200, 201), ended.text
    await expect(guest.get_by_role("status")).to_have_text("Picked up. Enjoy!")
    for display in (kitchen, expo):
        await expect(display.get_by_role("button", name="Recently done (0)")).to_be_visible()
    for context in contexts:
        await context.close()
