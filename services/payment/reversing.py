"""Giving money back because a restaurant's people want it: whole, a sum, or by line of the order."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from dataclasses import dataclass
from typing import Final

from services.kit.errors import Conflict, FieldViolation, InvalidInput, NotFound, OrderBuddyError, Refused, Unavailable
from services.payment import lifecycle
from services.payment.adapters.orders import Orders
from services.payment.giving_back import GivingBack
from services.payment.holding import Held, Holding, HoldLost
from services.payment.lifecycle import StepRefused
from services.payment.model import TAKEN, Bill, Payment, Reversal, ReversalKind, ReversalState
from services.payment.refund_shares import shares
from services.payment.repository import BillRepository

_ROUNDS: Final = 40
_PAUSE_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Money that somebody wants to give back. Neither lines nor amount: all that is left."""

    restaurant_id: str
    payment_id: str
    reason: str
    actor: str
    request_id: str
    kind: ReversalKind = ReversalKind.REFUND
    line_ids: tuple[str, ...] = ()
    amount_cents: int | None = None

    @property
    def request_key(self) -> str:
        """What a repeated call is recognised by; empty: it is not."""
        return hashlib.sha256(f"{self.actor}\n{self.request_id}".encode()).hexdigest() if self.request_id else ""


class Reversing:
    """Gives back what people want given back."""

    def __init__(self, bills: BillRepository, holding: Holding, giving_back: GivingBack, orders: Orders) -> None:
        self._bills = bills
        self._holding = holding
        self._giving_back = giving_back
        self._orders = orders

    async def give_back(self, wanted: Wanted, correlation_id: str) -> tuple[Bill, Payment]:
        """Give back, and return the payment after it. Raises NotFound, Refused, InvalidInput, Conflict, Unavailable."""
        for _ in range(_ROUNDS):
            bill = await self._bills.bill_with(wanted.restaurant_id, wanted.payment_id)
            if bill is None:
                raise NotFound(
                    "PAYMENT_NOT_FOUND", "the restaurant has no such payment", metadata={"field": "payment_id"}
                )
            payment = bill.payment(wanted.payment_id)
            earlier = _asked_for_before(payment, wanted)
            if earlier is not None and earlier.state is not ReversalState.PENDING:
                return bill, payment
            if payment.state not in TAKEN:
                raise Refused("NOT_REFUNDABLE", f"the payment is {payment.state}: there is nothing to give back")
            held = await self._holding.take(bill, payment.id)
            if held is None:
                await asyncio.sleep(_PAUSE_SECONDS)
            elif payment.pending is not None:
                await self._finish(held)  # an earlier one, maybe somebody else's: then it is looked at anew
            else:
                return await self._reverse(held, wanted, correlation_id)
        raise Conflict("PAYMENT_RUNNING", "something else is done with the payment; try again", retry_after_seconds=2)

    async def _finish(self, held: Held) -> None:
        """Find out about the reversal that is pending. Raises Unavailable while its end is not known."""
        with contextlib.suppress(HoldLost):
            if await self._giving_back.go_on(held) is None:
                raise _not_heard()

    async def _reverse(self, held: Held, wanted: Wanted, correlation_id: str) -> tuple[Bill, Payment]:
        payment = held.payment
        try:
            amount = await self._amount(held.bill, payment, wanted, correlation_id)
            reversal = self._giving_back.reversal(
                payment,
                wanted.kind,
                amount,
                wanted.reason,
                wanted.actor,
                line_ids=wanted.line_ids,
                request_key=wanted.request_key,
            )
            after = await self._giving_back.ask(held, reversal)
        except StepRefused as error:
            await self._let_go(held)
            raise Refused("NOT_REFUNDABLE", str(error)) from error
        except OrderBuddyError:
            await self._let_go(held)
            raise
        except HoldLost:
            after = None
        if after is None:
            raise _not_heard()
        done = after.payment.reversals[-1]
        if done.state is ReversalState.REFUSED:
            raise Refused("REVERSAL_REFUSED", f"the gateway did not do it: {done.message or 'no reason given'}")
        return after.bill, after.payment

    async def _let_go(self, held: Held) -> None:
        """Put a payment back as it was: nothing was begun."""
        await self._holding.step(held, "let go", lambda b, now: lifecycle.let_go(b, held.payment_id, now))

    async def _amount(self, bill: Bill, payment: Payment, wanted: Wanted, correlation_id: str) -> int:
        if wanted.line_ids and wanted.amount_cents is not None:
            raise InvalidInput([FieldViolation("amount_cents", "must not come together with line_ids")])
        if wanted.amount_cents is not None:
            return wanted.amount_cents
        if not wanted.line_ids:
            return payment.charged_cents - payment.refunded_cents
        order = await self._orders.order(bill.id, correlation_id)
        worth = shares([line.price_cents for line in order.items], payment.amount_cents)
        known: dict[str, int] = {}
        for line, cents in zip(order.items, worth, strict=True):
            known[line.id] = known.get(line.id, 0) + cents
        missing = [line_id for line_id in wanted.line_ids if line_id not in known]
        if missing:
            raise NotFound("LINE_NOT_FOUND", f"the order has no line {missing[0]!r}", metadata={"field": "line_ids"})
        return sum(known[line_id] for line_id in dict.fromkeys(wanted.line_ids))


def _not_heard() -> Unavailable:
    text = "the gateway's answer was not heard; it is asked again until it is known"
    return Unavailable("REVERSAL_PENDING", text, retry_after_seconds=5)


def _asked_for_before(payment: Payment, wanted: Wanted) -> Reversal | None:
    key = wanted.request_key
    return next((r for r in payment.reversals if key and r.request_key == key), None)
