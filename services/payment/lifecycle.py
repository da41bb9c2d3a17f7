"""The life of a payment: pure steps, each from a bill to the next bill.

INTENDED → AUTHORISING → PAID → ORDERED; AUTHORISING → DECLINED or UNKNOWN; UNKNOWN → PAID or DECLINED; PAID and
ORDERED → VOIDED or REFUNDED. Only who holds a payment takes steps with it, and a step is written only if nobody else
has written since the bill was read (`holding`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from services.payment.gateway import Result
from services.payment.model import RUNNING, Bill, Fate, Payment, Reversal, ReversalKind, ReversalState, State, Step

LEASE: Final = timedelta(seconds=6)
"""How long a payment is held without a sign of life; holders renew it while the gateway thinks."""

SETTLED: Final = timedelta(seconds=60)
"""After so long a gateway that knows nothing of a request will not learn of it any more; longer than any call to it."""

RECHECK: Final = timedelta(minutes=10)
"""When a charge that is taken for never made is looked for once more."""

LATE: Final = timedelta(minutes=15)
"""An approval that is heard of later than this goes back: the guest has left. Also how long parts of a bill wait."""

STUCK: Final = timedelta(hours=1)
"""How often giving back is tried that the gateway refuses."""

PATIENCE: Final = timedelta(seconds=10)
"""How long a payment that could not be sent waits for its guest's next call."""

MOST_PAYMENTS: Final = 100
"""Of one bill, declined ones included."""

FOLLOWERS: Final = {
    State.INTENDED: frozenset({State.AUTHORISING, State.DECLINED}),
    State.AUTHORISING: frozenset({State.PAID, State.DECLINED, State.UNKNOWN, State.INTENDED}),
    State.UNKNOWN: frozenset({State.AUTHORISING, State.PAID, State.DECLINED}),
    State.PAID: frozenset({State.ORDERED, State.VOIDED, State.REFUNDED}),
    State.ORDERED: frozenset({State.VOIDED, State.REFUNDED}),
    State.DECLINED: frozenset({State.UNKNOWN}),
    State.VOIDED: frozenset[State](),
    State.REFUNDED: frozenset[State](),
}
"""Which state can follow which. AUTHORISING → INTENDED: not a byte of it was sent. DECLINED → UNKNOWN: a charge that
was taken for never made turns up."""


class StepRefused(Exception):
    """The step can't be taken from the present state."""


def _with(bill: Bill, payment: Payment) -> Bill:
    payments = tuple(payment if p.id == payment.id else p for p in bill.payments)
    return replace(bill, payments=payments)


def _moved(payment: Payment, after: State, now: datetime, actor: str, note: str = "", **changes: Any) -> Payment:
    if after not in FOLLOWERS[payment.state]:
        raise StepRefused(f"{after} can't follow {payment.state}")
    step = Step(before=payment.state, after=after, at=now, actor=actor, note=note)
    changes |= {"state": after, "version": payment.version + 1, "updated_at": now, "history": (*payment.history, step)}
    return replace(payment, **changes)


def intend(bill: Bill, payment: Payment, now: datetime) -> Bill:
    """Add a payment that somebody wants to make. Raises StepRefused when the bill has no room for it."""
    if bill.fate is not None or payment.amount_cents > bill.total_cents - bill.reserved_cents:
        raise StepRefused("there is less left to pay")
    if len(bill.payments) >= MOST_PAYMENTS:
        raise StepRefused("too many attempts")
    step = Step(before="", after=State.INTENDED, at=now, actor=payment.actor)
    begun = replace(payment, next_at=now + LEASE, history=(step,))
    return replace(bill, payments=(*bill.payments, begun))


def hold(bill: Bill, payment_id: str, holder: str, now: datetime) -> Bill:
    """Take a payment in hand, or keep it in hand, for LEASE."""
    return _with(bill, replace(bill.payment(payment_id), holder=holder, next_at=now + LEASE))


