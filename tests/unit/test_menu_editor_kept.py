"""What an edit leaves of what was there."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.menu.editor.kept import merged_item, merged_texts

LATTE = {"en": "Latte", "es": "Café con leche", "fr": "Café au lait"}
MILK: dict[str, Any] = {
    "id": "milk",
    "name": {"en": "Milk", "fr": "Lait"},
    "hint": "old",
    "options": [
        {"id": "oat", "name": {"en": "Oat", "fr": "Avoine"}, "priceCents": 50, "isAvailable": False},
        {"id": "soy", "name": {"en": "Soy"}, "priceCents": 40},
    ],
}
ITEM: dict[str, Any] = {
    "id": "latte",
    "name": LATTE,
    "secret": 1,
    "variants": [{"id": "v1", "name": "Small", "priceCents": 300, "secret": 2}],
    "modifiers": [MILK],
}
IDS = st.sampled_from(["a", "b", "c", "d"])
NAMES = st.fixed_dictionaries({"en": st.sampled_from(["x", "y"])}, optional={"es": st.text(max_size=3)})
OPTIONS = st.lists(st.fixed_dictionaries({"id": IDS, "name": NAMES}, optional={"isAvailable": st.booleans()}))
MODIFIERS = st.lists(st.fixed_dictionaries({"id": IDS, "name": NAMES, "options": OPTIONS}))
SENT = st.fixed_dictionaries({"name": NAMES}, optional={"modifiers": MODIFIERS, "priceCents": st.integers(0, 9)})


def test_languages_that_are_not_sent_stay_with_their_english_text() -> None:
    sent = {"name": {"en": "Latte", "es": "Latte"}}
    assert merged_texts({"name": LATTE}, sent) == {"name": {"en": "Latte", "es": "Latte", "fr": "Café au lait"}}


def test_they_go_with_it() -> None:
    sent = {"name": {"en": "Mocha", "es": "Moca"}}
    assert merged_texts({"name": LATTE}, sent) == sent


def test_a_name_that_is_no_object_is_replaced() -> None:
    assert merged_texts({"name": "Latte"}, {"name": {"en": "Latte"}}) == {"name": {"en": "Latte"}}


def test_what_was_not_sent_of_an_item_stays() -> None:
    assert merged_item(ITEM, {"priceCents": 5}) == {**ITEM, "priceCents": 5}


def test_a_part_keeps_what_editors_do_not_know() -> None:
    sent = {"variants": [{"id": "v1", "name": "Tiny", "priceCents": 250}]}
    assert merged_item(ITEM, sent)["variants"] == [{"id": "v1", "name": "Tiny", "priceCents": 250, "secret": 2}]


def test_options_stay_off_and_translated_through_an_edit_of_their_modifier() -> None:
    sent = {
        "modifiers": [
            {"id": "milk", "name": {"en": "Milk"}, "options": [{"id": "oat", "name": {"en": "Oat"}, "priceCents": 60}]}
        ]
    }
    oat = {"id": "oat", "name": {"en": "Oat", "fr": "Avoine"}, "priceCents": 60, "isAvailable": False}
    assert merged_item(ITEM, sent)["modifiers"] == [{**MILK, "options": [oat]}]


def test_a_part_with_a_new_id_has_nothing_from_before() -> None:
    sent = {"modifiers": [{"id": "new", "name": {"en": "Milk"}, "options": []}]}
    assert merged_item(ITEM, sent)["modifiers"] == sent["modifiers"]


@given(before=SENT, sent=SENT)
def test_an_edit_applied_twice_is_the_edit_applied_once(before: dict[str, Any], sent: dict[str, Any]) -> None:
    given_before, given_sent = copy.deepcopy(before), copy.deepcopy(sent)
    once = merged_item(before, sent)
    assert (before, sent) == (given_before, given_sent)
    assert merged_item(before, sent) == once
    if len({m["id"] for m in sent.get("modifiers", ())}) == len(sent.get("modifiers", ())):
        assert [m["id"] for m in once.get("modifiers", ())] == [
            m["id"] for m in sent.get("modifiers", before.get("modifiers", ()))
        ]
