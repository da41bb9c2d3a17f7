"""The guest's progress page in a real browser, against the real edge with a scripted ordering service."""

from __future__ import annotations

import json
import pathlib
from collections.abc import AsyncIterator

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.menu.v1 import catalog_pb2, menu_service_pb2
from orderbuddy.ordering.v1 import order_pb2
from playwright.async_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from tests.servers.running_edge import RunningEdge, readers, running_edge
from tests.support import eventually

ORDER = "66e000000000000000000001"
XSS = "<img src=x onerror=\"document.title='hit'\">"

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
async def edge() -> AsyncIterator[RunningEdge]:
    async with running_edge() as running:
        await running.followed()
        yield running


@pytest.fixture
async def phone(chromium: Browser) -> AsyncIterator[BrowserContext]:
    found = await chromium.new_context(viewport={"width": 390, "height": 800}, locale="en-US")
    yield found
    await found.close()


@pytest.fixture
async def page(phone: BrowserContext) -> AsyncIterator[Page]:
    complaints: list[str] = []
    found = await phone.new_page()
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.on("console", lambda message: complaints.append(message.text) if _is_complaint(message.text) else None)
    yield found
    assert complaints == []


def _is_complaint(text: str) -> bool:
    """Tell what is more than a connection that failed, which some tests are about."""
    return "WebSocket connection" not in text and "status of 404" not in text and "INTERNET_DISCONNECTED" not in text


async def place(edge: RunningEdge, status: str, *, finished: int = 0, name: str = "Fish taco") -> None:
    """Say how an order is now."""
    made = Timestamp(seconds=1_767_225_600)
    salsa = order_pb2.OrderModifier(name="Salsa", options=[order_pb2.OrderOption(name="Habanero")])
    lines = [
        order_pb2.OrderLine(id="l1", name=name, notes="no onions", modifiers=[salsa]),
        order_pb2.OrderLine(id="l2", name="Lemonade", variants=[order_pb2.OrderVariant(name="Large")]),
    ]
    for line in lines[:finished]:
        line.completed_at.CopyFrom(made)
    order = order_pb2.Order(id=ORDER, order_code="7K2P", status=status, items=lines, restaurant_id="luna_mar")
    order.customer.name, order.origin.name = "Ana", "Table 1"
    version = edge.ordering.versions.get(ORDER, 0) + 1
    edge.ordering.orders[ORDER], edge.ordering.versions[ORDER] = order, version
    await edge.ordering.stream.add(order_pb2.OrderChange(order_id=ORDER, version=version, status=status, order=order))


async def open_page(edge: RunningEdge, page: Page, order_id: str = ORDER) -> None:
    await page.goto(f"http://127.0.0.1:{edge.port}/track/{order_id}")


async def test_it_follows_an_order_to_the_end(edge: RunningEdge, page: Page, tmp_path: pathlib.Path) -> None:
    await place(edge, "CREATED")
    await open_page(edge, page)
    status, step = page.get_by_role("status"), page.locator("[aria-current=step]")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Order 7K2P")
    await expect(page.get_by_text("Ana · Table 1")).to_be_visible()
    await expect(page.get_by_text("Note: no onions")).to_be_visible()
    await expect(page.get_by_text("Salsa: Habanero")).to_be_visible()
    await expect(step).to_contain_text("Received")
    await place(edge, "ACCEPTED")
    await expect(status).to_have_text("Your order is being prepared.")
    await place(edge, "ACCEPTED", finished=1)
    await expect(page.get_by_text("✔ made")).to_have_count(1)
    await page.screenshot(path=tmp_path / "accepted.png")
    await place(edge, "READY_FOR_PICKUP", finished=2)
    await expect(status).to_have_text("Your order is ready!")
    await expect(step).to_contain_text("Ready")
    await page.screenshot(path=tmp_path / "ready.png")
    await place(edge, "PICKED_UP", finished=2)
    await expect(page.get_by_role("listitem").filter(has_text="✔ done")).to_have_count(4)


