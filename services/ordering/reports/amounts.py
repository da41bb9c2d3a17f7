"""Stored amounts, read as the aggregations of `repository` read them, so that lists and sums agree."""

from __future__ import annotations

import math

from services.kit.values import number


def cents(value: object) -> int:
    """Return a stored amount in whole cents, halves up; what is no amount is 0."""
    found = number(value)
    return 0 if found is None else math.floor(found + 0.5)
