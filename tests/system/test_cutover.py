"""The rehearsal of the cut-over: a stand-in for the old back end on the same database, traffic moved in steps and back.

An order begun on one side is finished on the other, and heard of at the edge whoever moves it.
"""

from __future__ import annotations

import asyncio
import json
import os
import pathlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import socketio
from websockets.asyncio.client import connect

from services.kit.principal import Assertions, CallerKind, Principal
from tests.servers.legacy import LegacyBackEnd
from tests.servers.vendors import in_thread
from tests.support import eventually
from tests.system.conftest import ENVIRONMENT, load_demo
from tests.system.staff import make_owner, sign_in
from tests.system.test_menu_edits import cart
from tools.demo_data import DEMO
from tools.processes import Stack

RESTAURANT = f"/order-app/restaurants/{DEMO.restaurant_id}"
MENUS = f"{RESTAURANT}/locations/{DEMO.location_id}/menus"
PREVIEW, PLACE, STATUS = (
    "/order-app/cart/preview-order",
    "/payments/place-order-without-payment",
    "/restaurant/order-status",
)
EVERYTHING = {"name": "everything", "target": "legacy"}


@dataclass
class House:
    """The system, and the old back end beside it."""

    stack: Stack
    legacy: LegacyBackEnd
    file: pathlib.Path
    http: httpx.AsyncClient

    async def page(self) -> dict[str, Any]:
        bearer = Assertions(self.stack.secret).sign(Principal(CallerKind.SERVICE, "operator"))
        answer = await self.http.get("/cutover", headers={"authorization": f"Bearer {bearer}"})
        assert answer.status_code == 200
        page: dict[str, Any] = answer.json()
        return page

    async def move(self, *rules: dict[str, Any], ignore: dict[str, list[str]] | None = None) -> None:
        """Put rules into the file, as a ConfigMap is changed, and wait until the edge has them."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps({"rules": rules, "ignore": ignore or {}}))
        os.replace(fresh, self.file)  # noqa: PTH105

        async def in_force() -> bool:
            page = await self.page()
            names = [r["name"] for r in rules]
            return page["problem"] is None and [r["name"] for r in page["rules"]] == names

        await eventually(in_force)

    async def served_by_legacy(self, method: str, path: str, **more: Any) -> tuple[httpx.Response, bool]:
        before = len(self.legacy.seen)
        answer = await self.http.request(method, path, **more)
        return answer, len(self.legacy.seen) > before

    async def preview(self, *, legacy: bool) -> str:
        answer, by_legacy = await self.served_by_legacy("POST", PREVIEW, json=cart(0))
        assert (answer.status_code, by_legacy) == (200, legacy), answer.text
        found: str = answer.json()["data"]["previewOrderId"]
        return found

    async def place(self, preview: str, *, legacy: bool) -> str:
        answer, by_legacy = await self.served_by_legacy("POST", PLACE, json={"previewOrderId": preview})
        assert (answer.status_code, by_legacy) == (200, legacy), answer.text
        found: str = answer.json()["orderId"]
        return found

    async def set_status(self, order: str, status: str, *, legacy: bool) -> None:
        body = {"orderId": order, "orderStatus": status}
        answer, by_legacy = await self.served_by_legacy("POST", STATUS, json=body)
        assert (answer.status_code, answer.json(), by_legacy) == (200, True, legacy)

    @asynccontextmanager
    async def watching(self, order: str) -> AsyncIterator[list[str]]:
        """Follow an order on the edge's WebSocket; the list grows."""
        heard: list[str] = []
        async with connect(f"{self.stack.edge_url.replace('http', 'ws')}/ws/orders/{order}") as socket:

            async def listen() -> None:
                async for message in socket:
                    said = json.loads(message)
                    if said["type"] != "heartbeat":
                        heard.append(said["order"]["status"] if said["type"] == "snapshot" else said["status"])

            task = asyncio.create_task(listen())
            await eventually(lambda: bool(heard))
            yield heard
            task.cancel()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, LegacyBackEnd, pathlib.Path]]:
    folder = tmp_path_factory.mktemp("cutover")
    file = folder / "rules.json"
    file.write_text("{}")
    legacy = LegacyBackEnd("", "orderbuddy")
    with in_thread(legacy) as url:
        more = {"LEGACY_API_URL": url, "ORDERBUDDY_CUTOVER_FILE": str(file), "ORDERBUDDY_LEGACY_DEADLINE_SECONDS": "1"}
        with Stack(folder, ENVIRONMENT | more) as stack:
            legacy.mongo_uri = stack.mongo_uri
            asyncio.run(load_demo(stack))
            stack.wait_ready()
            yield stack, legacy, file


