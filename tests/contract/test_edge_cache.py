"""Guests' reads from memory: what is in the answers, and when memory must not answer."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from typing import Any

import brotli
import orjson
import pytest
from orderbuddy.menu.v1 import catalog_pb2
from orderbuddy.menu.v1 import menu_service_pb2 as rpc

from services.kit.errors import NotFound
from services.kit.principal import Assertions, CallerKind, Principal
from tests.servers.running_edge import RunningEdge, running_edge
from tests.support import SECRET, eventually

RESTAURANT = "/order-app/restaurants/cuppa_co"
LOCATION = f"{RESTAURANT}/locations/66500000000000000000aaaa"
MENU = f"{LOCATION}/menus/667000000000000000001101"
STALE = "x-catalog-stale-seconds"


def restaurant(name: str = "Cuppa Co", key: str = "cuppa_co") -> rpc.CatalogEntry:
    content = catalog_pb2.Restaurant(id=key, name=name, concept="Coffee")
    return rpc.CatalogEntry(key=f"restaurants/{key}", restaurant=content)


def menu(items: int = 1) -> rpc.CatalogEntry:
    dishes = [
        catalog_pb2.MenuItem(id=f"item-{n}", name={"en": f"Item {n}", "es": "x", "pt": "y"}, price_cents=100 + n)
        for n in range(items)
    ]
    content = catalog_pb2.Menu(
        id="667000000000000000001101",
        restaurant_id="cuppa_co",
        location_id="66500000000000000000aaaa",
        sales_tax=10.0,
        items=dishes,
    )
    return rpc.CatalogEntry(key=f"menus/{content.id}", menu=content)


def location(*, is_open: bool = True) -> rpc.CatalogEntry:
    content = catalog_pb2.Location(id="66500000000000000000aaaa", name="Lynnwood", is_open=is_open)
    entry = rpc.CatalogLocation(restaurant_id="cuppa_co", location=content)
    return rpc.CatalogEntry(key=f"locations/{content.id}", location=entry)


@pytest.fixture
async def edge() -> AsyncIterator[RunningEdge]:
    async with running_edge() as running:
        await running.menu.put(restaurant())
        await running.menu.put(location())
        await running.menu.put(menu())
        await running.followed()
        await holds(running, MENU)
        yield running


async def holds(edge: RunningEdge, path: str, *, held: bool = True) -> None:
    await eventually(lambda: (edge.edge.cache.find(path.encode()) is not None) is held)


async def shows(edge: RunningEdge, path: str, text: str) -> None:
    async def seen() -> bool:
        return text in (await edge.http.get(path)).text

    await eventually(seen)


def unary_calls(edge: RunningEdge) -> list[str]:
    return [call.method for call in edge.menu.calls if call.method != "WatchCatalog"]


async def test_the_stream_is_asked_for_by_the_edge_itself(edge: RunningEdge) -> None:
    call = edge.menu.calls[0]
    assert call.request.view == rpc.CATALOG_VIEW_GUEST
    scheme, assertion = call.metadata["authorization"].split(" ")
    assert scheme == "Bearer"
    assert Assertions(SECRET).verify(assertion) == Principal(CallerKind.SERVICE, "edge")


async def test_each_kind_of_entry_answers_its_route(edge: RunningEdge) -> None:
    summary = catalog_pb2.MenuSummary(id="m1", menu_slug="all-day", available=False)
    place: dict[str, Any] = {"restaurant_id": "cuppa_co", "location_id": "66500000000000000000aaaa"}
    await edge.menu.put(rpc.CatalogEntry(key="l", menu_list=rpc.CatalogMenuList(**place, menus=[summary])))
    origin = catalog_pb2.Origin(id="66a0", label="Table 1", type="table", **place)
    await edge.menu.put(rpc.CatalogEntry(key="o", origin=origin))
    campaign = catalog_pb2.Campaign(name="Spring", type="flat", reward={"flatOffCents": 200})
    entry = rpc.CatalogCampaign(**place, origin_id="66a0", campaign=campaign)
    await edge.menu.put(rpc.CatalogEntry(key="c", campaign=entry))
    await holds(edge, f"{LOCATION}/origins/66a0/campaign")
    expected = {
        RESTAURANT: {"_id": "cuppa_co", "name": "Cuppa Co", "concept": "Coffee"},
        "/menu-app/cuppa_co": {"_id": "cuppa_co", "name": "Cuppa Co", "concept": "Coffee"},
        f"{LOCATION}/menus": [{"_id": "m1", "menuSlug": "all-day", "name": None, "available": False}],
        "/order-app/restaurants/origins/66a0": {
            "_id": "66a0",
            "restaurantId": "cuppa_co",
            "locationId": "66500000000000000000aaaa",
            "label": "Table 1",
            "type": "table",
        },
        f"{LOCATION}/origins/66a0/campaign": {"name": "Spring", "type": "flat", "reward": {"flatOffCents": 200}},
    }
    answers = {path: (await edge.http.get(path)).json()["data"] for path in expected}
    assert answers == expected
    opening = (await edge.http.get(LOCATION)).json()["data"]
    assert (opening["_id"], opening["isOpen"]) == ("66500000000000000000aaaa", True)
    assert (await edge.http.get(MENU)).json()["data"]["salesTax"] == 10
    assert unary_calls(edge) == []


async def test_an_answer_from_memory_has_the_headers_of_one(edge: RunningEdge) -> None:
    answer = await edge.http.get(RESTAURANT, headers={"accept-encoding": "identity"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["vary"] == "Origin, Accept-Encoding"
    assert answer.headers["etag"].startswith('"')
    assert answer.headers["content-length"] == str(len(answer.content))
    assert "content-encoding" not in answer.headers
    assert STALE not in answer.headers


async def raw(edge: RunningEdge, path: str, **headers: str) -> tuple[dict[str, str], bytes]:
    """Return headers and the body as it came over the wire."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with edge.http.stream("GET", path, headers=named) as response:
        return dict(response.headers), b"".join([part async for part in response.aiter_raw()])


