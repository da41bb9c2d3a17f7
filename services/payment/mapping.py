"""Payments as messages, and as the old clients read them."""

from __future__ import annotations

from typing import Any, Final

from google.protobuf.struct_pb2 import Struct
from orderbuddy.payment.v1 import payment_pb2

from services.kit.values import timestamp
from services.payment.model import Bill, Payment, Reversal, State, Step

_APPROVED: Final = "true"
_KNOWN_DECLINES: Final = ("Decline", "Do not honor", "Insufficient funds")
"""The only texts that the Order App takes for a decline; any other it takes for success (contract part A, defect 7)."""


def payment_state(state: str) -> str:
    """Return the name of a stored state's enum; unspecified for what is none."""
    return f"PAYMENT_STATE_{state or 'UNSPECIFIED'}"


def state_name(state: payment_pb2.PaymentState) -> str:
    """Return an enum's state as it is stored."""
    return payment_pb2.PaymentState.Name(state).removeprefix("PAYMENT_STATE_")


def payment(bill: Bill, payment: Payment) -> payment_pb2.Payment:
    """Write a payment."""
    return payment_pb2.Payment(
        id=payment.id,
        restaurant_id=bill.restaurant_id,
        location_id=bill.location_id,
        order_id=bill.id,
        gateway=payment.gateway,
        method=f"PAYMENT_METHOD_{payment.method}",
        amount_cents=payment.amount_cents,
        tip_cents=payment.tip_cents,
        refunded_cents=payment.refunded_cents,
        state=payment_state(payment.state),
        version=payment.version,
        external_id=payment.external_id,
        gateway_id=payment.gateway_id,
        message=payment.message,
        card_last_digits=payment.card_last_digits,
        card_brand=payment.card_brand,
        created_at=timestamp(payment.created_at),
        updated_at=timestamp(payment.updated_at),
        reversals=[_reversal(reversal) for reversal in payment.reversals],
        history=[_step(step) for step in payment.history],
    )


def _step(step: Step) -> payment_pb2.PaymentStep:
    before, after = payment_state(step.before), payment_state(step.after)
    message = payment_pb2.PaymentStep(to=after, at=timestamp(step.at), actor=step.actor, note=step.note)
    # `from` is a word of Python's own, so the field can't be named in the call.
    setattr(message, "from", payment_pb2.PaymentState.Value(before))
    return message


def _reversal(reversal: Reversal) -> payment_pb2.Reversal:
    return payment_pb2.Reversal(
        id=reversal.id,
        kind=f"REVERSAL_KIND_{reversal.kind}",
        state=f"REVERSAL_STATE_{reversal.state}",
        amount_cents=reversal.amount_cents,
        line_ids=reversal.line_ids,
        reason=reversal.reason,
        external_id=reversal.external_id,
        created_at=timestamp(reversal.created_at),
        actor=reversal.actor,
        message=reversal.message,
    )


def transaction(payment: Payment | None) -> Struct:
    """Return the gateway's answer as the Order App reads it: `resultStatus` "true", or a text that it knows."""
    answer: dict[str, Any] = {}
    if payment is None:
        answer = {"resultStatus": _APPROVED, "resultMessage": "Approved"}
    elif payment.state in {State.PAID, State.ORDERED}:
        answer = {"resultMessage": "Approved", **payment.transaction, "resultStatus": _APPROVED}
    else:
        said = payment.message if payment.message in _KNOWN_DECLINES else _KNOWN_DECLINES[0]
        answer = {**payment.transaction, "resultStatus": "false", "resultMessage": said}
    struct = Struct()
    struct.update(answer)
    return struct


def order_id(bill: Bill, payment: Payment | None) -> str:
    """Return the order's id once it is there, and this payment is part of what paid for it."""
    if not bill.placed:
        return ""
    return bill.id if payment is None or payment.state in {State.PAID, State.ORDERED} else ""
