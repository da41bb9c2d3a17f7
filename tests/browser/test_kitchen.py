"""The kitchen's display in a real browser, against a kitchen that the tests direct."""

from __future__ import annotations

import pathlib
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from tests.servers.kitchen_edge import BAR, GRILL, KEY, KitchenEdge, kitchen_edge, line
from tests.support import eventually

TABLET = ViewportSize(width=1024, height=768)
PHONE = ViewportSize(width=390, height=800)
XSS = "<img src=x onerror=\"document.title='hit'\"><script>document.title='hit'</script>"
PALE_TEXTS = """() => {
    // The contrast of each visible text by WCAG 2, colours as the browser computes them.
    const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
    const light = (colour) => {
        const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = colour.map((c) => linear(c / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = rgb(getComputedStyle(at).backgroundColor);
            if (colour[3] !== 0) return colour;
        }
        return [255, 255, 255];
    };
    const pale = [];
    for (const element of document.querySelectorAll("body *")) {
        const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!hasText || !element.checkVisibility() || element.closest(":disabled")) continue;
        const [one, other] = [light(rgb(getComputedStyle(element).color)), light(behind(element))];
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        if (contrast < 4.5) pale.push(`${element.className} ${element.textContent.trim()} ${contrast.toFixed(2)}`);
    }
    return pale;
}"""

pytestmark = pytest.mark.timeout(90)


class Display:
    """A tablet on the wall."""

    def __init__(self, page: Page, kitchen: KitchenEdge) -> None:
        self.page = page
        self.kitchen = kitchen
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._hear(message.type, message.text))

    def _hear(self, kind: str, text: str) -> None:
        # Refused connections are what some tests are about; a browser reports them, too.
        if kind in ("error", "warning") and "WebSocket connection" not in text and "status of 401" not in text:
            self.complaints.append(text)

    async def open(self, view: str = "", key: str | None = KEY) -> Display:
        await self.page.goto(f"{self.kitchen.url}/kitchen{view}")
        if key is not None:
            await self.page.get_by_label("Device key").fill(key)
            await self.page.get_by_role("button", name="Sign in").click()
        return self

    def ticket(self, code: str, station: str = "") -> Locator:
        found = self.page.get_by_role("article", name=code)
        return found.filter(has_text=station) if station else found

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name)

    def shown(self) -> Locator:
        return self.page.locator("#tickets h2")

    async def undo_is_ready(self) -> None:
        await expect(self.button("Undo")).to_be_enabled()


@pytest.fixture
async def kitchen() -> AsyncIterator[KitchenEdge]:
    async with kitchen_edge() as running:
        yield running


@pytest.fixture
async def context(chromium: Browser) -> AsyncIterator[BrowserContext]:
    found = await chromium.new_context(viewport=TABLET, locale="en-US", has_touch=True)
    yield found
    await found.close()


@pytest.fixture
async def display(context: BrowserContext, kitchen: KitchenEdge) -> AsyncIterator[Display]:
    found = Display(await context.new_page(), kitchen)
    yield found
    assert found.complaints == []


def burger(line_id: str = "l1", **more: Any) -> dict[str, Any]:
    return line(line_id, "Burger", "grill", **more)


def lemonade(line_id: str = "l2", **more: Any) -> dict[str, Any]:
    return line(line_id, "Lemonade", "bar", **more)


