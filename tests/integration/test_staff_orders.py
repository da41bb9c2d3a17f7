"""Orders as the Manage App reads and moves them, over gRPC, on the real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from bson import ObjectId
from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.errors.v1 import errors_pb2
from orderbuddy.ordering.v1 import order_pb2, staff_order_pb2
from orderbuddy.ordering.v1 import staff_order_service_pb2 as rpc
from orderbuddy.ordering.v1 import staff_order_service_pb2_grpc as rpc_grpc

from services.kit.clock import FixedClock
from services.kit.mongo import Database, Document
from services.kit.server import Build
from services.kit.settings import ServiceSettings
from services.ordering.__main__ import build
from tests.integration.sales import LUNA, NO_ZONE, PLACE, STAFF, STRANGER, TABLE, TACO, at, order
from tests.servers.menu import FakeMenu, serve_menu
from tests.support import Served, detail, reason

NOW = datetime(2025, 9, 11, 16, 30, tzinfo=UTC)
BEGUN = at("2025-09-11T16:05:00")


@pytest.fixture
async def staff(
    serve: Callable[[str, Build], Awaitable[Served]], settings: ServiceSettings, clock: FixedClock
) -> AsyncIterator[rpc_grpc.StaffOrderServiceStub]:
    menu = FakeMenu()
    menu.put_location(LUNA, str(PLACE))
    menu.put_location(LUNA, NO_ZONE, timezone="")
    server, settings.menu_address = await serve_menu(menu)
    clock.set(NOW)
    try:
        yield rpc_grpc.StaffOrderServiceStub((await serve("ordering", build)).channel)
    finally:
        await server.stop(None)


def an_order(status: str = "CREATED", started: str = "2025-09-11T16:00:00", **more: Any) -> Document:
    """Return an open order of the old system with two lines, one of them begun."""
    document = order(started, 220, [TACO, TACO], TABLE, status=status, meta={"correlationId": "c1"}, **more)
    del document["endedAt"]
    document["items"][0] |= {"startedAt": BEGUN, "completedAt": None}
    document["items"][1] |= {"startedAt": None, "completedAt": None}
    return document


async def today(staff: rpc_grpc.StaffOrderServiceStub, location: str = str(PLACE)) -> list[str]:
    request = rpc.ListTodaysOrdersRequest(restaurant_id=LUNA, location_id=location)
    return [o.id for o in (await staff.ListTodaysOrders(request, metadata=STAFF)).orders]


async def history(staff: rpc_grpc.StaffOrderServiceStub, date: str) -> list[str]:
    request = rpc.ListOrderHistoryRequest(restaurant_id=LUNA, location_id=str(PLACE), date=date)
    return [o.id for o in (await staff.ListOrderHistory(request, metadata=STAFF)).orders]


async def move(staff: rpc_grpc.StaffOrderServiceStub, document: Document, status: str) -> bool:
    request = rpc.SetOrderStatusRequest(order_id=str(document["_id"]), order_status=status)
    return bool((await staff.SetOrderStatus(request, metadata=STAFF)).done)


async def refusal(call: Awaitable[Any]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code(), reason(refused.value)


def _stamp(instant: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp


async def test_an_order_is_shown_whole(staff: rpc_grpc.StaffOrderServiceStub, db: Database) -> None:
    stored = an_order(
        "ACCEPTED",
        orderCode="0A1B",
        paymentId="p1",
        locationSlug="main",
        getSms=True,
        taxCents=20,
        version=3,
        discount={"name": "Spring", "type": "flat", "amountCents": 5},
    )
    stored["meta"] |= {"acceptedBy": "user", "acceptedAt": "2025-09-11T16:01:00.000Z", "autoAccept": False}
    await db["orders"].insert_one(stored)
    request = rpc.GetStaffOrderRequest(restaurant_id=LUNA, location_id=str(PLACE), order_id=str(stored["_id"]))
    line: dict[str, Any] = {"menu_item_id": "taco", "name": "Taco", "price_cents": 100}
    assert (await staff.GetStaffOrder(request, metadata=STAFF)).data == staff_order_pb2.StaffOrder(
        id=str(stored["_id"]),
        order_code="0A1B",
        payment_id="p1",
        restaurant_id=LUNA,
        location_id=str(PLACE),
        location_slug="main",
        meta=staff_order_pb2.StaffOrderMeta(
            correlation_id="c1", accepted_by="user", accepted_at="2025-09-11T16:01:00.000Z", auto_accept=False
        ),
        customer=staff_order_pb2.StaffOrderCustomer(name="Ann", phone="2065550133"),
        origin=order_pb2.OrderOrigin(id="o1", name="Table 1"),
        items=[order_pb2.OrderLine(**line, started_at=_stamp(BEGUN)), order_pb2.OrderLine(**line)],
        discount=order_pb2.OrderDiscount(name="Spring", type="flat", amount_cents=5),
        status="ACCEPTED",
        started_at=_stamp(at("2025-09-11T16:00:00")),
        total_price_cents=220,
        tax_cents=20,
        get_sms=True,
        version=3,
    )


async def test_what_an_old_order_lacks_is_there_but_empty(staff: rpc_grpc.StaffOrderServiceStub, db: Database) -> None:
    stored = {"restaurantId": LUNA, "locationId": PLACE, "startedAt": NOW, "totalPriceCents": None, "items": None}
    key = (await db["orders"].insert_one(stored)).inserted_id
    request = rpc.GetStaffOrderRequest(restaurant_id=LUNA, location_id=str(PLACE), order_id=str(key))
    found = (await staff.GetStaffOrder(request, metadata=STAFF)).data
    assert (found.HasField("meta"), found.meta.correlation_id, found.HasField("customer")) == (True, "", True)
    assert (found.total_price_cents, found.get_sms, found.HasField("ended_at")) == (0, False, False)
    assert (found.HasField("total_price_cents"), list(found.items)) == (True, [])


@pytest.mark.parametrize(
    ("location", "order_id", "wanted"),
    [
        (str(PLACE), "f" * 24, "ORDER_NOT_FOUND"),
        (str(PLACE), "x", "ORDER_NOT_FOUND"),
        ("x", "f" * 24, "INVALID_LOCATION"),
    ],
)
async def test_an_order_that_the_location_does_not_have_is_not_found(
    staff: rpc_grpc.StaffOrderServiceStub, location: str, order_id: str, wanted: str
) -> None:
    request = rpc.GetStaffOrderRequest(restaurant_id=LUNA, location_id=location, order_id=order_id)
    assert await refusal(staff.GetStaffOrder(request, metadata=STAFF)) == (grpc.StatusCode.NOT_FOUND, wanted)


async def test_an_order_of_another_location_is_not_found(staff: rpc_grpc.StaffOrderServiceStub, db: Database) -> None:
    key = (await db["orders"].insert_one(an_order() | {"locationId": ObjectId(NO_ZONE)})).inserted_id
    request = rpc.GetStaffOrderRequest(restaurant_id=LUNA, location_id=str(PLACE), order_id=str(key))
    assert (await refusal(staff.GetStaffOrder(request, metadata=STAFF)))[0] is grpc.StatusCode.NOT_FOUND


async def test_today_begins_and_ends_with_the_locations_midnight(
    staff: rpc_grpc.StaffOrderServiceStub, db: Database
) -> None:
    ends = ("2025-09-11T03:59:59.999", "2025-09-11T04:00:00", "2025-09-12T03:59:59.999", "2025-09-12T04:00:00")
    stored = [an_order(started=started) for started in ends]
    await db["orders"].insert_many(stored)
    assert await today(staff) == [str(stored[1]["_id"]), str(stored[2]["_id"])]


async def test_today_has_orders_in_all_states(staff: rpc_grpc.StaffOrderServiceStub, db: Database) -> None:
    states = ("CREATED", "ACCEPTED", "READY_FOR_PICKUP", "PICKED_UP", "CANCELED", "FOO")
    stored = [an_order(status) for status in states]
    await db["orders"].insert_many(stored)
    assert await today(staff) == [str(o["_id"]) for o in stored]


async def test_orders_come_in_the_order_in_which_they_were_made(
    staff: rpc_grpc.StaffOrderServiceStub, db: Database
) -> None:
    # The old system's ids tell when. Ours are those of previews, and a preview may wait.
    early, late = ObjectId("68c2f0000000000000000001"), ObjectId("68c2f0000000000000000002")
    made_at = early.generation_time.strftime("%Y-%m-%dT%H:%M:%S")
    old = an_order(started=made_at) | {"_id": late}
    ours = an_order(started="2025-09-11T16:20:00", businessDay="2025-09-11") | {"_id": early}
    await db["orders"].insert_many([ours, old])
    assert await today(staff) == [str(late), str(early)]


async def test_history_has_the_orders_that_were_placed_on_a_local_day(
    staff: rpc_grpc.StaffOrderServiceStub, db: Database
) -> None:
    stored = [an_order(started=started) for started in ("2025-09-10T03:59:59.999", "2025-09-10T04:00:00")]
    await db["orders"].insert_many(stored)
    assert await history(staff, "2025-09-09") == [str(stored[0]["_id"])]
    assert await history(staff, "2025-09-10") == [str(stored[1]["_id"])]


@pytest.mark.parametrize(
    ("location", "wanted"),
    [
        ("f" * 24, (grpc.StatusCode.NOT_FOUND, "INVALID_LOCATION")),
        (NO_ZONE, (grpc.StatusCode.INVALID_ARGUMENT, "NO_TIME_ZONE")),
    ],
)
async def test_there_is_no_today_where_there_is_no_local_time(
    staff: rpc_grpc.StaffOrderServiceStub, location: str, wanted: tuple[grpc.StatusCode, str]
) -> None:
    assert await refusal(today(staff, location)) == wanted


async def test_accepting_says_that_a_person_did_it_and_when(
    staff: rpc_grpc.StaffOrderServiceStub, db: Database
) -> None:
    stored = an_order()
    await db["orders"].insert_one(stored)
    assert await move(staff, stored, "ACCEPTED")
    found = await db["orders"].find_one({"_id": stored["_id"]}) or {}
    accepted = {"acceptedBy": "user", "acceptedAt": "2025-09-11T16:30:00.000Z", "autoAccept": False}
    assert (found["status"], found["meta"]) == ("ACCEPTED", {"correlationId": "c1", **accepted})
    assert "endedAt" not in found


async def test_ready_finishes_each_line_and_keeps_when_it_was_begun(
    staff: rpc_grpc.StaffOrderServiceStub, db: Database
) -> None:
    stored = an_order("ACCEPTED")
    await db["orders"].insert_one(stored)
    assert await move(staff, stored, "READY_FOR_PICKUP")
    found = await db["orders"].find_one({"_id": stored["_id"]}) or {}
    assert [(i["startedAt"], i["completedAt"]) for i in found["items"]] == [(BEGUN, NOW), (NOW, NOW)]
    assert (found["status"], "endedAt" in found) == ("READY_FOR_PICKUP", False)


async def test_picking_up_ends_the_order(staff: rpc_grpc.StaffOrderServiceStub, db: Database) -> None:
    stored = an_order("READY_FOR_PICKUP")
    await db["orders"].insert_one(stored)
    assert await move(staff, stored, "PICKED_UP")
    found = await db["orders"].find_one({"_id": stored["_id"]}) or {}
    assert (found["status"], found["endedAt"]) == ("PICKED_UP", NOW)
    assert found["history"] == [
        {"version": 1, "from": "READY_FOR_PICKUP", "to": "PICKED_UP", "at": NOW, "actor": "staff:cy"}
    ]


WAY = ["CREATED", "ACCEPTED", "READY_FOR_PICKUP", "PICKED_UP"]


@pytest.mark.parametrize("target", WAY[1:])
@pytest.mark.parametrize("status", [*WAY, "CANCELED", "FOO"])
async def test_an_order_moves_forward_only_though_states_may_be_left_out(
    staff: rpc_grpc.StaffOrderServiceStub, db: Database, status: str, target: str
) -> None:
    stored = an_order(status)
    await db["orders"].insert_one(stored)
    if status in WAY and WAY.index(status) < WAY.index(target):
        assert await move(staff, stored, target)
        found = await db["orders"].find_one({"_id": stored["_id"]}) or {}
        assert (found["status"], found["history"][-1]["from"]) == (target, status)
        return
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await move(staff, stored, target)
    assert (refused.value.code(), reason(refused.value)) == (grpc.StatusCode.FAILED_PRECONDITION, "ORDER_STATE")
    told = detail(refused.value, errors_pb2.OrderStateDetail)
    ahead = WAY[WAY.index(status) + 1 :] if status in WAY else []
    assert told is not None
    assert (told.current_status, list(told.allowed_statuses)) == (status, ahead)
    assert await db["orders"].find_one({"_id": stored["_id"]}) == stored


@pytest.mark.parametrize("status", ["", "CREATED", "CANCELED", "FOO", "picked_up"])
async def test_a_status_that_is_none_to_move_to_is_bad_input(
    staff: rpc_grpc.StaffOrderServiceStub, status: str
) -> None:
    refused = await refusal(move(staff, {"_id": ObjectId()}, status))
    assert refused == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT")


@pytest.mark.parametrize("order_id", ["f" * 24, "x"])
async def test_an_order_that_does_not_exist_cannot_be_moved(
    staff: rpc_grpc.StaffOrderServiceStub, order_id: str
) -> None:
    assert await refusal(move(staff, {"_id": order_id}, "ACCEPTED")) == (grpc.StatusCode.NOT_FOUND, "ORDER_NOT_FOUND")


async def test_an_order_is_moved_by_its_restaurants_people_only(
    staff: rpc_grpc.StaffOrderServiceStub, db: Database
) -> None:
    stored = an_order()
    await db["orders"].insert_one(stored)
    request = rpc.SetOrderStatusRequest(order_id=str(stored["_id"]), order_status="ACCEPTED")
    refused = await refusal(staff.SetOrderStatus(request, metadata=STRANGER))
    assert refused == (grpc.StatusCode.PERMISSION_DENIED, "FOREIGN_RESTAURANT")
    assert await db["orders"].find_one({"_id": stored["_id"]}) == stored


async def test_a_document_of_the_old_checkout_belongs_to_nobody(
    staff: rpc_grpc.StaffOrderServiceStub, db: Database
) -> None:
    stored = {"_id": ObjectId(), "status": "pending", "originId": "o1"}
    await db["orders"].insert_one(stored)
    assert (await refusal(move(staff, stored, "PICKED_UP")))[0] is grpc.StatusCode.PERMISSION_DENIED


async def test_the_same_call_made_again_answers_as_the_first_did(
    staff: rpc_grpc.StaffOrderServiceStub, db: Database
) -> None:
    stored = an_order()
    await db["orders"].insert_one(stored)
    request = rpc.SetOrderStatusRequest(order_id=str(stored["_id"]), order_status="ACCEPTED", request_id="r1")
    for _ in range(2):
        assert (await staff.SetOrderStatus(request, metadata=STAFF)).done
    found = await db["orders"].find_one({"_id": stored["_id"]}) or {}
    assert (found["version"], len(found["history"])) == (1, 1)
