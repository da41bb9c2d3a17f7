"""The demo restaurant is what the existing apps accept, points only to what exists, and can be ordered."""

from __future__ import annotations

import asyncio
import json
import pathlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bson import ObjectId
from hypothesis import given
from hypothesis import strategies as st

from services.kit.mongo import Database, Document
from services.menu import mapping, opening_hours
from services.ordering.cart import CartLine, CartModifier, CartOption, CartVariant, Discount, Item, Menu
from services.ordering.catalog import priced_menu
from services.ordering.pricing import price
from tools.demo_data import DEMO, documents, example_cart, load

LOADED = documents()
MENUS, LOCATIONS = LOADED["menus"], LOADED["locations"]
FIRST, SECOND = LOCATIONS
FIRST_MENUS = [menu for menu in MENUS if menu["locationId"] == FIRST["_id"]]

# The required fields of the apps' schemas, and those that our documents always have besides.
MENU = {"_id", "restaurantId", "locationId", "menuSlug", "name", "categories", "items", "salesTax"}
CATEGORY = {"id", "name", "description", "sortOrder"}
ITEM = {"id", "name", "description", "categoryId", "priceCents", "makingCostCents", "isAvailable", "stationTags"}
VARIANT = {"id", "name", "priceCents"}
RULES = {"type", "required", "selectionMode", "maxChoices", "freeChoices", "extraChoicePriceCents"}
MODIFIER = {"id", "name", "options"} | RULES
OPTION = {"id", "name", "priceCents"}
LOCATION = {
    *("_id", "restaurantId", "locationSlug", "name", "address", "timezone", "isActive", "isMobile", "contact"),
    *("payment", "workingHours", "orderTiming", "autoAcceptOrder", "alertNumbers", "printers", "qrCodeStyle"),
    *("createdAt", "updatedAt"),
}


def parts(menu: Document) -> Iterator[tuple[set[str], Document]]:
    """Yield every part of a menu with the fields it needs."""
    yield MENU, menu
    yield from ((CATEGORY, category) for category in menu["categories"])
    for item in menu["items"]:
        yield ITEM, item
        yield from ((VARIANT, variant) for variant in item["variants"])
        for modifier in item["modifiers"]:
            yield MODIFIER, modifier
            yield from ((OPTION, option) for option in modifier["options"])


def modifiers() -> list[Document]:
    return [modifier for menu in FIRST_MENUS for item in menu["items"] for modifier in item["modifiers"]]


def priced(menus: list[Document]) -> list[Menu]:
    return [priced_menu(mapping.menu(menu, mapping.View.PRICING)) for menu in menus]


def line_of(item: Item) -> CartLine:
    """Choose of an item only what must be chosen."""
    chosen = tuple(
        CartModifier(id=m.id, name="", options=(CartOption(id=m.options[0].id, name=""),))
        for m in item.modifiers
        if m.required
    )
    return CartLine(id="line", menu_item_id=item.id, name="", notes="", variants=(), modifiers=chosen)


def line_from(body: Document) -> CartLine:
    """Read a line of a request's body."""
    return CartLine(
        id=body["id"],
        menu_item_id=body["menuItemId"],
        name=body["name"],
        notes=body["notes"],
        variants=tuple(CartVariant(id=variant["id"]) for variant in body["variants"]),
        modifiers=tuple(
            CartModifier(
                id=modifier["id"],
                name=modifier["name"],
                options=tuple(CartOption(id=option["id"], name=option["name"]) for option in modifier["options"]),
            )
            for modifier in body["modifiers"]
        ),
    )


LINES = [line_from(body) for body in example_cart()["items"]]


@pytest.mark.parametrize("menu", MENUS, ids=lambda menu: menu["menuSlug"])
def test_a_menu_has_all_fields_that_the_apps_require(menu: Document) -> None:
    assert [(part.get("id"), needed - part.keys()) for needed, part in parts(menu) if needed - part.keys()] == []


@pytest.mark.parametrize("menu", MENUS, ids=lambda menu: menu["menuSlug"])
def test_nothing_in_a_menu_is_null(menu: Document) -> None:
    assert [(part.get("id"), part) for _, part in parts(menu) if None in part.values()] == []


@pytest.mark.parametrize("menu", MENUS, ids=lambda menu: menu["menuSlug"])
def test_every_name_and_description_is_in_three_languages_and_a_variants_name_is_plain_text(menu: Document) -> None:
    for needed, part in parts(menu):
        for text in (part[field] for field in ("name", "description") if field in part):
            if needed is VARIANT:
                assert isinstance(text, str)
            else:
                assert text.keys() == {"en", "es", "pt"}
                assert all(text.values())


