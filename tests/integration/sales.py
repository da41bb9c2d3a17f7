"""Orders of a restaurant whose location is in New York, for the tests of reports and of the staff's orders."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bson import ObjectId

from services.kit.principal import CallerKind, Principal, Role
from tests.support import metadata_of

LUNA, PLACE = "luna", ObjectId("66500000000000000000aaaa")
NO_ZONE, BAD_ZONE = "6" * 24, "7" * 24
"""Locations of the restaurant without time zone, and with one that nobody knows."""
ZONE = ZoneInfo("America/New_York")
OWNER = metadata_of(Principal(CallerKind.STAFF, "ana", {LUNA: Role.OWNER}))
STAFF = metadata_of(Principal(CallerKind.STAFF, "cy", {LUNA: Role.STAFF}))
STRANGER = metadata_of(Principal(CallerKind.STAFF, "x", {"sol": Role.OWNER}))
TABLE, WEB = {"id": "o1", "name": "Table 1"}, {"id": "", "name": "web"}
TACO, COLA = ("taco", "Taco", 100), ("cola", "Cola", 50)


def at(text: str) -> datetime:
    """Return an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def order(ended: str, total: Any, items: list[tuple[Any, Any, Any]], origin: Any, **more: Any) -> dict[str, Any]:
    """Return an order as the old system stores it, begun and picked up at one instant."""
    return {
        "_id": ObjectId(),
        "restaurantId": LUNA,
        "locationId": PLACE,
        "status": "PICKED_UP",
        "startedAt": at(ended),
        "endedAt": at(ended),
        "totalPriceCents": total,
        "items": [{"menuItemId": i, "name": n, "priceCents": c} for i, n, c in items],
        "origin": origin,
        "customer": {"name": "Ann", "phone": "2065550133"},
        **more,
    }


def example() -> list[dict[str, Any]]:
    """Return the worked example of contract part B, 12.1, in the same order; only three of them tell their tax."""
    return [
        order("2025-09-10T03:59:59.999", 100, [TACO], TABLE),
        order("2025-09-10T04:00:00", 200, [TACO, COLA], TABLE, taxCents=13),
        order("2025-09-10T15:00:00", 333, [("taco", "Taco!", 100)], WEB, taxCents=20),
        order("2025-09-11T03:59:59.999", 400, [COLA], WEB, taxCents=24),
        order("2025-09-11T04:00:00", 500, [TACO], TABLE),
        order("2025-09-10T16:00:00", 600, [TACO], TABLE, status="ACCEPTED"),
    ]
