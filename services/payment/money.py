"""Cents and the decimal strings that gateways write them as. No floats: 0.1 + 0.2 is no price."""

from __future__ import annotations

import re
from typing import Final

MOST_CENTS: Final = 99_999_999
"""$999,999.99: more than any order. A larger amount is somebody's mistake."""

_FORM: Final = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,2}))?")


def to_decimal(cents: int) -> str:
    """Return cents as dollars with two decimals: 799 is "7.99". Raises ValueError for what is no amount."""
    # bool is an int, and True cents are a mistake
    if type(cents) is not int or not 0 <= cents <= MOST_CENTS:
        raise ValueError(f"not an amount in cents: {cents!r}")
    return f"{cents // 100}.{cents % 100:02d}"


def to_cents(text: str) -> int:
    """Read dollars ("7.99", "7.9", "7"). Raises ValueError for anything else: signs, commas, exponents, more digits."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError("not an amount in dollars")
    whole, part = found.groups(default="")
    return int(whole) * 100 + int(part.ljust(2, "0"))
