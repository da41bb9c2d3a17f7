"""The API's reference in a real browser: Swagger UI runs under the page's policy, and nothing else does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.servers.running_edge import RunningEdge, running_edge

pytestmark = pytest.mark.timeout(90)
# Stands for Swagger UI, which comes from a CDN: loads the document, styles elements, shows a picture.
SWAGGER_UI = """
window.SwaggerUIBundle = async ({url, dom_id}) => {
  const document_ = await (await fetch(url)).json();
  const root = document.querySelector(dom_id);
  root.textContent = document_.info.title + " in Swagger UI";
  root.setAttribute("style", "color: rgb(1, 2, 3)");
  const picture = new Image();
  picture.src = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
  root.append(picture);
};
"""


@pytest.fixture
async def edge() -> AsyncIterator[RunningEdge]:
    async with running_edge() as running:
        yield running


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    found = await chromium.new_page()

    async def cdn(route: Route) -> None:
        is_script = route.request.url.endswith(".js")
        await route.fulfill(
            body=SWAGGER_UI if is_script else "", content_type="text/javascript" if is_script else "text/css"
        )

    await found.route("https://cdn.jsdelivr.net/**", cdn)
    yield found
    await found.close()


async def test_swagger_ui_runs_and_strangers_scripts_do_not(edge: RunningEdge, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(f"http://127.0.0.1:{edge.port}/docs")
    await expect(page.locator("#swagger-ui")).to_contain_text("in Swagger UI")
    await expect(page.locator("#swagger-ui")).to_have_css("color", "rgb(1, 2, 3)")
    assert complaints == []
    await page.evaluate(
        "const script = document.createElement('script');"
        "script.textContent = 'document.title = 1';"
        "document.body.append(script)"
    )
    assert await page.title() != "1"
    assert len(complaints) == 1
    assert "Content Security Policy" in complaints[0]


async def test_without_the_cdn_the_table_is_there(edge: RunningEdge, page: Page) -> None:
    await page.unroute_all()
    await page.route("https://cdn.jsdelivr.net/**", lambda route: route.abort())
    await page.goto(f"http://127.0.0.1:{edge.port}/docs")
    await expect(page.locator("#swagger-ui table")).to_contain_text("/order-app/cart/preview-order")
