"""Previews and orders as documents, in the shapes of the old system (contract part A 2.3 and 2.4).

Added are `version`, `history`, `subtotalCents`, `taxCents`, `discountCents`, `menuId`, `businessDay`, `cancelReason`,
`voidedItems`, `seenByStations`, `language`, and `taxPercent` of lines. The old system neither writes nor minds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bson import ObjectId

from services.kit.mongo import Document
from services.ordering.cart import Discount, PricedCart, PricedLine
from services.ordering.order_code import order_code

FIRST_VERSION = 1
ACCEPTED_BY_SYSTEM = "system"
ACCEPTED_BY_PERSON = "user"


def instant_text(instant: datetime) -> str:
    """Write an instant as the old system stores some of them: ISO text with milliseconds and Z."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def _line(line: PricedLine) -> Document:
    return {
        "id": line.id or str(ObjectId()),
        "menuItemId": line.menu_item_id,
        "name": line.name,
        "priceCents": line.price_cents,
        "notes": line.notes,
        "modifiers": [
            {
                "id": m.id,
                "name": m.name,
                "options": [{"id": o.id, "name": o.name, "priceCents": o.price_cents} for o in m.options],
            }
            for m in line.modifiers
        ],
        "variants": [{"id": v.id, "name": v.name, "priceCents": v.price_cents} for v in line.variants],
        "stationTags": list(line.station_tags),
        "taxPercent": str(line.tax_percent),
        "startedAt": None,
        "completedAt": None,
    }


def _discount(cart: PricedCart, campaign: Discount | None) -> Document | None:
    if campaign is None or cart.discount_cents == 0:
        return None
    return {"name": campaign.name, "type": campaign.type, "amountCents": cart.discount_cents}


def preview_document(
    preview_id: ObjectId,
    cart: PricedCart,
    campaign: Discount | None,
    header: Mapping[str, Any],
    *,
    correlation_id: str,
    now: datetime,
) -> Document:
    """Make the document of a preview.

    `header` holds what the cart says besides its lines: restaurantId, locationId, locationSlug, customer, origin,
    getSms, paymentId, language, and menuId: the menu that was asked for, None when none was.
    """
    return {
        "_id": preview_id,
        "orderCode": order_code(str(preview_id), 0),
        "paymentId": header["paymentId"],
        "restaurantId": header["restaurantId"],
        "locationId": header["locationId"],
        "locationSlug": header["locationSlug"],
        "meta": {"correlationId": correlation_id},
        "customer": header["customer"],
        "origin": header["origin"],
        "items": [_line(line) for line in cart.lines],
        "discount": _discount(cart, campaign),
        "status": "CREATED",
        "startedAt": now,
        "totalPriceCents": cart.total_cents,
        "getSms": header["getSms"],
        "subtotalCents": cart.subtotal_cents,
        "taxCents": cart.tax_cents,
        "discountCents": cart.discount_cents,
        "menuId": header["menuId"],
        "language": header["language"],
    }


def order_document(
    preview: Document,
    *,
    payment_id: str,
    correlation_id: str,
    actor: str,
    auto_accept: bool,
    timezone: ZoneInfo,
    now: datetime,
    attempt: int,
) -> Document:
    """Make the document of the order that a preview becomes; it has the preview's id.

    `attempt` counts the codes that were found taken. With `auto_accept` the order is born ACCEPTED: one write, so that
    nobody ever sees it in between.
    """
    status = "ACCEPTED" if auto_accept else "CREATED"
    meta: Document = {"correlationId": correlation_id}
    if auto_accept:
        meta |= {"acceptedBy": ACCEPTED_BY_SYSTEM, "acceptedAt": instant_text(now), "autoAccept": True}
    return {
        **preview,
        "orderCode": order_code(str(preview["_id"]), attempt),
        "paymentId": payment_id,
        "meta": meta,
        "status": status,
        "startedAt": now,
        "version": FIRST_VERSION,
        "history": [_entry(FIRST_VERSION, "", status, now, actor)],
        "businessDay": now.astimezone(timezone).date().isoformat(),
    }


def _entry(version: int, before: str, after: str, at: datetime, actor: str) -> Document:
    return {"version": version, "from": before, "to": after, "at": at, "actor": actor}


def transition_update(
    version: int, before: str, after: str, *, now: datetime, actor: str, request_id: str, reason: str = ""
) -> list[Document]:
    """Make the update that moves an order on, as a pipeline: it depends on the lines as they then are."""
    entry = _entry(version + 1, before, after, now, actor)
    entry |= ({"requestId": request_id} if request_id else {}) | ({"reason": reason} if reason else {})
    # Texts from callers stand in $literal, so that none is taken for a field path.
    history = {"$concatArrays": [{"$ifNull": ["$history", []]}, [{"$literal": entry}]]}
    changes: Document = {"status": after, "version": version + 1, "history": history}
    if after == "ACCEPTED":
        changes |= {
            "meta.acceptedBy": ACCEPTED_BY_PERSON,
            "meta.acceptedAt": instant_text(now),
            "meta.autoAccept": False,
        }
    elif after == "READY_FOR_PICKUP":
        changes["items"] = _finished_lines(now)
    else:
        changes["endedAt"] = now
    if reason:
        changes["cancelReason"] = {"$literal": reason}
    return [{"$set": changes}]


def delay_update(version: int, status: str, minutes: int, *, now: datetime, actor: str, request_id: str) -> Document:
    """Make the update that says that an order takes longer: a version of its own, in the same state."""
    entry = _entry(version + 1, status, status, now, actor) | {"delayMinutes": minutes}
    entry |= {"requestId": request_id} if request_id else {}
    return {"$set": {"version": version + 1}, "$push": {"history": entry}}


def _finished_lines(now: datetime) -> Document:
    """Finish each line that is not finished; a line that was never begun began now. Real times are kept."""
    times = {
        "startedAt": {"$ifNull": ["$$line.startedAt", now]},
        "completedAt": {"$ifNull": ["$$line.completedAt", now]},
    }
    return {"$map": {"input": {"$ifNull": ["$items", []]}, "as": "line", "in": {"$mergeObjects": ["$$line", times]}}}