class TestSigningIn:
    async def test_a_wrong_key_is_refused_and_the_right_one_offers_the_views(self, display: Display) -> None:
        await display.open(key="obd_wrong")
        await expect(display.page.get_by_text("This key is not valid")).to_be_visible()
        await display.page.get_by_label("Device key").fill(KEY)
        await display.page.keyboard.press("Enter")
        links = display.page.get_by_role("link")
        await expect(links).to_have_text(["Expo: all stations", "Grill", "Bar"])
        await links.nth(1).click()
        await expect(display.page.get_by_role("heading", name="Grill")).to_be_visible()
        assert display.page.url.endswith(f"#station/{GRILL}")
        assert KEY not in await display.page.evaluate("JSON.stringify({...localStorage}) + document.cookie")

    async def test_the_choice_outlives_a_restart_of_the_tablet(self, display: Display) -> None:
        await display.open("#expo")
        await expect(display.page.get_by_role("heading", name="Expo")).to_be_visible()
        await display.page.goto("about:blank")
        await display.open(key=None)
        await expect(display.page.get_by_role("heading", name="Expo")).to_be_visible()
        await display.button("Change view").click()
        await expect(display.page.get_by_role("link", name="Bar")).to_be_visible()

    async def test_signing_out_and_a_revoked_key_come_back_to_the_form(self, display: Display) -> None:
        await display.open("#expo")
        await display.button("Sign out").click()
        await expect(display.page.get_by_label("Device key")).to_be_focused()
        await display.open("#expo")
        await display.kitchen.connected()
        display.kitchen.keys.clear()
        await display.kitchen.cut(4401)
        await expect(display.page.get_by_text("not valid any more")).to_be_visible()

    async def test_a_station_that_is_gone_leads_back_to_the_choice(self, display: Display) -> None:
        await display.open("#station/gone")
        await expect(display.page.get_by_text("does not exist any more")).to_be_visible()
        await expect(display.page.get_by_role("link", name="Grill")).to_be_visible()

    @pytest.mark.parametrize(("locale", "text"), [("es-MX", "Clave de dispositivo"), ("pt-BR", "Chave de dispositivo")])
    async def test_it_speaks_the_readers_language(
        self, chromium: Browser, kitchen: KitchenEdge, locale: str, text: str
    ) -> None:
        context = await chromium.new_context(locale=locale)
        page = await context.new_page()
        await page.goto(f"{kitchen.url}/kitchen")
        await expect(page.get_by_label(text)).to_be_visible()
        assert await page.evaluate("document.documentElement.lang") == locale[:2]
        await context.close()


class TestViews:
    async def test_a_station_sees_its_own_lines_and_expo_all(self, display: Display, context: BrowserContext) -> None:
        await display.kitchen.place("A101", burger(notes="no onions"), lemonade())
        await display.open(f"#station/{BAR}")
        await expect(display.shown()).to_have_text(["A101"])
        await expect(display.ticket("A101")).to_contain_text("Lemonade")
        await expect(display.ticket("A101")).not_to_contain_text("Burger")
        expo = await Display(await context.new_page(), display.kitchen).open("#expo", key=None)
        await expect(expo.shown()).to_have_text(["A101", "A101"])
        await expect(expo.ticket("A101", "Grill")).to_contain_text("Note: no onions")
        await expect(expo.ticket("A101", "Bar")).to_be_visible()

    async def test_tickets_are_oldest_first_and_say_how_old_they_are(self, display: Display) -> None:
        await display.kitchen.place("NEW1", burger("a"))
        await display.kitchen.place("OLD1", burger("b"), age_minutes=12)
        await display.kitchen.place("MID1", burger("c"), age_minutes=6)
        await display.open("#expo")
        await expect(display.shown()).to_have_text(["OLD1", "MID1", "NEW1"])
        ages = [await display.ticket(code).get_attribute("data-age") for code in ("OLD1", "MID1", "NEW1")]
        assert ages == ["late", "warn", "calm"]
        await expect(display.ticket("OLD1")).to_contain_text(re.compile(r"■ 12:0\d late"))

    async def test_the_age_moves_with_the_clock(self, display: Display) -> None:
        await display.page.clock.install()
        await display.kitchen.place("A101", burger())
        await display.open("#expo")
        await expect(display.ticket("A101")).to_contain_text("on time")
        await display.page.clock.fast_forward("05:05")
        await expect(display.ticket("A101")).to_contain_text(re.compile(r"▲ 5:\d\d hurry"))

    async def test_waiting_orders_are_listed_on_expo_alone(self, display: Display, context: BrowserContext) -> None:
        order = await display.kitchen.place("W101", burger(), lemonade(), status="CREATED")
        await display.open("#expo")
        await expect(display.page.get_by_role("region", name="Waiting")).to_contain_text("W101 Ana · Table 12 items")
        await expect(display.shown()).to_have_count(0)
        grill = await Display(await context.new_page(), display.kitchen).open(f"#station/{GRILL}", key=None)
        await expect(grill.page.get_by_text("Nothing to make")).to_be_visible()
        await expect(grill.page.get_by_text("W101")).to_have_count(0)
        await display.kitchen.move(order, "ACCEPTED")
        await expect(grill.shown()).to_have_text(["W101"])
        await expect(display.page.get_by_role("region", name="Waiting")).to_have_count(0)
        await expect(grill.page.locator("#news")).to_have_text("New ticket W101: 1 item")

    async def test_what_no_station_makes_is_conspicuous_on_expo(self, display: Display) -> None:
        await display.kitchen.place("A101", burger(), age_minutes=3)
        await display.kitchen.place("U101", line("l9", "Candle", "nowhere"))
        await display.open("#expo")
        await expect(display.shown()).to_have_text(["U101", "A101"])
        await expect(display.ticket("U101")).to_contain_text("No station makes this")
        await display.button("All done U101").click()
        await expect(display.shown()).to_have_text(["A101"])
        assert display.kitchen.commands[-1]["stationId"] == "unrouted"


