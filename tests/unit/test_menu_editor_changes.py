"""Changes of a menu's document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import Conflict, InvalidInput, NotFound, Refused
from services.menu.editor import menu_changes

NOW = datetime(2026, 1, 15, 20, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
Menu = dict[str, Any]


def ids() -> menu_changes.NewId:
    numbers = count(1)
    return lambda: f"new{next(numbers)}"


def menu(*items: dict[str, Any], places: tuple[Any, ...] = (1, 2)) -> Menu:
    categories = [{"id": f"c{n}", "sortOrder": place} for n, place in enumerate(places)]
    return {"categories": categories, "items": [dict(i) for i in items]}


def test_a_new_category_has_the_place_after_the_count() -> None:
    document = menu(places=(7, 2, 3))
    menu_changes.save_category(document, "", {"sortOrder": 99}, ids())
    assert document["categories"][-1] == {"id": "new1", "sortOrder": 4}


def test_where_that_is_taken_it_comes_last() -> None:
    document = menu(places=(2, 9, 4))
    menu_changes.save_category(document, "", {"sortOrder": 1}, ids())
    assert document["categories"][-1]["sortOrder"] == 10


PLACES = st.lists(st.one_of(st.integers(-5, 12), st.floats(-5, 12), st.none(), st.text(max_size=2)), max_size=8)


@given(places=PLACES)
def test_no_place_is_given_twice(places: list[Any]) -> None:
    document = menu(places=tuple(places))
    for _ in range(3):
        menu_changes.save_category(document, "", {}, ids())
    given_places = [c["sortOrder"] for c in document["categories"][-3:]]
    assert len({*given_places}) == 3
    assert not {*given_places} & {p for p in places if isinstance(p, int | float)}


def test_an_unknown_category_is_not_made() -> None:
    document = menu()
    with pytest.raises(NotFound) as caught:
        menu_changes.save_category(document, "c9", {"sortOrder": 1}, ids())
    assert (caught.value.reason, len(document["categories"])) == ("UNKNOWN_CATEGORY", 2)


def test_a_category_keeps_the_emoji_that_is_not_sent() -> None:
    document: Menu = {"categories": [{"id": "c", "emoji": "🍵", "name": {"en": "Tea"}, "sortOrder": 1}]}
    menu_changes.save_category(document, "c", {"sortOrder": 3}, ids())
    assert document["categories"] == [{"id": "c", "emoji": "🍵", "name": {"en": "Tea"}, "sortOrder": 3}]


def test_a_category_with_items_stays() -> None:
    with pytest.raises(Refused) as caught:
        menu_changes.delete_category(menu({"id": "i", "categoryId": "c0"}), "c0")
    assert caught.value.reason == "CATEGORY_IN_USE"


@given(order=st.permutations(["c0", "c1", "c2"]))
def test_categories_are_numbered_as_they_are_named(order: list[str]) -> None:
    document = menu(places=(5, 5, 5))
    menu_changes.sort_categories(document, order)
    assert [c["id"] for c in sorted(document["categories"], key=lambda c: int(c["sortOrder"]))] == order


@pytest.mark.parametrize("named", [["c0"], ["c0", "c1", "c2"], ["c0", "x"]])
def test_an_order_must_name_every_category_and_no_other(named: list[str]) -> None:
    document = menu()
    with pytest.raises(InvalidInput):
        menu_changes.sort_categories(document, named)
    assert [c["sortOrder"] for c in document["categories"]] == [1, 2]


def test_each_save_moves_the_items_version() -> None:
    document = menu({"id": "i", "priceCents": 1})
    saved = [menu_changes.save_item(document, "i", {"priceCents": 1}, None, ids()) for _ in range(2)]
    assert saved == [("i", 1), ("i", 2)]


def test_a_version_that_is_not_the_items_own_is_refused() -> None:
    document = menu({"id": "i", "priceCents": 1, "version": 4})
    with pytest.raises(Conflict) as caught:
        menu_changes.save_item(document, "i", {"priceCents": 2}, 3, ids())
    assert (caught.value.reason, document["items"][0]["priceCents"]) == ("VERSION_CHANGED", 1)


def test_a_new_item_is_not_available_until_somebody_says_so() -> None:
    document = menu()
    menu_changes.save_item(document, "", {"priceCents": 1}, None, ids())
    (made,) = document["items"]
    assert made == {"id": "new1", "priceCents": 1, "makingCostCents": 0, "variants": [], "modifiers": [], "version": 1}


@pytest.mark.parametrize(
    ("was", "sent", "kept"),
    [
        (False, {"isAvailable": False}, True),  # the editor's form repeats what it read
        (False, {}, True),
        (False, {"isAvailable": True}, False),
        (True, {"isAvailable": False}, False),  # a leftover from an earlier time off
        (True, {}, False),
    ],
)
def test_an_end_of_the_time_off_lasts_as_long_as_it(was: bool, sent: dict[str, Any], kept: bool) -> None:
    document = menu({"id": "i", "isAvailable": was, "unavailableUntil": LATER})
    menu_changes.save_item(document, "i", sent, None, ids())
    assert ("unavailableUntil" in document["items"][0]) is kept


def test_switched_off_for_good_an_item_has_no_end_any_more() -> None:
    document = menu({"id": "i", "isAvailable": True})
    menu_changes.set_availability(document, "i", available=False, until=LATER)
    menu_changes.set_availability(document, "i", available=False, until=None)
    assert document["items"] == [{"id": "i", "isAvailable": False, "version": 2}]


def test_the_same_availability_again_is_no_change() -> None:
    document = menu({"id": "i", "isAvailable": False, "version": 5})
    menu_changes.set_availability(document, "i", available=False, until=None)
    assert document["items"] == [{"id": "i", "isAvailable": False, "version": 5}]


@given(minutes=st.lists(st.one_of(st.none(), st.integers(-90, 90)), max_size=6))
def test_exactly_those_whose_time_has_come_are_put_back(minutes: list[int | None]) -> None:
    stored = [
        {"id": str(n), "isAvailable": False} | ({} if m is None else {"unavailableUntil": NOW + timedelta(minutes=m)})
        for n, m in enumerate(minutes)
    ]
    document = menu(*stored)
    menu_changes.put_back(document, NOW)
    back = [i["isAvailable"] for i in document["items"]]
    assert back == [m is not None and m <= 0 for m in minutes]
    assert ["unavailableUntil" in i for i in document["items"]] == [m is not None and m > 0 for m in minutes]
    assert [i.get("version", 0) for i in document["items"]] == [int(b) for b in back]


def test_an_option_is_taken_off_and_put_back() -> None:
    option = {"id": "o"}
    document = menu({"id": "i", "modifiers": [{"id": "m", "options": [option]}]})
    states = []
    for available in (True, False, False, True):
        menu_changes.set_option_availability(document, "i", "m", "o", available=available)
        (item,) = document["items"]
        states.append((item["modifiers"][0]["options"][0].get("isAvailable"), item.get("version")))
    assert states == [(None, None), (False, 1), (False, 1), (True, 2)]


@pytest.mark.parametrize(
    ("path", "reason"),
    [(("x", "m", "o"), "UNKNOWN_ITEM"), (("i", "x", "o"), "UNKNOWN_MODIFIER"), (("i", "m", "x"), "UNKNOWN_OPTION")],
)
def test_what_is_not_there_is_named(path: tuple[str, str, str], reason: str) -> None:
    document = menu({"id": "i", "modifiers": [{"id": "m", "options": [{"id": "o"}]}]})
    with pytest.raises(NotFound) as caught:
        menu_changes.set_option_availability(document, *path, available=False)
    assert caught.value.reason == reason


def test_a_copy_has_ids_of_its_own_and_waits_to_be_switched_on() -> None:
    original = {
        **menu({"id": "i", "categoryId": "c0", "version": 3}, {"id": "j", "categoryId": "gone"}, places=(1,)),
        "_id": 1,
        "version": 9,
        "available": True,
        "salesTax": 8,
        "createdAt": NOW,
        "translatedFrom": {"es": {}},
    }
    assert menu_changes.copied(original, ids()) == {
        "available": False,
        "salesTax": 8,
        "categories": [{"id": "new1", "sortOrder": 1}],
        "items": [{"id": "new2", "categoryId": "new1"}, {"id": "new3", "categoryId": "gone"}],
    }