@pytest.mark.parametrize("menu", MENUS, ids=lambda menu: menu["menuSlug"])
def test_all_prices_are_whole_cents_and_not_negative(menu: Document) -> None:
    for _, part in parts(menu):
        for amount in (part[field] for field in ("priceCents", "makingCostCents") if field in part):
            assert type(amount) is int
            assert amount >= 0


@pytest.mark.parametrize("menu", MENUS, ids=lambda menu: menu["menuSlug"])
def test_ids_in_a_menu_are_unique_and_items_are_in_its_categories(menu: Document) -> None:
    categories = [category["id"] for category in menu["categories"]]
    items = [item["id"] for item in menu["items"]]
    assert len(set(categories)) == len(categories)
    assert len(set(items)) == len(items)
    assert {item["categoryId"] for item in menu["items"]} == set(categories)


def test_the_apps_calculate_the_same_extra_prices_as_we_do() -> None:
    """They add the options' own prices to the price of extra choices, so a modifier must have one kind only."""
    for modifier in modifiers():
        if modifier["freeChoices"] or modifier["extraChoicePriceCents"]:
            assert modifier["freeChoices"] > 0
            assert modifier["extraChoicePriceCents"] > 0
            assert {option["priceCents"] for option in modifier["options"]} == {0}


@pytest.mark.parametrize(
    "fields",
    [
        {"required": True, "selectionMode": "single", "maxChoices": 1},
        {"required": False, "selectionMode": "max", "freeChoices": 2, "extraChoicePriceCents": 75},
        {"required": False, "selectionMode": "max", "maxChoices": 2, "freeChoices": 0},
        {"type": "upsell"},
    ],
    ids=["required single", "free choices, then a price", "limited, with own prices", "upsell"],
)
def test_there_is_a_modifier_of_each_kind(fields: dict[str, Any]) -> None:
    assert any(fields.items() <= modifier.items() for modifier in modifiers())


def test_one_item_is_sold_out() -> None:
    assert [item["id"] for menu in FIRST_MENUS for item in menu["items"] if not item["isAvailable"]] == ["feijoada"]


def test_ids_are_object_ids_except_the_restaurants() -> None:
    assert [restaurant["_id"] for restaurant in LOADED["restaurants"]] == [DEMO.restaurant_id]
    others = [document for name, found in LOADED.items() if name != "restaurants" for document in found]
    assert {type(document["_id"]) for document in others} == {ObjectId}
    assert len({document["_id"] for document in others}) == len(others)


def test_everything_belongs_to_the_restaurant_and_one_of_its_locations() -> None:
    assert {d["restaurantId"] for name, found in LOADED.items() if name != "restaurants" for d in found} == {
        DEMO.restaurant_id
    }
    placed = [d["locationId"] for name in ("menus", "origins", "campaigns", "stations") for d in LOADED[name]]
    assert set(placed) <= {location["_id"] for location in LOCATIONS}


def test_the_campaign_takes_off_a_flat_amount_at_an_origin_of_its_kind() -> None:
    (campaign,) = LOADED["campaigns"]
    (origin,) = [origin for origin in LOADED["origins"] if origin["_id"] == campaign["originId"]]
    assert (campaign["type"], campaign["reward"], campaign["isActive"]) == ("flat", {"flatOffCents": 200}, True)
    assert (origin["type"], origin["locationId"]) == ("campaign", campaign["locationId"])


def test_origins_are_three_tables_a_parking_lot_and_a_campaign() -> None:
    assert [origin["type"] for origin in LOADED["origins"]] == ["table", "table", "table", "parking", "campaign"]


def test_every_station_tag_of_the_first_location_is_served_by_one_station() -> None:
    served = [tag for station in LOADED["stations"] for tag in station["tags"]]
    assert {station["locationId"] for station in LOADED["stations"]} == {FIRST["_id"]}
    assert sorted(served) == ["bar", "dessert", "kitchen"]
    assert {tag for menu in FIRST_MENUS for item in menu["items"] for tag in item["stationTags"]} == set(served)


def test_the_published_ids_are_those_of_the_documents() -> None:
    assert [str(location["_id"]) for location in LOCATIONS] == [DEMO.location_id, DEMO.paid_location_id]
    assert [str(menu["_id"]) for menu in MENUS] == list(DEMO.menu_ids)
    assert DEMO.item_id in {item["id"] for item in FIRST_MENUS[0]["items"]}
    kinds = {str(origin["_id"]): origin["type"] for origin in LOADED["origins"]}
    assert (kinds[DEMO.origin_id], kinds[DEMO.campaign_origin_id]) == ("table", "campaign")