class TestSteps:
    async def test_one_touch_starts_and_one_finishes(self, display: Display) -> None:
        await display.kitchen.place("A101", burger(), burger("l5", notes="rare"))
        await display.open(f"#station/{GRILL}")
        first = display.ticket("A101").get_by_role("button", name="Burger").first
        await first.tap()
        await expect(first).to_contain_text("Finish")
        await first.tap()
        await expect(first).to_contain_text("Done")
        await expect(first).to_be_disabled()
        await display.button("All done A101").tap()
        await expect(display.shown()).to_have_count(0)
        sent = [(c["command"], c.get("lineId"), c.get("stationId")) for c in display.kitchen.commands]
        assert sent == [("start", "l1", None), ("complete", "l1", None), ("bump", None, GRILL)]
        assert [c.get("revision") for c in display.kitchen.commands] == [None, None, 3]  # as it was shown
        assert len({c["id"] for c in display.kitchen.commands}) == 3

    async def test_undo_takes_the_last_actions_back(self, display: Display) -> None:
        order = await display.kitchen.place("A101", burger())
        await display.open(f"#station/{GRILL}")
        await expect(display.button("Undo")).to_be_disabled()
        step = display.ticket("A101").get_by_role("button", name="Burger").first
        await step.click()
        await expect(step).to_contain_text("Finish")
        await display.undo_is_ready()
        await display.button("All done A101").click()
        await expect(display.shown()).to_have_count(0)
        await display.undo_is_ready()
        await display.button("Undo").click()
        await expect(display.shown()).to_have_text(["A101"])
        await expect(step).to_contain_text("Finish")
        await display.button("Undo").click()
        await expect(step).to_contain_text("Start")
        await expect(display.button("Undo")).to_be_disabled()
        assert order.lines[0]["startedAt"] is None

    async def test_an_undo_leaves_alone_what_another_display_did_meanwhile(self, display: Display) -> None:
        order = await display.kitchen.place("A101", burger())
        await display.open(f"#station/{GRILL}")
        step = display.ticket("A101").get_by_role("button", name="Burger").first
        await step.click()
        await expect(step).to_contain_text("Finish")
        await display.undo_is_ready()
        # The other display's undo and start are not told here before this one's undo is on its way.
        display.kitchen.moves_unheard(order, "l1")
        await display.button("Undo").click()
        await eventually(lambda: len(display.kitchen.carried_out) == 2)
        assert order.lines[0]["startedAt"] is not None
        assert display.kitchen.commands[-1]["revision"] == 2

    async def test_an_undo_of_what_is_not_answered_yet_waits_for_the_answer(self, display: Display) -> None:
        order = await display.kitchen.place("A101", burger(startedAt="2026-01-01T00:00:00.000Z"), burger("l5"))
        await display.open(f"#station/{GRILL}")
        await expect(display.shown()).to_have_text(["A101"])
        display.kitchen.deaf = True
        await display.ticket("A101").get_by_role("button", name="Burger").first.click()
        await display.button("Recall Burger").click()
        await eventually(lambda: len(display.kitchen.commands) == 1)
        display.kitchen.deaf = False
        display.kitchen.away = True
        await display.kitchen.cut()
        display.kitchen.away = False
        await eventually(lambda: len(display.kitchen.carried_out) == 2)
        assert [(c["command"], c.get("revision")) for c in display.kitchen.commands[-2:]] == [
            ("complete", None),
            ("recall", 2),
        ]
        assert (order.lines[0]["completedAt"], order.version) == (None, 3)
        await expect(display.ticket("A101").get_by_role("button", name="Burger").first).to_contain_text("Finish")

    async def test_done_tickets_can_be_recalled_from_the_drawer(self, display: Display) -> None:
        await display.kitchen.place("A101", burger())
        await display.open(f"#station/{GRILL}")
        await display.button("All done A101").click()
        await expect(display.button("Recently done (1)")).to_be_visible()
        await display.button("Recently done (1)").click()
        await display.page.get_by_role("dialog").get_by_role("button", name="Recall A101").click()
        await expect(display.page.get_by_text("Nothing is done yet")).to_be_visible()
        await display.page.keyboard.press("Escape")
        await expect(display.shown()).to_have_text(["A101"])

    async def test_a_finished_line_can_be_recalled_alone(self, display: Display) -> None:
        await display.kitchen.place("A101", burger(completedAt="2026-01-01T00:00:00.000Z"), burger("l5"))
        await display.open(f"#station/{GRILL}")
        await display.button("Recall Burger").click()
        await expect(display.button(re.compile("Burger.*Start"))).to_have_count(2)

    async def test_a_refused_command_is_said_and_undone(self, display: Display) -> None:
        await display.kitchen.place("A101", burger())
        await display.open(f"#station/{GRILL}")
        display.kitchen.refusals.append("the order was picked up already")
        await display.ticket("A101").get_by_role("button", name="Burger").click()
        await expect(display.page.get_by_text("the order was picked up already")).to_be_visible()
        await expect(display.ticket("A101")).to_contain_text("Start")
        await expect(display.button("Undo")).to_be_disabled()

    async def test_what_is_not_answered_yet_is_marked(self, display: Display) -> None:
        order = await display.kitchen.place("A101", burger())
        await display.open(f"#station/{GRILL}")
        await expect(display.shown()).to_have_text(["A101"])
        display.kitchen.deaf = True
        await display.ticket("A101").get_by_role("button", name="Burger").click()
        await expect(display.ticket("A101")).to_contain_text("saving …")
        # The change itself is as good as the answer.
        order.version += 1
        order.lines[0]["startedAt"] = "2026-01-01T00:00:00.000Z"
        await display.kitchen.tell(order, "station:update", "ACCEPTED", [{"lineId": "l1", "step": "STARTED"}])
        await expect(display.ticket("A101")).to_contain_text("Finish")

    async def test_two_quick_touches_do_not_hit_the_next_ticket(self, display: Display) -> None:
        first = await display.kitchen.place("A101", burger("a"), age_minutes=2)
        await display.kitchen.place("A102", burger("b"))
        await display.open(f"#station/{GRILL}")
        box = await display.button("All done A101").bounding_box()
        assert box is not None
        where = (box["x"] + 20, box["y"] + 20)
        await display.page.touchscreen.tap(*where)
        await expect(display.shown()).to_have_text(["A102"])
        await display.page.mouse.move(*where)
        await display.page.mouse.down(click_count=2)
        await display.page.mouse.up(click_count=2)
        await display.undo_is_ready()
        assert [c["orderId"] for c in display.kitchen.commands] == [first.id]


