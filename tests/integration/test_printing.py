"""Printers and their jobs, over gRPC, with agents that read what they are sent, on the real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from bson import ObjectId
from orderbuddy.ordering.v1 import ordering_service_pb2
from orderbuddy.station.v1 import device_service_pb2, device_service_pb2_grpc
from orderbuddy.station.v1 import print_service_pb2 as rpc

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.server import Build
from services.kit.settings import ServiceSettings
from services.station.__main__ import build as build_station
from services.station.printing.repository import MOST_SENT, MOST_WAITING, JobRepository
from tests.conftest import NOW
from tests.integration.devices import refusal, with_key
from tests.integration.kitchens import (
    DISPLAY,
    LUNA,
    MANAGER,
    OTHER_PLACE,
    PLACE,
    POS,
    SERVICE,
    STAFF,
    Kitchen,
    running_kitchen,
)
from tests.integration.printers import agent, cancel, jobs, print_order, printer_metadata, stub, void
from tests.servers.printer_agent import Behaviour, Crash, PrinterAgent, Running
from tests.support import Served, eventually, reason

QUEUED, SENT, PRINTED, FAILED, EXPIRED = 1, 2, 3, 4, 5
NOT_FOUND, PRECONDITION = grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION


@pytest.fixture
async def kitchen(
    settings: ServiceSettings, db: Database, serve: Callable[[str, Build], Awaitable[Served]]
) -> AsyncIterator[Kitchen]:
    async with running_kitchen(settings, db, serve) as running:
        yield running


async def printed(kitchen: Kitchen, count: int) -> list[rpc.PrintJob]:
    """Wait until so many jobs are printed, and return all of them."""

    async def are() -> bool:
        return sum(job.state == PRINTED for job in await jobs(kitchen)) >= count

    await eventually(are)
    return await jobs(kitchen)


# -- printers ----------------------------------------------------------------------------------------------------------


async def test_a_printer_says_what_it_is(kitchen: Kitchen, clock: FixedClock) -> None:
    bar = await kitchen.add_station("Bar", "drinks")
    request = rpc.ListRegisteredPrintersRequest(restaurant_id=LUNA, location_id=PLACE)
    first = await agent(kitchen.station).register([bar, "unrouted"], receipts=True, language="pt")
    wanted = rpc.RegisteredPrinter(
        id="printer-1",
        name="Printer",
        format=rpc.PRINT_FORMAT_ESC_POS,
        columns=42,
        language="pt",
        receipts=True,
        station_ids=[bar, "unrouted"],
    )
    wanted.registered_at.FromDatetime(NOW)
    assert first == wanted
    clock.set(NOW + timedelta(minutes=1))
    again = await agent(kitchen.station).register(print_format=rpc.PRINT_FORMAT_PNG, columns=32)
    assert (again.receipts, list(again.station_ids), again.columns) == (False, [], 32)
    for who in (STAFF, POS, DISPLAY, SERVICE, printer_metadata("printer-1")):
        assert list((await stub(kitchen).ListRegisteredPrinters(request, metadata=who)).data) == [again]
    elsewhere = rpc.ListRegisteredPrintersRequest(restaurant_id=LUNA, location_id=OTHER_PLACE)
    assert list((await stub(kitchen).ListRegisteredPrinters(elsewhere, metadata=STAFF)).data) == []


async def test_a_printer_that_registers_many_times_at_once_is_one(kitchen: Kitchen, db: Database) -> None:
    await asyncio.gather(*(agent(kitchen.station).register() for _ in range(10)))
    assert await db["printers"].count_documents({}) == 1


async def test_a_printer_can_only_print_for_stations_of_its_location(kitchen: Kitchen, db: Database) -> None:
    call = agent(kitchen.station).register([str(ObjectId())])
    assert await refusal(call) == (NOT_FOUND, "STATION_NOT_FOUND")
    assert await db["printers"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [("columns", 23), ("columns", 97), ("language", "fr"), ("print_format", 0), ("station_ids", ["x"])],
)
async def test_a_bad_registration_names_its_field(kitchen: Kitchen, db: Database, field: str, value: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await agent(kitchen.station).register(**{"station_ids": [], field: value})
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (refused.value.details() or "").startswith(field.removeprefix("print_"))
    assert await db["printers"].count_documents({}) == 0


# -- what is printed by itself -----------------------------------------------------------------------------------------


async def test_an_order_is_printed_where_it_is_made_and_for_the_guest(kitchen: Kitchen) -> None:
    bar, grill = await kitchen.add_station("Bar", "drinks"), await kitchen.add_station("Grill", "hot")
    counter, at_bar, at_grill = (agent(kitchen.station, name) for name in ("counter", "bar", "grill"))
    await counter.register(receipts=True, columns=32)
    await at_bar.register([bar], columns=32, language="es")
    await at_grill.register([grill, "unrouted"], columns=24)
    async with Running(counter), Running(at_bar), Running(at_grill):
        order_id = await kitchen.place("tea", "taco", "tea", "cake")
        done = await printed(kitchen, 4)
    code = (await kitchen.document(order_id))["orderCode"]
    assert counter.texts() == [
        [
            "Main",
            f"Order {code}",
            "2026-01-15 15:30             Ana",
            "Web",
            "--------------------------------",
            "2 x Tea                    10.00",
            "1 x Taco                    5.00",
            "1 x Cake                    5.00",
            "--------------------------------",
            "Subtotal                   20.00",
            "Tax                         2.05",
            "Total                      22.05",
        ]
    ]
    rule = "-" * 32
    assert at_bar.texts() == [[code, "Web", "Bar", "15/01/2026 15:30             Ana", rule, "2 x Tea", rule]]
    top, rule = [code, "Web"], "-" * 24
    when = "2026-01-15 15:30     Ana"
    assert sorted(at_grill.texts()) == sorted(
        [[*top, "Grill", when, rule, "1 x Taco", rule], [*top, "No station", when, rule, "1 x Cake", rule]]
    )
    assert {(job.printer_id, job.kind, job.station_id, job.state, job.attempt, job.order_id) for job in done} == {
        ("counter", rpc.PRINT_KIND_RECEIPT, "", PRINTED, 1, order_id),
        ("bar", rpc.PRINT_KIND_TICKET, bar, PRINTED, 1, order_id),
        ("grill", rpc.PRINT_KIND_TICKET, grill, PRINTED, 1, order_id),
        ("grill", rpc.PRINT_KIND_TICKET, "unrouted", PRINTED, 1, order_id),
    }


async def test_only_what_the_location_takes_on_is_printed_there(kitchen: Kitchen) -> None:
    here, there = agent(kitchen.station), agent(kitchen.station, "printer-2", OTHER_PLACE)
    await here.register(receipts=True)
    await there.register(receipts=True)
    order_id = await kitchen.place("tea", location_id=OTHER_PLACE)
    async with Running(here), Running(there):
        await eventually(lambda: len(there.papers) == 1)
        mine = await kitchen.place("tea")
        await eventually(lambda: len(here.papers) == 1)
    assert [job.order_id for job, _ in there.papers] == [order_id]
    assert [job.order_id for job, _ in here.papers] == [mine]


async def test_an_order_is_printed_when_somebody_takes_it_on(kitchen: Kitchen) -> None:
    kitchen.menu.put_location(LUNA, PLACE, auto_accept=False)
    printer = agent(kitchen.station)
    await printer.register(["unrouted"])
    waiting, taken = await kitchen.place("tea"), await kitchen.place("taco")
    request = ordering_service_pb2.AcceptOrderRequest(restaurant_id=LUNA, order_id=taken)
    await kitchen.orders.AcceptOrder(request, metadata=STAFF)
    async with Running(printer):
        await printed(kitchen, 1)
    assert [job.order_id for job in await jobs(kitchen)] == [taken]
    assert waiting != taken


async def test_what_is_taken_back_is_told_where_it_was_printed(kitchen: Kitchen) -> None:
    bar, grill = await kitchen.add_station("Bar", "drinks"), await kitchen.add_station("Grill", "hot")
    at_bar, at_grill = agent(kitchen.station, "bar"), agent(kitchen.station, "grill")
    await at_bar.register([bar], columns=24)
    await at_grill.register([grill], columns=24)
    async with Running(at_bar), Running(at_grill):
        order_id = await kitchen.place("tea", "taco", "taco")
        await printed(kitchen, 2)
        await void(kitchen, order_id, "l1")
        await printed(kitchen, 3)
        await cancel(kitchen, order_id)
        await printed(kitchen, 5)
    code = (await kitchen.document(order_id))["orderCode"]
    when, rule = "2026-01-15 15:30     Ana", "-" * 24
    assert at_grill.texts() == [
        [code, "Web", "Grill", when, rule, "2 x Taco", rule],
        ["TAKEN BACK", code, "Web", "Grill", when, rule, "-1 x Taco", rule, "Reason: burnt"],
        ["ORDER", "CANCELED", code, "Web", "Grill", when, rule, "-1 x Taco", rule, "Reason: guest left"],
    ]
    assert at_bar.texts()[1:] == [
        ["ORDER", "CANCELED", code, "Web", "Bar", when, rule, "-1 x Tea", rule, "Reason: guest left"]
    ]


async def test_a_printer_prints_nothing_from_before_its_time(kitchen: Kitchen, clock: FixedClock) -> None:
    order_id = await kitchen.place("tea", "tea")
    clock.set(NOW + timedelta(seconds=1))
    printer = agent(kitchen.station)
    await printer.register(["unrouted"], receipts=True)
    await void(kitchen, order_id, "l0")
    await cancel(kitchen, order_id)
    later = await kitchen.place("tea")
    async with Running(printer):
        await printed(kitchen, 2)
    assert {job.order_id for job in await jobs(kitchen)} == {later}


async def test_two_replicas_make_one_job_each(
    kitchen: Kitchen, db: Database, serve: Callable[[str, Build], Awaitable[Served]]
) -> None:
    other = await serve("station", build_station)
    here, there = agent(kitchen.station), agent(other, "printer-2")
    await here.register(["unrouted"], receipts=True)
    await there.register(["unrouted"])
    orders = [await kitchen.place("tea", "taco") for _ in range(5)]
    async with Running(here), Running(there):
        await eventually(lambda: (len(here.papers), len(there.papers)) == (10, 5))
        await void(kitchen, orders[0], "l0")
        await eventually(lambda: (len(here.papers), len(there.papers)) == (11, 6))
        await printed(kitchen, 17)
    assert await db["print_jobs"].count_documents({}) == 17
    assert [job.attempt for job in here.received + there.received] == [1] * 17


async def test_orders_made_while_the_service_is_away_are_printed(
    kitchen: Kitchen, db: Database, serve: Callable[[str, Build], Awaitable[Served]]
) -> None:
    await agent(kitchen.station).register(["unrouted"])
    first = await kitchen.place("tea")

    async def is_noted() -> bool:
        return await db["print_jobs"].count_documents({}) == 1 and await db["print_progress"].find_one() is not None

    await eventually(is_noted)
    await kitchen.station.server.stop()
    missed = [await kitchen.place("tea", "taco") for _ in range(3)]
    await void(kitchen, missed[0], "l0")
    printer = agent(await serve("station", build_station))
    async with Running(printer):
        await eventually(lambda: len(printer.papers) == 5)
    assert [job.order_id for job, _ in printer.papers] == [first, *missed, missed[0]]
    assert [lines[0] for lines in printer.texts()].index("TAKEN BACK") == 4


async def test_when_the_place_in_the_stream_is_lost_recent_orders_are_made_up_for(
    kitchen: Kitchen, db: Database, serve: Callable[[str, Build], Awaitable[Served]]
) -> None:
    await agent(kitchen.station).register(["unrouted"])
    printed_before = await kitchen.place("tea")
    await eventually(lambda: db["print_jobs"].find_one({"orderId": printed_before}))  # type: ignore[arg-type, return-value]
    await kitchen.station.server.stop()
    missed = await kitchen.place("taco")
    await db["print_progress"].update_one({"_id": "orders"}, {"$set": {"token": "AA"}}, upsert=True)
    printer = agent(await serve("station", build_station))
    async with Running(printer):
        await eventually(lambda: len(printer.papers) == 2)
    assert [job.order_id for job, _ in printer.papers] == [printed_before, missed]
    assert await db["print_jobs"].count_documents({}) == 2


# -- jobs on their way -------------------------------------------------------------------------------------------------


async def test_jobs_come_oldest_first_and_wake_the_stream(kitchen: Kitchen, clock: FixedClock) -> None:
    printer = agent(kitchen.station)
    await printer.register(receipts=True)
    orders = []
    for second in range(3):
        clock.set(NOW + timedelta(seconds=second))
        orders.append(await kitchen.place("tea"))
    async with Running(printer):
        await eventually(lambda: len(printer.papers) == 3 and printer.heartbeats >= 1)
        asked = await print_order(kitchen, orders[0])
        await eventually(lambda: len(printer.papers) == 4, 2)  # sooner than the next heartbeat
    assert [job.order_id for job, _ in printer.papers] == [*orders, orders[0]]
    assert printer.papers[3][0].id == asked.id


async def test_a_job_queued_at_another_replica_wakes_the_stream(
    kitchen: Kitchen, serve: Callable[[str, Build], Awaitable[Served]]
) -> None:
    order_id = await kitchen.place("tea")
    printer = agent(await serve("station", build_station))
    await printer.register()
    async with Running(printer):
        await eventually(lambda: printer.heartbeats >= 1)
        await print_order(kitchen, order_id)
        await eventually(lambda: len(printer.papers) == 1, 2)


async def test_a_job_that_is_not_acknowledged_is_sent_again(kitchen: Kitchen, clock: FixedClock) -> None:
    printer = agent(kitchen.station)
    printer.behaviour = Behaviour.BE_SILENT
    await printer.register(receipts=True)
    await kitchen.place("tea")
    async with Running(printer):
        await eventually(lambda: len(printer.received) == 1)
        clock.set(NOW + timedelta(seconds=59))
        await kitchen.place("tea")
        await eventually(lambda: len(printer.received) == 2)
        assert [job.attempt for job in printer.received] == [1, 1]
        printer.behaviour = Behaviour.PRINT
        clock.set(NOW + timedelta(seconds=60))
        await eventually(lambda: len(printer.received) == 3)
        await printed(kitchen, 1)
    first, _, again = printer.received
    assert (again.id, again.attempt, again.state, len(printer.papers)) == (first.id, 2, SENT, 2)


async def test_a_printer_that_crashes_prints_nothing_twice_and_nothing_never(
    kitchen: Kitchen, clock: FixedClock
) -> None:
    printer = agent(kitchen.station)
    await printer.register(receipts=True)
    await kitchen.place("tea")
    for behaviour in (Behaviour.CRASH_BEFORE_ACKNOWLEDGING, Behaviour.CRASH_AFTER_ACKNOWLEDGING):
        printer.behaviour = behaviour
        async with Running(printer) as task:
            with pytest.raises(Crash):
                await asyncio.wait_for(task, 10)
        clock.set(clock.now() + timedelta(minutes=1))
    async with Running(printer):
        await eventually(lambda: printer.heartbeats >= 1)
    assert ([job.attempt for job in printer.received], len(printer.papers)) == ([1, 2], 1)
    (job,) = await jobs(kitchen)
    assert (job.state, job.attempt) == (PRINTED, 2)


async def test_a_printer_that_was_off_all_night_does_not_print_yesterdays_tickets(
    kitchen: Kitchen, clock: FixedClock, db: Database
) -> None:
    printer = agent(kitchen.station)
    await printer.register(["unrouted"])
    old = await kitchen.place("tea")
    asked = await print_order(kitchen, old)
    await eventually(lambda: db["print_jobs"].find_one({"what": "ticket"}))  # type: ignore[arg-type, return-value]
    clock.set(NOW + timedelta(hours=4))

    async def are_expired() -> bool:
        return [job.state for job in await jobs(kitchen)] == [EXPIRED, EXPIRED]

    await eventually(are_expired)
    assert {(job.reason, job.attempt) for job in await jobs(kitchen)} == {("it was not printed within 4 hours", 0)}
    assert await db["print_jobs"].count_documents({"$or": [{"paper": {"$exists": 1}}, {"dueAt": {"$exists": 1}}]}) == 0
    await cancel(kitchen, old)  # nobody has it on paper
    new = await kitchen.place("tea")
    async with Running(printer):
        await printed(kitchen, 1)
    assert [job.order_id for job in printer.received] == [new]
    assert await refusal(printer.acknowledge(asked)) == (PRECONDITION, "PRINT_JOB_ENDED")
    assert len(await jobs(kitchen)) == 3


async def test_the_age_of_a_ticket_is_that_of_its_order_even_if_the_service_was_away(
    kitchen: Kitchen, clock: FixedClock, serve: Callable[[str, Build], Awaitable[Served]], db: Database
) -> None:
    await agent(kitchen.station).register(["unrouted"])
    await kitchen.station.server.stop()
    await kitchen.place("tea")
    clock.set(NOW + timedelta(hours=5))
    new = await kitchen.place("tea")
    printer = agent(await serve("station", build_station))
    async with Running(printer):
        await eventually(lambda: len(printer.papers) == 1)
    assert [job.order_id for job in printer.received] == [new]
    states = {job["orderId"] == new: job["state"] async for job in db["print_jobs"].find()}
    assert states == {True: "PRINTED", False: "EXPIRED"}


async def test_a_job_that_a_printer_is_just_at_does_not_expire_and_a_late_word_of_it_counts(
    kitchen: Kitchen, clock: FixedClock, db: Database
) -> None:
    printer = agent(kitchen.station)
    printer.behaviour = Behaviour.BE_SILENT
    await printer.register(receipts=True)
    clock.set(NOW + timedelta(seconds=1))
    for _ in range(2):
        await kitchen.place("tea")
    await eventually(lambda: waiting(kitchen, 2))
    clock.set(NOW + timedelta(hours=4))
    async with Running(printer):
        await eventually(lambda: len(printer.received) == 2)
    clock.set(NOW + timedelta(hours=4, seconds=59))
    later = await kitchen.place("tea")
    await eventually(lambda: waiting(kitchen, 1))
    assert await JobRepository(db, clock).expire() == 0
    assert [job.state for job in await jobs(kitchen)] == [SENT, SENT, QUEUED]
    clock.set(NOW + timedelta(hours=4, seconds=60))

    async def are_expired() -> bool:
        return [job.state for job in await jobs(kitchen)] == [EXPIRED, EXPIRED, QUEUED]

    await eventually(are_expired)
    first, second = printer.received
    known = await printer.acknowledge(first)
    assert (known.state, known.reason) == (PRINTED, "")
    assert (await printer.acknowledge(second, rpc.PRINT_JOB_STATE_FAILED, "no paper")).reason == "no paper"
    assert [job.state for job in await jobs(kitchen)] == [PRINTED, FAILED, QUEUED]
    assert (await jobs(kitchen))[2].order_id == later


async def waiting(kitchen: Kitchen, count: int) -> bool:
    """Tell whether so many jobs wait to be sent."""
    return sum(job.state == QUEUED for job in await jobs(kitchen)) == count


async def test_a_slow_printer_is_not_sent_what_it_has_not_come_to(kitchen: Kitchen, db: Database) -> None:
    """Else what waits in its agent outlives the lease, and is sent again, perhaps to another agent of the printer."""
    printer = agent(kitchen.station)
    printer.behaviour = Behaviour.BE_SILENT
    await printer.register()
    order_id = await kitchen.place("tea")
    for _ in range(MOST_SENT + 3):
        await print_order(kitchen, order_id)
    async with Running(printer):
        await eventually(lambda: len(printer.received) == MOST_SENT and printer.heartbeats >= 1)
        assert await db["print_jobs"].count_documents({"state": "QUEUED"}) == 3
        for job in printer.received[:2]:
            await printer.acknowledge(job)
        await eventually(lambda: len(printer.received) == MOST_SENT + 2)
        printer.behaviour = Behaviour.PRINT
        await printer.acknowledge(printer.received[2])
        await eventually(lambda: len(printer.received) == MOST_SENT + 3)
    assert [job.attempt for job in printer.received] == [1] * (MOST_SENT + 3)


async def test_the_queue_of_a_printer_that_nobody_serves_has_an_end(kitchen: Kitchen, db: Database) -> None:
    order_id = await kitchen.place("tea")
    printer = agent(kitchen.station)
    await printer.register()
    ids = [(await print_order(kitchen, order_id)).id]
    template: Any = await db["print_jobs"].find_one({})
    others = [{**template, "_id": f"j{n:03}", "nth": ObjectId()} for n in range(MOST_WAITING + 4)]
    others.append({**template, "_id": "another's", "printerId": "printer-2"})
    await db["print_jobs"].insert_many(others)
    printer.behaviour = Behaviour.BE_SILENT
    async with Running(printer):
        await eventually(lambda: len(printer.received) == MOST_SENT)
    repository = JobRepository(db, FixedClock(NOW))
    assert await repository.drop_surplus() == 0  # what is under way does not wait
    more = [{**template, "_id": f"k{n}", "nth": ObjectId()} for n in range(8)]
    await db["print_jobs"].insert_many(more)
    assert [await repository.drop_surplus(), await repository.drop_surplus()] == [5, 0]
    expired = [job["_id"] async for job in db["print_jobs"].find({"state": "EXPIRED"}).sort("nth", 1)]
    sent = [job.id for job in printer.received]
    assert sent == [*ids, *(f"j{n:03}" for n in range(MOST_SENT - 1))]
    assert expired == [f"j{n:03}" for n in range(MOST_SENT - 1, MOST_SENT + 4)]
    gone: Any = await db["print_jobs"].find_one({"_id": expired[0]})
    assert (gone["reason"], "paper" in gone) == ("too many others were waiting for the printer", False)


async def test_each_job_goes_to_one_of_a_printers_streams(kitchen: Kitchen) -> None:
    one, two = agent(kitchen.station), agent(kitchen.station)
    await one.register(receipts=True)
    async with Running(one), Running(two):
        for _ in range(10):
            await kitchen.place("tea")
        await printed(kitchen, 10)
    ids = [job.id for job in one.received + two.received]
    assert len(ids) == len(set(ids)) == 10


# -- acknowledging -----------------------------------------------------------------------------------------------------


async def a_sent_job(kitchen: Kitchen) -> tuple[PrinterAgent, rpc.PrintJob]:
    printer = agent(kitchen.station)
    printer.behaviour = Behaviour.BE_SILENT
    await printer.register(receipts=True)
    await kitchen.place("tea")
    async with Running(printer):
        await eventually(lambda: len(printer.received) == 1)
    return printer, printer.received[0]


async def test_a_job_is_acknowledged_once(kitchen: Kitchen, clock: FixedClock, db: Database) -> None:
    printer, job = await a_sent_job(kitchen)
    failed = await printer.acknowledge(job, rpc.PRINT_JOB_STATE_FAILED, " no paper ")
    assert (failed.state, failed.reason, failed.ended_at.ToDatetime(NOW.tzinfo)) == (FAILED, "no paper", NOW)
    clock.set(NOW + timedelta(minutes=5))
    assert await printer.acknowledge(job, rpc.PRINT_JOB_STATE_FAILED, "no paper") == failed
    for state, why in ((rpc.PRINT_JOB_STATE_PRINTED, ""), (rpc.PRINT_JOB_STATE_FAILED, "another")):
        assert await refusal(printer.acknowledge(job, state, why)) == (PRECONDITION, "PRINT_JOB_ENDED")
    assert await jobs(kitchen) == [failed]
    async with Running(printer):  # it is not sent again
        await eventually(lambda: printer.heartbeats >= 1)
    assert len(printer.received) == 1
    stored: Any = await db["print_jobs"].find_one({})
    assert "paper" not in stored


async def test_many_different_acknowledgements_at_once_are_one(kitchen: Kitchen) -> None:
    printer, job = await a_sent_job(kitchen)

    async def one(number: int) -> str:
        try:
            ended = await printer.acknowledge(job, rpc.PRINT_JOB_STATE_FAILED, f"reason {number}")
        except grpc.aio.AioRpcError as error:
            return reason(error)
        return ended.reason

    answers = await asyncio.gather(*(one(number) for number in range(10)))
    (ended,) = await jobs(kitchen)
    assert sorted(answers) == sorted([*["PRINT_JOB_ENDED"] * 9, ended.reason])


async def test_a_failed_job_says_why_and_a_printed_one_does_not(kitchen: Kitchen) -> None:
    printer, job = await a_sent_job(kitchen)
    for state, why in ((rpc.PRINT_JOB_STATE_FAILED, "  "), (rpc.PRINT_JOB_STATE_PRINTED, "fine"), (2, "")):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await printer.acknowledge(job, state, why)  # type: ignore[arg-type]
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert [job.state for job in await jobs(kitchen)] == [SENT]


async def test_a_job_that_was_never_sent_can_not_be_acknowledged(kitchen: Kitchen) -> None:
    printer = agent(kitchen.station)
    await printer.register()
    job = await print_order(kitchen, await kitchen.place("tea"))
    assert await refusal(printer.acknowledge(job)) == (PRECONDITION, "PRINT_JOB_NOT_SENT")


async def test_a_printer_knows_of_its_own_jobs_alone(kitchen: Kitchen) -> None:
    _, job = await a_sent_job(kitchen)
    other = agent(kitchen.station, "printer-2")
    await other.register()
    assert await refusal(other.acknowledge(job)) == (NOT_FOUND, "PRINT_JOB_NOT_FOUND")
    async with Running(other):
        await eventually(lambda: other.heartbeats >= 1)
    assert other.received == []
    assert await jobs(kitchen, other.metadata) == []
    assert [j.id for j in await jobs(kitchen, printer_metadata("printer-1"))] == [job.id]
    assert [j.id for j in await jobs(kitchen, POS)] == [job.id]


async def test_a_revoked_key_ends_the_stream_and_takes_the_printer_away(kitchen: Kitchen, db: Database) -> None:
    devices = device_service_pb2_grpc.DeviceServiceStub(kitchen.station.channel)
    place = {"restaurant_id": LUNA, "location_id": PLACE}
    new = device_service_pb2.IssueDeviceKeyRequest(**place, kind="printer", name="Bar")
    issued = (await devices.IssueDeviceKey(new, metadata=MANAGER)).data
    printer = PrinterAgent(kitchen.station.channel, with_key(issued.key), LUNA, PLACE)
    assert (await printer.register(receipts=True)).id == issued.device.id
    async with Running(printer) as task:
        await kitchen.place("tea")
        await printed(kitchen, 1)
        revoke = device_service_pb2.RevokeDeviceRequest(**place, device_id=issued.device.id)
        await devices.RevokeDevice(revoke, metadata=MANAGER)
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            await asyncio.wait_for(task, 15)
    assert ended.value.code() is grpc.StatusCode.UNAUTHENTICATED
    request = rpc.ListRegisteredPrintersRequest(**place)
    assert list((await stub(kitchen).ListRegisteredPrinters(request, metadata=STAFF)).data) == []
    call = print_order(kitchen, await kitchen.place("tea"), printer_id=issued.device.id)
    assert await refusal(call) == (NOT_FOUND, "PRINTER_NOT_FOUND")
    assert await db["print_jobs"].count_documents({}) == 1


# -- asking for it -----------------------------------------------------------------------------------------------------


async def test_an_order_is_printed_as_often_as_it_is_asked(kitchen: Kitchen) -> None:
    bar = await kitchen.add_station("Bar", "drinks")
    printer = agent(kitchen.station)
    await printer.register(columns=24, print_format=rpc.PRINT_FORMAT_TEXT)
    order_id = await kitchen.place("tea", "cake")
    receipt = await print_order(kitchen, order_id, POS)
    assert (receipt.kind, receipt.state, receipt.attempt, receipt.station_id) == (rpc.PRINT_KIND_RECEIPT, QUEUED, 0, "")
    ticket = await print_order(kitchen, order_id, DISPLAY, station_id=bar)
    assert (ticket.kind, ticket.station_id, ticket.order_code) == (rpc.PRINT_KIND_TICKET, bar, receipt.order_code)
    await print_order(kitchen, order_id, STAFF, station_id="unrouted", location_id=PLACE.upper())
    for _ in range(2):  # a retry
        await print_order(kitchen, order_id, request_id="again")
    async with Running(printer):
        await eventually(lambda: len(printer.papers) == 4)
    texts = {content.decode().split("\n")[5] for _, content in printer.papers}
    assert texts == {"1 x Tea", "1 x Cake", "1 x Tea             5.00"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"order_id": str(ObjectId())}, "ORDER_NOT_FOUND"),
        ({"order_id": "x"}, "ORDER_NOT_FOUND"),
        ({"printer_id": "printer-2"}, "PRINTER_NOT_FOUND"),
        ({"location_id": OTHER_PLACE}, "PRINTER_NOT_FOUND"),
        ({"station_id": str(ObjectId())}, "STATION_NOT_FOUND"),
        ({"station_id": "x"}, "STATION_NOT_FOUND"),
    ],
)
async def test_what_the_location_does_not_have_is_not_printed(
    kitchen: Kitchen, db: Database, change: dict[str, str], why: str
) -> None:
    await agent(kitchen.station).register()
    order_id = await kitchen.place("tea")
    assert await refusal(print_order(kitchen, **{"order_id": order_id, **change})) == (NOT_FOUND, why)
    assert await db["print_jobs"].count_documents({}) == 0


async def test_a_station_without_a_line_of_the_order_has_nothing_to_print(kitchen: Kitchen) -> None:
    grill = await kitchen.add_station("Grill", "hot")
    await agent(kitchen.station).register()
    call = print_order(kitchen, await kitchen.place("tea"), station_id=grill)
    assert await refusal(call) == (NOT_FOUND, "NOTHING_TO_PRINT")


async def test_jobs_expire_by_the_databases_clock(kitchen: Kitchen, db: Database) -> None:
    indexes = await db["print_jobs"].index_information()
    assert indexes["expiresAt_1"]["expireAfterSeconds"] == 0
    await agent(kitchen.station).register()
    await print_order(kitchen, await kitchen.place("tea"))
    stored: Any = await db["print_jobs"].find_one({})
    left = stored["expiresAt"] - datetime.now(UTC)
    assert timedelta(days=6.9) < left < timedelta(days=7)


async def test_the_next_job_and_what_was_printed_are_found_by_indexes(kitchen: Kitchen, db: Database) -> None:
    await a_sent_job(kitchen)
    found = {"restaurantId": LUNA, "printerId": "printer-1", "dueAt": {"$lte": NOW}}
    for query, index in ((found, "open_jobs"), ({"restaurantId": LUNA, "orderId": "x"}, "restaurantId_1_orderId_1")):
        plan: Any = await db["print_jobs"].find(query).sort([("createdAt", 1), ("nth", 1)]).explain()
        assert index in str(plan["queryPlanner"]["winningPlan"])
