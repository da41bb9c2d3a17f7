"""The Ordering service, over gRPC, on the real database, with a catalog that the test writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import grpc
import pytest
from bson import ObjectId
from orderbuddy.common.v1 import common_pb2
from orderbuddy.errors.v1 import errors_pb2
from orderbuddy.menu.v1 import catalog_pb2
from orderbuddy.ordering.v1 import order_pb2
from orderbuddy.ordering.v1 import ordering_service_pb2 as rpc
from orderbuddy.ordering.v1 import ordering_service_pb2_grpc as rpc_grpc

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.principal import CallerKind, DeviceKind, Principal, Role
from services.kit.server import Build
from services.kit.settings import ServiceSettings
from services.ordering.__main__ import build
from tests.servers.menu import FakeMenu, serve_menu
from tests.support import Served, detail, eventually, metadata_of, reason

RESTAURANT, LOCATION, PAID_LOCATION = "luna", "6a0000000000000000000001", "6a0000000000000000000002"
KITCHEN = metadata_of(Principal(CallerKind.DEVICE, "display-1", {RESTAURANT: Role.STAFF}, LOCATION, DeviceKind.DISPLAY))
STRANGER = metadata_of(Principal(CallerKind.STAFF, "someone", {"elsewhere": Role.OWNER}))
SERVICE = metadata_of(Principal(CallerKind.SERVICE, "edge"))


def _text(text: str) -> common_pb2.LocalizedText:
    return common_pb2.LocalizedText(en=text, es=text, pt=text)


def _menu(location_id: str, number: str) -> catalog_pb2.Menu:
    taco = catalog_pb2.MenuItem(
        id="taco", name=_text("Taco"), price_cents=500, is_available=True, station_tags=["kitchen"]
    )
    sold_out = catalog_pb2.MenuItem(id="mole", name=_text("Mole"), price_cents=900, is_available=False)
    return catalog_pb2.Menu(
        id=number,
        restaurant_id=RESTAURANT,
        location_id=location_id,
        name=_text("Menu"),
        available=True,
        sales_tax=10.25,
        items=[taco, sold_out],
    )


@pytest.fixture
def menu() -> FakeMenu:
    fake = FakeMenu()
    for number, (location, pays) in enumerate([(LOCATION, False), (PAID_LOCATION, True)], start=1):
        fake.put_location(RESTAURANT, location, accept_payment=pays)
        fake.put_menu(_menu(location, f"6b000000000000000000000{number}"))
    return fake


@pytest.fixture
async def ordering(
    menu: FakeMenu, settings: ServiceSettings, serve: Callable[[str, Build], Awaitable[Served]]
) -> AsyncIterator[rpc_grpc.OrderingServiceStub]:
    server, address = await serve_menu(menu)
    settings.menu_address = address
    served = await serve("ordering", build)
    yield rpc_grpc.OrderingServiceStub(served.channel)
    await server.stop(None)


def cart(location_id: str = LOCATION, items: tuple[str, ...] = ("taco",), **more: Any) -> rpc.PreviewOrderRequest:
    return rpc.PreviewOrderRequest(
        restaurant_id=RESTAURANT,
        location_id=location_id,
        location_slug="main",
        origin=order_pb2.CartOrigin(id="", name="Web"),
        customer=order_pb2.CartCustomer(name="Ana", phone="2065550133"),
        items=[order_pb2.CartLine(id=f"l{n}", menu_item_id=i, name="Taco") for n, i in enumerate(items)],
        get_sms=False,
        **more,
    )


async def place(ordering: rpc_grpc.OrderingServiceStub) -> str:
    preview = await ordering.PreviewOrder(cart())
    placed = await ordering.PlaceOrder(rpc.PlaceOrderRequest(preview_order_id=preview.data.preview_order_id))
    return str(placed.order_id)


def step(order_id: str, **more: Any) -> dict[str, Any]:
    return {"restaurant_id": RESTAURANT, "order_id": order_id, **more}


async def test_a_preview_is_priced_with_the_menus_tax(ordering: rpc_grpc.OrderingServiceStub, db: Database) -> None:
    answer = await ordering.PreviewOrder(cart(items=("taco", "taco")), metadata=(("x-request-id", "r-1"),))
    assert answer.data.total_price_cents == 1103  # 1000 * 1.1025 = 1102.5, halves up
    stored = await db["orders_preview"].find_one({"_id": ObjectId(answer.data.preview_order_id)})
    assert stored is not None
    assert stored["totalPriceCents"] == 1103
    assert stored["meta"] == {"correlationId": "r-1"}
    assert stored["customer"] == {"name": "Ana", "phone": "2065550133"}
    assert [i["stationTags"] for i in stored["items"]] == [["kitchen"], ["kitchen"]]


@pytest.mark.parametrize(
    ("items", "code", "line"),
    [
        (("taco", "nope"), grpc.StatusCode.NOT_FOUND, 1),
        (("mole",), grpc.StatusCode.NOT_FOUND, 0),
    ],
)
async def test_a_cart_that_cannot_be_made_names_its_line_and_stores_nothing(
    ordering: rpc_grpc.OrderingServiceStub, db: Database, items: tuple[str, ...], code: grpc.StatusCode, line: int
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ordering.PreviewOrder(cart(items=items))
    assert refused.value.code() is code
    assert detail(refused.value, errors_pb2.CartLineDetail) == errors_pb2.CartLineDetail(
        line=line, field=f"items.{line}.menu_item_id"
    )
    assert await db["orders_preview"].count_documents({}) == 0


async def test_an_item_that_is_86d_is_refused_in_the_next_preview(
    ordering: rpc_grpc.OrderingServiceStub, menu: FakeMenu
) -> None:
    changed = _menu(LOCATION, "6b0000000000000000000001")
    changed.items[0].is_available = False
    menu.put_menu(changed)

    async def refused() -> bool:
        try:
            await ordering.PreviewOrder(cart())
        except grpc.aio.AioRpcError as error:
            return error.code() is grpc.StatusCode.NOT_FOUND
        return False

    await eventually(refused)


async def test_fifty_parallel_placings_of_a_preview_make_one_order(
    ordering: rpc_grpc.OrderingServiceStub, db: Database
) -> None:
    preview = (await ordering.PreviewOrder(cart())).data.preview_order_id
    request = rpc.PlaceOrderRequest(preview_order_id=preview)
    answers = await asyncio.gather(*(ordering.PlaceOrder(request) for _ in range(50)))
    assert {a.order_id for a in answers} == {preview}
    assert len({a.SerializeToString() for a in answers}) == 1
    assert await db["orders"].count_documents({}) == 1


async def test_a_location_that_takes_payment_refuses_orders_without(
    ordering: rpc_grpc.OrderingServiceStub, db: Database
) -> None:
    preview = await ordering.PreviewOrder(cart(PAID_LOCATION))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ordering.PlaceOrder(rpc.PlaceOrderRequest(preview_order_id=preview.data.preview_order_id))
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert reason(refused.value) == "PAYMENT_REQUIRED"
    assert await db["orders"].count_documents({}) == 0


async def test_an_unknown_preview_is_not_found(ordering: rpc_grpc.OrderingServiceStub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ordering.PlaceOrder(rpc.PlaceOrderRequest(preview_order_id="0" * 24))
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


async def test_auto_accept_is_part_of_the_first_write(
    ordering: rpc_grpc.OrderingServiceStub, menu: FakeMenu, db: Database
) -> None:
    menu.put_location(RESTAURANT, LOCATION, auto_accept=True)
    other = await ordering.PreviewOrder(cart())  # the catalog's change may take a moment; place decides by what it has
    async with asyncio.timeout(5):
        while True:
            order_id = await place(ordering)
            stored = await db["orders"].find_one({"_id": ObjectId(order_id)})
            assert stored is not None
            if stored["status"] == "ACCEPTED":
                break
    assert other.data.total_price_cents == 551
    assert stored["meta"]["acceptedBy"] == "system"
    assert stored["meta"]["acceptedAt"] == "2026-01-15T20:30:00.000Z"
    assert stored["meta"]["autoAccept"] is True
    assert [(e["version"], e["from"], e["to"]) for e in stored["history"]] == [(1, "", "ACCEPTED")]


async def test_a_counter_orders_in_one_step_and_a_retry_makes_no_second_order(
    ordering: rpc_grpc.OrderingServiceStub, db: Database
) -> None:
    fields = {f.name: value for f, value in cart().ListFields() if f.name != "location_slug"}
    request = rpc.CreateCounterOrderRequest(**fields, request_id="till-1-17")
    first = await ordering.CreateCounterOrder(request, metadata=KITCHEN)
    assert await ordering.CreateCounterOrder(request, metadata=KITCHEN) == first
    (stored,) = await db["orders"].find({}).to_list()
    assert (str(stored["_id"]), stored["locationSlug"], stored["totalPriceCents"]) == (first.order_id, "main", 551)
    assert stored["history"][0]["actor"] == "device:display-1"


async def test_an_order_goes_through_its_life_and_every_step_is_in_its_history(
    ordering: rpc_grpc.OrderingServiceStub, clock: FixedClock
) -> None:
    order_id = await place(ordering)
    await ordering.AcceptOrder(rpc.AcceptOrderRequest(**step(order_id)), metadata=KITCHEN)
    await ordering.MarkOrderReady(rpc.MarkOrderReadyRequest(**step(order_id)), metadata=KITCHEN)
    answer = await ordering.CompleteOrder(rpc.CompleteOrderRequest(**step(order_id)), metadata=KITCHEN)
    assert [(e.version, e.from_status, e.to_status, e.actor) for e in answer.order.history] == [
        (1, "", "CREATED", "guest"),
        (2, "CREATED", "ACCEPTED", "device:display-1"),
        (3, "ACCEPTED", "READY_FOR_PICKUP", "device:display-1"),
        (4, "READY_FOR_PICKUP", "PICKED_UP", "device:display-1"),
    ]
    assert answer.order.version == 4
    assert answer.order.status == order_pb2.ORDER_STATUS_PICKED_UP
    assert answer.order.ended_at.ToDatetime() == clock.now().replace(tzinfo=None)
    assert all(line.completed_at.seconds for line in answer.order.order.items)


async def test_a_step_that_is_not_allowed_says_what_is(ordering: rpc_grpc.OrderingServiceStub) -> None:
    order_id = await place(ordering)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ordering.CompleteOrder(rpc.CompleteOrderRequest(**step(order_id)), metadata=KITCHEN)
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    state = detail(refused.value, errors_pb2.OrderStateDetail)
    assert state is not None
    assert (state.current_status, list(state.allowed_statuses), state.version) == (
        "CREATED",
        ["ACCEPTED", "CANCELED"],
        1,
    )


async def test_of_parallel_accepts_one_wins_and_the_others_are_told(
    ordering: rpc_grpc.OrderingServiceStub,
) -> None:
    order_id = await place(ordering)
    calls = [ordering.AcceptOrder(rpc.AcceptOrderRequest(**step(order_id)), metadata=KITCHEN) for _ in range(20)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    refused = [r for r in results if isinstance(r, grpc.aio.AioRpcError)]
    assert len(refused) == 19
    assert {r.code() for r in refused} == {grpc.StatusCode.FAILED_PRECONDITION}


async def test_a_repeated_call_with_its_request_id_answers_as_the_first(
    ordering: rpc_grpc.OrderingServiceStub,
) -> None:
    order_id = await place(ordering)
    request = rpc.AcceptOrderRequest(**step(order_id, request_id="once"))
    first = await ordering.AcceptOrder(request, metadata=KITCHEN)
    call = ordering.AcceptOrder(request, metadata=KITCHEN)
    assert await call == first
    assert ("idempotent-replayed", "true") in [tuple(m) for m in await call.trailing_metadata()]


async def test_a_request_id_is_not_reused_for_something_else(ordering: rpc_grpc.OrderingServiceStub) -> None:
    first, second = await place(ordering), await place(ordering)
    await ordering.AcceptOrder(rpc.AcceptOrderRequest(**step(first, request_id="once")), metadata=KITCHEN)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ordering.AcceptOrder(rpc.AcceptOrderRequest(**step(second, request_id="once")), metadata=KITCHEN)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert reason(refused.value) == "IDEMPOTENCY_KEY_REUSED"


async def test_a_stale_version_is_refused(ordering: rpc_grpc.OrderingServiceStub) -> None:
    order_id = await place(ordering)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ordering.AcceptOrder(rpc.AcceptOrderRequest(**step(order_id, version=7)), metadata=KITCHEN)
    assert refused.value.code() is grpc.StatusCode.ABORTED
    assert reason(refused.value) == "ORDER_VERSION"


@pytest.mark.parametrize(
    ("metadata", "code"),
    [((), grpc.StatusCode.UNAUTHENTICATED), (STRANGER, grpc.StatusCode.PERMISSION_DENIED)],
    ids=["guest", "stranger"],
)
async def test_who_may_not_accept_changes_nothing(
    ordering: rpc_grpc.OrderingServiceStub, metadata: Any, code: grpc.StatusCode
) -> None:
    order_id = await place(ordering)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ordering.AcceptOrder(rpc.AcceptOrderRequest(**step(order_id)), metadata=metadata)
    assert refused.value.code() is code
    status = await ordering.GetOrderStatus(rpc.GetOrderStatusRequest(order_id=order_id))
    assert status.status == "CREATED"


async def test_a_guests_view_of_an_order_has_no_phone_number(ordering: rpc_grpc.OrderingServiceStub) -> None:
    order_id = await place(ordering)
    answer = await ordering.GetOrder(rpc.GetOrderRequest(order_id=order_id))
    assert b"2065550133" not in answer.SerializeToString()
    assert answer.order.customer.name == "Ana"


async def test_orders_are_listed_newest_first_in_pages(
    ordering: rpc_grpc.OrderingServiceStub, clock: FixedClock
) -> None:
    placed = []
    for _ in range(5):
        clock.set(clock.now() + timedelta(seconds=1))
        placed.append(await place(ordering))
    seen, token = [], ""
    while True:
        page = await ordering.ListOrders(
            rpc.ListOrdersRequest(restaurant_id=RESTAURANT, location_id=LOCATION, page_size=2, page_token=token),
            metadata=KITCHEN,
        )
        seen += [o.order.id for o in page.orders]
        token = page.next_page_token
        if not token:
            break
    assert seen == placed[::-1]


async def test_a_watched_order_shows_each_change_once_and_a_token_resumes_without_gap(
    ordering: rpc_grpc.OrderingServiceStub,
) -> None:
    order_id = await place(ordering)
    stream = ordering.WatchOrder(rpc.WatchOrderRequest(order_id=order_id))
    first = await stream.read()
    assert first.WhichOneof("event") == "snapshot"
    assert first.snapshot.status == "CREATED"
    assert (await stream.read()).WhichOneof("event") == "heartbeat"
    await ordering.AcceptOrder(rpc.AcceptOrderRequest(**step(order_id)), metadata=KITCHEN)
    change = await stream.read()
    assert (change.change.status, change.change.version) == ("ACCEPTED", 2)
    stream.cancel()

    await ordering.MarkOrderReady(rpc.MarkOrderReadyRequest(**step(order_id)), metadata=KITCHEN)
    await ordering.CompleteOrder(rpc.CompleteOrderRequest(**step(order_id)), metadata=KITCHEN)
    for token in (change.resume_token, change.resume_token.partition(".")[0]):
        again = ordering.WatchOrder(rpc.WatchOrderRequest(order_id=order_id, resume_token=token))
        missed: list[str] = []
        while len(missed) < 2:  # a heartbeat may stand between what is known already and what is just coming
            message = await again.read()
            assert message.WhichOneof("event") in ("change", "heartbeat")
            missed += [message.change.status] if message.HasField("change") else []
        assert missed == ["READY_FOR_PICKUP", "PICKED_UP"]
        again.cancel()


async def test_a_token_from_the_snapshot_resumes_without_repeating_it(
    ordering: rpc_grpc.OrderingServiceStub,
) -> None:
    order_id = await place(ordering)
    stream = ordering.WatchOrder(rpc.WatchOrderRequest(order_id=order_id))
    snapshot = await stream.read()
    stream.cancel()
    again = ordering.WatchOrder(rpc.WatchOrderRequest(order_id=order_id, resume_token=snapshot.resume_token))
    assert (await again.read()).WhichOneof("event") == "heartbeat"
    again.cancel()


@pytest.mark.parametrize("token", ["nonsense", "8263", "82.x", "0" * 200])
async def test_an_unusable_token_is_answered_with_reset_and_a_snapshot(
    ordering: rpc_grpc.OrderingServiceStub, token: str
) -> None:
    order_id = await place(ordering)
    stream = ordering.WatchOrder(rpc.WatchOrderRequest(order_id=order_id, resume_token=token))
    assert (await stream.read()).reset.reason
    assert (await stream.read()).snapshot.id == order_id
    stream.cancel()


async def test_a_change_by_the_old_system_is_seen(ordering: rpc_grpc.OrderingServiceStub, db: Database) -> None:
    order_id = await place(ordering)
    stream = ordering.WatchOrder(rpc.WatchOrderRequest(order_id=order_id))
    assert (await stream.read()).WhichOneof("event") == "snapshot"
    await stream.read()
    await db["orders"].update_one({"_id": ObjectId(order_id)}, {"$set": {"status": "READY_FOR_PICKUP"}})
    change = await stream.read()
    assert (change.change.status, change.change.order.status) == ("READY_FOR_PICKUP", "READY_FOR_PICKUP")
    stream.cancel()


async def test_a_locations_stream_begins_with_its_open_orders(ordering: rpc_grpc.OrderingServiceStub) -> None:
    done, open_order = await place(ordering), await place(ordering)
    await ordering.CancelOrder(rpc.CancelOrderRequest(**step(done, reason="no tortillas")), metadata=KITCHEN)
    request = rpc.WatchOrdersRequest(restaurant_id=RESTAURANT, location_id=LOCATION, with_records=True)
    stream = ordering.WatchOrders(request, metadata=KITCHEN)
    first = await stream.read()
    assert [o.order.id for o in first.snapshot.orders] == [open_order]
    await stream.read()
    await ordering.AcceptOrder(rpc.AcceptOrderRequest(**step(open_order)), metadata=KITCHEN)
    change = await stream.read()
    assert (change.change.order_id, change.change.record.customer_phone) == (open_order, "2065550133")
    stream.cancel()


async def test_an_order_that_takes_longer(ordering: rpc_grpc.OrderingServiceStub) -> None:
    order_id = await place(ordering)
    await ordering.AcceptOrder(rpc.AcceptOrderRequest(**step(order_id)), metadata=KITCHEN)
    request = rpc.DelayOrderRequest(**step(order_id), minutes=15, request_id="d-1")
    for _ in range(2):  # the same call again does nothing
        record = (await ordering.DelayOrder(request, metadata=KITCHEN)).order
        assert (record.version, record.order.status) == (3, "ACCEPTED")
    request.request_id = "d-2"
    record = (await ordering.DelayOrder(request, metadata=KITCHEN)).order
    assert [(e.from_status, e.to_status, e.delay_minutes) for e in record.history][2:] == [
        ("ACCEPTED", "ACCEPTED", 15)
    ] * 2
    await ordering.MarkOrderReady(rpc.MarkOrderReadyRequest(**step(order_id)), metadata=KITCHEN)
    request.request_id = ""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ordering.DelayOrder(request, metadata=KITCHEN)
    assert (refused.value.code(), reason(refused.value)) == (grpc.StatusCode.FAILED_PRECONDITION, "ORDER_STATE")


async def test_a_location_is_told_that_one_of_its_orders_was_deleted(
    ordering: rpc_grpc.OrderingServiceStub, db: Database
) -> None:
    order_id = await place(ordering)
    request = rpc.WatchOrdersRequest(restaurant_id=RESTAURANT, location_id=LOCATION)
    stream = ordering.WatchOrders(request, metadata=KITCHEN)
    assert (await stream.read()).WhichOneof("event") == "snapshot"
    await stream.read()
    await db["orders"].delete_one({"_id": ObjectId(order_id)})
    change = (await stream.read()).change
    assert (change.order_id, change.removed) == (order_id, True)
    stream.cancel()


async def test_only_services_watch_all_orders(ordering: rpc_grpc.OrderingServiceStub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ordering.WatchOrders(rpc.WatchOrdersRequest(), metadata=KITCHEN).read()
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    stream = ordering.WatchOrders(rpc.WatchOrdersRequest(), metadata=SERVICE)
    assert (await stream.read()).WhichOneof("event") == "heartbeat"
    order_id = await place(ordering)
    assert (await stream.read()).change.order_id == order_id
    stream.cancel()