class TestChangesFromElsewhere:
    async def test_a_line_taken_back_is_struck_through_with_its_reason(self, display: Display) -> None:
        order = await display.kitchen.place("A101", burger(), burger("l5"))
        await display.open(f"#station/{GRILL}")
        await expect(display.shown()).to_have_text(["A101"])
        await display.kitchen.void(order, "l1", "guest changed their mind")
        await expect(display.ticket("A101")).to_contain_text("Changed: something was taken back")
        await expect(display.ticket("A101").locator("s")).to_have_text("Burger")
        await expect(display.ticket("A101")).to_contain_text("Taken back: guest changed their mind")
        await display.button("All done A101").click()
        await expect(display.shown()).to_have_count(0)

    async def test_a_canceled_order_stays_until_it_is_seen(self, display: Display) -> None:
        order = await display.kitchen.place("A101", burger())
        await display.open(f"#station/{GRILL}")
        await expect(display.shown()).to_have_text(["A101"])
        await display.kitchen.move(order, "CANCELED", "kitchen on fire")
        await expect(display.ticket("A101")).to_contain_text("CANCELED: kitchen on fire")
        await expect(display.ticket("A101").get_by_role("button")).to_have_count(1)
        await display.button("Seen A101").click()
        await expect(display.shown()).to_have_count(0)
        await expect(display.button("Undo")).to_be_disabled()

    async def test_a_deleted_order_leaves_the_display(self, display: Display) -> None:
        order = await display.kitchen.place("A101", burger())
        await display.kitchen.place("A102", burger())
        await display.open(f"#station/{GRILL}")
        await expect(display.shown()).to_have_text(["A101", "A102"])
        deleted = {"type": "order:status:updated", "orderId": order.id, "version": 0, "status": "", "lines": []}
        await display.kitchen.say_to_all({**deleted, "tickets": [], "resumeToken": "t3"})
        await expect(display.shown()).to_have_text(["A102"])

    async def test_an_older_revision_never_replaces_a_newer_one(self, display: Display) -> None:
        order = await display.kitchen.place("A101", burger())
        old = display.kitchen.log[-1]
        await display.open(f"#station/{GRILL}")
        await display.kitchen.connected()
        order.version += 1
        order.lines[0]["startedAt"] = "2026-01-01T00:00:00.000Z"
        await display.kitchen.tell(order, "station:update", "ACCEPTED")
        await expect(display.ticket("A101")).to_contain_text("Finish")
        await display.kitchen.say_to_all(old)
        await display.kitchen.place("A102", burger("x"))
        await expect(display.shown()).to_have_text(["A101", "A102"])
        await expect(display.ticket("A101")).to_contain_text("Finish")
        await display.kitchen.move(order, "PICKED_UP")
        await expect(display.shown()).to_have_text(["A102"])
        await display.kitchen.say_to_all(old)
        await display.kitchen.place("A103", burger("y"))
        await expect(display.shown()).to_have_text(["A102", "A103"])

    async def test_after_a_reset_the_snapshot_alone_counts(self, display: Display) -> None:
        await display.kitchen.place("A101", burger())
        await display.open("#expo")
        await expect(display.shown()).to_have_text(["A101"])
        display.kitchen.orders.clear()
        await display.kitchen.place("A102", burger())
        display.kitchen.stations[0]["name"] = "Charcoal"
        display.kitchen.forgotten = True
        await display.kitchen.cut()
        await expect(display.shown()).to_have_text(["A102"])
        await expect(display.ticket("A102")).to_contain_text("Charcoal")

    async def test_texts_of_orders_stay_texts(self, display: Display) -> None:
        chosen = [{"name": XSS, "options": [{"name": XSS}]}]
        evil = line("l1", XSS, "grill", notes=XSS, variants=[{"name": XSS}], modifiers=chosen)
        order = await display.kitchen.place(XSS[:30], evil, burger("l2"), customer=XSS, origin=XSS)
        await display.open("#expo")
        await expect(display.ticket("").get_by_text("Note: " + XSS)).to_be_visible()
        await display.kitchen.void(order, "l1", XSS)
        await expect(display.ticket("").get_by_text("Taken back: " + XSS)).to_be_visible()
        display.kitchen.refusals.append(XSS)
        await display.button(re.compile("Burger")).click()
        await expect(display.page.locator("#toasts").get_by_text(XSS)).to_be_visible()
        assert await display.page.locator("img, #tickets script").count() == 0
        assert await display.page.title() == "Kitchen"


