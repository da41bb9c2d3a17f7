"""Whole orders and figures as messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from orderbuddy.ordering.v1 import report_service_pb2 as reports
from orderbuddy.ordering.v1 import staff_order_pb2

from services.kit.values import obj, text, text_or_none, timestamp, whole
from services.kit.versions import version_of
from services.ordering import mapping
from services.ordering.documents import instant_text
from services.ordering.reports.amounts import cents

Stored = Mapping[str, Any]


def staff_order(document: Stored) -> staff_order_pb2.StaffOrder:
    """Map a whole order."""
    shown = mapping.order(document)
    meta, customer = obj(document.get("meta")), obj(document.get("customer"))
    auto, accepted_at = meta.get("autoAccept"), meta.get("acceptedAt")
    return staff_order_pb2.StaffOrder(
        id=shown.id,
        order_code=shown.order_code,
        payment_id=text(document.get("paymentId")),
        restaurant_id=shown.restaurant_id,
        location_id=shown.location_id,
        location_slug=shown.location_slug,
        meta=staff_order_pb2.StaffOrderMeta(
            correlation_id=text(meta.get("correlationId")),
            accepted_by=text_or_none(meta.get("acceptedBy")),
            accepted_at=instant_text(accepted_at) if isinstance(accepted_at, datetime) else text_or_none(accepted_at),
            auto_accept=auto if isinstance(auto, bool) else None,
        ),
        customer=staff_order_pb2.StaffOrderCustomer(name=text(customer.get("name")), phone=text(customer.get("phone"))),
        origin=shown.origin,
        items=shown.items,
        discount=shown.discount if shown.HasField("discount") else None,
        status=shown.status,
        started_at=timestamp(document.get("startedAt")),
        ended_at=timestamp(document.get("endedAt")),
        total_price_cents=cents(document.get("totalPriceCents")),
        tax_cents=whole(document.get("taxCents")),
        get_sms=document.get("getSms") is True,
        version=version_of(document),
    )


def item_sales(row: Stored) -> reports.ItemSales:
    """Map what was sold of an item."""
    return reports.ItemSales(
        menu_item_id=row["_id"], item_name=row["name"], sold_count=row["count"], gross_sales=row["cents"] / 100
    )


def origin_sales(row: Stored) -> reports.OriginSales:
    """Map what was sold through an origin."""
    return reports.OriginSales(
        origin_id=row["_id"], name=row["name"], sold_count=row["count"], gross_sales=row["cents"] / 100
    )


def day_sales(date: str, row: Stored, tax_rate: float) -> reports.DaySales:
    """Map the sales of a day.

    Where orders don't tell their tax, it is worked out as the old system did for all: as contained in their totals at
    `tax_rate` (0.065 is 6.5 %).
    """
    untold = row.get("untoldCents", 0)
    tax = row.get("taxCents", 0) + untold / (1 + tax_rate) * tax_rate
    return reports.DaySales(date=date, gross_sales=row.get("grossCents", 0) / 100, tax=tax / 100)


def campaign_summary(row: Stored) -> reports.GetCampaignSummaryResponse:
    """Map what was sold through a campaign."""
    orders, gross = row.get("orders", 0), row.get("cents", 0)
    return reports.GetCampaignSummaryResponse(
        total_orders=orders,
        gross_sales_cents=gross,
        total_customers=row.get("guests", 0),
        avg_order_value_cents=gross / orders if orders else 0,
    )
