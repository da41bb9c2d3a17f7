"""What an order costs after lines were taken back from it. Pure; the rule of rounding is that of `price`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Totals:
    """In cents: total = subtotal + tax - discount."""

    subtotal: int
    tax: int
    discount: int
    total: int


def totals_of(lines: Sequence[tuple[int, Fraction]], discount: int, gross_before: int, *, is_share: bool) -> Totals:
    """Return the totals of lines given by price (cents) and tax (percent), with what a campaign took off before.

    A discount that was a share of the whole stays the same share; a flat one stays what it is, up to what there is.
    """
    subtotal = sum(cents for cents, _ in lines)
    gross = _half_up(sum((cents * (1 + percent / 100) for cents, percent in lines), Fraction(0)))
    if is_share and gross_before > 0:
        discount = _half_up(Fraction(discount * gross, gross_before))
    discount = max(0, min(discount, gross))
    return Totals(subtotal, gross - subtotal, discount, max(0, gross - discount))


def _half_up(amount: Fraction) -> int:
    return math.floor(amount + Fraction(1, 2))