def put_off(bill: Bill, payment_id: str, until: datetime | None) -> Bill:
    """Leave a payment alone until then; None: for ever."""
    payment = bill.payment(payment_id)
    return _with(bill, replace(payment, holder="", next_at=until, tries=payment.tries + 1))


def let_go(bill: Bill, payment_id: str, now: datetime) -> Bill:
    """Leave a payment to whoever comes next, at once if something is left to do."""
    payment = bill.payment(payment_id)
    is_open = payment.state is State.PAID or payment.pending is not None
    return _with(bill, replace(payment, holder="", next_at=now if is_open else None))


def send(bill: Bill, payment_id: str, account: tuple[str, str], now: datetime, actor: str) -> Bill:
    """Note that the gateway is about to be asked to charge, and through which account: its id and sealed token."""
    payment = bill.payment(payment_id)
    via: dict[str, Any] = {"organisation_id": account[0], "sealed_token": account[1]}
    return _with(bill, _moved(payment, State.AUTHORISING, now, actor, sent_at=now, next_at=now + LEASE, **via))


def not_sent(bill: Bill, payment_id: str, now: datetime, note: str) -> Bill:
    """Note that the gateway could not be asked: nothing has begun, and the guest's next call may begin it."""
    payment = bill.payment(payment_id)
    if payment.state is State.AUTHORISING:
        payment = _moved(payment, State.INTENDED, now, payment.actor, note)
    return _with(bill, replace(payment, holder="", next_at=now + PATIENCE))


def not_heard(bill: Bill, payment_id: str, now: datetime, actor: str, note: str) -> Bill:
    """Note that the gateway's answer did not come, or can't be trusted."""
    payment = bill.payment(payment_id)
    return _with(bill, _moved(payment, State.UNKNOWN, now, actor, note, next_at=now + LEASE))


def decline(bill: Bill, payment_id: str, now: datetime, actor: str, note: str, result: Result | None = None) -> Bill:
    """Note that nothing was taken, for certain."""
    told = {} if result is None else _told(result)
    payment = bill.payment(payment_id)
    moved = _moved(payment, State.DECLINED, now, actor, note, next_at=None, holder="", tries=0, **told)
    return _with(bill, replace(moved, message=note))


def give_up_looking(bill: Bill, payment_id: str, now: datetime, actor: str) -> Bill:
    """Note that the gateway knows of no charge, long after it was asked. It is looked for once more later."""
    declined = decline(bill, payment_id, now, actor, "the gateway knows of no charge")
    return _with(declined, replace(declined.payment(payment_id), next_at=now + RECHECK))


def approve(bill: Bill, payment_id: str, result: Result, now: datetime, actor: str) -> Bill:
    """Note that the money is taken. When that pays the whole bill, it is decided that the order is placed.

    Money that comes too late, or when the bill is paid already, or another amount than was asked for, does not count
    and goes back.
    """
    payment = bill.payment(payment_id)
    wanted = bill.fate is None and bill.paid_cents + payment.amount_cents <= bill.total_cents
    as_asked = result.amount_cents in {None, payment.charged_cents}
    counts = wanted and as_asked and now - payment.created_at <= LATE
    note = "" if counts else "late, not needed any more, or another amount: it goes back"
    told = _told(result) | {"counts": counts, "next_at": now + LEASE, "tries": 0}
    after = _with(bill, _moved(payment, State.PAID, now, actor, note, **told))
    return replace(after, fate=Fate.ORDER) if counts and after.paid_cents == after.total_cents else after


def _told(result: Result) -> dict[str, Any]:
    card = result.card
    return {
        "gateway_id": result.gateway_id,
        "message": result.message,
        "transaction": dict(result.raw),
        "card_last_digits": card.last_digits if card else "",
        "card_brand": card.brand if card else "",
    }


def ordered(bill: Bill, now: datetime, actor: str) -> Bill:
    """Note that the order is there: all that counts is ORDERED."""
    payments = tuple(
        _moved(p, State.ORDERED, now, actor, next_at=None, holder="", tries=0)
        if p.state is State.PAID and p.counts
        else p
        for p in bill.payments
    )
    return replace(bill, payments=payments, placed=True)


