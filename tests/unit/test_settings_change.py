"""Changes of a location's settings."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.menu.restaurants.settings_change import SettingsChange, is_time_zone

OPEN = {"day": "monday", "isOpen": True, "startTime": "08:00", "endTime": "20:00"}
CLOSED = {"day": "tuesday", "isOpen": False, "startTime": None, "endTime": None}
TIMING = {"acceptOrdersAfterMinutes": 5, "stopOrdersBeforeMinutes": 10}


def applied(change: SettingsChange, **stored: Any) -> dict[str, Any]:
    document = dict(stored)
    change.apply(document)
    return document


def test_nothing_given_changes_nothing() -> None:
    assert applied(SettingsChange(), address="1 Pier", orderTiming=TIMING) == {
        "address": "1 Pier",
        "orderTiming": TIMING,
    }


@pytest.mark.parametrize("name", ["America/New_York", "Asia/Tokyo", "UTC"])
def test_time_zones_of_the_database_are_known(name: str) -> None:
    assert is_time_zone(name)


@pytest.mark.parametrize("name", ["", "Nowhere", "America", "../etc/passwd", "/etc/localtime", "a\0b"])
def test_other_texts_are_no_time_zones(name: str) -> None:
    assert not is_time_zone(name)


@given(name=st.text(max_size=30))
def test_any_text_is_a_time_zone_or_not(name: str) -> None:
    assert is_time_zone(name) in (True, False)


def test_every_problem_is_told() -> None:
    halves = [{**OPEN, "endTime": None}, OPEN, {**OPEN, "startTime": None}, CLOSED]
    problems = SettingsChange(timezone="Nowhere", working_hours=halves).problems()
    assert [field for field, _ in problems] == ["timezone", "working_hours.0", "working_hours.2"]


def test_half_of_the_order_timing_leaves_the_other() -> None:
    change = SettingsChange(order_timing={"stopOrdersBeforeMinutes": 30})
    assert applied(change, orderTiming=TIMING)["orderTiming"] == {**TIMING, "stopOrdersBeforeMinutes": 30}


@pytest.mark.parametrize("stored", [None, "text", 5])
def test_what_is_no_object_is_replaced(stored: object) -> None:
    change = SettingsChange(order_timing={"stopOrdersBeforeMinutes": 30}, email="a@b.co")
    assert applied(change, orderTiming=stored, contact=stored) == {
        "orderTiming": {"stopOrdersBeforeMinutes": 30},
        "contact": {"email": "a@b.co"},
    }


def test_a_new_address_of_mail_leaves_the_phone() -> None:
    contact = {"email": "a@b.co", "phone": "555"}
    assert applied(SettingsChange(email=""), contact=contact)["contact"] == {"email": "", "phone": "555"}


def test_lists_are_replaced() -> None:
    assert applied(SettingsChange(working_hours=[CLOSED], alert_numbers=[]), workingHours=[OPEN], alertNumbers=[1]) == {
        "workingHours": [CLOSED],
        "alertNumbers": [],
    }


@pytest.mark.parametrize(
    ("change", "address"),
    [
        (SettingsChange(address="", working_hours=[CLOSED]), "1 Pier"),  # the form that never loaded it
        (SettingsChange(address=""), ""),
        (SettingsChange(address="2 Pier", working_hours=[CLOSED]), "2 Pier"),
    ],
)
def test_an_address_is_wiped_only_on_purpose(change: SettingsChange, address: str) -> None:
    assert applied(change, address="1 Pier")["address"] == address
