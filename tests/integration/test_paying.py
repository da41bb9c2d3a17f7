"""Paying: charged once, for an order that exists, whatever is lost on the way."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from orderbuddy.ordering.v1 import checkout_service_pb2, checkout_service_pb2_grpc
from orderbuddy.payment.v1 import payment_service_pb2 as rpc

from services.kit.principal import CallerKind, Principal
from tests.integration.payments import LOCATION, RESTAURANT, Till, till
from tests.servers.fake_gateway import Fault
from tests.support import eventually, metadata_of, reason

__all__ = ["till"]
SERVICE = metadata_of(Principal(CallerKind.SERVICE, "payment"))


async def test_a_card_is_charged_what_the_preview_says_and_the_order_is_there(till: Till) -> None:
    preview = await till.preview("taco", "mole")
    answer = await till.pay(preview)
    told = MessageToDict(answer.transaction)
    assert told.pop("externalTransactionId") in till.gateway.ledger
    assert told == {
        "resultStatus": "true",
        "resultMessage": "Approved",
        "amountProcessed": "15.44",
        "uniqueTransId": "g-1",
    }
    assert (answer.order_id, answer.remaining_cents) == (preview, 0)
    (order,) = await till.orders()
    assert (str(order["_id"]), order["paymentId"], order["status"]) == (preview, "tok-1", "ACCEPTED")
    assert till.gateway.kept_cents == order["totalPriceCents"] == 1544
    (payment,) = (await till.bill(preview))["payments"]
    assert [step["to"] for step in payment["history"]] == ["INTENDED", "AUTHORISING", "PAID", "ORDERED"]
    assert payment["nextAt"] is None


async def test_a_wallet_is_charged_and_the_order_holds_its_token(till: Till) -> None:
    preview = await till.preview()
    answer = await till.pay_by_wallet(preview)
    assert MessageToDict(answer.transaction)["transactionResponse"]["resultStatus"] == "true"
    assert answer.order_id == preview
    assert [order["paymentId"] for order in await till.orders()] == ["wallet-1"]


async def test_a_decline_orders_nothing_and_the_same_token_may_be_tried_again(till: Till) -> None:
    preview = await till.preview()
    till.gateway.faults.append(Fault.DECLINE)
    declined = await till.pay(preview)
    assert (declined.transaction["resultStatus"], declined.order_id) == ("false", "")
    assert declined.transaction["resultMessage"] == "Insufficient funds"
    assert declined.remaining_cents == 551
    assert await till.orders() == []
    again = await till.pay(preview)
    assert again.order_id == preview
    assert again.payment_id != declined.payment_id
    assert await till.states(preview) == ["DECLINED", "ORDERED"]
    assert till.gateway.kept_cents == 551


async def test_fifty_parallel_calls_are_one_charge_and_one_answer(till: Till) -> None:
    preview = await till.preview()
    answers = await asyncio.gather(*(till.pay(preview) for _ in range(50)))
    assert len({answer.SerializeToString(deterministic=True) for answer in answers}) == 1
    assert answers[0].order_id == preview
    assert len(till.gateway.charges()) == len(await till.orders()) == 1


async def test_who_pays_a_paid_order_again_is_told_of_it_and_charged_nothing(till: Till) -> None:
    preview = await till.preview()
    first = await till.pay(preview)
    other = await till.pay(preview, token="tok-2")
    assert (other.order_id, other.payment_id) == (preview, first.payment_id)
    assert len(till.gateway.charges()) == 1


async def test_a_second_card_waits_while_the_first_is_being_charged(till: Till) -> None:
    preview = await till.preview()
    till.gateway.hold = asyncio.Event()
    first = asyncio.create_task(till.pay(preview))
    await eventually(lambda: _is(till, preview, ["AUTHORISING"]))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await till.pay(preview, token="tok-2")
    assert (refused.value.code(), reason(refused.value)) == (grpc.StatusCode.ABORTED, "PAYMENT_RUNNING")
    till.gateway.hold.set()
    assert (await first).order_id == preview
    assert len(till.gateway.charges()) == 1


async def _is(till: Till, order_id: str, states: list[str]) -> bool:
    return await till.states(order_id) == states


async def test_a_charge_whose_answer_got_lost_is_found_and_the_order_placed(till: Till) -> None:
    preview = await till.preview()
    till.gateway.faults.append(Fault.LOST_AFTER)
    answer = await till.pay(preview)
    assert answer.order_id == preview
    assert len(till.gateway.charges()) == len(await till.orders()) == 1


async def test_a_charge_that_never_arrived_is_sent_again_with_the_same_id(till: Till) -> None:
    preview = await till.preview()
    till.gateway.faults.append(Fault.LOST_BEFORE)
    answer = await till.pay(preview)
    assert answer.order_id == preview
    assert till.gateway.requests == [("charge", answer.transaction["externalTransactionId"])]
    (payment,) = (await till.bill(preview))["payments"]
    assert payment["externalId"] == till.gateway.requests[0][1]


async def test_a_charge_that_keeps_getting_lost_is_not_sent_over_and_over(till: Till) -> None:
    preview = await till.preview()
    till.gateway.faults.extend([Fault.LOST_BEFORE] * 50)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await till.pay(preview)
    assert (refused.value.code(), reason(refused.value)) == (grpc.StatusCode.UNAVAILABLE, "PAYMENT_UNKNOWN")
    assert len(till.gateway.faults) == 48  # once, once more, and the clock stands still
    (payment,) = (await till.bill(preview))["payments"]
    assert payment["state"] == "UNKNOWN"


async def test_a_gateway_that_cannot_be_reached_is_an_outage_and_can_be_tried_again(till: Till) -> None:
    preview = await till.preview()
    till.gateway.faults.append(Fault.NOT_SENT)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await till.pay(preview)
    assert (refused.value.code(), reason(refused.value)) == (grpc.StatusCode.UNAVAILABLE, "GATEWAY_AWAY")
    assert till.gateway.ledger == {}
    assert await till.states(preview) == ["INTENDED"]
    assert (await till.pay(preview)).order_id == preview
    assert await till.states(preview) == ["ORDERED"]


async def test_what_could_not_be_sent_waits_for_its_guest_and_is_given_up(till: Till) -> None:
    preview = await till.preview()
    till.gateway.faults.append(Fault.NOT_SENT)
    with pytest.raises(grpc.aio.AioRpcError):
        await till.pay(preview)
    till.wait(11)
    await till.reconciler.round()
    assert await till.states(preview) == ["DECLINED"]
    assert (await till.pay(preview, token="tok-2")).order_id == preview


async def test_a_price_that_has_changed_is_refused_before_anything_is_charged(till: Till) -> None:
    preview = await till.preview()
    await till.db["menus"].update_one({}, {"$set": {"items.0.priceCents": 600}})
    await eventually(lambda: _refused(till, preview, "PRICE_CHANGED"))
    await till.db["menus"].update_one({}, {"$set": {"items.0.priceCents": 500, "items.0.isAvailable": False}})
    await eventually(lambda: _refused(till, preview, "CART_LINE"))
    await till.db["menus"].update_one({}, {"$set": {"items.0.isAvailable": True}})
    await till.db["locations"].update_one({}, {"$set": {"workingHours": []}})
    await eventually(lambda: _refused(till, preview, "LOCATION_CLOSED"))
    assert till.gateway.ledger == {}
    assert await till.states(preview) == []


async def _refused(till: Till, preview: str, wanted: str) -> bool:
    """Wait until Ordering has heard of a change, by a call that charges nothing, and see it refused."""
    ordering = checkout_service_pb2_grpc.CheckoutServiceStub(till.services["ordering"].channel)
    request = checkout_service_pb2.PrepareCheckoutRequest(preview_order_id=preview)
    try:
        await ordering.PrepareCheckout(request, metadata=SERVICE)
    except grpc.aio.AioRpcError as error:
        if reason(error) != wanted:
            return False
    else:
        return False
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await till.pay(preview)
    return reason(refused.value) == wanted


async def test_the_same_key_gives_the_same_answer_and_another_request_with_it_is_refused(till: Till) -> None:
    preview = await till.preview()
    till.gateway.faults.append(Fault.DECLINE)
    first = await till.pay(preview, request_id="k")
    assert await till.pay(preview, request_id="k") == first
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await till.pay(preview, request_id="k", tip_cents=1)
    assert reason(refused.value) == "IDEMPOTENCY_KEY_REUSED"
    assert till.gateway.charges() == []


async def test_the_same_token_with_another_tip_is_refused(till: Till) -> None:
    preview = await till.preview()
    await till.pay(preview, tip_cents=100)
    assert till.gateway.kept_cents == 651
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await till.pay(preview, tip_cents=200)
    assert reason(refused.value) == "ALREADY_PAID_WITH"
    assert till.gateway.kept_cents == 651


async def test_an_unknown_preview_and_a_strange_token_are_refused(till: Till) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as missing:
        await till.pay("6f" * 12)
    assert reason(missing.value) == "PREVIEW_NOT_FOUND"
    with pytest.raises(grpc.aio.AioRpcError) as strange:
        await till.pay(await till.preview(), token="../void")
    assert strange.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert till.gateway.requests == []


async def test_a_bill_is_split_and_the_order_comes_with_the_last_part(till: Till) -> None:
    preview = await till.preview("taco", "mole")
    first = await till.pay(preview, token="ana", amount_cents=500, tip_cents=50)
    assert (first.order_id, first.remaining_cents) == ("", 1044)
    assert await till.orders() == []
    with pytest.raises(grpc.aio.AioRpcError) as too_much:
        await till.pay(preview, token="ben", amount_cents=1045)
    assert too_much.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    second = await till.pay(preview, token="ben")
    assert (second.order_id, second.remaining_cents) == (preview, 0)
    assert (await till.pay(preview, token="ana", amount_cents=500, tip_cents=50)).order_id == preview
    assert await till.states(preview) == ["ORDERED", "ORDERED"]
    assert till.gateway.kept_cents == 1544 + 50


async def test_parts_whose_rest_is_never_paid_go_back(till: Till) -> None:
    preview = await till.preview("taco", "mole")
    await till.pay(preview, token="ana", amount_cents=500)
    till.wait(16 * 60)
    await till.reconciler.round()
    assert await till.states(preview) == ["VOIDED"]
    assert till.gateway.kept_cents == 0
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await till.pay(preview, token="ben")
    assert reason(refused.value) == "BILL_CLOSED"


async def test_starting_gives_a_token_of_the_restaurants_account(till: Till) -> None:
    answer = await till.payment.StartPayment(rpc.StartPaymentRequest(restaurant_id=RESTAURANT))
    assert answer.transaction_token == "token-0"
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await till.payment.StartPayment(rpc.StartPaymentRequest(restaurant_id="nobody"))
    assert reason(refused.value) == "NO_PAYMENT_ACCOUNT"
    assert LOCATION


async def test_a_wallet_that_may_be_on_its_way_is_not_charged_beside_itself(till: Till) -> None:
    preview = await till.preview()
    till.gateway.faults.append(Fault.LOST_BEFORE)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await till.pay_by_wallet(preview)
    assert (refused.value.code(), reason(refused.value)) == (grpc.StatusCode.UNAVAILABLE, "PAYMENT_UNKNOWN")
    assert till.gateway.requests == []


async def test_another_amount_than_was_asked_for_goes_back(till: Till) -> None:
    preview = await till.preview()
    till.gateway.faults.append(Fault.LOST_AFTER)
    till.gateway.short_by_cents = 50
    answer = await till.pay(preview)
    assert (answer.order_id, answer.transaction.fields["resultStatus"].string_value) == ("", "false")
    assert await till.states(preview) == ["VOIDED"]
    assert await till.orders() == []
    assert till.gateway.kept_cents == 0
