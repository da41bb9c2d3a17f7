"""What a change of an order or a payment means to integrators. Pure.

A happening has a key that is the same for everybody who hears of it, live, late or again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.ordering.v1 import order_pb2
from orderbuddy.payment.v1 import payment_pb2

TEST: Final = "webhook.test"
_BY_STATUS: Final = {
    "ACCEPTED": "order.accepted",
    "READY_FOR_PICKUP": "order.ready",
    "PICKED_UP": "order.completed",
    "CANCELED": "order.canceled",
}
_BY_STATE: Final = {
    payment_pb2.PAYMENT_STATE_PAID: "payment.paid",
    payment_pb2.PAYMENT_STATE_ORDERED: "payment.ordered",
    payment_pb2.PAYMENT_STATE_DECLINED: "payment.declined",
    payment_pb2.PAYMENT_STATE_VOIDED: "payment.voided",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that endpoints are told."""

    type: str
    key: str
    """What it is, among all that ever happens, but for the endpoint."""
    at: datetime
    reversal_id: str = ""
    """Of `payment.refunded`."""
    voided_line_ids: tuple[str, ...] = ()
    """Of `order.lines_voided`."""


def of_change(change: order_pb2.OrderChange) -> Iterator[Happening]:
    """Yield what a change of an order means."""
    if change.removed:
        return
    before = change.previous_status if change.HasField("previous_status") else None
    yield from _of_step(change.order_id, change.version, before, change.status, change.at, change.lines)


def of_record(record: order_pb2.OrderRecord) -> Iterator[Happening]:
    """Yield what ever happened to an order, as far as its history tells, oldest first."""
    for entry in record.history:
        yield from _of_step(record.order.id, entry.version, entry.from_status, entry.to_status, entry.at, entry.lines)


def _of_step(
    order_id: str,
    version: int,
    before: str | None,
    after: str,
    at: Timestamp,
    lines: Sequence[order_pb2.LineChange],
) -> Iterator[Happening]:
    instant = _instant(at)
    if before == "":
        yield Happening("order.placed", f"order\n{order_id}\n{version}\norder.placed", instant)
    if before != after and after in _BY_STATUS:
        kind = _BY_STATUS[after]
        yield Happening(kind, f"order\n{order_id}\n{version}\n{kind}", instant)
    voided = tuple(line.line_id for line in lines if line.step == order_pb2.LINE_STEP_VOIDED)
    if voided:
        kind = "order.lines_voided"
        yield Happening(kind, f"order\n{order_id}\n{version}\n{kind}", instant, voided_line_ids=voided)


def of_payment(payment: payment_pb2.Payment) -> Iterator[Happening]:
    """Yield what ever happened to a payment, oldest first.

    A stream of payments tells how they are and not what has changed: of two quick changes the first is only seen in
    the history.
    """
    found = []
    for number, step in enumerate(payment.history):
        if step.to in _BY_STATE:
            kind = _BY_STATE[step.to]
            found.append(Happening(kind, f"payment\n{payment.id}\n{number}\n{kind}", _instant(step.at)))
    for back in payment.reversals:
        if back.kind == payment_pb2.REVERSAL_KIND_REFUND and back.state == payment_pb2.REVERSAL_STATE_DONE:
            key = f"payment\n{payment.id}\n{back.id}\npayment.refunded"
            found.append(Happening("payment.refunded", key, _instant(back.created_at), reversal_id=back.id))
    yield from sorted(found, key=lambda happening: happening.at)


def _instant(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)