@pytest.mark.parametrize("items", [20, 300])
async def test_a_menu_is_the_same_in_every_encoding(edge: RunningEdge, items: int) -> None:
    await edge.menu.put(menu(items))
    await shows(edge, MENU, f"item-{items - 1}")
    plain_headers, plain = await raw(edge, MENU, accept_encoding="identity")
    zipped_headers, zipped = await raw(edge, MENU, accept_encoding="gzip")
    br_headers, br = await raw(edge, MENU, accept_encoding="gzip, deflate, br")
    assert len(orjson.loads(plain)["data"]["items"]) == items
    assert (gzip.decompress(zipped), brotli.decompress(br)) == (plain, plain)
    assert [h.get("content-encoding") for h in (plain_headers, zipped_headers, br_headers)] == [None, "gzip", "br"]
    assert len({h["etag"] for h in (plain_headers, zipped_headers, br_headers)}) == 3
    assert len(br) < len(plain) / 4


async def test_what_compression_does_not_shrink_stays_plain(edge: RunningEdge) -> None:
    headers, body = await raw(edge, RESTAURANT, accept_encoding="br")
    assert "content-encoding" not in headers
    assert orjson.loads(body)["data"]["_id"] == "cuppa_co"


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', "*"])
async def test_who_has_it_gets_304(edge: RunningEdge, form: str) -> None:
    tag = (await edge.http.get(RESTAURANT)).headers["etag"]
    answer = await edge.http.get(RESTAURANT, headers={"if-none-match": form.format(tag)})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert answer.headers["access-control-allow-credentials"] == "true"


async def test_a_tag_of_another_encoding_is_right_too(edge: RunningEdge) -> None:
    await edge.menu.put(menu(50))
    await shows(edge, MENU, "item-49")
    headers, _ = await raw(edge, MENU, accept_encoding="br")
    answer = await edge.http.get(MENU, headers={"accept-encoding": "gzip", "if-none-match": headers["etag"]})
    assert answer.status_code == 304


async def test_a_change_has_another_tag(edge: RunningEdge) -> None:
    tag = (await edge.http.get(RESTAURANT)).headers["etag"]
    await edge.menu.put(restaurant("Cuppa & Co"))
    await shows(edge, RESTAURANT, "Cuppa & Co")
    answer = await edge.http.get(RESTAURANT, headers={"if-none-match": tag})
    assert answer.status_code == 200
    assert answer.headers["etag"] != tag


async def test_head_has_the_headers_and_no_body(edge: RunningEdge) -> None:
    answer = await edge.http.get(RESTAURANT)
    head = await edge.http.head(RESTAURANT)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == answer.headers["content-length"]
    assert head.headers["etag"] == answer.headers["etag"]


async def test_opening_and_closing_are_seen(edge: RunningEdge) -> None:
    await edge.menu.put(location(is_open=False))
    await shows(edge, LOCATION, '"isOpen":false')


async def test_what_is_removed_goes_to_the_service(edge: RunningEdge) -> None:
    edge.menu.answers["GetRestaurant"] = NotFound("INVALID_RESTAURANT", "INVALID_RESTAURANT")
    await edge.menu.remove("restaurants/cuppa_co")
    await holds(edge, RESTAURANT, held=False)
    answer = await edge.http.get(RESTAURANT)
    assert (answer.status_code, answer.json()["message"]) == (404, "INVALID_RESTAURANT")


