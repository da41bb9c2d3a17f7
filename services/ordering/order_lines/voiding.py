"""Taking lines back from an order: they move from `items` to `voidedItems`, and the totals follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from services.kit.errors import Refused
from services.kit.mongo import Document
from services.kit.values import obj, text, whole
from services.ordering.mapping import version_of
from services.ordering.order_lines.steps import Line, LineNotFound
from services.ordering.order_lines.totals import totals_of


def void(order: Document, lines: Sequence[Line], ids: Collection[str], reason: str, now: datetime) -> Document:
    """Return what is set when lines are taken back; nothing when they were before.

    Raises LineNotFound, or Refused: ORDER_PAID, LAST_LINE, ORDER_TOTALS_UNKNOWN.
    """
    before = order.get("voidedItems") or []
    gone = {text(obj(entry).get("id")) for entry in before}
    there = {line.id for line in lines}
    for line_id in ids:
        if line_id not in there | gone:
            raise LineNotFound(line_id)
    taken = [item for item, line in zip(order.get("items") or (), lines, strict=True) if line.id in ids]
    if not taken:
        return {}
    if text(order.get("paymentId")):
        raise Refused("ORDER_PAID", "the order was paid: its lines can be refunded, not taken back")
    kept = [item for item, line in zip(order["items"], lines, strict=True) if line.id not in ids]
    if not kept:
        raise Refused("LAST_LINE", "no line would be left: cancel the order instead")
    marks = {"voidedAt": now, "voidReason": reason, "version": version_of(order) + 1}
    return {"items": kept, "voidedItems": [*before, *({**item, **marks} for item in taken)], **_totals(order, kept)}


def _totals(order: Mapping[str, Any], kept: Sequence[Mapping[str, Any]]) -> Document:
    discount, tax, subtotal = (whole(order.get(f"{name}Cents")) for name in ("discount", "tax", "subtotal"))
    prices = [(whole(item.get("priceCents")), _percent(item.get("taxPercent"))) for item in kept]
    known = [(cents, percent) for cents, percent in prices if cents is not None and percent is not None]
    if discount is None or tax is None or subtotal is None or len(known) < len(kept):
        raise Refused("ORDER_TOTALS_UNKNOWN", "the order doesn't tell how it is taxed: its total can't be worked out")
    campaign = obj(order.get("discount"))
    totals = totals_of(known, discount, subtotal + tax, is_share=campaign.get("type") == "percent")
    sets: Document = {
        "subtotalCents": totals.subtotal,
        "taxCents": totals.tax,
        "discountCents": totals.discount,
        "totalPriceCents": totals.total,
    }
    if campaign:
        sets["discount"] = {**campaign, "amountCents": totals.discount}
    return sets


def _percent(value: object) -> Fraction | None:
    return Fraction(value) if isinstance(value, str) else None
