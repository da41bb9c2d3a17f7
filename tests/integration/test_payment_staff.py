"""What a restaurant's people do with payments: take them at the till, give them back, look at them, check them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from bson import ObjectId
from orderbuddy.ordering.v1 import ordering_service_pb2
from orderbuddy.payment.v1 import payment_pb2
from orderbuddy.payment.v1 import payment_service_pb2 as rpc

from services.kit.principal import CallerKind, DeviceKind, Principal, Role
from services.payment.gateway import Finding
from services.payment.settings import PaymentSettings
from tests.integration.payments import KEY, LOCATION, OTHER_LOCATION, OWNER, RESTAURANT, STAFF, STRANGER, Till, till
from tests.servers.fake_gateway import Fault
from tests.support import SECRET, eventually, metadata_of, reason
from tools.seal_credentials import seal_all

__all__ = ["till"]
SERVICE = metadata_of(Principal(CallerKind.SERVICE, "edge"))
POS = metadata_of(Principal(CallerKind.DEVICE, "pos-1", {RESTAURANT: Role.STAFF}, LOCATION, DeviceKind.POS))
CASH = payment_pb2.PAYMENT_METHOD_CASH


async def counter(till: Till, order_id: str, reference: str = "r-1", **more: Any) -> rpc.TakeCounterPaymentResponse:
    request = rpc.TakeCounterPaymentRequest(
        restaurant_id=RESTAURANT, location_id=LOCATION, order_id=order_id, method=CASH, reference=reference, **more
    )
    answer: rpc.TakeCounterPaymentResponse = await till.payment.TakeCounterPayment(request, metadata=POS)
    return answer


async def refund(till: Till, payment_id: str, request_id: str = "r", **more: Any) -> payment_pb2.Payment:
    request = rpc.RefundPaymentRequest(
        restaurant_id=RESTAURANT, payment_id=payment_id, reason="cold", request_id=request_id, **more
    )
    answer: rpc.RefundPaymentResponse = await till.payment.RefundPayment(request, metadata=OWNER)
    return answer.payment


async def void(till: Till, payment_id: str, request_id: str = "") -> payment_pb2.Payment:
    request = rpc.VoidPaymentRequest(
        restaurant_id=RESTAURANT, payment_id=payment_id, reason="double", request_id=request_id
    )
    answer: rpc.VoidPaymentResponse = await till.payment.VoidPayment(request, metadata=OWNER)
    return answer.payment


@contextlib.contextmanager
def refused(code: grpc.StatusCode, why: str) -> Any:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        yield
    assert (error.value.code(), reason(error.value)) == (code, why)


async def test_cash_at_the_till_places_the_order_and_asks_no_gateway(till: Till) -> None:
    await till.db["locations"].update_one({}, {"$unset": {"payment.oid": "", "payment.auth": ""}})
    preview = await till.preview()
    answer = await counter(till, preview, tip_cents=49)
    assert (answer.order_id, answer.remaining_cents) == (preview, 0)
    assert (answer.payment.gateway, answer.payment.state) == ("counter", payment_pb2.PAYMENT_STATE_ORDERED)
    assert [order["paymentId"] for order in await till.orders()] == ["counter:r-1"]
    assert (await counter(till, preview, tip_cents=49)).payment == answer.payment
    assert till.gateway.requests == []
    back = await refund(till, answer.payment.id)
    assert (back.state, back.refunded_cents) == (payment_pb2.PAYMENT_STATE_REFUNDED, 600)


async def test_an_order_that_is_there_unpaid_is_paid_later(till: Till) -> None:
    await till.db["locations"].update_one({}, {"$set": {"payment.acceptPayment": False}})
    preview = await till.preview()
    place = ordering_service_pb2.PlaceOrderRequest(preview_order_id=preview)
    await eventually(lambda: _placed(till, place))
    answer = await till.pay(preview)
    assert answer.order_id == preview
    (order,) = await till.orders()
    assert (order["paymentId"], order["version"], order["history"][-1]["note"]) == ("tok-1", 2, "paid")


async def _placed(till: Till, request: ordering_service_pb2.PlaceOrderRequest) -> bool:
    try:
        await till.ordering.PlaceOrder(request)
    except grpc.aio.AioRpcError:
        return False
    return True


async def test_a_payment_is_refunded_by_line_by_sum_and_to_the_end_and_not_beyond(till: Till) -> None:
    paid = await till.pay(await till.preview("taco", "mole", "taco"), tip_cents=100)
    taco = await refund(till, paid.payment_id, "1", line_ids=["l1"])
    # 1900 cents and tax are 2094.75, rounded 2095: a taco's 500 are 551.3 of it.
    assert (taco.refunded_cents, taco.state) == (551, payment_pb2.PAYMENT_STATE_ORDERED)
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "NOT_REFUNDABLE"):
        await refund(till, paid.payment_id, "2", line_ids=["l1", "l2"])
    some = await refund(till, paid.payment_id, "3", amount_cents=44)
    assert some.refunded_cents == 595
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "NOT_REFUNDABLE"):
        await refund(till, paid.payment_id, "4", amount_cents=1601)
    with refused(grpc.StatusCode.NOT_FOUND, "LINE_NOT_FOUND"):
        await refund(till, paid.payment_id, "5", line_ids=["nope"])
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "NOT_REFUNDABLE"):
        await void(till, paid.payment_id)
    rest = await refund(till, paid.payment_id, "6")
    assert (rest.refunded_cents, rest.state) == (2195, payment_pb2.PAYMENT_STATE_REFUNDED)
    assert till.gateway.kept_cents == 0
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "NOT_REFUNDABLE"):
        await refund(till, paid.payment_id, "7")
    assert [r.amount_cents for r in rest.reversals] == [551, 44, 1600]
    assert {r.reason for r in rest.reversals} == {"cold"}


async def test_a_refund_is_made_once_however_often_and_parallel_it_is_asked_for(till: Till) -> None:
    paid = await till.pay(await till.preview())
    answers = await asyncio.gather(
        *(refund(till, paid.payment_id, "same", amount_cents=100) for _ in range(10)), return_exceptions=True
    )
    given = [a for a in answers if isinstance(a, payment_pb2.Payment)]
    busy = [a for a in answers if isinstance(a, grpc.aio.AioRpcError)]
    assert len(given) + len(busy) == len(answers)
    assert {reason(error) for error in busy} <= {"IDEMPOTENCY_IN_PROGRESS"}
    assert {p.refunded_cents for p in given} == {100}
    assert (await refund(till, paid.payment_id, "same", amount_cents=100)).refunded_cents == 100
    assert till.gateway.kept_cents == 451


async def test_different_refunds_at_once_never_give_back_more_than_was_paid(till: Till) -> None:
    paid = await till.pay(await till.preview())
    await asyncio.gather(
        *(refund(till, paid.payment_id, f"r{n}", amount_cents=100) for n in range(8)), return_exceptions=True
    )
    payment = (await _get(till, paid.payment_id)).payment
    assert till.gateway.kept_cents == 551 - payment.refunded_cents
    assert payment.refunded_cents in range(100, 501, 100)


async def test_a_refund_whose_answer_got_lost_is_found_and_not_made_again(till: Till) -> None:
    paid = await till.pay(await till.preview())
    till.gateway.faults.append(Fault.LOST_AFTER)
    with refused(grpc.StatusCode.UNAVAILABLE, "REVERSAL_PENDING"):
        await refund(till, paid.payment_id, "a", amount_cents=100)
    with refused(grpc.StatusCode.ABORTED, "PAYMENT_RUNNING"):
        await refund(till, paid.payment_id, "b", amount_cents=100)
    till.wait(7)
    await till.reconciler.round()
    assert (await refund(till, paid.payment_id, "a", amount_cents=100)).refunded_cents == 100
    assert [kind for kind, _ in till.gateway.requests] == ["charge", "refund"]


async def test_a_refund_is_not_answered_with_another_ones_end(till: Till) -> None:
    paid = await till.pay(await till.preview())
    till.gateway.faults.append(Fault.LOST_AFTER)
    with refused(grpc.StatusCode.UNAVAILABLE, "REVERSAL_PENDING"):
        await refund(till, paid.payment_id, "a", amount_cents=100)
    till.wait(7)
    # Nobody has looked yet: the second call finds the first one's end, and then does what it was asked for.
    second = await refund(till, paid.payment_id, "b", amount_cents=50)
    assert [(r.amount_cents, r.state) for r in second.reversals] == [
        (100, payment_pb2.REVERSAL_STATE_DONE),
        (50, payment_pb2.REVERSAL_STATE_DONE),
    ]
    assert till.gateway.kept_cents == 551 - 150


async def test_a_charge_is_voided_once_and_the_order_keeps_its_own_state(till: Till) -> None:
    paid = await till.pay(await till.preview())
    assert (await void(till, paid.payment_id, "v")).state == payment_pb2.PAYMENT_STATE_VOIDED
    assert (await void(till, paid.payment_id, "v")).state == payment_pb2.PAYMENT_STATE_VOIDED
    assert till.gateway.kept_cents == 0
    assert [order["status"] for order in await till.orders()] == ["ACCEPTED"]


async def _get(till: Till, payment_id: str, who: Any = STAFF, **more: Any) -> rpc.GetPaymentResponse:
    request = rpc.GetPaymentRequest(restaurant_id=RESTAURANT, payment_id=payment_id)
    answer: rpc.GetPaymentResponse = await till.payment.GetPayment(request, metadata=who, **more)
    return answer


async def test_payments_are_listed_and_read_by_their_restaurant_alone(till: Till) -> None:
    first = await till.pay(await till.preview())
    till.wait(1)
    till.gateway.faults.append(Fault.DECLINE)
    second = await till.pay(await till.preview("mole"))
    request = rpc.ListPaymentsRequest(restaurant_id=RESTAURANT, location_id=LOCATION)
    listed = await till.payment.ListPayments(request, metadata=STAFF)
    assert [p.id for p in listed.payments] == [second.payment_id, first.payment_id]
    request.states.append(payment_pb2.PAYMENT_STATE_DECLINED)
    assert [p.id for p in (await till.payment.ListPayments(request, metadata=STAFF)).payments] == [second.payment_id]
    page = rpc.ListPaymentsRequest(restaurant_id=RESTAURANT, location_id=LOCATION, page_size=1)
    one = await till.payment.ListPayments(page, metadata=STAFF)
    page.page_token = one.next_page_token
    two = await till.payment.ListPayments(page, metadata=STAFF)
    assert [p.id for p in (*one.payments, *two.payments)] == [second.payment_id, first.payment_id]
    assert two.next_page_token == ""
    assert (await _get(till, first.payment_id)).payment.card_last_digits == "1111"
    with refused(grpc.StatusCode.PERMISSION_DENIED, "FOREIGN_RESTAURANT"):
        await _get(till, first.payment_id, STRANGER)
    with refused(grpc.StatusCode.NOT_FOUND, "PAYMENT_NOT_FOUND"):
        await _get(till, "nope")


async def test_reconciling_says_what_the_gateway_does_not_agree_with(till: Till) -> None:
    first = await till.pay(await till.preview())
    await refund(till, first.payment_id, amount_cents=51)
    gone = await till.pay(await till.preview("mole"))
    till.wait(1)
    request = rpc.ReconcilePaymentsRequest(restaurant_id=RESTAURANT, location_id=LOCATION)
    answer = await till.payment.ReconcilePayments(request, metadata=OWNER)
    assert (answer.checked, answer.agreed, answer.taken_cents, answer.given_back_cents) == (2, 2, 551 + 992, 51)
    entry = next(e for e in till.gateway.ledger.values() if e.cents == 992)
    entry.state = Finding.VOIDED
    answer = await till.payment.ReconcilePayments(request, metadata=OWNER)
    (difference,) = answer.discrepancies
    assert (difference.payment_id, difference.gateway_says) == (gone.payment_id, "VOIDED")


async def test_watching_tells_each_change_once_from_the_snapshot_on_and_after_a_resume(till: Till) -> None:
    request = rpc.WatchPaymentsRequest(restaurant_id=RESTAURANT, location_id=LOCATION)
    stream = _told(till, request)
    first = await anext(stream)
    assert first.WhichOneof("event") == "snapshot"
    preview = await till.preview()
    await till.pay(preview)
    token = first.resume_token
    seen: list[payment_pb2.Payment] = []
    while not seen or seen[-1].state != payment_pb2.PAYMENT_STATE_ORDERED:
        message = await anext(stream)
        if message.WhichOneof("event") == "change":
            seen.append(message.change)
    versions = [p.version for p in seen]
    assert versions == sorted(set(versions))
    assert versions[-1] == 4
    again = _told(till, rpc.WatchPaymentsRequest(restaurant_id=RESTAURANT, location_id=LOCATION, resume_token=token))
    message = await anext(again)
    while message.WhichOneof("event") != "change":
        message = await anext(again)
    assert message.change.order_id == preview


async def _told(till: Till, request: rpc.WatchPaymentsRequest) -> AsyncIterator[rpc.WatchPaymentsResponse]:
    call = till.payment.WatchPayments(request, metadata=STAFF)
    try:
        async with asyncio.timeout(10):
            async for message in call:
                yield message
    finally:
        call.cancel()


async def test_credentials_are_sealed_told_to_nobody_and_used(till: Till) -> None:
    secret = "the-new-secret-of-the-location"
    request = rpc.SetPaymentAccountRequest(
        restaurant_id=RESTAURANT, location_id=LOCATION, oid="777", auth_token=secret, accept_payment=True
    )
    await till.payment.SetPaymentAccount(request, metadata=OWNER)
    stored = await till.db["locations"].find_one({"_id": ObjectId(LOCATION)})
    assert stored is not None
    assert stored["payment"]["oid"] == "777"
    assert stored["payment"]["auth"].startswith("sealed:v1:")
    paid = await till.pay(await till.preview())
    for name in await till.db.list_collection_names():
        for document in await till.db[name].find().to_list():
            assert secret not in repr(document), name
    assert secret not in repr(paid)
    with refused(grpc.StatusCode.NOT_FOUND, "INVALID_LOCATION"):
        request.location_id = OTHER_LOCATION
        await till.payment.SetPaymentAccount(request, metadata=OWNER)


async def test_what_the_old_system_wrote_is_sealed_by_the_command_and_only_then(till: Till, settings: Any) -> None:
    values = {
        "DB_CONN_STRING": settings.db_conn_string.get_secret_value(),
        "DB_NAME": settings.db_name,
        "ORDERBUDDY_ASSERTION_SECRET": SECRET,
    }
    encoded = base64.b64encode(KEY).decode()
    found = PaymentSettings.model_validate({**values, "ORDERBUDDY_CREDENTIAL_KEYS": encoded})
    assert await seal_all(found, dry_run=True) == {"plain": 1}
    assert (await till.db["locations"].find_one({}) or {})["payment"]["auth"] == "plain-auth-token"
    assert await seal_all(found, dry_run=False) == {"plain": 1}
    assert await seal_all(found, dry_run=False) == {"sealed already": 1}
    assert "plain-auth-token" not in repr(await till.db["locations"].find_one({}))
    assert (await till.pay(await till.preview())).order_id
