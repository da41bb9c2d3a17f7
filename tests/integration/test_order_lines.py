"""What the kitchen does to the lines of orders, over gRPC, on the real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from bson import ObjectId
from orderbuddy.errors.v1 import errors_pb2
from orderbuddy.ordering.v1 import line_service_pb2 as rpc
from orderbuddy.ordering.v1 import ordering_service_pb2

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.principal import DeviceKind
from services.kit.server import Build
from services.kit.settings import ServiceSettings
from tests.integration.kitchens import (
    DISPLAY,
    LUNA,
    MANAGER,
    OTHER_PLACE,
    STAFF,
    STRANGER,
    Kitchen,
    device,
    running_kitchen,
)
from tests.support import Served, detail, reason

NOW = datetime(2026, 1, 15, 20, 30, tzinfo=UTC)


@pytest.fixture
async def kitchen(
    settings: ServiceSettings, db: Database, serve: Callable[[str, Build], Awaitable[Served]]
) -> AsyncIterator[Kitchen]:
    async with running_kitchen(settings, db, serve) as running:
        yield running


def naming(order_id: str, *lines: str, **more: Any) -> dict[str, Any]:
    return {"restaurant_id": LUNA, "order_id": order_id, "line_ids": lines, **more}


async def refusal(call: Awaitable[Any]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


async def test_a_line_is_begun_finished_and_recalled(kitchen: Kitchen, clock: FixedClock) -> None:
    order_id = await kitchen.place("tea", "taco")
    await kitchen.lines.StartOrderLines(rpc.StartOrderLinesRequest(**naming(order_id, "l0")), metadata=DISPLAY)
    clock.set(NOW + timedelta(minutes=2))
    await kitchen.lines.CompleteOrderLines(
        rpc.CompleteOrderLinesRequest(**naming(order_id, "l0", "l1")), metadata=STAFF
    )
    order = await kitchen.document(order_id)
    times = [(item["startedAt"], item["completedAt"]) for item in order["items"]]
    later = NOW + timedelta(minutes=2)
    assert times == [(NOW, later), (later, later)]
    answer = await kitchen.lines.RecallOrderLines(
        rpc.RecallOrderLinesRequest(**naming(order_id, "l1")), metadata=DISPLAY
    )
    assert answer.order.version == 4
    order = await kitchen.document(order_id)
    assert (order["status"], order["items"][1]["completedAt"]) == ("ACCEPTED", None)
    assert [
        (e["version"], e["actor"], [(c["lineId"], c["step"]) for c in e.get("lines", ())]) for e in order["history"]
    ] == [
        (1, "guest", []),
        (2, "device:display-1", [("l0", "STARTED")]),
        (3, "staff:cy", [("l0", "COMPLETED"), ("l1", "COMPLETED")]),
        (4, "device:display-1", [("l1", "RECALLED")]),
    ]


async def test_a_recall_takes_back_what_its_caller_has_seen_and_nothing_later(kitchen: Kitchen) -> None:
    order_id = await kitchen.place("tea", "taco")
    both = naming(order_id, "l0", "l1")
    await kitchen.lines.StartOrderLines(rpc.StartOrderLinesRequest(**both), metadata=DISPLAY)
    await kitchen.lines.CompleteOrderLines(rpc.CompleteOrderLinesRequest(**both), metadata=DISPLAY)
    one = rpc.RecallOrderLinesRequest(**naming(order_id, "l0", seen_version=3))
    assert (await kitchen.lines.RecallOrderLines(one, metadata=DISPLAY)).order.version == 4
    # Another display takes back the same step, and one that nobody has touched since.
    two = rpc.RecallOrderLinesRequest(**naming(order_id, "l0", "l1", seen_version=3))
    assert (await kitchen.lines.RecallOrderLines(two, metadata=STAFF)).order.version == 5
    assert (await kitchen.lines.RecallOrderLines(two, metadata=STAFF)).order.version == 5
    lines = (await kitchen.document(order_id))["items"]
    assert [(line["startedAt"], line["completedAt"]) for line in lines] == [(NOW, None)] * 2
    # Who has seen that takes the next step back.
    two.seen_version = 5
    assert (await kitchen.lines.RecallOrderLines(two, metadata=STAFF)).order.version == 6
    assert [line["startedAt"] for line in (await kitchen.document(order_id))["items"]] == [None, None]


async def test_two_recalls_at_once_take_back_one_step(kitchen: Kitchen) -> None:
    order_id = await kitchen.place("tea")
    await kitchen.lines.StartOrderLines(rpc.StartOrderLinesRequest(**naming(order_id, "l0")), metadata=DISPLAY)
    await kitchen.lines.CompleteOrderLines(rpc.CompleteOrderLinesRequest(**naming(order_id, "l0")), metadata=DISPLAY)
    recall = rpc.RecallOrderLinesRequest(**naming(order_id, "l0", seen_version=3))
    await asyncio.gather(*(kitchen.lines.RecallOrderLines(recall, metadata=who) for who in (DISPLAY, STAFF, MANAGER)))
    order = await kitchen.document(order_id)
    assert (order["version"], order["items"][0]["startedAt"], order["items"][0]["completedAt"]) == (4, NOW, None)


async def test_a_step_that_was_taken_changes_nothing(kitchen: Kitchen) -> None:
    order_id = await kitchen.place("tea")
    request = rpc.StartOrderLinesRequest(**naming(order_id, "l0"))
    first = await kitchen.lines.StartOrderLines(request, metadata=DISPLAY)
    assert await kitchen.lines.StartOrderLines(request, metadata=DISPLAY) == rpc.StartOrderLinesResponse(
        order=first.order
    )


async def test_many_hands_on_one_order_lose_nothing(kitchen: Kitchen) -> None:
    order_id = await kitchen.place(*["tea", "taco"] * 6)
    await asyncio.gather(
        *(
            kitchen.lines.CompleteOrderLines(
                rpc.CompleteOrderLinesRequest(**naming(order_id, f"l{n}")), metadata=DISPLAY
            )
            for n in range(12)
        )
    )
    order = await kitchen.document(order_id)
    assert all(item["completedAt"] == NOW for item in order["items"])
    assert [entry["version"] for entry in order["history"]] == list(range(1, 14))
    assert sorted(e["lines"][0]["lineId"] for e in order["history"][1:]) == sorted(f"l{n}" for n in range(12))


async def test_an_order_is_ready_with_its_last_line_where_that_is_set(kitchen: Kitchen) -> None:
    order_id = await kitchen.place("tea", "taco", location_id=OTHER_PLACE)
    complete = kitchen.lines.CompleteOrderLines
    one = await complete(rpc.CompleteOrderLinesRequest(**naming(order_id, "l0")), metadata=STAFF)
    assert one.order.order.status == "ACCEPTED"
    last = await complete(rpc.CompleteOrderLinesRequest(**naming(order_id, "l1")), metadata=STAFF)
    assert (last.order.order.status, last.order.version) == ("READY_FOR_PICKUP", 3)
    back = await kitchen.lines.RecallOrderLines(rpc.RecallOrderLinesRequest(**naming(order_id, "l1")), metadata=STAFF)
    assert (back.order.order.status, back.order.version) == ("ACCEPTED", 4)


async def test_an_order_stays_accepted_where_it_is_not_set(kitchen: Kitchen) -> None:
    order_id = await kitchen.place("tea")
    done = await kitchen.lines.CompleteOrderLines(
        rpc.CompleteOrderLinesRequest(**naming(order_id, "l0")), metadata=DISPLAY
    )
    assert done.order.order.status == "ACCEPTED"


async def test_the_old_system_moving_a_line_in_between_is_not_overwritten(kitchen: Kitchen) -> None:
    order_id = await kitchen.place("tea", "taco")
    begun = NOW - timedelta(minutes=1)
    await kitchen.db["orders"].update_one({"_id": ObjectId(order_id)}, {"$set": {"items.1.startedAt": begun}})
    await kitchen.lines.CompleteOrderLines(
        rpc.CompleteOrderLinesRequest(**naming(order_id, "l0", "l1")), metadata=DISPLAY
    )
    order = await kitchen.document(order_id)
    assert [item["startedAt"] for item in order["items"]] == [NOW, begun]


async def test_voided_lines_leave_the_order_and_its_total(kitchen: Kitchen) -> None:
    order_id = await kitchen.place("tea", "taco", "tea")
    answer = await kitchen.lines.VoidOrderLines(
        rpc.VoidOrderLinesRequest(**naming(order_id, "l1", reason="dropped")), metadata=STAFF
    )
    assert [line.id for line in answer.order.order.items] == ["l0", "l2"]
    assert [(v.line.id, v.reason, v.version) for v in answer.order.voided_lines] == [("l1", "dropped", 2)]
    order = await kitchen.document(order_id)
    assert [order[name] for name in ("subtotalCents", "taxCents", "discountCents", "totalPriceCents")] == [
        1000,
        103,
        0,
        1103,
    ]
    assert order["history"][-1]["reason"] == "dropped"
    again = await kitchen.lines.VoidOrderLines(
        rpc.VoidOrderLinesRequest(**naming(order_id, "l1", reason="dropped")), metadata=STAFF
    )
    assert again.order.version == 2


@pytest.mark.parametrize(
    ("change", "lines", "why"),
    [
        ({}, ["l0", "l1"], "LAST_LINE"),
        ({"paymentId": "p1"}, ["l0"], "ORDER_PAID"),
        ({"taxCents": None}, ["l0"], "ORDER_TOTALS_UNKNOWN"),
        ({"status": "READY_FOR_PICKUP"}, ["l0"], "ORDER_STATE"),
    ],
)
async def test_what_cannot_be_voided_stays(
    kitchen: Kitchen, change: dict[str, object], lines: list[str], why: str
) -> None:
    order_id = await kitchen.place("tea", "taco")
    await kitchen.db["orders"].update_one({"_id": ObjectId(order_id)}, {"$set": {"seen": 1, **change}})
    before = await kitchen.document(order_id)
    request = rpc.VoidOrderLinesRequest(**naming(order_id, *lines, reason="no"))
    error = await refusal(kitchen.lines.VoidOrderLines(request, metadata=STAFF))
    assert (error.code(), reason(error)) == (grpc.StatusCode.FAILED_PRECONDITION, why)
    assert await kitchen.document(order_id) == before


async def test_steps_need_an_order_in_the_kitchen(kitchen: Kitchen) -> None:
    order_id = await kitchen.place("tea")
    cancel = ordering_service_pb2.CancelOrderRequest(restaurant_id=LUNA, order_id=order_id, reason="closed")
    await kitchen.orders.CancelOrder(cancel, metadata=STAFF)
    request = rpc.StartOrderLinesRequest(**naming(order_id, "l0"))
    error = await refusal(kitchen.lines.StartOrderLines(request, metadata=DISPLAY))
    assert (error.code(), reason(error)) == (grpc.StatusCode.FAILED_PRECONDITION, "ORDER_STATE")
    told = detail(error, errors_pb2.OrderStateDetail)
    assert told is not None
    assert (told.current_status, told.version) == ("CANCELED", 2)


async def test_what_is_not_there_is_named(kitchen: Kitchen) -> None:
    order_id = await kitchen.place("tea")
    for request, why in (
        (rpc.StartOrderLinesRequest(**naming(order_id, "l9")), "LINE_NOT_FOUND"),
        (rpc.StartOrderLinesRequest(**naming("6" * 24, "l0")), "ORDER_NOT_FOUND"),
        (rpc.StartOrderLinesRequest(**naming("x", "l0")), "ORDER_NOT_FOUND"),
        (rpc.StartOrderLinesRequest(**naming(order_id, "l0", version=7)), "ORDER_VERSION"),
    ):
        assert reason(await refusal(kitchen.lines.StartOrderLines(request, metadata=DISPLAY))) == why


async def test_devices_of_another_location_and_strangers_are_refused(kitchen: Kitchen) -> None:
    order_id = await kitchen.place("tea")
    request = rpc.StartOrderLinesRequest(**naming(order_id, "l0"))
    for metadata in (device(DeviceKind.DISPLAY, OTHER_PLACE), device(DeviceKind.PRINTER), STRANGER):
        error = await refusal(kitchen.lines.StartOrderLines(request, metadata=metadata))
        assert error.code() is grpc.StatusCode.PERMISSION_DENIED
    old = rpc.SetOrderItemStatusRequest(order_id=order_id, item_id="l0", order_item_status="STARTED")
    for metadata in (device(DeviceKind.DISPLAY, OTHER_PLACE), STRANGER):
        error = await refusal(kitchen.lines.SetOrderItemStatus(old, metadata=metadata))
        assert error.code() is grpc.StatusCode.PERMISSION_DENIED
    assert (await kitchen.document(order_id))["version"] == 1


async def test_the_old_route_starts_completes_and_begins_anew(kitchen: Kitchen, clock: FixedClock) -> None:
    order_id = await kitchen.place("tea")

    async def send(status: str) -> tuple[Any, Any]:
        request = rpc.SetOrderItemStatusRequest(order_id=order_id, item_id="l0", order_item_status=status)
        assert (await kitchen.lines.SetOrderItemStatus(request, metadata=STAFF)).data
        (item,) = (await kitchen.document(order_id))["items"]
        return item["startedAt"], item["completedAt"]

    assert await send("STARTED") == (NOW, None)
    later = NOW + timedelta(minutes=3)
    clock.set(later)
    assert await send("COMPLETED") == (NOW, later)
    assert await send("STARTED") == (later, None)