@pytest.fixture
async def house(running: tuple[Stack, LegacyBackEnd, pathlib.Path]) -> AsyncIterator[House]:
    stack, legacy, file = running
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20) as http:
        house = House(stack, legacy, file, http)
        await make_owner(stack, await sign_in(http, "moves@example.test"), DEMO.restaurant_id)
        yield house
        legacy.failing, legacy.silent_seconds, legacy.planted = 0, 0, {}
        await house.move()


async def test_traffic_moves_in_steps_and_back(house: House) -> None:
    # Reads, by prefix.
    await house.move({"name": "reads", "methods": ["GET"], "prefix": "/order-app", "target": "legacy"})
    answer, by_legacy = await house.served_by_legacy("GET", RESTAURANT)
    assert (answer.json()["data"]["_id"], by_legacy) == (DEMO.restaurant_id, True)
    seen = house.legacy.seen[-1].headers
    assert (answer.headers["x-request-id"], "x-hop" in answer.headers) == (seen["x-request-id"], False)
    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("127.0.0.1", "http")
    on_services = await house.place(await house.preview(legacy=False), legacy=False)
    async with house.watching(on_services) as heard:
        # Everything: what began on the services ends on the old back end.
        await house.move(EVERYTHING)
        await house.set_status(on_services, "ACCEPTED", legacy=True)
        await house.set_status(on_services, "READY_FOR_PICKUP", legacy=True)
        await eventually(lambda: heard == ["CREATED", "ACCEPTED", "READY_FOR_PICKUP"])
    begun = await house.preview(legacy=True)
    order = await house.place(begun, legacy=True)
    assert order != begun
    async with house.watching(order) as heard:
        # One restaurant to the services: its orders are known by their ids alone.
        await house.move({"name": "one", "restaurants": [DEMO.restaurant_id], "target": "services"}, EVERYTHING)
        assert not (await house.served_by_legacy("GET", RESTAURANT))[1]
        await house.set_status(order, "ACCEPTED", legacy=False)
        await house.set_status(order, "READY_FOR_PICKUP", legacy=False)
        await eventually(lambda: heard == ["CREATED", "ACCEPTED", "READY_FOR_PICKUP"])
    shown, by_legacy = await house.served_by_legacy("GET", f"/menu-app/order/{order}")
    assert (shown.json()["status"], by_legacy) == ("READY_FOR_PICKUP", False)
    assert (await house.served_by_legacy("GET", "/order-app/restaurants/elsewhere"))[1]
    # And back, for the next one: preview there, placed here, moved there.
    crossing = await house.preview(legacy=False)
    await house.move({"name": "placing", "restaurants": [DEMO.restaurant_id], "prefix": PLACE, "target": "legacy"})
    crossed = await house.place(crossing, legacy=True)
    await house.move()
    await house.set_status(crossed, "ACCEPTED", legacy=False)
    later = await house.preview(legacy=False)
    assert await house.place(later, legacy=False) == later


async def test_a_preview_of_the_old_back_end_is_placed_by_the_services(house: House) -> None:
    await house.move({"name": "previews", "prefix": PREVIEW, "target": "legacy"})
    begun = await house.preview(legacy=True)
    assert await house.place(begun, legacy=False) == begun