async def test_a_canceled_order_says_so(edge: RunningEdge, page: Page, tmp_path: pathlib.Path) -> None:
    await place(edge, "CANCELED")
    await open_page(edge, page)
    await expect(page.get_by_role("status")).to_have_text("Your order was canceled. Please ask at the counter.")
    await expect(page.get_by_role("list", name="Progress")).to_have_count(0)
    await page.screenshot(path=tmp_path / "canceled.png")


@pytest.mark.parametrize("order_id", ["66e0000000000000000000ff", "nonsense", "%3Cscript%3E", "%"])
async def test_an_unknown_order_is_told_clearly(edge: RunningEdge, page: Page, order_id: str) -> None:
    await open_page(edge, page, order_id)
    await expect(page.get_by_role("status")).to_have_text(
        "There is no such order. Please check the link, or ask at the counter."
    )
    await expect(page.locator("#banner")).to_be_empty()


async def test_what_was_missed_without_a_network_follows_by_itself(
    edge: RunningEdge, page: Page, phone: BrowserContext
) -> None:
    await place(edge, "CREATED")
    await open_page(edge, page)
    await expect(page.get_by_text("The restaurant has received your order.")).to_be_visible()
    await phone.set_offline(True)
    await expect(page.get_by_role("alert")).to_contain_text("No connection")
    await eventually(lambda: readers(edge) == 0)
    await place(edge, "ACCEPTED")
    await place(edge, "READY_FOR_PICKUP")
    await phone.set_offline(False)
    await expect(page.get_by_text("Your order is ready!")).to_be_visible()
    await expect(page.get_by_role("alert")).to_be_empty()
    # The order's whole state was asked for once; the rest came by the token.
    asked = [call.request.resume_token for call in edge.ordering.calls if call.method == "WatchOrder"]
    assert asked.count("") == 1


async def test_an_older_version_never_replaces_a_newer_one(edge: RunningEdge, page: Page) -> None:
    def tell(socket: WebSocketRoute) -> None:
        for version, status, code in (
            (2, "READY_FOR_PICKUP", "7K2P"),
            (1, "ACCEPTED", "OLD1"),
            (2, "PICKED_UP", "LAST"),
        ):
            order = {"_id": ORDER, "orderCode": code, "status": status, "items": [], "restaurantId": ""}
            message = {"type": "order:status:updated", "resumeToken": "t", "version": version, "order": order}
            socket.send(json.dumps(message))

    seen = "new MutationObserver(() => { window.seen = (window.seen ?? '') + document.body.dataset.status + ' '; })"
    await page.add_init_script(
        f"addEventListener('DOMContentLoaded', () => {seen}.observe(document.body, {{attributes: true}}))"
    )
    await page.route_web_socket("**/ws/orders/*", tell)
    await open_page(edge, page)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Order LAST")
    assert "ACCEPTED" not in await page.evaluate("window.seen")


async def test_pages_of_ours_may_write_to_the_edge(edge: RunningEdge, page: Page) -> None:
    await open_page(edge, page)
    post = "fetch('/kitchen', {method: 'POST', headers: {'content-type': 'application/json'}, body: '{}'})"
    # Not 403: the browser names the origin, referrer or not, and the edge knows its own.
    assert await page.evaluate(f"{post}.then((answer) => answer.status)") == 404


async def test_texts_stay_texts_and_the_restaurant_is_named(edge: RunningEdge, page: Page) -> None:
    restaurant = catalog_pb2.Restaurant(id="luna_mar", name="Luna & Mar", concept="Tacos")
    await edge.menu.put(menu_service_pb2.CatalogEntry(key="restaurants/luna_mar", restaurant=restaurant))
    await edge.followed()
    await place(edge, "ACCEPTED", name=XSS)
    await open_page(edge, page)
    await expect(page.get_by_text(XSS)).to_be_visible()
    await expect(page.get_by_text("Luna & Mar")).to_be_visible()
    assert await page.locator("img").count() == 0
    assert await page.title() == "Order 7K2P"
