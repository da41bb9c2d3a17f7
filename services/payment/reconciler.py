"""Bringing payments to an end that nobody else does: in every replica, each payment held by one at a time."""

from __future__ import annotations

import asyncio
import random
from typing import Final

from pymongo.errors import PyMongoError

from services.kit.clock import Clock
from services.kit.errors import OrderBuddyError
from services.kit.telemetry import log
from services.payment.holding import Holding
from services.payment.lifecycle import StepRefused
from services.payment.model import Bill
from services.payment.repository import BillRepository
from services.payment.saga import Saga

_LOOK_SECONDS: Final = 2.0
_AT_ONCE: Final = 20


class Reconciler:
    """Carries on payments that are due."""

    def __init__(self, bills: BillRepository, holding: Holding, saga: Saga, clock: Clock) -> None:
        self._bills = bills
        self._holding = holding
        self._saga = saga
        self._clock = clock

    async def run(self) -> None:
        """Look for payments that are due, for ever."""
        while True:
            try:
                found = await self.round()
            except PyMongoError as error:
                log.warning("payments_not_reconciled", error=type(error).__name__)
                found = 0
            if not found:
                await asyncio.sleep(_LOOK_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311  jitter, not a secret

    async def round(self) -> int:
        """Carry on what is due now; return how many bills that was."""
        bills = await self._bills.due(self._clock.now(), _AT_ONCE)
        await asyncio.gather(*(self._bring_on(bill) for bill in bills))
        return len(bills)

    async def _bring_on(self, bill: Bill) -> None:
        now = self._clock.now()
        for payment in bill.payments:
            if payment.next_at is not None and payment.next_at <= now:
                await self.bring_on(bill.id, payment.id)

    async def bring_on(self, order_id: str, payment_id: str) -> None:
        """Carry one payment on, unless somebody else does."""
        try:
            bill = await self._bills.bill(order_id)
            held = None if bill is None else await self._holding.take(bill, payment_id)
            if held is not None:
                await self._saga.carry_on(held)
        except (OrderBuddyError, StepRefused) as error:
            log.warning("payment_not_brought_on", payment=payment_id, error=type(error).__name__, reason=str(error))
