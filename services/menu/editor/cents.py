"""Dollars as the Manage App sends them, in cents."""

from __future__ import annotations

import math


def cents_of(dollars: float) -> int:
    """Return cents, rounded half up in IEEE doubles as the old system did: 12.345 is 1235, but 1.005 is 100."""
    return math.floor(dollars * 100 + 0.5)
