"""What new restaurants and locations hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.menu import opening_hours
from services.menu.restaurants import defaults

NOW = datetime(2026, 1, 15, 20, 30, 0, 139000, tzinfo=UTC)


def test_a_new_restaurant_is_as_the_old_system_made_it() -> None:
    assert defaults.restaurant("store-1", NOW) == {
        "_id": "store-1",
        "name": "New Restaurant",
        "concept": "Default Concept",
        "logo": "",
        "createdAt": "2026-01-15T20:30:00.139Z",
        "updatedAt": "2026-01-15T20:30:00.139Z",
    }


@pytest.mark.parametrize("field", ["name", "concept", "logo"])
def test_a_restaurant_that_somebody_has_changed_is_not_untouched(field: str) -> None:
    made = defaults.restaurant("store-1", NOW)
    assert (defaults.is_untouched(made), defaults.is_untouched({**made, field: "Luna"})) == (True, False)


def test_instants_are_written_in_utc_with_milliseconds() -> None:
    there = datetime(2026, 1, 1, 0, 0, tzinfo=timezone(timedelta(hours=2)))
    assert defaults.instant_text(there) == "2025-12-31T22:00:00.000Z"


@pytest.mark.parametrize("hours", range(0, 7 * 24, 5))
def test_guests_find_a_new_location_closed_at_any_time(hours: int) -> None:
    location = defaults.location("l", "r", "q", NOW)
    assert not opening_hours.is_open(opening_hours.from_document(location), NOW + timedelta(hours=hours))


def test_two_locations_share_no_part() -> None:
    first, second = (defaults.location("l", "r", "q", NOW) for _ in range(2))
    first["qrCodeStyle"]["dotsOptions"]["color"] = "#ff0000"
    first["workingHours"][0]["isOpen"] = True
    assert (second["qrCodeStyle"]["dotsOptions"]["color"], second["workingHours"][0]["isOpen"]) == ("#000000", False)
