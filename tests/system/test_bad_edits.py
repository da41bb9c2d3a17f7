"""Bad input of people who have signed in: a 400 that names the field, and nothing changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from bson import ObjectId
from pymongo import AsyncMongoClient

from tests.system.staff import make_owner, sign_in
from tools.demo_data import DEMO
from tools.processes import Stack

PLACE = f"{DEMO.restaurant_id}/{DEMO.location_id}"
STYLE: dict[str, Any] = {"width": 300, "height": 300, "type": "svg", "data": "x", "margin": 5, "shape": "square"}
FLYER: dict[str, Any] = {"name": "Flyer", "type": "flat", "reward": {"flatOffCents": 100}}


@pytest.fixture
async def http(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20) as client:
        await make_owner(stack, await sign_in(client, "edits@example.test"), DEMO.restaurant_id)
        yield client


async def stored(stack: Stack) -> list[Any]:
    async with AsyncMongoClient[dict[str, Any]](stack.mongo_uri) as client:
        db = client[stack.db_name]
        location = await db["locations"].find_one({"_id": ObjectId(DEMO.location_id)})
        return [location, *[await db[name].count_documents({}) for name in ("origins", "campaigns", "audit")]]


@pytest.mark.parametrize("flag", [1e300, 10**18, {"": 1}, {".": 1}, {"$x": 1}, {"a\0b": 1}, [], {}, "x" * 51], ids=str)
async def test_a_flag_of_a_style(stack: Stack, http: httpx.AsyncClient, flag: object) -> None:
    before = await stored(stack)
    options = {"hideBackgroundDots": flag, "imageSize": 0, "margin": 5, "crossOrigin": "anonymous"}
    body = {"qrCodeImage": "", "qrCodeStyle": {**STYLE, "imageOptions": options}}
    answer = await http.put(f"/origins/{PLACE}/qr-style", json=body)
    assert answer.status_code == 400
    (message,) = answer.json()["message"]
    assert message.startswith("qrCodeStyle.imageOptions.hideBackgroundDots ")
    assert await stored(stack) == before


@pytest.mark.parametrize("field", ["activeFrom", "activeUntil"])
@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 1e300, "", "$x"])
async def test_an_instant_of_a_campaign(stack: Stack, http: httpx.AsyncClient, field: str, instant: object) -> None:
    before = await stored(stack)
    answer = await http.post(
        f"/campaign/restaurant/{DEMO.restaurant_id}/location/{DEMO.location_id}", json={**FLYER, field: instant}
    )
    assert answer.status_code == 400
    (message,) = answer.json()["message"]
    assert message.startswith(f"{field} ")
    assert await stored(stack) == before


@pytest.mark.parametrize("name", ["", ".", "$x", "a\0b", "qrCodeStyle.x"])
async def test_a_name_that_nothing_has(stack: Stack, http: httpx.AsyncClient, name: str) -> None:
    before = await stored(stack)
    bodies = [{"qrCodeImage": "", name: 1}, {"qrCodeImage": "", "qrCodeStyle": {**STYLE, name: 1}}]
    for body in bodies:
        answer = await http.put(f"/origins/{PLACE}/qr-style", json=body)
        assert answer.status_code == 400
        assert answer.json()["message"][0].endswith(f"property {name} should not exist")
    assert await stored(stack) == before
