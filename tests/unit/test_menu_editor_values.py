"""Dollars and emojis as the Manage App sends them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.menu.editor.cents import cents_of
from services.menu.editor.emoji import utf16_units


@pytest.mark.parametrize(
    ("dollars", "cents"),
    [(4.75, 475), (12.345, 1235), (1.005, 100), (8.575, 857), (0.125, 13), (0, 0), (3, 300), (1_000_000, 100_000_000)],
)
def test_dollars_are_rounded_half_up_in_doubles(dollars: float, cents: int) -> None:
    assert cents_of(dollars) == cents


@given(cents=st.integers(0, 100_000_000))
def test_whole_cents_survive_the_way_through_dollars(cents: int) -> None:
    assert cents_of(cents / 100) == cents


@pytest.mark.parametrize(
    ("text", "units"), [("", 0), ("☕", 1), ("🍵", 2), ("🇧🇷", 4), ("🍕🍕🍕", 6), ("👨\u200d👩\u200d👧", 8)]
)
def test_an_emoji_is_as_long_as_javascript_says(text: str, units: int) -> None:
    assert utf16_units(text) == units


@given(text=st.text())
def test_the_length_is_that_of_the_encoded_text(text: str) -> None:
    assert utf16_units(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2
