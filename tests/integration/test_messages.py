"""What happens to orders is said to guests and staff, once, whatever the providers do."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import grpc
import pytest
from bson import ObjectId
from orderbuddy.notification.v1 import delivery_service_pb2 as rpc
from orderbuddy.notification.v1 import notification_service_pb2

from services.kit.mongo import Database
from services.kit.settings import ServiceSettings
from services.notification.delivery.breaker import Circuit
from services.notification.delivery.planning import By
from services.notification.delivery.repository import LEASE
from tests.integration.messages import (
    ALERT,
    GUEST,
    LOCATION,
    MANAGER,
    MENU_APP,
    RESTAURANT,
    STAFF,
    STRANGER,
    House,
    Serve,
    message_house,
    open_house,
)
from tests.servers.fcm import UNREGISTERED
from tests.servers.twilio import INVALID_NUMBER
from tests.support import eventually, reason

__all__ = ["message_house"]


@pytest.fixture
def settings(message_house: House) -> ServiceSettings:
    return message_house.settings


@pytest.fixture
async def house(message_house: House, serve: Serve) -> House:
    await open_house(message_house, serve)
    return message_house


async def heard(house: House) -> None:
    """Wait until the order stream is heard: later changes are not looked up but told."""

    async def written() -> bool:
        return await house.db["stream_progress"].find_one({"_id": "order messages"}) is not None

    await eventually(written)


async def subscribe(house: House, token: str, platform: str) -> None:
    request = notification_service_pb2.SubscribeDeviceRequest(restaurant_id=RESTAURANT, token=token, platform=platform)
    await house.notification.SubscribeDevice(request, metadata=STAFF)


async def subscribe_browser(house: House, name: str) -> None:
    subscription = house.web_push.subscribe(name, house.web_push_url)
    request = notification_service_pb2.SubscribeBrowserRequest(restaurant_id=RESTAURANT, **subscription)
    await house.notification.SubscribeBrowser(request, metadata=STAFF)


async def test_a_guest_who_wants_it_hears_of_the_whole_life_of_an_order(house: House) -> None:
    order = await house.place()
    await house.move("AcceptOrder", order)
    await house.move("DelayOrder", order, minutes=15)
    await house.move("MarkOrderReady", order)
    await house.move("CompleteOrder", order)
    await house.settled(4)
    code, link = await house.code(order), f"{MENU_APP}/status/{RESTAURANT}/{order}"
    assert house.texts() == [
        f"OrderBuddy-Luna: your order #{code} has been accepted, track progress here {link}",
        f"OrderBuddy-Luna: your order #{code} will be about 15 minutes later than planned, track progress here {link}",
        f"OrderBuddy-Luna: your order #{code} is ready for pickup",
    ]
    assert house.texts(ALERT) == [f"OrderBuddy-Luna: new order #{code} at Main"]
    assert [(d.kind, d.by, d.recipient, d.state, d.order_id) for d in await house.listed()] == [
        ("new_order", "sms", "…0166", rpc.DELIVERY_STATE_SENT, order),
        ("order_accepted", "sms", "…0133", rpc.DELIVERY_STATE_SENT, order),
        ("order_delayed", "sms", "…0133", rpc.DELIVERY_STATE_SENT, order),
        ("order_ready", "sms", "…0133", rpc.DELIVERY_STATE_SENT, order),
    ]


async def test_a_canceled_order_in_the_guests_language(house: House) -> None:
    order = await house.place(language="pt")
    await house.move("CancelOrder", order, reason="sem leite")
    await house.settled(2)
    assert house.texts() == [f"OrderBuddy-Luna: seu pedido #{await house.code(order)} foi cancelado (sem leite)"]


async def test_a_guest_who_does_not_want_it_is_left_alone(house: House) -> None:
    for more in ({"get_sms": False}, {"phone": ""}):
        order = await house.place(**more)
        await house.move("AcceptOrder", order)
        await house.move("MarkOrderReady", order)
    await house.settled(2)
    assert (house.texts(), len(house.texts(ALERT))) == ([], 2)


async def test_all_devices_hear_of_a_new_order_and_dead_ones_are_forgotten(house: House, db: Database) -> None:
    for token, platform in (("and:1", "android"), ("web:1", "web"), (UNREGISTERED, "web")):
        await subscribe(house, token, platform)
    # The old system's list holds what can be no token, too.
    await db["subscriptions"].update_one({"restaurantId": RESTAURANT}, {"$push": {"fcmWeb": "none"}})
    for name in ("ana", "bob"):
        await subscribe_browser(house, name)
    house.web_push.expired.add("bob")
    order = await house.place(get_sms=False)
    await house.settled(6)
    body = f"Order #{await house.code(order)} received!"
    assert sorted((m["token"], m["notification"]["body"], "android" in m) for m in house.fcm.sent) == [
        ("and:1", body, True),
        ("web:1", body, False),
    ]
    assert house.web_push.shown == {"ana": [{"notification": {"title": "New Order", "body": body}}], "bob": []}
    found = await db["subscriptions"].find_one({"restaurantId": RESTAURANT})
    assert found is not None
    assert (found["fcmAndroid"], found["fcmWeb"]) == (["and:1"], ["web:1", "none"])
    assert [each["endpoint"][-3:] async for each in db["browser_subscriptions"].find()] == ["ana"]


async def test_an_endpoint_that_is_of_no_push_service_is_refused(house: House) -> None:
    keys = house.web_push.subscribe("ana", "https://evil.example.test")
    request = notification_service_pb2.SubscribeBrowserRequest(restaurant_id=RESTAURANT, **keys)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await house.notification.SubscribeBrowser(request, metadata=STAFF)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "endpoint" in (refused.value.details() or "")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await house.notification.SubscribeBrowser(request, metadata=STRANGER)
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_two_replicas_send_everything_once(house: House, serve: Serve) -> None:
    await house.replica(serve)
    await heard(house)
    orders = await asyncio.gather(*(house.place() for _ in range(20)))
    await asyncio.gather(*(house.move("AcceptOrder", order) for order in orders))
    await house.settled(40)
    sent = Counter((sms["To"], sms["Body"]) for sms in house.twilio.sent)
    assert (len(sent), set(sent.values())) == (40, {1})


async def test_what_happened_while_no_replica_ran_is_sent_by_the_next(
    house: House, serve: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    await house.place()
    await house.settled(1)
    await heard(house)
    await house.db["stream_progress"].update_one({"_id": "order messages"}, {"$set": {"token": "no token"}})
    assert len(house.texts(ALERT)) == 1
    before = len(house.twilio.sent)
    order = await house.place()
    await house.settled(2)
    await house.replica(serve)  # begins with a token that nobody knows, and looks at what is recent
    await house.move("AcceptOrder", order)
    await house.settled(3)
    assert len(house.twilio.sent) == before + 2
    printed = "".join(capfd.readouterr())
    assert not any(secret in printed for secret in (GUEST[2:], ALERT[2:], order[-4:].upper() + " has"))


async def test_a_number_that_is_refused_fails_and_can_be_retried(house: House) -> None:
    order = await house.place(phone=INVALID_NUMBER)
    await house.move("AcceptOrder", order)
    await house.settled(2)
    (failed,) = await house.listed(states=[rpc.DELIVERY_STATE_FAILED])
    assert [(e.fate, e.provider, e.code) for e in failed.history] == [("REFUSED", "twilio", "21211")]
    await house.db["deliveries"].update_one({"_id": failed.id}, {"$set": {"recipient": GUEST}})  # corrected by hand
    retry = rpc.RetryDeliveryRequest(restaurant_id=RESTAURANT, delivery_id=failed.id)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await house.deliveries.RetryDelivery(retry, metadata=STAFF)
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    again = (await house.deliveries.RetryDelivery(retry, metadata=MANAGER)).data
    assert again.state == rpc.DELIVERY_STATE_QUEUED
    await house.settled(2)
    (sent,) = [each for each in await house.listed() if each.id == failed.id]
    assert [e.fate for e in sent.history] == ["REFUSED", "RETRIED", "ACCEPTED"]
    assert len(house.texts()) == 1
    for delivery_id, code, why in (
        (failed.id, grpc.StatusCode.FAILED_PRECONDITION, "DELIVERY_NOT_ENDED"),
        ("none", grpc.StatusCode.NOT_FOUND, "DELIVERY_NOT_FOUND"),
    ):
        retry.delivery_id = delivery_id
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await house.deliveries.RetryDelivery(retry, metadata=MANAGER)
        assert (refused.value.code(), reason(refused.value)) == (code, why)


async def test_what_became_of_a_message_is_asked_and_told(house: House) -> None:
    order = await house.place(get_sms=False)
    await house.settled(1)
    (sid,) = house.twilio.statuses
    house.twilio.statuses[sid] = ("delivered", None)
    house.wait(seconds=30)

    async def delivered() -> bool:
        return (await house.listed(order_id=order))[0].state == rpc.DELIVERY_STATE_DELIVERED

    await eventually(delivered)
    assert [e.fate for e in (await house.listed())[0].history] == ["ACCEPTED", "DELIVERED"]


async def test_a_provider_that_is_down_for_an_hour_slows_nothing_else_and_all_is_sent_in_order_after_it(
    house: House,
) -> None:
    await subscribe(house, "web:1", "web")
    house.twilio.failures.down = True
    phones = [f"20655501{n:02}" for n in range(8)]
    orders = [await house.place(phone=phone) for phone in phones]
    for order in orders:
        await house.move("AcceptOrder", order)
        await house.move("MarkOrderReady", order)
    await eventually(lambda: len(house.fcm.sent) == 8)  # pushes go out as ever
    breaker = house.senders[By.SMS].breaker
    await eventually(lambda: breaker.state(house.clock.now()) is Circuit.OPEN)
    asked = house.twilio.failures.answered
    for _ in range(12):
        await eventually(house.at_rest)
        house.wait(minutes=5)
        await eventually(lambda: breaker.state(house.clock.now()) is Circuit.OPEN)
    assert house.twilio.failures.answered - asked <= 12 * 2  # a probe, and hardly more, each time
    assert house.twilio.sent == []
    house.twilio.failures.down = False

    async def all_sent() -> bool:
        if await house.at_rest():
            house.wait(seconds=20)
        return not (await house.states()).get("QUEUED")

    await eventually(all_sent, 30)
    assert await house.states() == {"SENT": 8 * 4}
    codes = [await house.code(order) for order in orders]
    for code, phone in zip(codes, phones, strict=True):
        about = house.texts(f"+1{phone}")
        assert all(f"#{code} " in text for text in about)
        assert [("accepted" in text, "ready" in text) for text in about] == [(True, False), (False, True)]
    alerts = house.texts(ALERT)
    assert [next(code for code in codes if f"#{code} " in text) for text in alerts] == codes


async def test_what_can_not_be_sent_in_time_is_given_up(house: House) -> None:
    house.twilio.failures.down = True
    await house.place(get_sms=False)

    async def given_up() -> bool:
        if await house.at_rest():
            house.wait(minutes=4)
        return (await house.states()) == {"GIVEN_UP": 1}

    await eventually(given_up, 30)
    (delivery,) = await house.listed()
    assert delivery.history[-1].fate in ("LATER", "TOO_LATE")
    assert delivery.give_up_at.seconds - delivery.at.seconds == 4 * 3600


async def test_a_message_whose_worker_died_is_sent_again_and_says_so(house: House, db: Database) -> None:
    house.twilio.failures.down = True
    await house.place(get_sms=False)
    await eventually(lambda: house.twilio.failures.answered > 0)
    # As if a worker had taken it and died.
    taken = {"holder": ObjectId(), "dueAt": house.clock.now() + LEASE}

    async def free() -> bool:
        query = {"state": "QUEUED", "holder": {"$exists": False}}
        return (await db["deliveries"].update_one(query, {"$set": taken})).modified_count == 1

    await eventually(free)
    house.twilio.failures.down = False
    house.wait(seconds=LEASE.total_seconds() - 1)
    assert house.twilio.sent == []
    house.wait(seconds=2)
    await house.settled(1)
    (delivery,) = await house.listed()
    assert [(e.fate, e.again) for e in delivery.history][-1] == ("ACCEPTED", True)


async def test_a_lane_goes_on_when_whoever_ended_a_message_died_before_the_next_was_due(
    house: House, db: Database
) -> None:
    house.twilio.failures.down = True
    for _ in range(2):
        await house.place(get_sms=False)
    await eventually(lambda: house.twilio.failures.answered > 0)

    async def left_behind() -> bool:
        """End the first as a worker would that dies before it makes the second due."""
        ended = {"$set": {"state": "SENT"}, "$unset": {"dueAt": ""}}
        query = {"state": "QUEUED", "dueAt": {"$exists": True}, "holder": {"$exists": False}}
        both = await db["deliveries"].count_documents({}) == 2
        return both and (await db["deliveries"].update_one(query, ended)).modified_count == 1

    await eventually(left_behind)
    house.twilio.failures.down = False
    await house.settled(2)
    assert len(house.twilio.sent) == 1


class TestLimits:
    @pytest.fixture
    def settings(self, message_house: House) -> ServiceSettings:
        message_house.settings.sms_per_minute = 3
        message_house.settings.sms_segment_cents = 1
        message_house.settings.sms_cents_per_day = 7
        return message_house.settings

    async def test_a_restaurant_sends_so_many_texts_a_minute_and_a_day(self, house: House) -> None:
        await asyncio.gather(*(house.place(get_sms=False) for _ in range(5)))

        async def minute_used_up() -> bool:
            # What a worker holds while the clock moves on would be taken for a dead worker's.
            next_minute = {"dueAt": house.clock.now() + timedelta(minutes=1), "holder": {"$exists": False}}
            put_off = await house.db["deliveries"].count_documents({"state": "QUEUED", **next_minute})
            return put_off == 1 and await house.states() == {"SENT": 3, "QUEUED": 2}

        await eventually(minute_used_up)
        assert len(house.twilio.sent) == 3
        house.wait(minutes=1)
        await house.settled(5)
        house.wait(minutes=1)
        await asyncio.gather(*(house.place(get_sms=False) for _ in range(3)))
        await house.settled(8)
        assert (len(house.twilio.sent), await house.states()) == (7, {"SENT": 7, "FAILED": 1})
        (failed,) = await house.listed(states=[rpc.DELIVERY_STATE_FAILED])
        assert [e.fate for e in failed.history] == ["DAILY_CAP"]
        house.wait(days=1)
        await house.place(get_sms=False)
        await house.settled(9)
        assert len(house.twilio.sent) == 8


async def test_tests_show_whether_a_way_works(house: House) -> None:
    await subscribe(house, "web:1", "web")
    ways: list[dict[str, Any]] = [{"phone_number": "206 555 0199"}, {"email": "mo@example.test"}, {"devices": True}]
    for way in ways:
        request = rpc.SendTestRequest(restaurant_id=RESTAURANT, language="es", request_id=f"t-{way}", **way)
        first = (await house.deliveries.SendTest(request, metadata=MANAGER)).data
        again = (await house.deliveries.SendTest(request, metadata=MANAGER)).data
        assert len(first) == 1
        assert [each.id for each in first] == [each.id for each in again]
    await house.settled(3)
    assert {d.recipient for d in await house.listed()} == {"…0199", "m…@example.test", "…eb:1"}
    assert house.texts("+12065550199") == ["OrderBuddy-Luna: esto es una prueba. Los mensajes de texto funcionan."]
    assert (house.sendgrid.sent[0]["subject"], house.fcm.sent[0]["notification"]["title"]) == (
        "OrderBuddy: prueba",
        "Prueba",
    )
    bad = rpc.SendTestRequest(restaurant_id=RESTAURANT, phone_number="nonsense")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await house.deliveries.SendTest(bad, metadata=MANAGER)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_the_list_has_pages_and_is_for_the_restaurant_alone(house: House) -> None:
    orders = [await house.place(get_sms=False) for _ in range(5)]
    await house.settled(5)
    token, found = "", []
    while True:
        request = rpc.ListDeliveriesRequest(restaurant_id=RESTAURANT, page_size=2, page_token=token)
        page = await house.deliveries.ListDeliveries(request, metadata=STAFF)
        found += [each.order_id for each in page.data]
        token = page.next_page_token
        if not token:
            break
    assert sorted(found) == sorted(orders)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await house.deliveries.ListDeliveries(request, metadata=STRANGER)
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_an_order_of_the_old_system_gets_no_message_of_ours(house: House, db: Database) -> None:
    old = {"restaurantId": RESTAURANT, "locationId": ObjectId(LOCATION), "status": "CREATED", "getSms": True}
    inserted = await db["orders"].insert_one({**old, "customer": {"phone": "2065550133"}, "items": []})
    await db["orders"].update_one({"_id": inserted.inserted_id}, {"$set": {"status": "READY_FOR_PICKUP"}})
    await house.place(get_sms=False)
    await house.settled(1)
    assert house.texts() == []
