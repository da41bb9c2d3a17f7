"""Whatever was sold, the reports agree with each other and with the orders, and read no more than they must."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bson import ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo import AsyncMongoClient

from services.kit.mongo import Database, Document, ensure_indexes
from services.kit.values import objects
from services.ordering.reports import repository
from services.ordering.reports.amounts import cents
from services.ordering.reports.days import day_at, day_of
from services.ordering.reports.mapping import staff_order
from services.ordering.reports.repository import ReportRepository
from services.ordering.repository import INDEXES as ORDER_INDEXES
from tests.integration.sales import COLA, LUNA, PLACE, TABLE, TACO, WEB, ZONE, order

OURS = (LUNA, PLACE)
CHANGES = [
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Africa/Cairo", date(2023, 4, 28)),  # midnight is skipped
    ("America/Havana", date(2026, 11, 1)),  # midnight comes twice
    ("America/St_Johns", date(2010, 11, 7)),  # clocks go back over midnight
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Pacific/Apia", date(2011, 12, 30)),  # the day is skipped
]
AMOUNTS = st.one_of(
    st.integers(-1_000, 100_000), st.floats(-1000, 100_000), st.sampled_from([None, float("nan"), "5", True, 2.0**60])
)
LINES = st.lists(
    st.one_of(
        st.sampled_from([TACO, COLA, (None, None, 7), (ObjectId("6" * 24), "Id", 9), ("6" * 24, "Same", 11)]),
        st.tuples(st.just("taco"), st.just("Taco!"), AMOUNTS),
    ),
    max_size=4,
)
ORIGINS = st.sampled_from([TABLE, WEB, None, {"id": ObjectId("6" * 24)}, {"id": "6" * 24, "name": "Same"}, {"id": 5}])
OFFSETS = st.integers(-3 * 86_400_000, 3 * 86_400_000)
"""Milliseconds from noon of the day of the change."""
SALES = st.lists(
    st.tuples(
        st.integers(-3 * 86_400_000, 3 * 86_400_000),
        AMOUNTS,
        LINES,
        ORIGINS,
        st.sampled_from(["PICKED_UP"] * 3 + ["ACCEPTED"]),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(change=st.sampled_from(CHANGES), sales=SALES)
async def test_the_reports_agree_with_each_other_and_with_the_orders(
    mongo_uri: str, change: tuple[str, date], sales: list[tuple[int, Any, list[tuple[Any, Any, Any]], Any, str]]
) -> None:
    """Over days around a change of clocks."""
    zone = ZoneInfo(change[0])
    noon = datetime.combine(change[1], datetime.min.time(), UTC) + timedelta(hours=12)
    stored = [
        order("2026-01-01", total, lines, origin, status=status, endedAt=noon + timedelta(milliseconds=offset))
        for offset, total, lines, origin, status in sales
    ]
    async with AsyncMongoClient[Document](mongo_uri, tz_aware=True) as client:
        db = client["test_report_figures"]
        await db["orders"].delete_many({})
        if stored:
            await db["orders"].insert_many(stored)
        await _agree(ReportRepository(db), zone, change[1], stored)


async def _agree(reports: ReportRepository, zone: ZoneInfo, middle: date, stored: list[Document]) -> None:
    sold = [o for o in stored if o["status"] == "PICKED_UP"]
    days = [day_of(middle + timedelta(days=n), zone) for n in range(-4, 5)]
    daily = {row["_id"]: row for row in await reports.run(repository.by_day(OURS, days))}
    counted = 0
    for day in days:
        mine = [o for o in sold if day_at(o["endedAt"], zone) == day]
        found = await reports.sold(OURS, day)
        assert {o["_id"] for o in found} == {o["_id"] for o in mine}
        origins = await reports.run(repository.by_origin(OURS, day))
        items = await reports.run(repository.by_item(OURS, day))
        gross = sum(staff_order(o).total_price_cents for o in found)
        assert gross == sum(r["cents"] for r in origins) == daily.get(str(day.date), {}).get("grossCents", 0)
        lines = [line for o in mine for line in objects(o["items"])]
        assert len(lines) == sum(r["count"] for r in items) == sum(r["count"] for r in origins)
        assert sum(cents(line["priceCents"]) for line in lines) == sum(r["cents"] for r in items)
        assert all(isinstance(r["_id"], str) and isinstance(r["name"], str) for r in (*items, *origins))
        counted += len(mine)
    assert counted == len(sold)


MEASURED = date(2026, 3, 1)
A_DAY = day_of(MEASURED, ZONE)
PIPELINES: dict[str, list[Document]] = {
    "orders": [{"$match": repository.placed_in(OURS, A_DAY)}],
    "by item": repository.by_item(OURS, A_DAY),
    "by origin": repository.by_origin(OURS, A_DAY),
    "by day": repository.by_day(OURS, [A_DAY]),
    "sold": [{"$match": repository.sold_in(OURS, [A_DAY])}, {"$sort": {"endedAt": 1, "_id": 1}}],
    "campaign": repository.through_origin(OURS, "o3"),
}


@pytest.fixture
async def crowded(db: Database) -> Database:
    """Three orders a day at two locations of two restaurants each, for 200 days; three of all are of origin o3."""
    await ensure_indexes(db, [*ORDER_INDEXES, *repository.INDEXES])
    begin = datetime.combine(MEASURED, datetime.min.time(), UTC) - timedelta(days=100, hours=-18)
    for restaurant in (LUNA, "sol"):
        for location in (PLACE, ObjectId()):
            orders = [
                order("2026-01-01", 100, [TACO], TABLE, startedAt=at, endedAt=at, restaurantId=restaurant)
                | {"locationId": location, "origin": {"id": f"o{3 if at.date() == MEASURED else 1}", "name": "T"}}
                for at in (begin + timedelta(days=n) for n in range(200))
                for _ in range(3)
            ]
            await db["orders"].insert_many(orders)
    return db


@pytest.mark.parametrize("report", PIPELINES)
async def test_a_report_reads_the_orders_of_its_span_alone(crowded: Database, report: str) -> None:
    command = {"aggregate": "orders", "pipeline": PIPELINES[report], "cursor": {}}
    explained = await crowded.command("explain", command, verbosity="executionStats")
    cursor = explained if "executionStats" in explained else explained["stages"][0]["$cursor"]
    plan, stats = str(cursor["queryPlanner"]["winningPlan"]), cursor["executionStats"]
    assert ("COLLSCAN" in plan, "IXSCAN" in plan, "'SORT'" in plan) == (False, True, False)
    # Keys: one more to see that the next is beyond.
    assert (stats["totalDocsExamined"], stats["totalKeysExamined"] <= 4) == (3, True)