class TestConnection:
    async def test_a_cut_is_shown_and_what_was_missed_follows_without_reload(self, display: Display) -> None:
        await display.kitchen.place("A101", burger())
        await display.open("#expo")
        await expect(display.shown()).to_have_text(["A101"])
        display.kitchen.away = True
        await display.kitchen.cut()
        await expect(display.page.get_by_text("No connection")).to_be_visible()
        await display.kitchen.place("A102", burger("x"))
        display.kitchen.away = False
        await expect(display.shown()).to_have_text(["A101", "A102"])
        await expect(display.page.get_by_text("No connection")).to_have_count(0)
        assert display.kitchen.tokens == ["", "t1"]
        await expect(display.page.locator("#news")).to_have_text("New ticket A102: 1 item")

    async def test_a_command_that_a_cut_has_swallowed_is_sent_again_with_its_id(self, display: Display) -> None:
        order = await display.kitchen.place("A101", burger())
        await display.open(f"#station/{GRILL}")
        display.kitchen.deaf = True
        await display.ticket("A101").get_by_role("button", name="Burger").click()
        await eventually(lambda: len(display.kitchen.commands) == 1)
        display.kitchen.deaf = False
        display.kitchen.away = True
        await display.kitchen.cut()
        await expect(display.ticket("A101")).to_contain_text("saving …")
        # What is touched without a connection waits for it.
        await display.ticket("A101").get_by_role("button", name="Burger").click()
        display.kitchen.away = False
        await eventually(lambda: len(display.kitchen.commands) == 3)
        await expect(display.ticket("A101")).to_have_count(0)
        first, again, last = display.kitchen.commands
        assert first == again
        assert (first["command"], last["command"]) == ("start", "complete")
        assert order.version == 3

    async def test_an_answer_that_a_cut_has_swallowed_is_asked_for_again(self, display: Display) -> None:
        order = await display.kitchen.place("A101", burger())
        await display.open(f"#station/{GRILL}")
        await expect(display.shown()).to_have_text(["A101"])
        display.kitchen.silent = True
        await display.button("All done A101").click()
        await eventually(lambda: len(display.kitchen.carried_out) == 1)
        await expect(display.ticket("A101")).to_contain_text("saving …")
        display.kitchen.silent = False
        await display.kitchen.cut()
        await expect(display.shown()).to_have_count(0)
        await display.undo_is_ready()
        first, again = display.kitchen.commands
        assert (first, order.version) == (again, 2)

    async def test_silence_is_taken_for_a_dead_connection(self, display: Display) -> None:
        await display.page.clock.install()
        await display.open("#expo")
        await display.kitchen.connected()
        await expect(display.page.get_by_text("Nothing to make")).to_be_visible()
        display.kitchen.silent = True
        await display.kitchen.place("A101", burger())
        await display.page.clock.fast_forward(39_000)
        await expect(display.page.get_by_text("No connection")).to_have_count(0)
        display.kitchen.silent = False
        await display.page.clock.fast_forward(2_000)
        await expect(display.page.get_by_text("No connection")).to_be_visible()
        await display.page.clock.fast_forward(1_000)
        await expect(display.shown()).to_have_text(["A101"])
        assert display.kitchen.tokens == ["", "t0"]

    async def test_without_a_network_it_waits_for_it(self, display: Display, context: BrowserContext) -> None:
        await display.open("#expo")
        await display.kitchen.connected()
        await context.set_offline(True)
        await expect(display.page.get_by_text("No connection")).to_be_visible()
        await display.kitchen.place("A101", burger())
        await context.set_offline(False)
        await expect(display.shown()).to_have_text(["A101"])
        display.complaints.clear()  # the browser reports each attempt without a network


