"""What a line of an order is worth when it is given back: its share of everything that was paid for the order.

Pure. Shares are whole cents and sum up to what was paid, whatever is given back first: they are cut off one long row of
lines (largest remainder would give a line another share when its neighbours change; a running total does not).
"""

from __future__ import annotations

from collections.abc import Sequence


def shares(prices_cents: Sequence[int], paid_cents: int) -> list[int]:
    """Return each line's share of what was paid, in proportion to its price; all alike when no line has a price.

    The running totals are rounded half up, so the shares sum up to `paid_cents` exactly. Prices below 0 count as 0.
    """
    weights = [max(0, price) for price in prices_cents]
    if not any(weights):
        weights = [1] * len(weights)
    total, given, before, result = sum(weights), 0, 0, []
    for weight in weights:
        given += weight
        after = (2 * paid_cents * given + total) // (2 * total)
        result.append(after - before)
        before = after
    return result
