"""Holding payments against the gateway's word, one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bson import ObjectId

from services.kit.clock import Clock
from services.kit.errors import OrderBuddyError
from services.payment.gateway import Finding, Found, GatewayRefused, GatewayUnavailable
from services.payment.gateways import Gateways
from services.payment.model import TAKEN, Bill, Payment, ReversalState, State
from services.payment.reconciler import Reconciler
from services.payment.repository import BillRepository

MOST_CHECKED: Final = 500
_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of holding payments against the gateway."""

    checked: int
    agreed: int
    differing: Sequence[tuple[Payment, str]]
    taken_cents: int
    given_back_cents: int


class Checking:
    """Holds payments against the gateway's word."""

    def __init__(
        self,
        bills: BillRepository,
        gateways: Gateways,
        reconciler: Reconciler,
        clock: Clock,
    ) -> None:
        self._bills = bills
        self._gateways = gateways
        self._reconciler = reconciler
        self._clock = clock

    async def check(self, restaurant_id: str, location_id: str, since: datetime, until: datetime) -> Reconciled:
        """Bring to an end what is open and due, and compare each payment of a time with what the gateway says."""
        place = ObjectId(location_id)
        bills = await self._bills.between(restaurant_id, place, since, until, MOST_CHECKED)
        now = self._clock.now()
        for bill in bills:
            for payment in bill.payments:
                if payment.next_at is not None and payment.next_at <= now:
                    await self._reconciler.bring_on(bill.id, payment.id)
        bills = await self._bills.between(restaurant_id, place, since, until, MOST_CHECKED)
        found = [(bill, payment) for bill in bills for payment in bill.payments][:MOST_CHECKED]
        room = asyncio.Semaphore(_AT_ONCE)

        async def ask(bill: Bill, payment: Payment) -> str:
            async with room:
                return await self._compare(bill, payment)

        answers = await asyncio.gather(*(ask(bill, payment) for bill, payment in found))
        differing = [(payment, said) for (_, payment), said in zip(found, answers, strict=True) if said]
        took = {*TAKEN, State.VOIDED, State.REFUNDED}
        return Reconciled(
            checked=len(found),
            agreed=len(found) - len(differing),
            differing=differing,
            taken_cents=sum(p.charged_cents for _, p in found if p.state in took),
            given_back_cents=sum(p.refunded_cents for _, p in found),
        )

    async def _compare(self, bill: Bill, payment: Payment) -> str:
        """Return what the gateway says of a payment if it is not what we hold; empty when it is."""
        try:
            gateway, account = await self._gateways.of(bill, payment)
            found = await gateway.find(account, payment.external_id)
            given_back = [r for r in payment.reversals if r.state is ReversalState.DONE]
            reversals = [await gateway.find(account, r.external_id) for r in given_back]
        except (GatewayUnavailable, GatewayRefused, OrderBuddyError) as error:
            return f"it could not be asked ({type(error).__name__})"
        lost = next((r.finding for r in reversals if r.finding is not Finding.APPROVED), None)
        if lost is not None:
            return f"a reversal is {lost}"
        return "" if _agrees(payment, found) else found.finding.value


def _agrees(payment: Payment, found: Found) -> bool:
    match found.finding:
        case Finding.APPROVED:
            charged = found.result is None or found.result.amount_cents in {None, payment.charged_cents}
            # What was given back are transactions of their own, beside a charge that stays as it was.
            return charged and payment.state in {*TAKEN, State.VOIDED, State.REFUNDED}
        case Finding.REFUNDED:
            return payment.state in {*TAKEN, State.REFUNDED} and found.refunded_cents in {0, payment.refunded_cents}
        case Finding.VOIDED:
            return payment.state is State.VOIDED
        case Finding.DECLINED | Finding.NOT_FOUND:
            return payment.state in {State.DECLINED, State.INTENDED}
    return False
