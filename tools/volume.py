"""Whether reports get slower with the orders of others: `python -m tools.volume --orders 10000000 --data FOLDER`.

Fills one collection with that many orders of many restaurants over five years, in a database of its own in FOLDER, and
measures one location's day when a hundredth, a tenth and all of them are there: which index each report takes, how many
orders it reads, and how long it takes. The day itself is the same all the time. Exit 1 when a report scans the
collection, or reads anything but its day.
"""

from __future__ import annotations

import argparse
import asyncio
import pathlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import bson
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient, MongoClient
from pymongo.write_concern import WriteConcern

from services.kit.mongo import Document, database, ensure_indexes
from services.kit.mongod import EmbeddedMongod
from services.ordering.documents import ACCEPTED_BY_SYSTEM
from services.ordering.reports.days import Day, day_of
from services.ordering.reports.repository import INDEXES as REPORT_INDEXES
from services.ordering.reports.repository import (
    Place,
    ReportRepository,
    by_day,
    by_item,
    by_origin,
    placed_in,
)
from services.ordering.repository import INDEXES as ORDER_INDEXES

DATABASE: Final = "volume"
ZONE: Final = ZoneInfo("America/New_York")
FIRST_DAY, DAYS = datetime(2021, 1, 1, tzinfo=UTC), 5 * 365
MEASURED: Final = date(2023, 6, 15)
MEASURED_ORDERS: Final = 300
FEWEST_ORDERS: Final = 100 * MEASURED_ORDERS
RESTAURANTS: Final = 50
PER_LOCATION: Final = 50_000
"""Orders of one location at most: their four-digit codes then differ."""
BATCH: Final = 5_000
RUNS: Final = 51

_ID, _PLACE, _RESTAURANT, _CODE, _BUSINESS_DAY = b"\xa1" * 12, b"\xa2" * 12, "restaurant-??", "####", "0000-00-00"
_BEGUN, _ENDED = datetime(1990, 1, 1, tzinfo=UTC), datetime(1991, 1, 1, tzinfo=UTC)
_ITEMS: Final = (("taco", "Taco al pastor", 450), ("cola", "Cola", 250), ("flan", "Flan", 600), ("mole", "Mole", 1250))
_STATUSES: Final = ("PICKED_UP",) * 19 + ("CANCELED",)


class Template:
    """An order as bytes, with places for what differs between orders: making one is a few copies."""

    def __init__(self, document: Document) -> None:
        self._bytes = bson.encode(document)
        self._at = {name: self._bytes.index(mark) for name, mark in _MARKS.items()}

    def order(self, number: int, location: int, begun: datetime, code: int) -> RawBSONDocument:
        """Make an order of a location: the `code`-th there."""
        at, made, milliseconds = self._at, bytearray(self._bytes), _milliseconds(begun)
        made[at["id"] : at["id"] + 12] = number.to_bytes(12, "big")
        made[at["place"] : at["place"] + 12] = location_id(location)
        made[at["restaurant"] : at["restaurant"] + len(_RESTAURANT)] = restaurant_id(location).encode()
        made[at["code"] : at["code"] + 4] = b"%04X" % code
        made[at["day"] : at["day"] + 10] = begun.date().isoformat().encode()
        made[at["begun"] : at["begun"] + 8] = milliseconds.to_bytes(8, "little")
        made[at["ended"] : at["ended"] + 8] = (milliseconds + 20 * 60_000).to_bytes(8, "little")
        return RawBSONDocument(bytes(made))


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


_MARKS: Final = {
    "id": _ID,
    "place": _PLACE,
    "restaurant": _RESTAURANT.encode(),
    "code": _CODE.encode(),
    "day": _BUSINESS_DAY.encode(),
    "begun": _milliseconds(_BEGUN).to_bytes(8, "little"),
    "ended": _milliseconds(_ENDED).to_bytes(8, "little"),
}


def templates() -> list[Template]:
    """Make orders of one to three lines, five tables, and some that were canceled."""
    return [Template(_document(n, status)) for n, status in enumerate(_STATUSES * 3)]


def _document(n: int, status: str) -> Document:
    lines = [
        {"id": f"l{at}", "menuItemId": key, "name": name, "priceCents": cents, "notes": "", "stationTags": ["kitchen"]}
        for at, (key, name, cents) in enumerate(_ITEMS[(n + at) % len(_ITEMS)] for at in range(1 + n % 3))
    ]
    subtotal = sum(cents for _, _, cents in (_ITEMS[(n + at) % len(_ITEMS)] for at in range(1 + n % 3)))
    return {
        "_id": bson.ObjectId(_ID),
        "orderCode": _CODE,
        "restaurantId": _RESTAURANT,
        "locationId": bson.ObjectId(_PLACE),
        "meta": {"correlationId": f"request-{n}", "acceptedBy": ACCEPTED_BY_SYSTEM, "autoAccept": True},
        "customer": {"name": "Ana", "phone": "2065550133"},
        "origin": {"id": f"table-{n % 5}", "name": f"Table {n % 5}"},
        "items": lines,
        "status": status,
        "startedAt": _BEGUN,
        "endedAt": _ENDED,
        "totalPriceCents": subtotal * 110 // 100,
        "taxCents": subtotal * 10 // 100,
        "getSms": False,
        "version": 4,
        "businessDay": _BUSINESS_DAY,
    }


def restaurant_id(location: int) -> str:
    """Return the restaurant of a location; each has several."""
    return f"restaurant-{location % RESTAURANTS:02d}"


def location_id(location: int) -> bytes:
    """Return the bytes of a location's id."""
    return (0xA0 << 88 | location).to_bytes(12, "big")


