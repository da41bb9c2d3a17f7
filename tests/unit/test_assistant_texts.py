"""What of a menu needs translating, and putting translations back."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.menu.assistant.texts import Text, pending, places, put_back

Menu = dict[str, Any]

LANGUAGES = ("es", "pt")


def a_menu() -> Menu:
    return {
        "name": {"en": "Lunch"},
        "categories": [{"id": "soups", "name": {"en": "Soups"}, "description": {"en": ""}}],
        "items": [
            {"id": "leek", "name": {"en": "Leek soup"}, "description": None},
            {
                "id": "latte",
                "name": {"en": "Latte"},
                "description": {"en": "With milk"},
                "modifiers": [
                    {"id": "milk", "name": {"en": "Milk"}, "options": [{"id": "oat", "name": {"en": "Oat"}}]},
                ],
            },
        ],
    }


def item(menu: Menu, number: str) -> Menu:
    found: Menu = next(i for i in menu["items"] if i["id"] == number)
    return found


def translated(texts: list[Text]) -> dict[str, dict[str, str]]:
    return {text.key: {code: f"{text.english} [{code}]" for code in text.languages} for text in texts}


def translate(menu: Menu, languages: tuple[str, ...] = LANGUAGES) -> int:
    asked = pending(menu, languages)
    return put_back(menu, asked, translated(asked), languages)


def english(texts: list[Text]) -> list[str]:
    return [text.english for text in texts]


def test_every_text_with_english_is_pending_and_nothing_else() -> None:
    found = english(pending(a_menu(), LANGUAGES))
    assert found == ["Lunch", "Soups", "Leek soup", "Latte", "With milk", "Milk", "Oat"]


def test_a_path_leaves_out_what_is_elsewhere() -> None:
    assert english(pending(a_menu(), LANGUAGES, ("items", "leek"))) == ["Leek soup"]


def test_an_item_without_a_description_does_not_get_its_neighbours() -> None:
    menu = a_menu()
    translate(menu)
    assert item(menu, "leek")["description"] is None
    assert item(menu, "latte")["description"] == {
        "en": "With milk",
        "es": "With milk [es]",
        "pt": "With milk [pt]",
    }


def test_a_translated_menu_has_nothing_pending() -> None:
    menu = a_menu()
    assert translate(menu) == 7
    assert pending(menu, LANGUAGES) == []
    assert menu["items"][1]["modifiers"][0]["options"][0]["name"]["pt"] == "Oat [pt]"


def test_a_changed_english_text_is_translated_again_and_the_others_are_not() -> None:
    menu = a_menu()
    translate(menu)
    item(menu, "latte")["name"]["en"] = "Iced latte"
    assert pending(menu, LANGUAGES) == [Text(pending(menu, LANGUAGES)[0].key, "Iced latte", LANGUAGES)]


def test_a_translation_that_somebody_edits_is_kept() -> None:
    menu = a_menu()
    translate(menu)
    item(menu, "latte")["name"]["es"] = "Café con leche"
    assert pending(menu, LANGUAGES) == []
    assert translate(menu) == 0
    assert item(menu, "latte")["name"]["es"] == "Café con leche"


def test_a_translation_that_was_there_before_us_is_kept_until_its_english_changes() -> None:
    menu = a_menu()
    item(menu, "latte")["name"]["es"] = "Café con leche"
    translate(menu)
    assert item(menu, "latte")["name"] == {"en": "Latte", "es": "Café con leche", "pt": "Latte [pt]"}
    item(menu, "latte")["name"]["en"] = "Cortado"
    assert [text.languages for text in pending(menu, LANGUAGES)] == [LANGUAGES]


def test_a_translation_that_only_repeats_the_english_is_a_gap_until_it_is_recorded() -> None:
    menu = a_menu()
    item(menu, "latte")["name"] |= {"es": "Latte", "pt": "Latte"}
    (asked,) = (text for text in pending(menu, LANGUAGES) if text.english == "Latte")
    put_back(menu, [asked], {asked.key: {"es": "Latte", "pt": "Latte"}}, LANGUAGES)
    assert "Latte" not in english(pending(menu, LANGUAGES))


def test_a_translation_that_was_emptied_is_missing() -> None:
    menu = a_menu()
    translate(menu)
    item(menu, "latte")["name"]["es"] = " "
    assert [(text.english, text.languages) for text in pending(menu, LANGUAGES)] == [("Latte", ("es",))]


def test_another_language_is_pending_by_itself() -> None:
    menu = a_menu()
    translate(menu)
    assert {text.languages for text in pending(menu, ("es", "fr"))} == {("fr",)}


def test_what_could_not_be_translated_stays_pending() -> None:
    menu = a_menu()
    (asked, *_) = pending(menu, LANGUAGES)
    assert put_back(menu, [asked], {asked.key: {"es": "Almuerzo", "pt": ""}}, LANGUAGES) == 1
    assert menu["name"] == {"en": "Lunch", "es": "Almuerzo"}
    assert pending(menu, LANGUAGES)[0] == Text(asked.key, "Lunch", ("pt",))


def test_a_translation_of_an_english_text_that_has_changed_since_is_dropped() -> None:
    menu = a_menu()
    asked = pending(menu, LANGUAGES)
    item(menu, "latte")["name"]["en"] = "Cortado"
    assert put_back(menu, asked, translated(asked), LANGUAGES) == 6
    assert item(menu, "latte")["name"] == {"en": "Cortado"}
    assert english(pending(menu, LANGUAGES)) == ["Cortado"]


def test_a_translation_that_somebody_wrote_in_the_meantime_is_kept() -> None:
    menu = a_menu()
    asked = pending(menu, LANGUAGES)
    item(menu, "latte")["name"]["es"] = "Café con leche"
    put_back(menu, asked, translated(asked), LANGUAGES)
    assert item(menu, "latte")["name"] == {"en": "Latte", "es": "Café con leche", "pt": "Latte [pt]"}


def test_an_item_that_has_gone_in_the_meantime_stays_gone() -> None:
    menu = a_menu()
    asked = pending(menu, LANGUAGES)
    del menu["items"][0]
    assert put_back(menu, asked, translated(asked), LANGUAGES) == 6
    assert [i["id"] for i in menu["items"]] == ["latte"]


def test_records_of_items_that_have_gone_go_with_the_next_write() -> None:
    menu = a_menu()
    translate(menu)
    del menu["items"][1]
    put_back(menu, [], {}, LANGUAGES)
    assert {code: len(records) for code, records in menu["translatedFrom"].items()} == {"es": 3, "pt": 3}


def test_items_that_move_keep_their_translations() -> None:
    menu = a_menu()
    asked = pending(menu, LANGUAGES)
    menu["items"].reverse()
    put_back(menu, asked, translated(asked), LANGUAGES)
    assert item(menu, "leek")["name"]["es"] == "Leek soup [es]"
    assert item(menu, "latte")["name"]["es"] == "Latte [es]"


def test_of_two_items_with_the_same_id_the_second_is_left_alone() -> None:
    menu: Menu = {"items": [{"id": "a", "name": {"en": "One"}}, {"id": "a", "name": {"en": "Two"}}]}
    assert translate(menu) == 1
    assert menu["items"][1]["name"] == {"en": "Two"}


def test_a_menu_without_anything_to_say_is_not_touched() -> None:
    menu: Menu = {"name": {"en": " "}, "items": []}
    assert translate(menu) == 0
    assert menu == {"name": {"en": " "}, "items": []}


@pytest.mark.parametrize(
    "menu",
    [
        {"name": "Lunch", "items": None, "categories": "none"},
        {"items": [None, "x", {"name": {"en": "No id"}}, {"id": 7, "name": {"en": "No text id"}}]},
        {"items": [{"id": "a", "name": ["en"], "description": {"en": 5}, "modifiers": {"en": "x"}}]},
    ],
)
def test_what_has_no_proper_form_is_left_alone(menu: Menu) -> None:
    before = copy.deepcopy(menu)
    assert pending(menu, LANGUAGES) == []
    assert put_back(menu, [], {}, LANGUAGES) == 0
    assert menu == before


@pytest.mark.parametrize("records", ["nonsense", {"es": "nonsense"}, {"es": {"a": 1}}, None])
def test_records_that_cannot_be_read_count_as_none(records: object) -> None:
    menu = {**a_menu(), "translatedFrom": records}
    assert len(pending(menu, LANGUAGES)) == 7
    translate(menu)
    assert pending(menu, LANGUAGES) == []


WORDS = st.sampled_from(["", "Tea", "Coffee", "Soup", "Soup of the day", "Té", "  "])
IDS = st.sampled_from(["a", "b", "c", "d", "a/b", "name"])
LOCALIZED = st.none() | st.fixed_dictionaries({"en": WORDS}, optional={"es": WORDS, "pt": WORDS})
OPTIONS = st.lists(st.fixed_dictionaries({"id": IDS, "name": LOCALIZED}), max_size=3)
MODIFIERS = st.lists(st.fixed_dictionaries({"id": IDS, "name": LOCALIZED, "options": OPTIONS}), max_size=2)
ITEMS = st.lists(
    st.fixed_dictionaries({"id": IDS, "name": LOCALIZED, "description": LOCALIZED, "modifiers": MODIFIERS}), max_size=5
)
CATEGORIES = st.lists(st.fixed_dictionaries({"id": IDS, "name": LOCALIZED, "description": LOCALIZED}), max_size=3)
MENUS = st.fixed_dictionaries({"name": LOCALIZED, "categories": CATEGORIES, "items": ITEMS})


def values(menu: Menu) -> dict[tuple[str, ...], Mapping[str, Any]]:
    return {place.path: place.values for place in places(menu)}


@given(MENUS, MENUS, st.data())
def test_whatever_was_edited_meanwhile_every_translation_stands_under_its_own_english(
    before: Menu, now: Menu, data: st.DataObject
) -> None:
    asked = pending(before, LANGUAGES)
    answered = data.draw(st.lists(st.sampled_from(asked), unique=True)) if asked else []
    was = copy.deepcopy(values(now))
    put_back(now, asked, translated(answered), LANGUAGES)
    for path, text in values(now).items():
        for code in LANGUAGES:
            assert text.get(code) in (was[path].get(code), f"{text['en']} [{code}]")
        assert text["en"] == was[path]["en"]


@given(MENUS)
def test_keys_are_different_for_different_places(menu: Menu) -> None:
    found = list(places(menu))
    assert len({place.key for place in found}) == len({place.path for place in found}) == len(found)


@given(MENUS)
def test_translating_everything_leaves_nothing_and_a_second_time_changes_nothing(menu: Menu) -> None:
    translate(menu)
    assert pending(menu, LANGUAGES) == []
    once = copy.deepcopy(menu)
    assert translate(menu) == 0
    assert menu == once
