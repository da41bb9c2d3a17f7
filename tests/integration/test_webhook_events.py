"""What happens to orders and payments becomes events, each once, through restarts: all services, the real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId
from orderbuddy.notification.v1 import webhook_service_pb2_grpc as rpc_grpc
from orderbuddy.ordering.v1 import (
    line_service_pb2,
    line_service_pb2_grpc,
    ordering_service_pb2,
    staff_order_service_pb2,
    staff_order_service_pb2_grpc,
)
from orderbuddy.payment.v1 import payment_service_pb2

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.settings import ServiceSettings
from services.notification.settings import NotificationSettings
from tests.integration.payments import OTHER_LOCATION, OWNER, RESTAURANT, Till, location_document, menu_document, till
from tests.integration.webhooks import Hooks, Serve, build
from tests.servers.fake_gateway import Fault
from tests.servers.vendors import in_thread
from tests.servers.webhook_receiver import Answer, WebhookReceiver
from tests.support import SECRET, Served, eventually

__all__ = ["till"]


@pytest.fixture
def settings(mongo_uri: str, db: Database) -> ServiceSettings:
    return NotificationSettings.model_validate(
        {
            "DB_CONN_STRING": mongo_uri,
            "DB_NAME": db.name,
            "ORDERBUDDY_ASSERTION_SECRET": SECRET,
            "ORDERBUDDY_GRACE_SECONDS": 0.2,
        }
    )


@pytest.fixture(autouse=True)
async def unpaid(db: Database) -> None:
    """A location that takes no payment and no order on by itself; there before anything runs."""
    location = location_document(OTHER_LOCATION, acceptPayment=False) | {"autoAcceptOrder": False}
    await db["locations"].insert_one(location)
    menu = menu_document() | {"_id": ObjectId(), "locationId": ObjectId(OTHER_LOCATION)}
    await db["menus"].insert_one(menu)


async def replica(serve: Serve, till: Till, settings: ServiceSettings) -> Served:
    """Run one more process of webhooks."""
    settings.payment_address = till.services["payment"].address
    return await serve("notification", build)


async def followed(till: Till) -> None:
    """Wait until the places in the streams have been written down: later changes are heard, not looked up."""

    async def written() -> bool:
        return await till.db["stream_progress"].count_documents({"_id": {"$regex": "webhooks"}}) == 2

    await eventually(written)


@pytest.fixture
async def hooks(
    till: Till, serve: Serve, settings: ServiceSettings, db: Database, clock: FixedClock
) -> AsyncIterator[Hooks]:
    receiver = WebhookReceiver()
    with in_thread(receiver.app) as url:
        served = await replica(serve, till, settings)
        yield Hooks(rpc_grpc.WebhookServiceStub(served.channel), receiver, url, db, clock, served)


async def place(till: Till, *items: str) -> str:
    """Place an order without payment, not taken on yet; return its id."""
    preview = await till.preview(*items, location_id=OTHER_LOCATION)
    await till.ordering.PlaceOrder(ordering_service_pb2.PlaceOrderRequest(preview_order_id=preview))
    return preview


async def move(till: Till, verb: str, order_id: str, **more: Any) -> None:
    request = getattr(ordering_service_pb2, f"{verb}Request")(restaurant_id=RESTAURANT, order_id=order_id, **more)
    await getattr(till.ordering, verb)(request, metadata=OWNER)


async def test_an_orders_life_arrives_in_order_without_a_phone_number(till: Till, hooks: Hooks) -> None:
    await followed(till)
    created = await hooks.create()
    order_id = await place(till, "taco", "mole")
    await move(till, "AcceptOrder", order_id)
    lines = line_service_pb2_grpc.OrderLineServiceStub(till.services["ordering"].channel)
    void = line_service_pb2.VoidOrderLinesRequest(
        restaurant_id=RESTAURANT, order_id=order_id, line_ids=["l2"], reason="sold out"
    )
    await lines.VoidOrderLines(void, metadata=OWNER)
    await move(till, "MarkOrderReady", order_id)
    await move(till, "CompleteOrder", order_id)
    wanted = ["order.placed", "order.accepted", "order.lines_voided", "order.ready", "order.completed"]
    await eventually(lambda: len(hooks.receiver.calls) >= 5)
    calls = hooks.receiver.calls
    assert [call.type for call in calls] == wanted
    assert all(call.signed_with == [created.secret] for call in calls)
    assert "2065550133" not in str([call.body for call in calls])
    assert [call.body["data"]["version"] for call in calls] == [1, 2, 3, 4, 5]
    placed, voided = calls[0].body["data"], calls[2].body["data"]
    assert placed["order"]["_id"] == order_id
    assert placed["order"]["status"] == "CREATED"
    assert placed["order"]["customer"] == {"name": "Ana"}
    assert [line["priceCents"] for line in placed["order"]["items"]] == [500, 900]
    assert voided["voidedLineIds"] == ["l2"]
    assert voided["voidedLines"][0]["reason"] == "sold out"
    other = await place(till)
    await move(till, "CancelOrder", other, reason="no more tacos")
    await eventually(lambda: len(hooks.receiver.calls) >= 7)
    assert hooks.receiver.types()[5:] == ["order.placed", "order.canceled"]
    assert hooks.receiver.calls[6].body["data"]["cancelReason"] == "no more tacos"


async def test_payments_are_told_of_too(till: Till, hooks: Hooks) -> None:
    await hooks.create(event_types=["payment.paid", "payment.ordered", "payment.declined", "payment.refunded"])
    preview = await till.preview()
    till.gateway.faults.append(Fault.DECLINE)
    await till.pay(preview)
    paid = await till.pay(preview, "tok-2")
    await eventually(lambda: len(hooks.receiver.calls) >= 3)
    for cents in (51, 500):
        request = payment_service_pb2.RefundPaymentRequest(
            restaurant_id=RESTAURANT,
            payment_id=paid.payment_id,
            amount_cents=cents,
            reason="cold",
            request_id=f"r-{cents}",
        )
        till.wait(1)
        await till.payment.RefundPayment(request, metadata=OWNER)
    await eventually(lambda: len(hooks.receiver.calls) >= 5)
    types = [call.type for call in hooks.receiver.calls]
    assert types == ["payment.declined", "payment.paid", "payment.ordered", "payment.refunded", "payment.refunded"]
    last = hooks.receiver.calls[-1].body["data"]
    assert last["payment"]["id"] == paid.payment_id
    assert (last["payment"]["state"], last["payment"]["refundedCents"]) == ("REFUNDED", 551)
    assert last["reversalId"] == last["payment"]["reversals"][1]["id"]


async def test_a_voided_payment_is_told_of_once(till: Till, hooks: Hooks) -> None:
    await hooks.create(event_types=["payment.voided", "payment.refunded"])
    paid = await till.pay(await till.preview())
    request = payment_service_pb2.VoidPaymentRequest(
        restaurant_id=RESTAURANT, payment_id=paid.payment_id, reason="left", request_id="r"
    )
    await till.payment.VoidPayment(request, metadata=OWNER)
    await eventually(lambda: len(hooks.receiver.calls) >= 1)
    await hooks.idle()
    assert hooks.receiver.types() == ["payment.voided"]


async def test_an_endpoint_hears_only_of_what_it_wants_and_of_its_time(till: Till, hooks: Hooks) -> None:
    early = await place(till)
    hooks.wait(timedelta(minutes=1))
    ready = await hooks.create(event_types=["order.ready"])
    everything = await hooks.create("/all")
    await move(till, "AcceptOrder", early)
    await move(till, "MarkOrderReady", early)
    await hooks.delivered(everything.endpoint.id, 2)
    await hooks.delivered(ready.endpoint.id, 1)
    types = [event.type for event in await hooks.events(everything.endpoint.id)]
    assert types == ["order.accepted", "order.ready"]
    assert [event.type for event in await hooks.events(ready.endpoint.id)] == ["order.ready"]


async def test_two_replicas_make_each_event_once_and_send_it_once(
    till: Till, hooks: Hooks, serve: Serve, settings: ServiceSettings
) -> None:
    await replica(serve, till, settings)
    created = await hooks.create()
    orders = [await place(till) for _ in range(8)]
    await asyncio.gather(*(move(till, "AcceptOrder", order) for order in orders))
    await asyncio.gather(*(move(till, "MarkOrderReady", order) for order in orders))
    await eventually(lambda: len(hooks.receiver.calls) >= 24)
    await hooks.idle()
    events = await hooks.events(created.endpoint.id)
    assert [call.id for call in hooks.receiver.calls] == [event.id for event in events]
    assert len({call.id for call in hooks.receiver.calls}) == 24
    for order in orders:
        told = [call.type for call in hooks.receiver.calls if call.body["data"]["order"]["_id"] == order]
        assert told == ["order.placed", "order.accepted", "order.ready"]


async def test_what_happened_while_nobody_followed_is_told_later(till: Till, hooks: Hooks, serve: Serve) -> None:
    await followed(till)
    created = await hooks.create()
    first = await place(till)
    await hooks.delivered(created.endpoint.id, 1)
    await hooks.idle()
    await hooks.served.server.stop()
    await move(till, "AcceptOrder", first)
    second = await place(till)
    assert len(hooks.receiver.calls) == 1
    await serve("notification", build)
    await eventually(lambda: len(hooks.receiver.calls) >= 3)
    told = [(call.type, call.body["data"]["order"]["_id"]) for call in hooks.receiver.calls]
    assert told == [("order.placed", first), ("order.accepted", first), ("order.placed", second)]


@pytest.mark.parametrize("token", ["", "82ABCDEF", "nonsense"])
async def test_with_a_place_that_is_lost_recent_orders_and_payments_are_read_anew(
    till: Till, hooks: Hooks, serve: Serve, token: str
) -> None:
    created = await hooks.create()
    paid = await till.pay(await till.preview())
    wanted = {"order.placed", "order.accepted", "payment.paid", "payment.ordered"}
    await hooks.delivered(created.endpoint.id, 4)
    await hooks.idle()
    await hooks.served.server.stop()
    canceled = await place(till)
    await move(till, "CancelOrder", canceled, reason="x")
    if token:
        await hooks.db["stream_progress"].update_many({}, {"$set": {"token": token}})
    else:
        await hooks.db["stream_progress"].delete_many({})
    hooks.stub = rpc_grpc.WebhookServiceStub((await serve("notification", build)).channel)
    await hooks.delivered(created.endpoint.id, 6)
    calls = hooks.receiver.calls
    assert {call.type for call in calls[:4]} == wanted
    assert [call.type for call in calls[4:]] == ["order.placed", "order.canceled"]
    assert [call.body["data"]["order"]["_id"] for call in calls[4:]] == [canceled, canceled]
    assert len({call.id for call in calls}) == 6
    assert paid.order_id == calls[0].body["data"].get("order", {"_id": paid.order_id})["_id"]


async def test_a_change_by_the_old_system_is_told_as_what_it_did(till: Till, hooks: Hooks) -> None:
    created = await hooks.create()
    order_id = await place(till)
    await hooks.delivered(created.endpoint.id, 1)
    await till.db["orders"].update_one({}, {"$set": {"status": "ACCEPTED"}})
    await till.db["orders"].update_one({}, {"$set": {"customer.name": "Bo"}})
    await till.db["orders"].update_one({}, {"$set": {"status": "READY_FOR_PICKUP"}})
    await hooks.delivered(created.endpoint.id, 3)
    assert hooks.receiver.types() == ["order.placed", "order.accepted", "order.ready"]
    staff = staff_order_service_pb2_grpc.StaffOrderServiceStub(till.services["ordering"].channel)
    done = staff_order_service_pb2.SetOrderStatusRequest(order_id=order_id, order_status="PICKED_UP")
    await staff.SetOrderStatus(done, metadata=OWNER)
    await hooks.delivered(created.endpoint.id, 4)
    assert hooks.receiver.types()[3:] == ["order.completed"]


async def test_while_an_endpoint_fails_events_gather_and_come_in_their_order(till: Till, hooks: Hooks) -> None:
    created = await hooks.create()
    hooks.receiver.answers += [Answer(500)]
    order_id = await place(till)
    await hooks.attempts(created.endpoint.id, 1)
    await move(till, "AcceptOrder", order_id)
    await move(till, "MarkOrderReady", order_id)

    async def queued() -> bool:
        return len(await hooks.events(created.endpoint.id)) == 3

    await eventually(queued)
    assert len(hooks.receiver.calls) == 1
    hooks.wait(timedelta(seconds=6))
    await hooks.delivered(created.endpoint.id, 3)
    assert [call.type for call in hooks.receiver.calls] == [
        "order.placed",
        "order.placed",
        "order.accepted",
        "order.ready",
    ]
