"""When a campaign has an effect: while it is switched on, from and until the instants that were set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def is_on(campaign: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether a campaign, as stored, has an effect at an instant."""
    begin, end = _instant(campaign.get("activeFrom")), _instant(campaign.get("activeUntil"))
    in_time = (begin is None or begin <= now) and (end is None or now < end)
    return campaign.get("isActive") is True and in_time


def next_turn(campaign: Mapping[str, Any], now: datetime) -> datetime | None:
    """Return when that may change by itself, after an instant; None: never."""
    turns = (_instant(campaign.get(name)) for name in ("activeFrom", "activeUntil"))
    return min((turn for turn in turns if turn is not None and turn > now), default=None)


def _instant(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