class TestAccess:
    async def test_everything_that_can_be_touched_has_a_name_and_is_large_enough(
        self, display: Display, tmp_path: pathlib.Path
    ) -> None:
        await _fill(display.kitchen)
        await display.open("#expo")
        await expect(display.shown()).to_have_count(7)
        await display.page.screenshot(path=tmp_path / "expo.png")
        controls = display.page.locator("button:visible, a:visible, input:visible")
        for control in await controls.all():
            box = await control.bounding_box()
            assert box is not None
            snapshot = await control.aria_snapshot()
            assert re.match(r"- '?(button|link|textbox) \".+\"", snapshot), snapshot
            assert min(box["width"], box["height"]) >= 44, (snapshot, box)

    async def test_texts_stand_out_from_what_is_behind_them(self, display: Display, tmp_path: pathlib.Path) -> None:
        await display.open(key="obd_wrong")
        await expect(display.page.get_by_text("This key is not valid")).to_be_visible()
        await display.page.screenshot(path=tmp_path / "sign-in.png")
        assert await display.page.evaluate(PALE_TEXTS) == []
        await display.page.get_by_label("Device key").fill(KEY)
        await display.button("Sign in").click()
        await expect(display.page.get_by_role("link")).to_have_count(3)
        await display.page.screenshot(path=tmp_path / "choose.png")
        assert await display.page.evaluate(PALE_TEXTS) == []
        await _fill(display.kitchen)
        await display.open("#expo", key=None)
        await expect(display.shown()).to_have_count(7)
        display.kitchen.refusals.append("the order was picked up already")
        await display.button(re.compile("Fish taco")).click()
        await expect(display.page.locator("#toasts p")).to_be_visible()
        display.kitchen.away = True
        await display.kitchen.cut()
        await expect(display.page.get_by_text("No connection")).to_be_visible()
        await display.button(re.compile("Fish taco")).click()
        await display.button("All done 7K2P").first.click()
        await expect(display.page.get_by_text("Done, saving …")).to_be_visible()
        await display.page.screenshot(path=tmp_path / "offline.png")
        assert await display.page.evaluate(PALE_TEXTS) == []

    async def test_nothing_is_wider_than_the_screen(self, display: Display, tmp_path: pathlib.Path) -> None:
        await _fill(display.kitchen)
        await display.open("#expo")
        for name, size in (("tablet", TABLET), ("phone", PHONE)):
            await display.page.set_viewport_size(size)
            await expect(display.shown()).to_have_count(7)
            await display.page.screenshot(path=tmp_path / f"{name}.png", full_page=name == "phone")
            assert await display.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        await display.button(re.compile("Recently done")).click()
        await display.page.screenshot(path=tmp_path / "drawer.png")

    async def test_a_keyboard_is_enough(self, display: Display) -> None:
        await display.kitchen.place("A101", burger())
        await display.open(f"#station/{GRILL}")
        step = display.ticket("A101").get_by_role("button", name="Burger")
        await step.focus()
        await display.page.keyboard.press("Enter")
        await expect(step).to_contain_text("Finish")
        await expect(step).to_be_focused()  # what changes around it takes the focus from nobody
        await display.page.keyboard.press("Tab")
        await expect(display.button("All done A101")).to_be_focused()

    async def test_new_tickets_sound_when_sound_is_on(self, display: Display) -> None:
        counter = """
            window.tones = 0;
            const make = AudioContext.prototype.createOscillator;
            AudioContext.prototype.createOscillator = function () { window.tones += 1; return make.call(this); };
        """
        await display.page.add_init_script(counter)
        await display.kitchen.place("A101", burger("a"))
        await display.open(f"#station/{GRILL}")
        await expect(display.button("Turn sound on")).to_have_attribute("aria-pressed", "false")
        await display.kitchen.place("A102", burger("b"))
        await expect(display.shown()).to_have_count(2)
        assert await display.page.evaluate("tones") == 0
        await display.button("Turn sound on").click()
        await expect(display.button("Sound is on")).to_have_attribute("aria-pressed", "true")
        before = await display.page.evaluate("tones")
        await display.kitchen.place("A103", burger("c"))
        await expect(display.shown()).to_have_count(3)
        assert await display.page.evaluate("tones") == before + 2


