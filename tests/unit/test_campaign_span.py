"""When campaigns begin and end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.menu.campaigns.span import is_on, next_turn

NOW = datetime(2026, 1, 15, tzinfo=UTC)
INSTANTS = st.integers(-50, 50).map(lambda hours: NOW + timedelta(hours=hours))
CAMPAIGNS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"isActive": st.booleans()}, optional={"activeFrom": INSTANTS, "activeUntil": INSTANTS}
)


def test_old_campaigns_have_no_span() -> None:
    assert is_on({"isActive": True}, NOW)
    assert next_turn({"isActive": True}, NOW) is None


def test_a_span_is_half_open() -> None:
    campaign = {"isActive": True, "activeFrom": NOW, "activeUntil": NOW + timedelta(hours=1)}
    at = [NOW + timedelta(minutes=minutes) for minutes in (-1, 0, 59, 60)]
    assert [is_on(campaign, instant) for instant in at] == [False, True, True, False]


@given(campaign=CAMPAIGNS, now=INSTANTS, later=INSTANTS)
def test_nothing_changes_before_the_next_turn(campaign: dict[str, Any], now: datetime, later: datetime) -> None:
    turn = next_turn(campaign, now)
    if now <= later and (turn is None or later < turn):
        assert is_on(campaign, later) == is_on(campaign, now)
