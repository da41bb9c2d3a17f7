"""What changes of orders and payments mean to integrators, and what they are sent of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from orderbuddy.ordering.v1 import order_pb2
from orderbuddy.payment.v1 import payment_pb2

from services.notification.webhooks.bodies import order_body, payment_body
from services.notification.webhooks.happenings import of_change, of_payment, of_record

AT = datetime(2026, 1, 15, 20, 30, 0, 5000, tzinfo=UTC)
VOIDED = order_pb2.LineChange(line_id="l1", step=order_pb2.LINE_STEP_VOIDED)
STARTED = order_pb2.LineChange(line_id="l1", step=order_pb2.LINE_STEP_STARTED)


def change(before: str | None, after: str, *lines: order_pb2.LineChange, version: int = 2) -> order_pb2.OrderChange:
    return order_pb2.OrderChange(
        order_id="o1", version=version, status=after, at=AT, previous_status=before, lines=lines
    )


@pytest.mark.parametrize(
    ("made", "types"),
    [
        (change("", "CREATED"), ["order.placed"]),
        (change("", "ACCEPTED"), ["order.placed", "order.accepted"]),
        (change("CREATED", "ACCEPTED"), ["order.accepted"]),
        (change("READY_FOR_PICKUP", "ACCEPTED"), ["order.accepted"]),
        (change("ACCEPTED", "READY_FOR_PICKUP"), ["order.ready"]),
        (change("CREATED", "PICKED_UP"), ["order.completed"]),
        (change("ACCEPTED", "CANCELED"), ["order.canceled"]),
        (change(None, "ACCEPTED"), ["order.accepted"]),
        (change(None, "something old"), []),
        (change("ACCEPTED", "ACCEPTED"), []),
        (change("ACCEPTED", "ACCEPTED", STARTED), []),
        (change("ACCEPTED", "ACCEPTED", VOIDED), ["order.lines_voided"]),
        (change("ACCEPTED", "READY_FOR_PICKUP", VOIDED), ["order.ready", "order.lines_voided"]),
        (order_pb2.OrderChange(order_id="o1", removed=True), []),
    ],
)
def test_a_change_means(made: order_pb2.OrderChange, types: list[str]) -> None:
    assert [happening.type for happening in of_change(made)] == types


def test_the_same_is_told_by_the_stream_and_by_the_history() -> None:
    steps = [("", "CREATED", []), ("CREATED", "ACCEPTED", []), ("ACCEPTED", "ACCEPTED", [VOIDED])]
    record = order_pb2.OrderRecord(
        order=order_pb2.Order(id="o1"),
        history=[
            order_pb2.OrderHistoryEntry(version=n, from_status=before, to_status=after, at=AT, lines=lines)
            for n, (before, after, lines) in enumerate(steps, 1)
        ],
    )
    live = [
        happening
        for n, (before, after, lines) in enumerate(steps, 1)
        for happening in of_change(change(before, after, *lines, version=n))
    ]
    assert list(of_record(record)) == live
    assert len({happening.key for happening in live}) == len(live) == 3


def test_a_payment_tells_its_whole_history_however_it_is_heard_of() -> None:
    states = payment_pb2.PaymentState
    steps = [states.PAYMENT_STATE_INTENDED, states.PAYMENT_STATE_AUTHORISING, states.PAYMENT_STATE_PAID]
    payment = payment_pb2.Payment(id="p1", history=[payment_pb2.PaymentStep(to=to, at=AT) for to in steps])
    first = list(of_payment(payment))
    payment.history.append(payment_pb2.PaymentStep(to=states.PAYMENT_STATE_ORDERED, at=AT))
    for state in (
        payment_pb2.REVERSAL_STATE_DONE,
        payment_pb2.REVERSAL_STATE_REFUSED,
        payment_pb2.REVERSAL_STATE_PENDING,
    ):
        payment.reversals.add(id=f"r{state}", kind=payment_pb2.REVERSAL_KIND_REFUND, state=state, created_at=AT)
    later = list(of_payment(payment))
    assert [happening.type for happening in first] == ["payment.paid"]
    assert [happening.type for happening in later] == ["payment.paid", "payment.ordered", "payment.refunded"]
    assert later[0] == first[0]
    assert later[2].reversal_id == "r2"


def test_an_order_is_told_as_the_rest_routes_show_it_without_phone_number() -> None:
    record = order_pb2.OrderRecord(
        order=order_pb2.Order(
            id="o1",
            order_code="A1B2",
            status="ACCEPTED",
            customer=order_pb2.OrderCustomer(name="Ana"),
            items=[order_pb2.OrderLine(id="l2", price_cents=2**40)],
            total_price_cents=551,
        ),
        customer_phone="2065550133",
        version=3,
        started_at=AT,
        correlation_id="c",
    )
    happening = next(of_change(change("ACCEPTED", "ACCEPTED", VOIDED)))
    told = json.loads(order_body(happening, record))
    assert told["type"] == "order.lines_voided"
    assert told["timestamp"] == told["data"]["startedAt"] == "2026-01-15T20:30:00.005Z"
    data = told["data"]
    assert data["order"]["_id"] == "o1"
    assert data["order"]["items"][0]["priceCents"] == 2**40
    assert data["order"]["totalPriceCents"] == 551
    assert data["order"]["discount"] is None
    assert data["voidedLineIds"] == ["l1"]
    assert set(data) == {
        "order",
        "paymentId",
        "startedAt",
        "endedAt",
        "version",
        "cancelReason",
        "voidedLines",
        "acceptedAt",
        "voidedLineIds",
    }
    assert "2065550133" not in str(told)


def test_a_payment_is_told_with_names_of_states() -> None:
    payment = payment_pb2.Payment(
        id="p1",
        amount_cents=500,
        method=payment_pb2.PAYMENT_METHOD_CARD,
        state=payment_pb2.PAYMENT_STATE_PAID,
        history=[payment_pb2.PaymentStep(to=payment_pb2.PAYMENT_STATE_PAID, at=AT)],
    )
    (happening,) = of_payment(payment)
    data = json.loads(payment_body(happening, payment))["data"]
    assert (data["payment"]["state"], data["payment"]["method"], data["payment"]["amountCents"]) == (
        "PAID",
        "CARD",
        500,
    )
    assert data["payment"]["history"][0]["to"] == "PAID"
