"""Sales and a day's orders, over gRPC, on the real database."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import grpc
import pytest
from bson import ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st
from orderbuddy.ordering.v1 import report_service_pb2 as rpc
from orderbuddy.ordering.v1 import report_service_pb2_grpc as rpc_grpc
from orderbuddy.ordering.v1 import staff_order_service_pb2 as staff
from orderbuddy.ordering.v1 import staff_order_service_pb2_grpc as staff_grpc

from services.kit.clock import FixedClock
from services.kit.mongo import Database, ensure_indexes
from services.kit.principal import CallerKind, Principal, Role
from services.kit.server import Build
from services.kit.settings import ServiceSettings
from services.ordering.__main__ import build
from services.ordering.reports import repository
from services.ordering.reports.days import day_of
from services.ordering.repository import INDEXES as ORDER_INDEXES
from tests.servers.menu import FakeMenu, serve_menu
from tests.support import Served, metadata_of, reason

LUNA, PLACE = "luna", ObjectId("66500000000000000000aaaa")
ZONE = ZoneInfo("America/New_York")
OWNER = metadata_of(Principal(CallerKind.STAFF, "ana", {LUNA: Role.OWNER}))
STAFF = metadata_of(Principal(CallerKind.STAFF, "cy", {LUNA: Role.STAFF}))
TABLE, WEB = {"id": "o1", "name": "Table 1"}, {"id": "", "name": "web"}
TACO, COLA = ("taco", "Taco", 100), ("cola", "Cola", 50)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def order(ended: str, total: int, items: list[tuple[str, str, int]], origin: Any, **more: Any) -> dict[str, Any]:
    lines = [{"menuItemId": i, "name": n, "priceCents": c} for i, n, c in items]
    return {
        "_id": ObjectId(),
        "restaurantId": LUNA,
        "locationId": PLACE,
        "status": "PICKED_UP",
        "startedAt": at(ended),
        "endedAt": at(ended),
        "totalPriceCents": total,
        "items": lines,
        "origin": origin,
        "customer": {"name": "Ann", "phone": "2065550133"},
        **more,
    }


def example() -> list[dict[str, Any]]:
    """The worked example of contract part B, 12.1, in the same order."""
    return [
        order("2025-09-10T03:59:59.999", 100, [TACO], TABLE),
        order("2025-09-10T04:00:00", 200, [TACO, COLA], TABLE, taxCents=13),
        order("2025-09-10T15:00:00", 333, [("taco", "Taco!", 100)], WEB, taxCents=20),
        order("2025-09-11T03:59:59.999", 400, [COLA], WEB, taxCents=24),
        order("2025-09-11T04:00:00", 500, [TACO], TABLE),
        order("2025-09-10T16:00:00", 600, [TACO], TABLE, status="ACCEPTED"),
    ]


@pytest.fixture
async def channel(
    serve: Callable[[str, Build], Awaitable[Served]], settings: ServiceSettings, db: Database, clock: FixedClock
) -> AsyncIterator[grpc.aio.Channel]:
    menu = FakeMenu()
    menu.put_location(LUNA, str(PLACE))
    menu.put_location(LUNA, "6" * 24, timezone="")
    server, address = await serve_menu(menu)
    settings.menu_address = address
    clock.set(datetime(2025, 9, 11, 12, tzinfo=UTC))
    await db["orders"].insert_many(example())
    try:
        yield (await serve("ordering", build)).channel
    finally:
        await server.stop(None)


@pytest.fixture
async def reports(channel: grpc.aio.Channel) -> rpc_grpc.ReportServiceStub:
    return rpc_grpc.ReportServiceStub(channel)


def day(date: str = "2025-09-10") -> dict[str, str]:
    return {"restaurant_id": LUNA, "location_id": str(PLACE), "date": date}


async def refusal(call: Awaitable[Any]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code(), reason(refused.value)


async def test_sales_by_item_are_those_of_the_local_day(reports: rpc_grpc.ReportServiceStub) -> None:
    found = (await reports.GetSalesByItem(rpc.GetSalesByItemRequest(**day()), metadata=OWNER)).data
    assert [(i.menu_item_id, i.item_name, i.sold_count, i.gross_sales) for i in found] == [
        ("taco", "Taco", 2, 2.0),
        ("cola", "Cola", 2, 1.0),
    ]


async def test_sales_by_origin_are_those_of_the_local_day(reports: rpc_grpc.ReportServiceStub) -> None:
    found = (await reports.GetSalesByOrigin(rpc.GetSalesByOriginRequest(**day()), metadata=OWNER)).data
    assert [(o.origin_id, o.name, o.sold_count, o.gross_sales) for o in found] == [
        ("", "web", 2, 7.33),
        ("o1", "Table 1", 2, 2.0),
    ]


async def test_the_week_ends_today_and_its_tax_is_what_was_charged(reports: rpc_grpc.ReportServiceStub) -> None:
    request = rpc.GetSalesSummaryRequest(restaurant_id=LUNA, location_id=str(PLACE))
    week = (await reports.GetSalesSummary(request, metadata=OWNER)).data
    assert [d.date for d in week] == [f"2025-09-{n:02d}" for n in range(5, 12)]
    assert [(d.gross_sales, d.tax) for d in week[-3:]] == [(1.0, 0.0), (9.33, 0.57), (5.0, 0.0)]


@pytest.mark.parametrize(
    ("location", "date", "wanted"),
    [
        ("f" * 24, "2025-09-10", (grpc.StatusCode.NOT_FOUND, "INVALID_LOCATION")),
        ("x", "2025-09-10", (grpc.StatusCode.NOT_FOUND, "INVALID_LOCATION")),
        ("6" * 24, "2025-09-10", (grpc.StatusCode.INVALID_ARGUMENT, "NO_TIME_ZONE")),
        (str(PLACE), "2025-02-30", (grpc.StatusCode.INVALID_ARGUMENT, "NOT_A_DAY")),
    ],
)
async def test_what_is_no_day_of_a_location_is_told(
    reports: rpc_grpc.ReportServiceStub, location: str, date: str, wanted: tuple[grpc.StatusCode, str]
) -> None:
    request = rpc.GetSalesByItemRequest(restaurant_id=LUNA, location_id=location, date=date)
    assert await refusal(reports.GetSalesByItem(request, metadata=OWNER)) == wanted


async def test_sales_are_for_managers(reports: rpc_grpc.ReportServiceStub) -> None:
    refused = await refusal(reports.GetSalesByItem(rpc.GetSalesByItemRequest(**day()), metadata=STAFF))
    assert refused == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_TOO_LOW")


async def test_a_campaigns_summary_leaves_canceled_orders_out(db: Database) -> None:
    canceled = order("2025-09-10T15:00:00", 900, [TACO], TABLE, status="CANCELED")
    await db["orders"].insert_many([*example(), canceled])
    rows = await repository.ReportRepository(db).run(repository.of_origin((LUNA, PLACE), "o1"))
    assert (rows[0]["orders"], rows[0]["cents"], rows[0]["guests"]) == (4, 1400, ["Ann"])


async def test_a_days_orders_are_exported_with_the_same_figures(reports: rpc_grpc.ReportServiceStub) -> None:
    async def export(kind: str) -> list[dict[str, str]]:
        file = (await reports.ExportReport(rpc.ExportReportRequest(**day(), kind=kind), metadata=OWNER)).file
        assert file.content_type == "text/csv; charset=utf-8"
        return list(csv.DictReader(io.StringIO(file.data.decode(), newline="")))

    assert [(o["total"], o["tax"], o["status"]) for o in await export("orders")] == [
        ("2.00", "0.13", "PICKED_UP"),
        ("3.33", "0.20", "PICKED_UP"),
        ("4.00", "0.24", "PICKED_UP"),
        ("6.00", "", "ACCEPTED"),
    ]
    assert [o["grossSales"] for o in await export("origins")] == ["7.33", "2.00"]
    assert [i["grossSales"] for i in await export("items")] == ["2.00", "1.00"]


class TestStaffOrders:
    @pytest.fixture
    async def stub(self, channel: grpc.aio.Channel) -> staff_grpc.StaffOrderServiceStub:
        return staff_grpc.StaffOrderServiceStub(channel)

    async def test_todays_orders_are_whole_and_in_the_order_of_making(
        self, stub: staff_grpc.StaffOrderServiceStub, db: Database
    ) -> None:
        late = order("2025-09-11T11:00:00", 1, [TACO], TABLE, meta={"correlationId": "c1", "autoAccept": True})
        await db["orders"].insert_one(late)
        request = staff.ListTodaysOrdersRequest(restaurant_id=LUNA, location_id=str(PLACE))
        first, second = (await stub.ListTodaysOrders(request, metadata=STAFF)).orders
        assert (first.total_price_cents, second.id) == (500, str(late["_id"]))
        assert (second.customer.phone, second.meta.correlation_id, second.HasField("ended_at")) == (
            "2065550133",
            "c1",
            True,
        )

    async def test_history_takes_a_day_by_name(self, stub: staff_grpc.StaffOrderServiceStub) -> None:
        found = (await stub.ListOrderHistory(staff.ListOrderHistoryRequest(**day()), metadata=STAFF)).orders
        assert [o.total_price_cents for o in found] == [200, 333, 400, 600]

    async def test_an_order_moves_on_by_its_restaurants_people_only(
        self, stub: staff_grpc.StaffOrderServiceStub, db: Database
    ) -> None:
        stored = await db["orders"].find_one({"status": "ACCEPTED"}) or {}
        request = staff.SetOrderStatusRequest(order_id=str(stored["_id"]), order_status="READY_FOR_PICKUP")
        stranger = metadata_of(Principal(CallerKind.STAFF, "x", {"sol": Role.OWNER}))
        assert (await refusal(stub.SetOrderStatus(request, metadata=stranger)))[1] == "FOREIGN_RESTAURANT"
        assert (await stub.SetOrderStatus(request, metadata=STAFF)).done
        assert await refusal(stub.SetOrderStatus(request, metadata=STAFF)) == (
            grpc.StatusCode.FAILED_PRECONDITION,
            "ORDER_STATE",
        )
        changed = await db["orders"].find_one({"_id": stored["_id"]}) or {}
        assert (changed["status"], changed["history"][-1]["actor"]) == ("READY_FOR_PICKUP", "staff:cy")

    async def test_an_unknown_order_or_status_is_refused(self, stub: staff_grpc.StaffOrderServiceStub) -> None:
        unknown = staff.SetOrderStatusRequest(order_id="f" * 24, order_status="ACCEPTED")
        assert (await refusal(stub.SetOrderStatus(unknown, metadata=STAFF)))[0] is grpc.StatusCode.NOT_FOUND
        nonsense = staff.SetOrderStatusRequest(order_id="f" * 24, order_status="FOO")
        assert (await refusal(stub.SetOrderStatus(nonsense, metadata=STAFF)))[0] is grpc.StatusCode.INVALID_ARGUMENT


ENDS = st.integers(0, 5 * 86_400 - 1).map(lambda seconds: datetime(2026, 3, 6, tzinfo=UTC) + timedelta(seconds=seconds))
ITEMS = st.lists(st.sampled_from([TACO, COLA, ("", "?", 7)]), max_size=4)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(ENDS, st.integers(0, 10_000), ITEMS, st.sampled_from([TABLE, WEB, None])), max_size=15))
async def test_the_reports_agree_with_each_other_and_with_the_orders(
    mongo_uri: str, sold: list[tuple[datetime, int, list[tuple[str, str, int]], Any]]
) -> None:
    """Over the weekend on which clocks go forward."""
    from pymongo import AsyncMongoClient  # noqa: PLC0415  a database per example

    async with AsyncMongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        db = client["test_report_properties"]
        await db["orders"].delete_many({})
        stored = [order("2026-01-01", total, items, origin, endedAt=ended) for ended, total, items, origin in sold]
        if stored:
            await db["orders"].insert_many(stored)
        runner, place = repository.ReportRepository(db), (LUNA, PLACE)
        days = [day_of(datetime(2026, 3, n, tzinfo=UTC).date(), ZONE) for n in range(5, 12)]
        week = {row["_id"]: row for row in await runner.run(repository.by_day(place, days, ZONE.key))}
        for found in days:
            mine = [o for o in stored if found.begin <= o["endedAt"] < found.end]
            origins = await runner.run(repository.by_origin(place, found))
            items = await runner.run(repository.by_item(place, found))
            gross = sum(o["totalPriceCents"] for o in mine)
            assert gross == sum(r["cents"] for r in origins) == week.get(str(found.date), {}).get("grossCents", 0)
            assert sum(len(o["items"]) for o in mine) == sum(r["count"] for r in items)
            assert sum(r["count"] for r in items) == sum(r["count"] for r in origins)
            assert sum(line["priceCents"] for o in mine for line in o["items"]) == sum(r["cents"] for r in items)


async def test_each_report_reads_the_orders_of_its_day_alone(db: Database) -> None:
    await ensure_indexes(db, [*ORDER_INDEXES, *repository.INDEXES])
    begin = datetime(2026, 1, 1, 12, tzinfo=UTC)
    orders = [
        order("2026-01-01", 100, [TACO], TABLE, startedAt=begin + timedelta(days=n), endedAt=begin + timedelta(days=n))
        | {"restaurantId": restaurant}
        for restaurant in (LUNA, "sol")
        for n in range(200)
        for _ in range(3)
    ]
    await db["orders"].insert_many(orders)
    found = day_of(datetime(2026, 3, 1, tzinfo=UTC).date(), ZONE)
    place = (LUNA, PLACE)
    pipelines = [
        [{"$match": repository.placed_in(place, found)}],
        repository.by_item(place, found),
        repository.by_origin(place, found),
        repository.by_day(place, [found], ZONE.key),
    ]
    for pipeline in pipelines:
        explained = await db.command(
            "explain", {"aggregate": "orders", "pipeline": pipeline, "cursor": {}}, verbosity="executionStats"
        )
        text = str(explained)
        stats = explained["executionStats"] if "executionStats" in explained else _first_stats(explained)
        assert ("COLLSCAN" in text, "IXSCAN" in text, stats["totalDocsExamined"]) == (False, True, 3)


def _first_stats(explained: Any) -> Any:
    return explained["stages"][0]["$cursor"]["executionStats"]
