"""Cents and decimal strings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.emergepay_local.wire import dollars
from services.payment.money import MOST_CENTS, to_cents, to_decimal

AMOUNTS = st.integers(0, MOST_CENTS)


@given(AMOUNTS)
def test_there_and_back(cents: int) -> None:
    assert to_cents(to_decimal(cents)) == cents


@given(AMOUNTS)
def test_it_is_what_exact_arithmetic_says(cents: int) -> None:
    assert to_decimal(cents) == str((Decimal(cents) / 100).quantize(Decimal("0.01")))
    assert to_decimal(cents) == dollars(cents)


@given(AMOUNTS, AMOUNTS)
def test_different_amounts_are_written_differently(one: int, other: int) -> None:
    assert (to_decimal(one) == to_decimal(other)) is (one == other)


@given(st.text())
def test_what_is_read_is_an_amount(text: str) -> None:
    try:
        cents = to_cents(text)
    except ValueError:
        return
    assert text.isascii()
    assert Decimal(text) * 100 == cents


@pytest.mark.parametrize(("text", "cents"), [("7.99", 799), ("7.9", 790), ("7", 700), ("0.00", 0), ("007.01", 701)])
def test_reading(text: str, cents: int) -> None:
    assert to_cents(text) == cents


@pytest.mark.parametrize(
    "text",
    ["", "-1.00", "+1.00", "1e3", "1,000.00", "1.005", ".5", "1.", " 1.00", "1.00\n", "NaN", "\u0661.00", "1000000"],
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        to_cents(text)


@pytest.mark.parametrize("cents", [-1, MOST_CENTS + 1, True, 7.99, "799", None])
def test_what_is_not_cents(cents: Any) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        to_decimal(cents)