async def test_what_is_not_held_is_asked_of_the_service(edge: RunningEdge) -> None:
    response = rpc.GetRestaurantResponse(data=catalog_pb2.Restaurant(id="Cuppa_Co", name="Other"))
    edge.menu.answers["GetRestaurant"] = response
    answer = await edge.http.get("/order-app/restaurants/Cuppa_Co")
    assert answer.json() == {"data": {"_id": "Cuppa_Co", "name": "Other", "concept": ""}}
    assert answer.headers["etag"].startswith('W/"')
    assert answer.headers["cache-control"] == "no-cache"
    again = await edge.http.get("/order-app/restaurants/Cuppa_Co", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert [c.request.restaurant_id for c in edge.menu.calls[1:]] == ["Cuppa_Co", "Cuppa_Co"]


async def test_another_spelling_of_a_held_path_is_answered_alike(edge: RunningEdge) -> None:
    response = rpc.GetRestaurantResponse(data=restaurant().restaurant)
    edge.menu.answers["GetRestaurant"] = response
    held = await edge.http.get(RESTAURANT)
    for path in ("/Order-App/Restaurants/cuppa_co", f"{RESTAURANT}/", "/order-app/restaurants/cuppa%5Fco"):
        answer = await edge.http.get(path, headers={"if-none-match": held.headers["etag"]})
        assert answer.status_code == 304, path


async def test_an_id_with_reserved_characters_is_held_as_browsers_write_it(edge: RunningEdge) -> None:
    await edge.menu.put(restaurant("Taco", key="señor/taco"))
    await holds(edge, "/order-app/restaurants/se%C3%B1or%2Ftaco")
    answer = await edge.http.get("/order-app/restaurants/se%C3%B1or%2Ftaco")
    assert answer.json()["data"]["_id"] == "señor/taco"


async def test_without_its_service_the_edge_goes_on_and_says_how_old_it_is(edge: RunningEdge) -> None:
    await edge.menu_server.stop()
    await eventually(lambda: not edge.edge.cache.follower.live)
    answer = await edge.http.get(RESTAURANT)
    assert answer.json()["data"]["name"] == "Cuppa Co"
    assert int(answer.headers[STALE]) >= 0
    ready = await edge.http.get("/readyz")
    assert ready.status_code == 503
    dependencies = ready.json()["dependencies"]
    assert dependencies["menu service"] == "UNAVAILABLE"
    assert dependencies["catalog stream"].startswith("broken, stale for ")
    assert dependencies["ordering service"] == dependencies["order stream"] == "ok"


async def test_after_the_limit_memory_does_not_answer(edge: RunningEdge) -> None:
    await edge.menu_server.stop()
    follower = edge.edge.cache.follower
    await eventually(lambda: not follower.live)
    now = follower._now
    follower._now = lambda: now() + 901
    assert (await edge.http.get(RESTAURANT)).status_code == 503


async def test_after_a_restart_the_stream_goes_on_by_its_token(edge: RunningEdge) -> None:
    await edge.menu_server.stop()
    await eventually(lambda: not edge.edge.cache.follower.live)
    await edge.menu.put(restaurant("Changed meanwhile"))
    await edge.menu_server.start()
    await shows(edge, RESTAURANT, "Changed meanwhile")
    await edge.followed()
    assert STALE not in (await edge.http.get(RESTAURANT)).headers
    tokens = [c.request.resume_token for c in edge.menu.calls if c.method == "WatchCatalog"]
    assert tokens[0] == ""
    assert tokens[-1] == "t3"


async def test_readers_never_see_half_a_snapshot(edge: RunningEdge) -> None:
    await edge.menu_server.stop()
    await eventually(lambda: not edge.edge.cache.follower.live)
    edge.menu.stream.forgotten = 10**6
    edge.menu.entries = {e.key: e for e in (restaurant("New"), location())}
    edge.menu.before_synced.clear()
    await edge.menu_server.start()
    await eventually(lambda: edge.menu.calls[-1].request.resume_token == "t3")
    await eventually(lambda: (edge.edge.cache._staging is not None) and len(edge.edge.cache._staging.by_path) == 3)
    during = await edge.http.get(RESTAURANT), await edge.http.get(MENU)
    assert [a.status_code for a in during] == [200, 200]
    assert during[0].json()["data"]["name"] == "Cuppa Co"
    assert STALE in during[0].headers
    edge.menu.before_synced.set()
    await shows(edge, RESTAURANT, '"New"')
    assert edge.edge.cache.find(MENU.encode()) is None


async def test_metrics_tell_memory_from_service(edge: RunningEdge) -> None:
    await edge.http.get(RESTAURANT)
    text = (await edge.http.get("/metrics")).text
    series = 'route="GET /order-app/restaurants/{restaurant_id}",source="memory",status="200"'
    assert f"orderbuddy_http_seconds_count{{{series}}}" in text
    assert "orderbuddy_edge_catalog_stale_seconds 0.0" in text
