"""What new restaurants and locations hold (contract part B, 4.2 and 4.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

RESTAURANT_NAME = "New Restaurant"
RESTAURANT_CONCEPT = "Default Concept"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def instant_text(instant: datetime) -> str:
    """Write an instant as the old system stores it in restaurants."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def restaurant(restaurant_id: str, now: datetime) -> dict[str, Any]:
    """Return a new restaurant."""
    return {
        "_id": restaurant_id,
        "name": RESTAURANT_NAME,
        "concept": RESTAURANT_CONCEPT,
        "logo": "",
        "createdAt": instant_text(now),
        "updatedAt": instant_text(now),
    }


def is_untouched(document: dict[str, Any]) -> bool:
    """Tell whether a restaurant is as it was made."""
    return (document.get("name"), document.get("concept"), document.get("logo")) == (
        RESTAURANT_NAME,
        RESTAURANT_CONCEPT,
        "",
    )


def location(location_id: object, restaurant_id: str, qr_code_id: str, now: datetime) -> dict[str, Any]:
    """Return a new location.

    It is closed all week until its hours are set; the old system stored no hours at all, on which the Order App fails.
    """
    return {
        "_id": location_id,
        "restaurantId": restaurant_id,
        "name": "Main Location",
        "locationSlug": "main-location",
        "address": "",
        "isActive": True,
        "qrCodeStyle": qr_code_style(),
        "qrCodeImage": "",
        "qrCodeId": qr_code_id,
        "timezone": "America/New_York",
        "createdAt": now,
        "updatedAt": now,
        "isMobile": False,
        "contact": {"email": ""},
        "payment": {"acceptPayment": True},
        "workingHours": [{"day": day, "isOpen": False, "startTime": None, "endTime": None} for day in DAYS],
        "orderTiming": {"acceptOrdersAfterMinutes": 0, "stopOrdersBeforeMinutes": 0},
        "autoAcceptOrder": True,
        "printers": [],
        "alertNumbers": [],
    }


def qr_code_style() -> dict[str, Any]:
    """Return how QR codes look until somebody chooses."""
    black_square = {"color": "#000000", "type": "square"}
    return {
        "width": 300,
        "height": 300,
        "type": "svg",
        "data": "default",
        "margin": 10,
        "qrOptions": {"typeNumber": 0, "errorCorrectionLevel": "Q"},
        "imageOptions": {"hideBackgroundDots": True, "imageSize": 0.4, "margin": 5, "crossOrigin": "anonymous"},
        "dotsOptions": dict(black_square),
        "backgroundOptions": {"color": "#ffffff"},
        "cornersSquareOptions": dict(black_square),
        "cornersDotOptions": dict(black_square),
        "shape": "square",
    }
