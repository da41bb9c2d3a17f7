"""Holding a payment: only one at a time, in whatever process, takes steps with it.

A hold is a name and a time in the document. Who dies leaves both behind, and the next comes when the time is over; who
only slept wakes up to find another name there, and takes no step any more.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bson import ObjectId
from pymongo.errors import PyMongoError

from services.kit.clock import Clock
from services.kit.crash import CrashPoints
from services.kit.errors import Conflict
from services.kit.telemetry import log
from services.payment import lifecycle
from services.payment.model import Bill, Payment, State
from services.payment.repository import BillRepository

SOON: Final = timedelta(milliseconds=500)
"""How long a payment rests at first when its gateway or Ordering has not helped."""

_LONGEST_PAUSE: Final = timedelta(seconds=60)
_ROUNDS: Final = 50
"""Every lost race means that another payment of the bill has moved on."""


class HoldLost(Exception):
    """Somebody else has taken the payment in hand."""


@dataclass(frozen=True, slots=True)
class Held:
    """A payment in hand, and its bill as it was written last."""

    bill: Bill
    payment_id: str
    holder: str

    @property
    def payment(self) -> Payment:
        """The payment."""
        return self.bill.payment(self.payment_id)


Step = Callable[[Bill, datetime], Bill]


class Holding:
    """Takes payments in hand, and writes the steps of those who hold them."""

    def __init__(self, bills: BillRepository, clock: Clock, crash: CrashPoints) -> None:
        self._bills = bills
        self._clock = clock
        self.crash = crash

    async def begin(self, bill: Bill, payment: Payment) -> Held | None:
        """Write a new payment down, held; None when somebody else has written. Raises StepRefused."""
        holder = str(ObjectId())
        after = lifecycle.intend(bill, payment, self._clock.now())
        after = lifecycle.hold(after, payment.id, holder, self._clock.now())
        self.crash.reached("before INTENDED")
        saved = await self._bills.save(bill, after)
        if saved is None:
            return None
        self.crash.reached("after INTENDED")
        return Held(saved, payment.id, holder)

    async def take(self, bill: Bill, payment_id: str) -> Held | None:
        """Take a payment in hand that nobody holds (any more); None when somebody else was faster."""
        now = self._clock.now()
        payment = bill.payment(payment_id)
        waits_for_its_guest = payment.state is State.INTENDED and not payment.holder
        if payment.next_at is not None and payment.next_at > now and not waits_for_its_guest:
            return None
        holder = str(ObjectId())
        saved = await self._bills.save(bill, lifecycle.hold(bill, payment_id, holder, now))
        return None if saved is None else Held(saved, payment_id, holder)

    async def rest(self, held: Held, until: datetime | None = None) -> None:
        """Let go of a payment until then, or for a while, each time for longer. Raises HoldLost, Conflict."""
        pause = min(SOON * 2 ** min(held.payment.tries, 10), _LONGEST_PAUSE)
        later = until or self._clock.now() + pause
        await self.step(held, "put off", lambda b, _: lifecycle.put_off(b, held.payment_id, later))

    async def step(self, held: Held, name: str, change: Step) -> Held:
        """Write a step. Raises HoldLost, StepRefused, Conflict."""
        bill: Bill | None = held.bill
        for _ in range(_ROUNDS):
            if bill is None or bill.payment(held.payment_id).holder != held.holder:
                raise HoldLost
            after = change(bill, self._clock.now())
            self.crash.reached(f"before {name}")
            saved = await self._bills.save(bill, after)
            if saved is not None:
                self.crash.reached(f"after {name}")
                log.info("payment", payment=held.payment_id, order=saved.id, step=name)
                return Held(saved, held.payment_id, held.holder)
            bill = await self._bills.bill(held.bill.id)
        raise Conflict("PAYMENT_BUSY", "others keep changing the bill; try again", retry_after_seconds=1)

    @contextlib.asynccontextmanager
    async def kept(self, held: Held) -> AsyncIterator[None]:
        """Keep the hold for as long as something outside takes."""
        keeper = asyncio.create_task(self._keep(held))
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.wait([keeper])

    async def _keep(self, held: Held) -> None:
        while True:
            await asyncio.sleep(lifecycle.LEASE.total_seconds() / 3)
            try:
                bill = await self._bills.bill(held.bill.id)
                if bill is None or bill.payment(held.payment_id).holder != held.holder:
                    return
                await self._bills.save(bill, lifecycle.hold(bill, held.payment_id, held.holder, self._clock.now()))
            except PyMongoError as error:
                log.warning("hold_not_renewed", payment=held.payment_id, error=type(error).__name__)
