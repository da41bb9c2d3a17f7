"""What a manager changes is what guests see and pay, through the whole system."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support import eventually
from tests.system.staff import make_owner, sign_in
from tools.demo_data import DEMO
from tools.processes import Stack

PLACE = f"{DEMO.restaurant_id}/locations/{DEMO.location_id}"
GUEST_MENU = f"/order-app/restaurants/{PLACE}/menus/{DEMO.menu_ids[0]}"
STAFF_MENU = f"/restaurant/restaurants/{PLACE}/menus/{DEMO.menu_ids[0]}"
EDIT = f"/restaurant/{DEMO.restaurant_id}/location/{DEMO.location_id}/menu/{DEMO.menu_ids[0]}"
ITEM = "elote"


@pytest.fixture
async def owner(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20) as http:
        await make_owner(stack, await sign_in(http, "edits@example.test"), DEMO.restaurant_id)
        yield http


async def item(http: httpx.AsyncClient, path: str) -> dict[str, Any] | None:
    items = (await http.get(path)).json()["data"]["items"]
    return next((i for i in items if i["id"] == ITEM), None)


async def save(http: httpx.AsyncClient, price: float, **more: Any) -> httpx.Response:
    """Save an item as the Manage App does: all of it."""
    stored = await item(http, STAFF_MENU) or {}
    kept = {name: stored[name] for name in ("id", "name", "description", "categoryId", "imageUrls", "stationTags")}
    kept |= {"isAvailable": True, "variants": [], "modifiers": [], "price": price}
    return await http.post(f"{EDIT}/item", json=kept | more)


def cart(price: int) -> dict[str, Any]:
    line = {"id": "l1", "menuItemId": ITEM, "name": "Elote", "notes": "", "priceCents": price}
    return {
        "restaurantId": DEMO.restaurant_id,
        "locationId": DEMO.location_id,
        "locationSlug": "x",
        "origin": {"id": "", "name": "web"},
        "customer": {"name": "Ana", "phone": ""},
        "items": [{**line, "variants": [], "modifiers": [], "stationTags": []}],
        "getSms": False,
    }


async def test_a_new_price_is_on_the_open_menu_and_in_the_preview(owner: httpx.AsyncClient) -> None:
    prices = []
    for price in (7.5, 8.25):
        assert (await save(owner, price)).json()["data"] is True
        preview = await owner.post("/order-app/cart/preview-order", json=cart(0))
        prices.append(preview.json()["data"]["totalPriceCents"])

        async def shown(wanted: int = round(price * 100)) -> bool:
            return ((await item(owner, GUEST_MENU)) or {}).get("priceCents") == wanted

        await eventually(shown)
    # With the menu's tax on it; what matters here is that the second is dearer by what was changed.
    assert prices[1] - prices[0] in range(75, 90)


async def test_what_is_86_leaves_the_open_menu_and_cannot_be_ordered(owner: httpx.AsyncClient) -> None:
    path = f"{EDIT}/item/{ITEM}/availability"
    try:
        assert (await owner.patch(path, json={"isAvailable": False})).json()["data"] is True

        async def gone() -> bool:
            return await item(owner, GUEST_MENU) is None

        await eventually(gone)
        assert (await owner.post("/order-app/cart/preview-order", json=cart(0))).status_code == 404
    finally:
        await owner.patch(path, json={"isAvailable": True})
    assert (await owner.post("/order-app/cart/preview-order", json=cart(0))).status_code == 200


async def test_an_edit_of_an_older_version_is_refused_and_told(owner: httpx.AsyncClient) -> None:
    version = (await item(owner, STAFF_MENU) or {})["version"]
    assert (await save(owner, 9, version=version)).status_code == 200
    refused = await save(owner, 10, version=version)
    assert (refused.status_code, refused.json()["message"]) == (
        409,
        "somebody else has changed it in the meantime; read it again",
    )
    assert (await item(owner, STAFF_MENU) or {})["priceCents"] == 900


async def test_who_changed_what_can_be_read(owner: httpx.AsyncClient) -> None:
    await save(owner, 6)
    records = (await owner.get(f"/restaurant/restaurants/{DEMO.restaurant_id}/audit")).json()["data"]
    newest = records[0]
    assert (newest["action"], newest["collection"], newest["actor"].split(":")[0]) == ("SaveItem", "menus", "staff")
    assert {"path": f"items[{ITEM}].priceCents", "to": 600} in [
        {"path": c["path"], "to": c["to"]} for c in newest["changes"]
    ]