async def test_rooms_at_the_edge_hear_of_orders_that_the_old_back_end_wrote(house: House) -> None:
    await house.move(
        {"name": "rest", "prefix": "/order-app", "target": "legacy"}, {**EVERYTHING, "prefix": "/payments"}
    )
    client = socketio.AsyncClient()
    heard: list[Any] = []
    client.on("order_received", lambda payload, *_: heard.append(payload["orderId"]))
    await client.connect(house.stack.edge_url, transports=["websocket"])
    try:
        await client.emit("store_joined", {"restaurantId": DEMO.restaurant_id, "locationId": DEMO.location_id})
        placed = [await house.place(await house.preview(legacy=True), legacy=True)]

        async def told() -> bool:
            if placed[-1] in heard:
                return True
            # Joining is not acknowledged: the first order may have come before it.
            placed.append(await house.place(await house.preview(legacy=True), legacy=True))
            await asyncio.wait([asyncio.ensure_future(eventually(lambda: placed[-1] in heard, 2))], timeout=3)
            return placed[-1] in heard

        await eventually(told)
    finally:
        await client.disconnect()


async def test_when_the_old_back_end_is_away_it_is_said_and_nothing_is_asked_twice(house: House) -> None:
    await house.move(EVERYTHING)
    house.legacy.failing = 503
    answer, _ = await house.served_by_legacy("GET", RESTAURANT)
    assert (answer.status_code, answer.json()) == (503, {"message": "told to"})
    house.legacy.failing, house.legacy.silent_seconds = 0, 2
    before = len(house.legacy.seen)
    answer = await house.http.post(PLACE, json={"previewOrderId": "0" * 24})
    assert (answer.status_code, answer.json()) == (
        504,
        {"message": "the old back end did not answer in time", "error": "Gateway Timeout", "statusCode": 504},
    )
    assert len(house.legacy.seen) == before + 1


async def test_a_bad_file_is_refused_and_the_last_good_one_stays(house: House) -> None:
    await house.move(EVERYTHING)
    house.file.write_text('{"rules": [{"name": "x", "target": "legasy"}]}')

    async def refused() -> bool:
        return "rules.0.target" in ((await house.page())["problem"] or "")

    await eventually(refused)
    assert (await house.served_by_legacy("GET", RESTAURANT))[1]
    assert "cutover_rules_refused" in house.stack.log_path("edge").read_text()
    for bearer in ("", "Bearer nonsense", house.http.headers["authorization"]):
        hidden = await house.http.get("/cutover", headers={"authorization": bearer})
        assert (hidden.status_code, hidden.json()["message"]) == (404, "Cannot GET /cutover")


@pytest.mark.parametrize("target", ["services", "legacy"])
async def test_shadow_finds_the_planted_difference_and_nothing_else(house: House, target: str) -> None:
    route = "GET /order-app/restaurants/{restaurant_id}"
    menus = f"{route}/locations/{{location_id}}/menus"
    start = (await house.page())["shadow"]["routes"]

    def count(routes: dict[str, Any], name: str, outcome: str) -> int:
        return int(routes.get(name, {}).get(outcome, 0)) - int(start.get(name, {}).get(outcome, 0))

    async def compared(name: str, outcome: str, wanted: int) -> bool:
        return count((await house.page())["shadow"]["routes"], name, outcome) == wanted

    await house.move({"name": "compare", "prefix": "/", "target": target, "shadow": True})
    assert (await house.http.get(RESTAURANT)).status_code == 200
    assert (await house.http.get(MENUS)).status_code == 200
    await eventually(lambda: compared(route, "equal", 1))
    await eventually(lambda: compared(menus, "equal", 1))
    house.legacy.planted = {"name": "Somebody's secret"}
    writes = sum(s.method != "GET" for s in house.legacy.seen)
    await house.preview(legacy=target == "legacy")
    await house.http.get(RESTAURANT)
    await house.http.get(MENUS)
    await eventually(lambda: compared(route, "different", 1))
    await eventually(lambda: compared(menus, "equal", 2))
    shadow = (await house.page())["shadow"]
    assert {r: list(f["fields"]) for r, f in shadow["routes"].items() if f["different"]} == {route: ["data.name"]}
    assert "Somebody" not in json.dumps(shadow)
    assert sum(s.method != "GET" for s in house.legacy.seen) == writes + (target == "legacy")
    # Declared as accepted, it is none.
    rule = {"name": "compare", "target": target, "shadow": True}
    await house.move(rule | {"name": "accepted"}, ignore={route: ["data.name"]})
    await house.http.get(RESTAURANT)
    await eventually(lambda: compared(route, "equal", 2))
