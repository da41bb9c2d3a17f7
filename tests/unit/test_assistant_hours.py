"""Opening hours as a language model tells them, languages, and how long jobs wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.menu.assistant.hours import OpenHours, usable
from services.menu.assistant.job import wait_before
from services.menu.assistant.languages import known, of_a_menu
from services.menu.assistant.questions import WrongAnswer
from tests.servers.openai import DAYS, working_day


def hours(*days: dict[str, Any]) -> OpenHours:
    return OpenHours.model_validate({"openHours": list(days)})


def week(**special: dict[str, Any]) -> list[dict[str, Any]]:
    return [special.get(day, working_day(day)) for day in DAYS]


def test_days_are_put_in_order() -> None:
    assert [day.day for day in usable(hours(*reversed(week())))] == list(DAYS)


def test_no_days_mean_that_the_hours_are_unknown() -> None:
    assert usable(hours()) == []


def test_hours_may_have_a_break_and_go_past_midnight() -> None:
    friday = working_day("friday", ("11:00", "14:30"), ("18:00", "02:00"))
    found = usable(hours(*week(friday=friday)))
    assert [(p.start, p.end) for p in found[4].periods] == [("11:00", "14:30"), ("18:00", "02:00")]


@pytest.mark.parametrize(
    ("days", "problem"),
    [
        (week()[:6], "not every day once"),
        ([*week(), working_day("monday")], "not every day once"),
        ([*week()[:6], working_day("monday")], "not every day once"),
        (week(friday=working_day("friday", ("09:00", "09:00"))), "a period has no length"),
        (week(friday={"day": "friday", "isClosed": False, "periods": []}), "a day is closed and has hours, or neither"),
        (week(friday={**working_day("friday"), "isClosed": True}), "a day is closed and has hours, or neither"),
    ],
)
def test_hours_that_contradict_themselves_are_wrong(days: list[dict[str, Any]], problem: str) -> None:
    with pytest.raises(WrongAnswer, match=f"^{problem}$"):
        usable(hours(*days))


@pytest.mark.parametrize(
    "day",
    [
        working_day("Monday"),
        working_day("someday"),
        working_day("monday", ("9:00", "17:00")),
        working_day("monday", ("09:00", "24:00")),
        working_day("monday", ("09:00", "17:60")),
        working_day("monday", ("09:00:00", "17:00")),
        {**working_day("monday"), "note": "x"},
        {"day": "monday", "periods": []},
    ],
)
def test_days_and_times_have_one_form(day: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        hours(day)


def test_only_codes_of_iso_639_1_are_languages() -> None:
    assert known(["es", "english", "ES", "xx", "pt-BR", "", "pt", "es", "en"]) == ("es", "pt", "en")


def test_a_menu_is_not_translated_into_english() -> None:
    assert of_a_menu(["en", "es", "klingon"]) == ("es",)


def test_a_job_waits_longer_after_each_failure() -> None:
    seconds = [wait_before(attempts, None).total_seconds() for attempts in (1, 2, 3, 4, 50)]
    assert seconds == [30, 60, 120, 240, 600]


def test_a_job_waits_at_least_as_long_as_the_provider_asks_for() -> None:
    assert wait_before(1, 45.0) == timedelta(seconds=45)
    assert wait_before(1, 2.0) == timedelta(seconds=30)