def return_all(bill: Bill) -> Bill:
    """Decide that what is taken goes back: the order can't be placed, or its parts were not all paid."""
    return replace(bill, fate=Fate.RETURN)


def goes_back(bill: Bill, payment: Payment) -> bool:
    """Tell whether money that was taken has to be given back."""
    return payment.state is State.PAID and (bill.fate is Fate.RETURN or not payment.counts)


def can_wait_no_longer(bill: Bill, now: datetime) -> bool:
    """Tell whether a bill that is paid in part has waited for its other parts for long enough, and none is running."""
    taken = [p for p in bill.payments if p.state is State.PAID]
    if bill.fate is not None or any(p.state in RUNNING for p in bill.payments) or not taken:
        return False
    return now - max(p.updated_at for p in taken) >= LATE


def reverse(bill: Bill, payment_id: str, reversal: Reversal, now: datetime) -> Bill:
    """Note that money is about to go back.

    Raises StepRefused when it can't: not taken, more than is left, a line twice, or another reversal is under way.
    """
    payment = bill.payment(payment_id)
    left = payment.charged_cents - payment.refunded_cents
    back = {line for r in payment.reversals if r.state is ReversalState.DONE for line in r.line_ids}
    if payment.state not in {State.PAID, State.ORDERED}:
        raise StepRefused(f"the payment is {payment.state}")
    if payment.pending is not None:
        raise StepRefused("another reversal is under way")
    if not 0 < reversal.amount_cents <= left:
        raise StepRefused(f"{left} cents are left to give back")
    if reversal.kind is ReversalKind.VOID and reversal.amount_cents != payment.charged_cents:
        raise StepRefused("a part of it was given back already: the rest can only be refunded")
    if twice := back.intersection(reversal.line_ids):
        raise StepRefused(f"line {min(twice)!r} was given back already")
    changes: dict[str, Any] = {"version": payment.version + 1, "updated_at": now, "next_at": now + LEASE}
    return _with(bill, replace(payment, reversals=(*payment.reversals, reversal), sent_at=now, **changes))


def resend(bill: Bill, payment_id: str, now: datetime) -> Bill:
    """Note that the gateway is asked once more for the pending reversal."""
    return _with(bill, replace(bill.payment(payment_id), sent_at=now, next_at=now + LEASE))


def finish_reversal(bill: Bill, payment_id: str, now: datetime, actor: str, message: str) -> Bill:
    """Note that the pending reversal is done."""
    payment = _ended(bill.payment(payment_id), ReversalState.DONE, now, message)
    done = payment.reversals[-1]
    refunded = payment.refunded_cents + done.amount_cents
    payment = replace(payment, refunded_cents=refunded, next_at=None, holder="", tries=0)
    if refunded == payment.charged_cents:
        after = State.VOIDED if done.kind is ReversalKind.VOID else State.REFUNDED
        # One visible change, not two: the end of the reversal counted already.
        payment = _moved(replace(payment, version=payment.version - 1), after, now, actor, done.reason)
    return _with(bill, payment)


def refuse_reversal(bill: Bill, payment_id: str, now: datetime, message: str) -> Bill:
    """Note that the gateway will not do the pending reversal."""
    payment = _ended(bill.payment(payment_id), ReversalState.REFUSED, now, message)
    if not goes_back(bill, payment):
        payment = replace(payment, next_at=None, holder="", tries=0)
    return _with(bill, payment)


def _ended(payment: Payment, state: ReversalState, now: datetime, message: str) -> Payment:
    pending = payment.pending
    if pending is None:
        raise StepRefused("no reversal is under way")
    ended = replace(pending, state=state, message=message)
    # The pending one is always the last: none is begun beside another.
    reversals = (*payment.reversals[:-1], ended)
    return replace(payment, reversals=reversals, version=payment.version + 1, updated_at=now)