@pytest.mark.parametrize("location", LOCATIONS, ids=lambda location: location["locationSlug"])
def test_a_location_has_all_fields_and_each_day_once(location: Document) -> None:
    assert LOCATION - location.keys() == set()
    days = [hours["day"] for hours in location["workingHours"]]
    assert days == ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def test_only_the_second_location_takes_payment_and_accepts_by_itself() -> None:
    assert [(place["payment"]["acceptPayment"], place["autoAcceptOrder"]) for place in LOCATIONS] == [
        (False, False),
        (True, True),
    ]


@given(st.integers(min_value=0, max_value=366 * 24 * 60))
def test_the_first_location_is_always_open(minute: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    assert opening_hours.is_open(opening_hours.from_document(FIRST), now)


@pytest.mark.parametrize(
    ("day", "hour", "is_open"),
    [(5, 12, False), (6, 12, True), (9, 17, False), (9, 23, True), (10, 1, True), (10, 3, False)],
    ids=["monday", "tuesday", "friday before 18:00", "friday night", "into saturday", "after 02:00"],
)
def test_the_second_location_is_closed_on_mondays_and_open_past_midnight(day: int, hour: int, *, is_open: bool) -> None:
    now = datetime(2026, 1, day, hour, tzinfo=ZoneInfo(SECOND["timezone"]))
    assert opening_hours.is_open(opening_hours.from_document(SECOND), now) is is_open


@pytest.mark.parametrize("menu", MENUS, ids=lambda menu: menu["menuSlug"])
def test_every_item_that_is_not_sold_out_can_be_ordered_at_its_price(menu: Document) -> None:
    (sold,) = priced([menu])
    available = [item for item in sold.items.values() if item.is_available]
    assert [price([sold], [line_of(item)], None).subtotal_cents for item in available] == [
        item["priceCents"] for item in menu["items"] if item["isAvailable"]
    ]


def test_the_example_cart_costs_what_its_lines_say_plus_tax() -> None:
    cart = price(priced(FIRST_MENUS), LINES, None)
    assert [line.price_cents for line in cart.lines] == [570, 570, 575]
    assert [line["price"] for line in example_cart()["items"]] == [570, 570, 575]
    assert (cart.subtotal_cents, cart.tax_cents, cart.total_cents) == (1715, 176, 1891)


def test_the_campaign_takes_two_dollars_off_the_example_cart() -> None:
    campaign = Discount(name="Harbor festival", type="flat", flat_off_cents=200)
    assert price(priced(FIRST_MENUS), LINES, campaign).total_cents == 1691


def test_the_example_cart_names_the_first_location_and_its_first_table() -> None:
    cart = example_cart()
    origin = next(o for o in LOADED["origins"] if str(o["_id"]) == DEMO.origin_id)
    assert (cart["restaurantId"], cart["locationId"]) == (DEMO.restaurant_id, DEMO.location_id)
    assert cart["locationSlug"] == FIRST["locationSlug"]
    assert cart["origin"] == {"id": DEMO.origin_id, "name": origin["label"]}


def test_the_cart_in_the_documentation_is_the_example_cart() -> None:
    path = pathlib.Path(__file__).parents[2] / "docs" / "example-cart.json"
    assert json.loads(path.read_text("utf-8")) == example_cart()


async def stored(db: Database) -> dict[str, list[Document]]:
    return {name: [document async for document in db[name].find().sort("_id")] for name in LOADED}


async def test_an_empty_database_gets_the_whole_demo(db: Database) -> None:
    assert await load(db)
    assert await stored(db) == LOADED


async def test_loading_twice_at_once_stores_everything_once(db: Database) -> None:
    await asyncio.gather(*(load(db) for _ in range(4)))
    assert await stored(db) == LOADED


async def test_a_load_that_was_cut_off_is_finished_by_the_next(db: Database) -> None:
    await db["locations"].insert_one(FIRST)
    assert await load(db)
    assert await stored(db) == LOADED


async def test_a_database_with_a_restaurant_is_left_alone(db: Database) -> None:
    await db["restaurants"].insert_one({"_id": "another"})
    assert not await load(db)
    assert {name: len(found) for name, found in (await stored(db)).items() if found} == {"restaurants": 1}
