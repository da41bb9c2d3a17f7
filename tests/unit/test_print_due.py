"""What has to be printed of an order, by what it is and what was printed of it before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from orderbuddy.ordering.v1 import order_pb2
from orderbuddy.station.v1 import station_service_pb2

from services.station.printing.due import due, is_of_interest, version_on_paper

NOW = datetime(2026, 1, 15, 20, 30, tzinfo=UTC)
BAR, GRILL = "b" * 24, "9" * 24
STATIONS = [
    station_service_pb2.Station(id=BAR, name="Bar", tags=["drinks"]),
    station_service_pb2.Station(id=GRILL, name="Grill", tags=["hot", "drinks"]),
]
CREATED, ACCEPTED, READY, PICKED_UP, CANCELED = (
    order_pb2.ORDER_STATUS_CREATED,
    order_pb2.ORDER_STATUS_ACCEPTED,
    order_pb2.ORDER_STATUS_READY_FOR_PICKUP,
    order_pb2.ORDER_STATUS_PICKED_UP,
    order_pb2.ORDER_STATUS_CANCELED,
)
TAGS = {"tea": ["drinks"], "taco": ["hot"], "cake": []}


def line(name: str) -> order_pb2.OrderLine:
    return order_pb2.OrderLine(id=name, name=name, station_tags=TAGS[name])


def record(status: order_pb2.OrderStatus, *names: str, voided: tuple[tuple[str, int], ...] = ()) -> Any:
    order = order_pb2.Order(id="o", items=[line(name) for name in names])
    gone = [order_pb2.VoidedLine(line=line(name), version=at, reason="burnt") for name, at in voided]
    found = order_pb2.OrderRecord(order=order, status=status, voided_lines=gone, cancel_reason="guest left")
    found.started_at.FromDatetime(NOW)
    return found


def printer(name: str, *stations: str, receipts: bool = False, since: datetime = NOW) -> dict[str, Any]:
    return {"_id": name, "receipts": receipts, "stationIds": list(stations), "since": since}


def ticket(printer_id: str, station_id: str, version: int = 1) -> dict[str, Any]:
    return {"what": "ticket", "printerId": printer_id, "stationId": station_id, "orderVersion": version}


def found(status: Any, printers: list[dict[str, Any]], jobs: Any = ()) -> list[tuple[str, str, str, list[str]]]:
    wanted = due(status, STATIONS, printers, jobs)
    return [(d.what, d.printer["_id"], d.station_name, [line.name for line in d.lines]) for d in wanted]


EVERYTHING = printer("p", BAR, GRILL, "unrouted", receipts=True)


def test_an_accepted_order_is_printed_at_each_of_its_stations_the_receipt_last() -> None:
    assert found(record(ACCEPTED, "tea", "taco", "cake"), [EVERYTHING, printer("q", BAR)]) == [
        ("ticket", "p", "Bar", ["tea"]),
        ("ticket", "q", "Bar", ["tea"]),
        ("ticket", "p", "Grill", ["tea", "taco"]),
        ("ticket", "p", "", ["cake"]),
        ("receipt", "p", "", []),
    ]


@pytest.mark.parametrize("status", [READY, PICKED_UP])
def test_what_is_made_already_is_not_made_again(status: order_pb2.OrderStatus) -> None:
    assert found(record(status, "tea"), [EVERYTHING]) == [("receipt", "p", "", [])]


@pytest.mark.parametrize("status", [CREATED, CANCELED, order_pb2.ORDER_STATUS_UNSPECIFIED])
def test_what_nobody_took_on_is_not_printed(status: order_pb2.OrderStatus) -> None:
    assert found(record(status, "tea"), [EVERYTHING]) == []


def test_a_printer_has_nothing_to_do_with_what_was_before_its_time() -> None:
    later = NOW + timedelta(milliseconds=1)
    assert found(record(ACCEPTED, "tea"), [printer("p", BAR, receipts=True, since=later)]) == []
    taken_on_later = record(ACCEPTED, "tea")
    taken_on_later.accepted_at.FromDatetime(later)
    assert found(taken_on_later, [printer("p", BAR, since=later)]) == [("ticket", "p", "Bar", ["tea"])]


def test_a_slip_goes_where_the_ticket_still_had_the_line() -> None:
    order = record(READY, "taco", voided=(("tea", 3), ("tea", 3), ("taco", 5)))
    jobs = [ticket("p", BAR, 2), ticket("p", BAR, 1), ticket("q", GRILL, 4), ticket("gone", GRILL, 1)]
    assert found(order, [printer("p", BAR), printer("q", GRILL)], jobs) == [
        ("void", "p", "Bar", ["tea", "tea"]),
        ("void", "q", "Grill", ["taco"]),
    ]


def test_a_cancelled_order_is_told_where_it_was_printed_even_if_the_station_is_gone() -> None:
    jobs = [ticket("p", BAR), ticket("p", BAR), ticket("p", "0" * 24), ticket("gone", BAR), {"what": "receipt"}]
    wanted = due(record(CANCELED, "tea"), STATIONS, [printer("p", BAR)], jobs)
    assert [(d.what, d.station_id, len(d.lines), d.reason) for d in wanted] == [
        ("cancel", BAR, 1, "guest left"),
        ("cancel", "0" * 24, 0, "guest left"),
    ]


def test_what_no_printer_ever_had_is_not_taken_back() -> None:
    order, printers = record(CANCELED, "tea", voided=(("tea", 3),)), [printer("p", BAR), printer("q", BAR)]
    jobs = [
        ticket("p", BAR) | {"state": "EXPIRED", "attempt": 0},
        ticket("q", BAR) | {"state": "EXPIRED", "attempt": 1},
    ]
    assert found(order, printers, jobs) == [("void", "q", "Bar", ["tea"]), ("cancel", "q", "Bar", ["tea"])]


def test_what_is_due_tells_since_when() -> None:
    order = record(ACCEPTED, "tea", voided=(("taco", 3),))
    order.accepted_at.FromDatetime(NOW + timedelta(minutes=1))
    order.voided_lines[0].at.FromDatetime(NOW + timedelta(minutes=2))
    jobs = [ticket("p", GRILL)]
    everything = due(order, STATIONS, [EVERYTHING], jobs)
    assert [(d.what, d.since - NOW) for d in everything if d.since] == [
        ("ticket", timedelta(minutes=1)),
        ("ticket", timedelta(minutes=1)),
        ("void", timedelta(minutes=2)),
        ("receipt", timedelta(minutes=1)),
    ]
    order.status = CANCELED
    entry = order.history.add(to_status="CANCELED", version=4)
    entry.at.FromDatetime(NOW + timedelta(minutes=3))
    assert [d.since for d in due(order, STATIONS, [EVERYTHING], jobs)][-1] == NOW + timedelta(minutes=3)


def test_a_ticket_that_was_laid_out_after_a_line_was_voided_never_had_it() -> None:
    """The change that is heard of is the first one; the order read with it is two changes further on."""
    read = record(ACCEPTED, "taco", voided=(("tea", 3),))
    read.version = 1
    had = ticket("p", BAR, version_on_paper(read))
    assert version_on_paper(read) == 3
    assert found(read, [printer("p", BAR)], [had]) == []


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"status": "ACCEPTED", "previous_status": ""}, True),
        ({"status": "ACCEPTED", "previous_status": "CREATED"}, True),
        ({"status": "ACCEPTED"}, True),
        ({"status": "ACCEPTED", "previous_status": "ACCEPTED"}, False),
        ({"removed": True}, False),
    ],
)
def test_changes_that_can_make_something_due(change: dict[str, Any], wanted: bool) -> None:
    assert is_of_interest(order_pb2.OrderChange(**change)) is wanted


def test_of_changes_of_lines_only_those_taken_back_do() -> None:
    for step, wanted in ((order_pb2.LINE_STEP_VOIDED, True), (order_pb2.LINE_STEP_STARTED, False)):
        lines = [order_pb2.LineChange(line_id="l", step=step)]
        change = order_pb2.OrderChange(status="ACCEPTED", previous_status="ACCEPTED", lines=lines)
        assert is_of_interest(change) is wanted