MINE: Final[Place] = (restaurant_id(0), bson.ObjectId(location_id(0)))


def measured_orders(made: list[Template]) -> Iterator[RawBSONDocument]:
    """Make the orders of the day that is measured."""
    noon = datetime(MEASURED.year, MEASURED.month, MEASURED.day, 16, tzinfo=UTC)
    for n in range(MEASURED_ORDERS):
        yield made[n % len(made)].order(n, 0, noon + timedelta(seconds=60 * n), PER_LOCATION + n)


def other_orders(made: list[Template], first: int, last: int, locations: int) -> Iterator[RawBSONDocument]:
    """Make the orders with the numbers from `first` up to `last`, in the order of time, everywhere and on every day."""
    step = timedelta(days=DAYS) / (last - first)
    for number in range(first, last):
        code, location = divmod(number, locations)
        begun = FIRST_DAY + (number - first) * step
        if location == 0 and abs(begun.date() - MEASURED).days <= 1:
            begun += timedelta(days=3)
        yield made[number % len(made)].order(number, location, begun, code)


def fill(uri: str, orders: Iterator[RawBSONDocument]) -> None:
    """Store orders."""
    with MongoClient[RawBSONDocument](uri, document_class=RawBSONDocument) as client:
        collection = client[DATABASE].get_collection("orders", write_concern=WriteConcern(w=1))
        batch: list[RawBSONDocument] = []
        for order in orders:
            batch.append(order)
            if len(batch) == BATCH:
                collection.insert_many(batch, ordered=False)
                batch = []
        if batch:
            collection.insert_many(batch, ordered=False)


@dataclass(frozen=True)
class Measurement:
    """How a report came to its answer."""

    index: str
    documents: int
    milliseconds: float


def reports(day: Day) -> dict[str, tuple[list[Document], bool]]:
    """Return each report's pipeline, and whether it reads sold orders only."""
    return {
        "day's orders": ([{"$match": placed_in(MINE, day)}], False),
        "sales of the day": (by_day(MINE, [day]), True),
        "by item": (by_item(MINE, day), True),
        "by origin": (by_origin(MINE, day), True),
    }


async def measure(repository: ReportRepository, db: Any, pipeline: list[Document]) -> Measurement:
    """Ask the database how it would do it, then time it."""
    command = {"aggregate": "orders", "pipeline": pipeline, "cursor": {}}
    explained = await db.command("explain", command, verbosity="executionStats")
    found = explained if "executionStats" in explained else explained["stages"][0]["$cursor"]
    took = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        await repository.run(pipeline)
        took.append((time.perf_counter() - begun) * 1000)
    index = _index(found["queryPlanner"]["winningPlan"])
    return Measurement(index, found["executionStats"]["totalDocsExamined"], statistics.median(took))


def _index(plan: Document) -> str:
    """Return the name of the index that a plan begins with, or the name of its first stage."""
    plan = plan.get("queryPlan", plan)
    while "inputStage" in plan:
        plan = plan["inputStage"]
    return str(plan.get("indexName", plan["stage"]))


async def judge(uri: str, *, first: bool) -> bool:
    """Measure every report and print what was found; return whether each read its day alone, by an index."""
    good, day = True, day_of(MEASURED, ZONE)
    sold = sum(_STATUSES[n % len(_STATUSES)] == "PICKED_UP" for n in range(MEASURED_ORDERS))
    async with AsyncMongoClient[Document](uri, tz_aware=True) as client:
        db = database(client, DATABASE)
        if first:
            await ensure_indexes(db, [*ORDER_INDEXES, *REPORT_INDEXES])
        count = await db["orders"].estimated_document_count()
        for name, (pipeline, only_sold) in reports(day).items():
            found = await measure(ReportRepository(db), db, pipeline)
            wanted = sold if only_sold else MEASURED_ORDERS
            good = good and found.index != "COLLSCAN" and found.documents == wanted
            print(
                f"{count:>12,} orders  {name:<17} {found.milliseconds:7.2f} ms  {found.documents} read  {found.index}",
                flush=True,
            )
    return good


def play(data: pathlib.Path, orders: int) -> bool:
    """Fill and measure, three times."""
    made, good, done = templates(), True, MEASURED_ORDERS
    locations = max(4 * RESTAURANTS, -(-orders // PER_LOCATION))
    with EmbeddedMongod(data) as mongod:
        fill(mongod.uri, measured_orders(made))
        asyncio.run(judge(mongod.uri, first=True))
        for target in (orders // 100, orders // 10, orders):
            begun = time.monotonic()
            fill(mongod.uri, other_orders(made, done, target, locations))
            seconds = time.monotonic() - begun
            rate = (target - done) / seconds
            print(f"stored {target - done:,} orders in {seconds:.0f} s, {rate:,.0f}/s; {_size(data)}", flush=True)
            done = target
            good = asyncio.run(judge(mongod.uri, first=False)) and good
    return good


def _size(data: pathlib.Path) -> str:
    used = sum(path.stat().st_size for path in data.rglob("*") if path.is_file())
    return f"{used / 2**30:.2f} GiB on disk"


def main() -> int:
    """Read the options and play."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=200_000, help="how many in all (%(default)s)")
    parser.add_argument(
        "--data", type=pathlib.Path, help="an empty folder for the database, kept; default: one that is deleted"
    )
    options = parser.parse_args()
    if options.orders < FEWEST_ORDERS:
        parser.error(f"--orders must be {FEWEST_ORDERS} at least")
    if options.data is not None:
        return 0 if play(options.data, options.orders) else 1
    with tempfile.TemporaryDirectory() as folder:
        return 0 if play(pathlib.Path(folder), options.orders) else 1


if __name__ == "__main__":
    sys.exit(main())
