"""Restaurants and locations as messages, for those who run them. What is not stored is left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId
from orderbuddy.menu.v1 import restaurant_service_pb2 as rpc

from services.kit.values import number, objects, struct, text, text_or_none, texts
from services.kit.versions import version_of
from services.menu.restaurants.defaults import instant_text
from services.menu.restaurants.settings_change import SettingsChange

Stored = Mapping[str, Any]


def summary(document: Stored) -> rpc.RestaurantSummary:
    """Map a restaurant of a list."""
    return rpc.RestaurantSummary(
        id=text(document["_id"]),
        name=text(document.get("name")),
        concept=text(document.get("concept")),
        logo=text_or_none(document.get("logo")),
    )


def _instant(value: object) -> str | None:
    """Return an instant that is stored as text or as a date."""
    return instant_text(value) if isinstance(value, datetime) else text_or_none(value)


def details(document: Stored) -> rpc.RestaurantDetails:
    """Map all of a restaurant."""
    return rpc.RestaurantDetails(
        id=text(document["_id"]),
        name=text(document.get("name")),
        concept=text_or_none(document.get("concept")),
        logo=text_or_none(document.get("logo")),
        tagline=text_or_none(document.get("tagline")),
        website=text_or_none(document.get("website")),
        created_at=_instant(document.get("createdAt")) or "",
        updated_at=_instant(document.get("updatedAt")),
        version=version_of(document),
    )


def _contact(document: Stored) -> rpc.LocationContact | None:
    stored = document.get("contact")
    if not isinstance(stored, Mapping):
        return None
    return rpc.LocationContact(email=text(stored.get("email")), phone=text_or_none(stored.get("phone")))


def _hours(document: Stored) -> list[rpc.DayHours]:
    return [
        rpc.DayHours(
            day=text(d.get("day")),
            is_open=d.get("isOpen") is True,
            start_time=text_or_none(d.get("startTime")),
            end_time=text_or_none(d.get("endTime")),
        )
        for d in objects(document.get("workingHours"))
    ]


def _alerts(document: Stored) -> list[rpc.AlertNumber]:
    return [
        rpc.AlertNumber(id=text(n.get("_id")), phone_number=text(n.get("phoneNumber")))
        for n in objects(document.get("alertNumbers"))
    ]


def _timing(document: Stored) -> rpc.OrderTiming | None:
    stored = document.get("orderTiming")
    if not isinstance(stored, Mapping):
        return None
    return rpc.OrderTiming(
        accept_orders_after_minutes=number(stored.get("acceptOrdersAfterMinutes")) or 0,
        stop_orders_before_minutes=number(stored.get("stopOrdersBeforeMinutes")) or 0,
    )


def location_summary(document: Stored) -> rpc.LocationSummary:
    """Map a location of a list."""
    return rpc.LocationSummary(
        id=text(document["_id"]),
        location_slug=text(document.get("locationSlug")),
        name=text(document.get("name")),
        is_mobile=document.get("isMobile") is True,
        address=text_or_none(document.get("address")),
        contact=_contact(document),
        working_hours=_hours(document),
        timezone=text_or_none(document.get("timezone")),
        alert_numbers=_alerts(document),
    )


def new_location(document: Stored) -> rpc.NewLocation:
    """Map a location that has just been made."""
    return rpc.NewLocation(
        id=text(document["_id"]),
        restaurant_id=text(document["restaurantId"]),
        name=text(document["name"]),
        location_slug=text(document["locationSlug"]),
        address=text(document["address"]),
        is_active=document["isActive"],
        timezone=text(document["timezone"]),
        is_mobile=document["isMobile"],
        contact=_contact(document),
        payment=rpc.LocationPayment(accept_payment=document["payment"]["acceptPayment"]),
        working_hours=_hours(document),
        order_timing=_timing(document),
        auto_accept_order=document["autoAcceptOrder"],
        qr_code_image=text(document["qrCodeImage"]),
        qr_code_id=text(document["qrCodeId"]),
        qr_code_style=struct(document["qrCodeStyle"]),
        created_at=_instant(document["createdAt"]) or "",
        updated_at=_instant(document["updatedAt"]) or "",
    )


def settings(document: Stored) -> rpc.LocationSettings:
    """Map what can be set at a location."""
    accepts = document.get("autoAcceptOrder")
    return rpc.LocationSettings(
        id=text(document["_id"]),
        restaurant_id=text(document.get("restaurantId")),
        name=text_or_none(document.get("name")),
        address=text_or_none(document.get("address")),
        timezone=text_or_none(document.get("timezone")),
        working_hours=_hours(document),
        order_timing=_timing(document),
        alert_numbers=_alerts(document),
        auto_accept_order=accepts if isinstance(accepts, bool) else None,
        ready_when_done=document.get("readyWhenDone") is True,
        contact=_contact(document),
        version=version_of(document),
        supported_languages=texts(document.get("supportedLanguages")),
    )


def settings_change(request: rpc.UpdateLocationSettingsRequest) -> SettingsChange:
    """Read what is to change."""
    named = set(request.update_mask.paths)
    days = request.working_hours if request.working_hours or "working_hours" in named else None
    numbers = request.alert_numbers if request.alert_numbers or "alert_numbers" in named else None
    return SettingsChange(
        timezone=request.timezone if request.HasField("timezone") else None,
        address=request.address if request.HasField("address") else None,
        auto_accept_order=request.auto_accept_order if request.HasField("auto_accept_order") else None,
        ready_when_done=request.ready_when_done if request.HasField("ready_when_done") else None,
        working_hours=None if days is None else [_day(d) for d in days],
        order_timing=_timing_change(request.order_timing),
        alert_numbers=None if numbers is None else [_alert(n) for n in numbers],
        email=request.contact.email if request.contact.HasField("email") else None,
    )


def _timing_change(change: rpc.OrderTimingChange) -> dict[str, float]:
    fields = {
        "acceptOrdersAfterMinutes": "accept_orders_after_minutes",
        "stopOrdersBeforeMinutes": "stop_orders_before_minutes",
    }
    given = {stored: getattr(change, name) for stored, name in fields.items() if change.HasField(name)}
    return {stored: int(value) if value.is_integer() else value for stored, value in given.items()}


def _day(day: rpc.DayHoursChange) -> dict[str, Any]:
    return {
        "day": day.day,
        "isOpen": day.is_open,
        "startTime": day.start_time if day.HasField("start_time") else None,
        "endTime": day.end_time if day.HasField("end_time") else None,
    }


def _alert(change: rpc.AlertNumberChange) -> dict[str, Any]:
    return {"_id": ObjectId(change.id) if change.id else ObjectId(), "phoneNumber": change.phone_number}


def printer(stored: Stored) -> rpc.Printer:
    """Map a printer."""
    return rpc.Printer(
        id=text(stored.get("id")),
        type=text(stored.get("type")) or "lan",
        ip=text(stored.get("ip")),
        name=text(stored.get("name")),
    )


def printers(document: Stored) -> list[rpc.Printer]:
    """Map a location's printers."""
    return [printer(p) for p in objects(document.get("printers"))]
