"""Sales reports, over gRPC, on the real database."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from bson import ObjectId
from orderbuddy.menu.v1 import campaign_service_pb2 as campaigns
from orderbuddy.menu.v1 import campaign_service_pb2_grpc as campaigns_grpc
from orderbuddy.menu.v1 import menu_service_pb2_grpc as menu_grpc
from orderbuddy.ordering.v1 import report_service_pb2 as rpc
from orderbuddy.ordering.v1 import report_service_pb2_grpc as rpc_grpc

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.server import Build
from services.kit.settings import ServiceSettings
from services.ordering.__main__ import build
from tests.integration.sales import (
    BAD_ZONE,
    LUNA,
    NO_ZONE,
    OWNER,
    PLACE,
    STAFF,
    TABLE,
    TACO,
    at,
    example,
    order,
)
from tests.servers.menu import FakeMenu
from tests.support import Served, reason

CAMPAIGN, WITHOUT_ORIGIN, BROKEN = (f"66c00000000000000000000{n}" for n in (1, 2, 3))
ORIGIN = "66a000000000000000000001"
PROMO = {"id": ORIGIN, "name": "Spring"}


class FakeCampaigns(campaigns_grpc.CampaignServiceServicer):
    """Knows two campaigns, one of them without origin, and fails at a third."""

    async def GetCampaign(self, request: campaigns.GetCampaignRequest, context: Any) -> campaigns.GetCampaignResponse:
        origins = {CAMPAIGN: ORIGIN, WITHOUT_ORIGIN: ""}
        if request.campaign_id == BROKEN:
            await context.abort(grpc.StatusCode.INTERNAL, "oh")
        if request.campaign_id not in origins:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such campaign")
        found = campaigns.CampaignDetails(id=request.campaign_id, origin_id=origins[request.campaign_id])
        return campaigns.GetCampaignResponse(data=found)


@pytest.fixture
async def reports(
    serve: Callable[[str, Build], Awaitable[Served]],
    settings: ServiceSettings,
    db: Database,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[rpc_grpc.ReportServiceStub]:
    monkeypatch.setenv("TAX_RATE", "0.25")
    menu = FakeMenu()
    menu.put_location(LUNA, str(PLACE))
    menu.put_location(LUNA, NO_ZONE, timezone="")
    menu.put_location(LUNA, BAD_ZONE, timezone="Mars/Olympus")
    server = grpc.aio.server()
    menu_grpc.add_MenuServiceServicer_to_server(menu, server)
    campaigns_grpc.add_CampaignServiceServicer_to_server(FakeCampaigns(), server)
    settings.menu_address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    clock.set(datetime(2025, 9, 11, 12, tzinfo=UTC))
    await db["orders"].insert_many(example())
    try:
        yield rpc_grpc.ReportServiceStub((await serve("ordering", build)).channel)
    finally:
        await server.stop(None)


def day(date: str = "2025-09-10", location: str = str(PLACE)) -> dict[str, str]:
    return {"restaurant_id": LUNA, "location_id": location, "date": date}


async def refusal(call: Awaitable[Any]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code(), reason(refused.value)


async def by_item(reports: rpc_grpc.ReportServiceStub, date: str = "2025-09-10") -> list[tuple[str, str, int, float]]:
    found = (await reports.GetSalesByItem(rpc.GetSalesByItemRequest(**day(date)), metadata=OWNER)).data
    return [(i.menu_item_id, i.item_name, i.sold_count, i.gross_sales) for i in found]


async def by_origin(reports: rpc_grpc.ReportServiceStub, date: str = "2025-09-10") -> list[tuple[str, str, int, float]]:
    found = (await reports.GetSalesByOrigin(rpc.GetSalesByOriginRequest(**day(date)), metadata=OWNER)).data
    return [(o.origin_id, o.name, o.sold_count, o.gross_sales) for o in found]


async def week(reports: rpc_grpc.ReportServiceStub) -> list[tuple[str, float, float]]:
    request = rpc.GetSalesSummaryRequest(restaurant_id=LUNA, location_id=str(PLACE))
    answer = await reports.GetSalesSummary(request, metadata=OWNER)
    return [(d.date, d.gross_sales, d.tax) for d in answer.data]


async def test_sales_by_item_are_those_of_the_local_day(reports: rpc_grpc.ReportServiceStub) -> None:
    assert await by_item(reports) == [("taco", "Taco", 2, 2.0), ("cola", "Cola", 2, 1.0)]


async def test_sales_by_origin_are_those_of_the_local_day(reports: rpc_grpc.ReportServiceStub) -> None:
    assert await by_origin(reports) == [("", "web", 2, 7.33), ("o1", "Table 1", 2, 2.0)]


async def test_a_date_with_an_offset_is_an_instant_at_the_location(reports: rpc_grpc.ReportServiceStub) -> None:
    assert await by_item(reports, "2025-09-10T00:00:00Z") == [("taco", "Taco", 1, 1.0)]


async def test_a_day_without_sales_is_empty(reports: rpc_grpc.ReportServiceStub) -> None:
    assert (await by_item(reports, "2020-01-01"), await by_origin(reports, "2020-01-01")) == ([], [])


async def test_equal_sales_come_in_the_order_of_their_ids(reports: rpc_grpc.ReportServiceStub, db: Database) -> None:
    lines = [("b", "B", 50), ("c", "C", 50), ("a", "A", 50)]
    await db["orders"].insert_one(order("2025-09-01T12:00", 150, lines, TABLE))
    assert [item[0] for item in await by_item(reports, "2025-09-01")] == ["a", "b", "c"]


async def test_what_old_documents_lack_is_empty_and_not_null(reports: rpc_grpc.ReportServiceStub, db: Database) -> None:
    broken = order("2025-09-01T12:00", None, [(None, None, None)], None)
    await db["orders"].insert_many([broken, order("2025-09-01T13:00", 5, [], TABLE) | {"items": "none"}])
    assert await by_item(reports, "2025-09-01") == [("", "", 1, 0.0)]
    assert await by_origin(reports, "2025-09-01") == [("o1", "Table 1", 0, 0.05), ("", "", 1, 0.0)]


async def test_origins_and_items_whose_ids_are_stored_as_object_ids_are_the_same_ones(
    reports: rpc_grpc.ReportServiceStub, db: Database
) -> None:
    for key in (ORIGIN, ObjectId(ORIGIN)):
        await db["orders"].insert_one(order("2025-09-01T12:00", 10, [(key, "A", 7)], {"id": key, "name": "A"}))
    assert await by_item(reports, "2025-09-01") == [(ORIGIN, "A", 2, 0.14)]
    assert await by_origin(reports, "2025-09-01") == [(ORIGIN, "A", 2, 0.2)]


@pytest.mark.parametrize("total", [float("nan"), float("inf"), "12", True, None, {}])
async def test_a_total_that_is_no_amount_counts_as_nothing(
    reports: rpc_grpc.ReportServiceStub, db: Database, total: Any
) -> None:
    await db["orders"].insert_many(
        [order("2025-09-01T12:00", 7, [], TABLE), order("2025-09-01T12:00", total, [], TABLE)]
    )
    assert await by_origin(reports, "2025-09-01") == [("o1", "Table 1", 0, 0.07)]


async def test_orders_whose_location_is_stored_as_text_do_not_count(
    reports: rpc_grpc.ReportServiceStub, db: Database
) -> None:
    await db["orders"].insert_one(order("2025-09-01T12:00", 7, [TACO], TABLE, locationId=str(PLACE)))
    assert await by_origin(reports, "2025-09-01") == []


async def test_the_week_has_seven_days_and_ends_today(reports: rpc_grpc.ReportServiceStub, db: Database) -> None:
    await db["orders"].insert_many(
        [
            order("2025-09-05T04:00:00", 1, [], TABLE),
            order("2025-09-05T03:59:59.999", 10, [], TABLE),  # on the day before the first
            order("2025-09-12T03:59:59.999", 2, [], TABLE),
            order("2025-09-12T04:00:00", 20, [], TABLE),  # tomorrow
        ]
    )
    found = await week(reports)
    assert [date for date, _, _ in found] == [f"2025-09-{n:02d}" for n in range(5, 12)]
    assert [gross for _, gross, _ in found] == [0.01, 0.0, 0.0, 0.0, 1.0, 9.33, 5.02]


@pytest.mark.parametrize(
    ("stored", "tax"),
    [
        ({"totalPriceCents": 1100, "taxCents": 57}, 0.57),  # what was charged, whatever the total is
        ({"totalPriceCents": 1100}, 1.0),  # the rest of the total
        ({"totalPriceCents": 875, "discount": {"amountCents": 200}}, 0.75),  # the discount is in the total
        ({"totalPriceCents": 1050, "discount": {"amountCents": 20}}, 1050 / 1.25 * 0.25 / 100),  # it may be, or not
        ({"totalPriceCents": 990}, 990 / 1.25 * 0.25 / 100),  # less than its lines, and no discount
        ({"totalPriceCents": 2100}, 2100 / 1.25 * 0.25 / 100),  # no tax is that high
        ({"totalPriceCents": 1100, "items": [{"priceCents": None}]}, 1100 / 1.25 * 0.25 / 100),
        ({"totalPriceCents": 0}, 0.0),
    ],
)
async def test_tax_is_what_an_order_tells_and_only_else_the_rate(
    reports: rpc_grpc.ReportServiceStub, db: Database, stored: dict[str, Any], tax: float
) -> None:
    await db["orders"].insert_one(order("2025-09-07T12:00", 0, [("x", "X", 600), ("y", "Y", 400)], TABLE) | stored)
    assert next(t for date, _, t in await week(reports) if date == "2025-09-07") == pytest.approx(tax, abs=1e-12)


async def test_the_sales_of_a_span_are_those_of_its_days(reports: rpc_grpc.ReportServiceStub) -> None:
    request = rpc.GetSalesOfDaysRequest(
        restaurant_id=LUNA, location_id=str(PLACE), first_date="2025-09-09", last_date="2025-09-10"
    )
    found = (await reports.GetSalesOfDays(request, metadata=OWNER)).data
    assert [(d.date, d.gross_sales) for d in found] == [("2025-09-09", 1.0), ("2025-09-10", 9.33)]


@pytest.mark.parametrize(("first", "last"), [("2025-09-10", "2025-09-09"), ("2024-09-09", "2025-09-10")])
async def test_a_span_has_a_day_and_no_more_than_a_year(
    reports: rpc_grpc.ReportServiceStub, first: str, last: str
) -> None:
    request = rpc.GetSalesOfDaysRequest(restaurant_id=LUNA, location_id=str(PLACE), first_date=first, last_date=last)
    refused = await refusal(reports.GetSalesOfDays(request, metadata=OWNER))
    assert refused == (grpc.StatusCode.INVALID_ARGUMENT, "NO_SPAN")


@pytest.mark.parametrize(
    ("location", "date", "wanted"),
    [
        ("f" * 24, "2025-09-10", (grpc.StatusCode.NOT_FOUND, "INVALID_LOCATION")),
        ("x", "2025-09-10", (grpc.StatusCode.NOT_FOUND, "INVALID_LOCATION")),
        (NO_ZONE, "2025-09-10", (grpc.StatusCode.INVALID_ARGUMENT, "NO_TIME_ZONE")),
        (BAD_ZONE, "2025-09-10", (grpc.StatusCode.INVALID_ARGUMENT, "NO_TIME_ZONE")),
        (str(PLACE), "2025-02-30", (grpc.StatusCode.INVALID_ARGUMENT, "NOT_A_DAY")),
    ],
)
async def test_what_is_no_day_of_a_location_is_told(
    reports: rpc_grpc.ReportServiceStub, location: str, date: str, wanted: tuple[grpc.StatusCode, str]
) -> None:
    request = rpc.GetSalesByItemRequest(**day(date, location))
    assert await refusal(reports.GetSalesByItem(request, metadata=OWNER)) == wanted


async def test_sales_are_for_managers(reports: rpc_grpc.ReportServiceStub) -> None:
    refused = await refusal(reports.GetSalesByItem(rpc.GetSalesByItemRequest(**day()), metadata=STAFF))
    assert refused == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_TOO_LOW")


async def summary(reports: rpc_grpc.ReportServiceStub, campaign_id: str = CAMPAIGN) -> tuple[int, int, int, float]:
    request = rpc.GetCampaignSummaryRequest(restaurant_id=LUNA, location_id=str(PLACE), campaign_id=campaign_id)
    found = await reports.GetCampaignSummary(request, metadata=OWNER)
    return found.total_orders, found.gross_sales_cents, found.total_customers, found.avg_order_value_cents


async def test_a_campaign_without_sales_has_zeros(reports: rpc_grpc.ReportServiceStub) -> None:
    assert await summary(reports) == (0, 0, 0, 0.0)


async def test_a_campaigns_summary_counts_what_was_sold_through_its_origin(
    reports: rpc_grpc.ReportServiceStub, db: Database
) -> None:
    more: list[dict[str, Any]] = [
        {"customer": {"name": "Ann", "phone": "1"}},
        {"customer": {"name": "Anne", "phone": "1"}},  # the same guest
        {"customer": {"name": "Ann", "phone": ""}},
        {"customer": None},
        {"origin": {"id": ObjectId(ORIGIN), "name": "Spring"}, "customer": {"name": "Ann"}},
        {"status": "CREATED"},
        {"status": "CANCELED"},
        {"origin": {"id": "other", "name": "Spring"}},  # only the name is the same
        {"restaurantId": "sol"},
    ]
    await db["orders"].insert_many([order("2025-01-01", 101 + n, [TACO], PROMO) | m for n, m in enumerate(more)])
    assert await summary(reports) == (5, 515, 2, 103.0)


@pytest.mark.parametrize(
    ("campaign", "wanted"),
    [
        ("66c00000000000000000ffff", (grpc.StatusCode.NOT_FOUND, "UNKNOWN_CAMPAIGN")),
        (WITHOUT_ORIGIN, (grpc.StatusCode.INVALID_ARGUMENT, "NO_ORIGIN")),
        (BROKEN, (grpc.StatusCode.UNAVAILABLE, "CAMPAIGNS_AWAY")),
    ],
)
async def test_a_campaign_without_summary_is_told(
    reports: rpc_grpc.ReportServiceStub, campaign: str, wanted: tuple[grpc.StatusCode, str]
) -> None:
    assert await refusal(summary(reports, campaign)) == wanted


async def export(reports: rpc_grpc.ReportServiceStub, kind: str) -> list[dict[str, str]]:
    answer = await reports.ExportReport(rpc.ExportReportRequest(**day(), kind=kind), metadata=OWNER)
    assert answer.file.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.file.data.decode(), newline="")))


async def test_the_exported_orders_are_those_that_the_sales_consist_of(reports: rpc_grpc.ReportServiceStub) -> None:
    assert [(o["total"], o["tax"], o["lines"], o["endedAt"]) for o in await export(reports, "orders")] == [
        ("2.00", "0.13", "2", "2025-09-10T04:00:00.000Z"),
        ("3.33", "0.20", "1", "2025-09-10T15:00:00.000Z"),
        ("4.00", "0.24", "1", "2025-09-11T03:59:59.999Z"),
    ]
    assert await export(reports, "") == await export(reports, "orders")


async def test_the_exported_history_has_the_orders_in_all_states(reports: rpc_grpc.ReportServiceStub) -> None:
    found = await export(reports, "history")
    assert [(o["total"], o["status"]) for o in found][-1] == ("6.00", "ACCEPTED")


async def test_exported_sales_are_those_of_the_reports(reports: rpc_grpc.ReportServiceStub) -> None:
    assert [tuple(o.values()) for o in await export(reports, "origins")] == [
        ("", "web", "2", "7.33"),
        ("o1", "Table 1", "2", "2.00"),
    ]
    assert [tuple(i.values()) for i in await export(reports, "items")] == [
        ("taco", "Taco", "2", "2.00"),
        ("cola", "Cola", "2", "1.00"),
    ]


async def test_a_guests_name_is_no_formula_in_an_export(reports: rpc_grpc.ReportServiceStub, db: Database) -> None:
    await db["orders"].update_many({}, {"$set": {"customer.name": "=1+1", "endedAt": at("2025-09-10T15:00:00")}})
    assert {o["customer"] for o in await export(reports, "orders")} == {"'=1+1"}
