"""Whatever is stored becomes a message; guests get a page that works, pricing gets nothing made up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from bson import ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st

from services.menu import mapping
from services.menu.mapping import View

NOW = datetime(2026, 1, 15, 20, 30, tzinfo=UTC)
FIELDS = (
    *(
        "name",
        "concept",
        "logo",
        "restaurantId",
        "locationId",
        "originId",
        "menuSlug",
        "categories",
        "items",
        "salesTax",
    ),
    *("available", "schedule", "tags", "serviceFeeCents", "createdAt", "updatedAt", "workingHours", "orderTiming"),
    *("timezone", "payment", "isActive", "autoAcceptOrder", "label", "type", "reward", "locationSlug"),
)
PARTS = (
    *(
        "id",
        "name",
        "description",
        "imageUrls",
        "categoryId",
        "priceCents",
        "makingCostCents",
        "isAvailable",
        "en",
        "es",
    ),
    *("stationTags", "variants", "modifiers", "options", "maxChoices", "freeChoices", "extraChoicePriceCents", "emoji"),
    *("required", "sortOrder", "default", "day", "startTime", "endTime", "isOpen", "flatOffCents", "acceptPayment"),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["09:00", "24:00", "monday", "America/New_York", "America", "../etc", "2026-01-01T00:00:00Z"]),
    st.just(ObjectId()),
    st.datetimes(timezones=st.just(UTC)),
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PARTS), inner, max_size=6),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(FIELDS), JUNK))
@settings(max_examples=400, deadline=None)
def test_no_document_is_too_strange(document: dict[str, Any]) -> None:
    stored = {"_id": ObjectId(), **document}
    mapping.restaurant(stored).SerializeToString()
    mapping.location(stored, NOW).SerializeToString()
    mapping.origin(stored).SerializeToString()
    mapping.campaign(stored).SerializeToString()
    mapping.summary(stored).SerializeToString()
    for view in View:
        mapping.menu(stored, view).SerializeToString()
    for full in (False, True):
        mapping.catalog_location(stored, NOW, full=full).SerializeToString()


def item(**fields: Any) -> Any:
    stored = {"_id": ObjectId(), "items": [{"id": "i", "isAvailable": True, **fields}]}
    return tuple(mapping.menu(stored, view).items[0] for view in (View.GUEST, View.PRICING))


@pytest.mark.parametrize(
    ("stored", "guest", "priced"),
    [(250, 250, 250), (250.0, 250, 250), (99.5, 100, None), ("250", 250, None), (None, 0, None), (True, 0, None)],
)
def test_a_price_that_is_no_whole_number_is_shown_but_not_charged(stored: Any, guest: int, priced: int | None) -> None:
    shown, full = item(priceCents=stored)
    assert shown.price_cents == guest
    assert (full.price_cents if full.HasField("price_cents") else None) == priced


@pytest.mark.parametrize(
    ("stored", "guest", "priced"),
    [
        ({"salesTax": 10.25}, 10.25, 10.25),
        ({"salesTax": None}, 0.0, 0.0),
        ({}, 0.0, None),
        ({"salesTax": "10"}, 0.0, None),
        ({"salesTax": float("nan")}, 0.0, None),
    ],
)
def test_tax_that_is_no_number_is_no_tax_to_charge(stored: Any, guest: float, priced: float | None) -> None:
    shown, full = (mapping.menu({"_id": ObjectId(), **stored}, v) for v in (View.GUEST, View.PRICING))
    assert shown.sales_tax == guest
    assert (full.sales_tax if full.HasField("sales_tax") else None) == priced


def test_what_a_modifier_lacks_is_filled_for_guests() -> None:
    shown, full = item(modifiers=[{"id": "m", "name": {"en": "Milk"}, "options": [{"id": "o", "priceCents": 1}]}])
    guest, priced = shown.modifiers[0], full.modifiers[0]
    assert (guest.type, guest.selection_mode, guest.required) == ("standard", "multiple", False)
    assert (guest.max_choices, guest.free_choices, guest.extra_choice_price_cents) == (1, 0, 0)
    assert (guest.name.en, guest.name.es, guest.name.pt) == ("Milk", "Milk", "Milk")
    assert not priced.HasField("max_choices")


@pytest.mark.parametrize("limit", ["maxChoices", "freeChoices", "extraChoicePriceCents"])
def test_a_modifier_whose_limits_are_no_numbers_has_no_prices(limit: str) -> None:
    _, full = item(modifiers=[{"id": "m", limit: "2", "options": [{"id": "o", "priceCents": 100}]}])
    assert not full.modifiers[0].options[0].HasField("price_cents")
    assert (full.modifiers[0].free_choices, full.modifiers[0].extra_choice_price_cents) == (0, 0)


@pytest.mark.parametrize(("stored", "seen"), [(True, True), (False, False), (None, False), ("true", False), (1, False)])
def test_only_true_means_available(stored: Any, seen: bool) -> None:
    document = {"_id": ObjectId(), "items": [{"id": "i", "isAvailable": stored}]}
    assert bool(mapping.menu(document, View.GUEST).items) is seen
    assert mapping.menu(document, View.PRICING).items[0].is_available is seen


def test_a_null_emoji_is_left_out() -> None:
    menu = mapping.menu({"_id": ObjectId(), "categories": [{"id": "c", "emoji": None}]}, View.GUEST)
    assert not menu.categories[0].HasField("emoji")
