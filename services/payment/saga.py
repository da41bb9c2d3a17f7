"""Carrying a payment on from whatever state it is in, until the order is there or the money is back.

The same steps are taken by the guest's call, by its retry and by the reconciler after a crash: what differs is only
that the guest's call can charge, for it has the token.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, Protocol

from services.kit.clock import Clock
from services.kit.errors import NotFound, OrderBuddyError, Refused, Unavailable
from services.kit.telemetry import log
from services.payment import lifecycle
from services.payment.gateway import (
    Account,
    Finding,
    Found,
    GatewayRefused,
    GatewayUnavailable,
    Outcome,
    PaymentGateway,
    Result,
)
from services.payment.gateways import Gateways
from services.payment.giving_back import BY_US, GivingBack
from services.payment.holding import SOON, Held, Holding, HoldLost
from services.payment.model import Fate, Method, Payment, State

NOT_REACHED: Final = "the payment gateway can't be reached; nothing was charged"
ACCOUNT_REFUSED: Final = "the gateway refuses the restaurant's account; nothing was charged"

ChargeCall = Callable[[PaymentGateway, Account, Payment], Awaitable[Result]]
"""Charges a payment with what its guest gave."""


class Orders(Protocol):
    """The Ordering service, as far as a paid bill needs it."""

    async def place_paid(self, order_id: str, payment_reference: str, correlation_id: str) -> None:
        """Place the order. Raises NotFound or Refused when it never can be, other errors for the moment."""
        ...


class Saga:
    """Carries payments on."""

    def __init__(
        self,
        holding: Holding,
        gateways: Gateways,
        orders: Orders,
        clock: Clock,
    ) -> None:
        self._holding = holding
        self._gateways = gateways
        self._orders = orders
        self._clock = clock
        self.giving_back = GivingBack(holding, gateways, clock)

    async def carry_on(self, held: Held, charge: ChargeCall | None = None) -> Held:
        """Take a payment as far as it can be taken now. Raises Unavailable and the like where others are away.

        Whoever has lost the hold has nothing more to do: the last that was seen is returned.
        """
        try:
            while (after := await self._next(held, charge)) is not None:
                held = after
        except HoldLost:
            log.info("payment_taken_over", payment=held.payment_id)
        return held

    async def _next(self, held: Held, charge: ChargeCall | None) -> Held | None:
        """Take one step; None when there is none to take now."""
        payment, now = held.payment, self._clock.now()
        if payment.pending is not None:
            return await self.giving_back.go_on(held)
        if payment.next_at is None or payment.holder != held.holder:
            return None
        match payment.state:
            case State.INTENDED if charge is not None:
                return await self._send(held, charge)
            case State.INTENDED:
                return await self._decline(held, "it was given up before the gateway was asked")
            case State.AUTHORISING:
                note = "whoever asked the gateway has gone"
                return await self._holding.step(
                    held, State.UNKNOWN, lambda b, t: lifecycle.not_heard(b, payment.id, t, BY_US, note)
                )
            case State.UNKNOWN:
                return await self._look(held, charge)
            case State.PAID if lifecycle.goes_back(held.bill, payment):
                return await self.giving_back.all_of(held)
            case State.PAID if held.bill.fate is Fate.ORDER:
                return await self._place(held)
            case State.PAID if lifecycle.can_wait_no_longer(held.bill, now):
                return await self._holding.step(held, "RETURN", lambda b, _: lifecycle.return_all(b))
            case State.PAID:
                await self._holding.rest(held, payment.updated_at + lifecycle.LATE)
                return None
            case State.DECLINED:
                return await self._look_once_more(held)
        return None

    async def _decline(self, held: Held, note: str, result: Result | None = None) -> Held:
        actor = held.payment.actor if result is not None else BY_US
        return await self._holding.step(
            held, State.DECLINED, lambda b, now: lifecycle.decline(b, held.payment_id, now, actor, note, result)
        )

    async def _send(self, held: Held, charge: ChargeCall) -> Held:
        """Ask the gateway to charge."""
        payment = held.payment
        try:
            gateway, account = await self._gateways.of(held.bill, payment)
        except (NotFound, Refused) as error:
            await self._decline(held, error.message)
            raise
        except OrderBuddyError as error:
            await self._not_sent(held, error.message)
            raise
        via = self._gateways.to_keep(held.bill, account)
        held = await self._holding.step(
            held, State.AUTHORISING, lambda b, now: lifecycle.send(b, payment.id, via, now, payment.actor)
        )
        self._holding.crash.reached("before charge")
        async with self._holding.kept(held):
            try:
                result = await charge(gateway, account, held.payment)
            except GatewayRefused:
                return await self._decline(held, ACCOUNT_REFUSED)
        self._holding.crash.reached("after charge")
        return await self._heard(held, result)

    async def _not_sent(self, held: Held, note: str) -> None:
        """Leave a payment that could not be sent to the guest's next call; one whose first sending is unheard waits."""
        if held.payment.state is State.UNKNOWN:
            await self._holding.rest(held)
            return
        await self._holding.step(held, State.INTENDED, lambda b, now: lifecycle.not_sent(b, held.payment_id, now, note))

    async def _heard(self, held: Held, result: Result) -> Held:
        payment_id, actor = held.payment_id, held.payment.actor
        match result.outcome:
            case Outcome.APPROVED:
                return await self._holding.step(
                    held, State.PAID, lambda b, now: lifecycle.approve(b, payment_id, result, now, actor)
                )
            case Outcome.DECLINED:
                return await self._decline(held, result.message or "declined", result)
            case Outcome.NOT_SENT:
                await self._not_sent(held, NOT_REACHED)
                raise Unavailable("GATEWAY_AWAY", NOT_REACHED, retry_after_seconds=2)
        return await self._holding.step(
            held,
            State.UNKNOWN,
            lambda b, now: lifecycle.not_heard(b, payment_id, now, BY_US, "the gateway's answer was not heard"),
        )

    async def _found(self, held: Held) -> Found:
        try:
            gateway, account = await self._gateways.of(held.bill, held.payment)
            async with self._holding.kept(held):
                return await gateway.find(account, held.payment.external_id)
        except (GatewayRefused, GatewayUnavailable, OrderBuddyError) as error:
            log.warning("payment_not_looked_up", payment=held.payment_id, error=type(error).__name__)
            return Found(finding=Finding.UNKNOWN)

    async def _look(self, held: Held, charge: ChargeCall | None) -> Held | None:
        """Ask the gateway what became of a charge whose answer was not heard."""
        found, payment = await self._found(held), held.payment
        match found.finding:
            case Finding.APPROVED if found.result is not None:
                result = found.result
                return await self._holding.step(
                    held, State.PAID, lambda b, now: lifecycle.approve(b, payment.id, result, now, BY_US)
                )
            case Finding.DECLINED | Finding.VOIDED | Finding.REFUNDED:
                message = found.result.message if found.result is not None else ""
                return await self._decline(held, message or "declined", found.result)
            case Finding.NOT_FOUND if charge is not None and self._may_send_again(payment):
                # The same external id and the same form: to the gateway it is the same request. Nobody says so of
                # wallets, and one that is still on its way may not be sent beside itself.
                return await self._send(held, charge)
            case Finding.NOT_FOUND if (
                payment.sent_at is None or self._clock.now() - payment.sent_at >= lifecycle.SETTLED
            ):
                return await self._holding.step(
                    held, State.DECLINED, lambda b, now: lifecycle.give_up_looking(b, payment.id, now, BY_US)
                )
        await self._holding.rest(held)
        return None

    def _may_send_again(self, payment: Payment) -> bool:
        """Tell whether a charge that the gateway does not know may be sent again now: at once, then more seldom."""
        sent = sum(step.after is State.AUTHORISING for step in payment.history)
        pause = SOON * 2 ** min(sent, 6) if sent > 1 else timedelta(0)
        is_rested = payment.sent_at is None or self._clock.now() - payment.sent_at >= pause
        return payment.method is not Method.WALLET and is_rested

    async def _look_once_more(self, held: Held) -> Held | None:
        """Make sure of a charge that was taken for never made."""
        found, payment_id = await self._found(held), held.payment_id
        if found.finding is Finding.UNKNOWN:
            await self._holding.rest(held, self._clock.now() + lifecycle.RECHECK)
            return None
        if found.finding is not Finding.APPROVED:
            await self._holding.step(held, "looked once more", lambda b, _: lifecycle.put_off(b, payment_id, None))
            return None
        note = "the gateway has charged after all"
        return await self._holding.step(
            held, State.UNKNOWN, lambda b, now: lifecycle.not_heard(b, payment_id, now, BY_US, note)
        )

    async def _place(self, held: Held) -> Held | None:
        """Have the order placed that is paid."""
        bill, crash = held.bill, self._holding.crash
        reference = next(p.reference for p in bill.payments if p.state in {State.PAID, State.ORDERED} and p.counts)
        crash.reached("before place")
        try:
            await self._orders.place_paid(bill.id, reference, held.payment.correlation_id)
        except (NotFound, Refused) as refusal:
            log.error("paid_order_refused", order=bill.id, reason=refusal.reason)
            return await self._holding.step(held, "RETURN", lambda b, _: lifecycle.return_all(b))
        except OrderBuddyError as error:
            await self._holding.rest(held)
            raise Unavailable(
                "ORDER_PENDING",
                "it is paid, and the order is being placed; ask again",
                retry_after_seconds=2,
            ) from error
        crash.reached("after place")
        return await self._holding.step(
            held, State.ORDERED, lambda b, now: lifecycle.ordered(b, now, held.payment.actor)
        )