async def _fill(kitchen: KitchenEdge) -> None:
    """Make a busy evening."""
    taco = {
        "variants": [{"name": "Large"}],
        "modifiers": [
            {"name": "Salsa", "options": [{"name": "Habanero"}]},
            {"name": "Toppings", "options": [{"name": "Pickled onion"}, {"name": "Avocado"}]},
        ],
    }
    await kitchen.place(
        "7K2P", line("a", "Fish taco", "grill", notes="no onions, allergic!", **taco), lemonade("b"), age_minutes=12
    )
    started = burger("d", startedAt="2026-01-01T00:00:00.000Z", completedAt="2026-01-01T00:00:00.000Z")
    voided = await kitchen.place("3HQ8", burger("c"), started, burger("e", notes="well done"), age_minutes=6)
    await kitchen.void(voided, "c", "guest changed their mind")
    canceled = await kitchen.place("9TT1", burger("f"), age_minutes=5, customer="Bob", origin="Terrace 12")
    await kitchen.move(canceled, "CANCELED", "guest left")
    await kitchen.place("2BX4", line("g", "Birthday candle", "nowhere"), age_minutes=1)
    pouring = lemonade("i", startedAt="2026-01-01T00:00:00.000Z")
    await kitchen.place("5LMN", burger("h"), pouring, customer="María José de la Cruz", age_minutes=1)
    await kitchen.place("8WAI", burger("j"), lemonade("k"), status="CREATED", customer="Eve")
    await kitchen.place("1DON", burger("l", completedAt="2026-01-01T00:00:00.000Z"), age_minutes=20)
