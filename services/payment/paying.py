"""Paying: from a guest's or a till's call to the answer, however often and however parallel it is made."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any, Final

from bson import ObjectId

from services.kit import tracing
from services.kit.clock import Clock
from services.kit.errors import Conflict, Exhausted, FieldViolation, InvalidInput, Refused, Unavailable
from services.kit.telemetry import log
from services.payment import external_ids, lifecycle
from services.payment.adapters.orders import Orders
from services.payment.holding import Held, Holding
from services.payment.lifecycle import StepRefused
from services.payment.model import RUNNING, TAKEN, Bill, Fate, Method, Payment, State
from services.payment.repository import BillRepository
from services.payment.saga import ACCOUNT_REFUSED, ChargeCall, Saga

_PATIENCE_SECONDS: Final = 10.0
"""How long a call waits for the answer to be known. One that asks the gateway waits for its answer besides."""

_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What is paid with, and for which order. `identity` is what makes two calls the same payment: the token."""

    order_id: str
    gateway: str
    method: Method
    identity: str
    reference: str
    charge: ChargeCall
    amount_cents: int | None
    tip_cents: int
    actor: str
    correlation_id: str
    restaurant_id: str = ""
    """Where the order has to be; empty: anywhere."""
    location_id: str = ""

    @property
    def key(self) -> str:
        """Digest that a repeated call is recognised by."""
        return hashlib.sha256(f"{self.order_id}\n{self.gateway}\n{self.identity}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Paid:
    """How a call to pay ended. No payment: there was nothing to pay."""

    bill: Bill
    payment: Payment | None


class Paying:
    """Makes payments."""

    def __init__(self, bills: BillRepository, holding: Holding, saga: Saga, orders: Orders, clock: Clock) -> None:
        self._bills = bills
        self._holding = holding
        self._saga = saga
        self._orders = orders
        self._clock = clock
        self._under_way: set[asyncio.Task[Any]] = set()

    async def pay(self, means: Means) -> Paid:
        """Make a payment, or find the one that this call has made before, and wait for its end.

        Raises what Ordering refuses the checkout with; Conflict while another payment of the order is under way;
        Unavailable when it is not known yet whether it was charged, or the gateway is away.
        """
        until = time.monotonic() + _PATIENCE_SECONDS
        waited_for = ""
        while True:
            bill = await self._bills.bill(means.order_id)
            payment = _same(bill, means)
            if bill is not None and payment is not None and not _is_spent(payment, waited_for):
                _check_same(payment, means)
                if _is_over(bill, payment):
                    return _answer(bill, payment)
                waited_for = payment.id
                held = await self._holding.take(bill, payment.id)
            else:
                begun = await self._begin(means, bill)
                if isinstance(begun, Paid):
                    return begun
                held = begun
                waited_for = held.payment_id if held is not None else waited_for
            if held is not None:
                held = await self._to_the_end(self._saga.carry_on(held, means.charge))
                if _is_over(held.bill, held.payment):
                    return _answer(held.bill, held.payment)
            if time.monotonic() > until:
                text = "it is not known yet whether it was charged; ask again, it will not be charged twice"
                raise Unavailable("PAYMENT_UNKNOWN", text, retry_after_seconds=3)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _to_the_end(self, work: Coroutine[Any, Any, Held]) -> Held:
        """Carry on even if the caller hangs up in the middle."""
        # Without the call's context: its deadline must not end what goes on after it.
        task = asyncio.create_task(work, context=tracing.detached())
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        """Let go of a task; what went wrong in it concerns its caller, who may have gone, and the reconciler."""
        self._under_way.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.info("payment_left_to_the_reconciler", error=type(task.exception()).__name__)

    async def finish(self) -> None:
        """Wait for what is under way."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=_PATIENCE_SECONDS)

    async def _begin(self, means: Means, bill: Bill | None) -> Held | Paid | None:
        """Write a new payment down, held; None when somebody else has just written: look again."""
        if bill is not None and bill.fate is not None:
            return _decided(bill)
        prepared = await self._orders.prepare(means.order_id, means.correlation_id)
        if means.restaurant_id and (means.restaurant_id, means.location_id.lower()) != (
            prepared.restaurant_id,
            prepared.location_id,
        ):
            raise Refused("ANOTHER_LOCATION", "the order is of another location", metadata={"field": "order_id"})
        now = self._clock.now()
        if bill is None:
            bill = Bill(
                id=means.order_id.lower(),
                restaurant_id=prepared.restaurant_id,
                location_id=prepared.location_id,
                total_cents=prepared.total_cents,
                created_at=now,
            )
        elif bill.total_cents != prepared.total_cents and not bill.reserved_cents:
            bill = replace(bill, total_cents=prepared.total_cents)  # lines were taken back from an unpaid order
        if not bill.total_cents:
            await self._orders.place_paid(bill.id, "", means.correlation_id)
            return Paid(replace(bill, placed=True), None)
        payment_id = str(ObjectId())
        payment = Payment(
            id=payment_id,
            key=means.key,
            gateway=means.gateway,
            method=means.method,
            external_id=external_ids.of_payment(payment_id),
            amount_cents=_amount(bill, means),
            tip_cents=means.tip_cents,
            reference=means.reference,
            actor=means.actor,
            correlation_id=means.correlation_id,
            created_at=now,
            updated_at=now,
        )
        try:
            return await self._holding.begin(bill, payment)
        except StepRefused as error:
            if len(bill.payments) >= lifecycle.MOST_PAYMENTS:
                raise Exhausted("TOO_MANY_ATTEMPTS", "too many attempts to pay this order; start anew") from error
            raise Conflict(
                "PAYMENT_RUNNING", "another payment of the order is under way", retry_after_seconds=2
            ) from error


def _decided(bill: Bill) -> Paid | None:
    """Return how a bill was paid: whoever pays once more is told so, and charged nothing. None: look again soon.

    Raises Refused when its money goes back, or went.
    """
    if bill.fate is Fate.RETURN or bill.paid_cents < bill.total_cents:
        raise Refused("BILL_CLOSED", "what was paid for this order was given back; start anew")
    payer = next(p for p in bill.payments if p.counts and p.state in TAKEN)
    return Paid(bill, payer) if bill.placed else None


def _amount(bill: Bill, means: Means) -> int:
    """Return what this payment pays: what was asked for, or all that is not paid or being paid."""
    left = bill.total_cents - bill.reserved_cents
    wanted = left if means.amount_cents is None else means.amount_cents
    if 0 < wanted <= left:
        return wanted
    if any(p.state in RUNNING for p in bill.payments):
        raise Conflict("PAYMENT_RUNNING", "another payment of the order is under way", retry_after_seconds=2)
    raise InvalidInput([FieldViolation("amount_cents", f"must be at most {left}: that much is left to pay")])


def _same(bill: Bill | None, means: Means) -> Payment | None:
    """Return the latest payment that was made with the same means."""
    return next((p for p in reversed(bill.payments) if p.key == means.key), None) if bill is not None else None


def _is_spent(payment: Payment, waited_for: str) -> bool:
    """Tell whether a payment is an earlier attempt: the Order App tries another card with the same token."""
    return payment.state is State.DECLINED and payment.id != waited_for


def _is_over(bill: Bill, payment: Payment) -> bool:
    """Tell whether what there is to say of a payment is known."""
    if payment.state in {State.ORDERED, State.DECLINED, State.VOIDED, State.REFUNDED}:
        return True
    # Paid, and other parts of the bill are still to be paid.
    return payment.state is State.PAID and bill.fate is None and payment.counts


def _check_same(payment: Payment, means: Means) -> None:
    """Refuse a call that would make another payment of the same token."""
    wrong = []
    if means.amount_cents is not None and means.amount_cents != payment.amount_cents:
        wrong.append(FieldViolation("amount_cents", f"was {payment.amount_cents} when this was paid with before"))
    if means.tip_cents != payment.tip_cents:
        wrong.append(FieldViolation("tip_cents", f"was {payment.tip_cents} when this was paid with before"))
    if wrong:
        raise InvalidInput(wrong, reason="ALREADY_PAID_WITH")


def _answer(bill: Bill, payment: Payment) -> Paid:
    """Return how it ended. Raises Refused where nothing was charged because the gateway does not know the account."""
    if payment.state is State.DECLINED and payment.message == ACCOUNT_REFUSED:
        raise Refused("PAYMENT_ACCOUNT_REFUSED", ACCOUNT_REFUSED)
    return Paid(bill, payment)
