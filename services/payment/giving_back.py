"""Giving money back: each void or refund is written down before the gateway is asked, and found out about after."""

from __future__ import annotations

from typing import Final

from bson import ObjectId

from services.kit.clock import Clock
from services.kit.errors import OrderBuddyError
from services.kit.telemetry import log
from services.payment import external_ids, lifecycle
from services.payment.gateway import Finding, GatewayRefused, GatewayUnavailable, Outcome
from services.payment.gateways import Gateways
from services.payment.holding import Held, Holding
from services.payment.model import Payment, Reversal, ReversalKind, ReversalState

BY_US: Final = "service:payment"


class GivingBack:
    """Voids and refunds."""

    def __init__(self, holding: Holding, gateways: Gateways, clock: Clock) -> None:
        self._holding = holding
        self._gateways = gateways
        self._clock = clock

    async def all_of(self, held: Held) -> Held | None:
        """Give back all of a payment whose order there will not be: by a void, or a refund where that is refused."""
        payment = held.payment
        refused = {r.kind for r in payment.reversals if r.state is ReversalState.REFUSED}
        recently = [r for r in payment.reversals[-1:] if r.state is ReversalState.REFUSED]
        voidable = ReversalKind.VOID not in refused and not payment.refunded_cents
        kind = ReversalKind.VOID if voidable else ReversalKind.REFUND
        if recently and recently[0].kind is ReversalKind.REFUND:
            log.error("money_not_given_back", payment=payment.id, order=held.bill.id)
            if self._clock.now() - recently[0].created_at < lifecycle.STUCK:
                await self._holding.rest(held, recently[0].created_at + lifecycle.STUCK)
                return None
        left = payment.charged_cents - payment.refunded_cents
        reversal = self.reversal(payment, kind, left, "the order could not be placed", BY_US)
        return await self.ask(held, reversal)

    def reversal(
        self,
        payment: Payment,
        kind: ReversalKind,
        amount_cents: int,
        reason: str,
        actor: str,
        *,
        line_ids: tuple[str, ...] = (),
        request_key: str = "",
    ) -> Reversal:
        """Make a reversal that is about to be asked for."""
        return Reversal(
            id=str(ObjectId()),
            kind=kind,
            state=ReversalState.PENDING,
            amount_cents=amount_cents,
            line_ids=line_ids,
            reason=reason,
            external_id=external_ids.of_reversal(payment.id, len(payment.reversals) + 1),
            actor=actor,
            created_at=self._clock.now(),
            request_key=request_key,
        )

    async def ask(self, held: Held, reversal: Reversal) -> Held | None:
        """Write a reversal down and ask the gateway for it. Raises StepRefused."""
        payment_id = held.payment_id
        held = await self._holding.step(
            held, "REVERSING", lambda b, now: lifecycle.reverse(b, payment_id, reversal, now)
        )
        return await self._ask(held)

    async def go_on(self, held: Held) -> Held | None:
        """Find out about the pending reversal, and ask for it once more where that can do no harm."""
        payment, pending = held.payment, held.payment.pending
        assert pending is not None
        try:
            gateway, account = await self._gateways.of(held.bill, payment)
            async with self._holding.kept(held):
                found = await gateway.find(account, pending.external_id)
                if found.finding is Finding.NOT_FOUND and pending.kind is ReversalKind.VOID:
                    charge = await gateway.find(account, payment.external_id)
                    found = charge if charge.finding is Finding.VOIDED else found
        except (GatewayRefused, GatewayUnavailable, OrderBuddyError) as error:
            log.warning("reversal_not_looked_up", payment=payment.id, error=type(error).__name__)
            await self._holding.rest(held)
            return None
        message = found.result.message if found.result is not None else ""
        match found.finding:
            case Finding.APPROVED | Finding.VOIDED | Finding.REFUNDED:
                return await self._done(held, message)
            case Finding.DECLINED:
                return await self._refused(held, message)
            case Finding.NOT_FOUND if self._may_ask_again(payment, pending):
                held = await self._holding.step(
                    held, "asked again", lambda b, now: lifecycle.resend(b, payment.id, now)
                )
                return await self._ask(held)
        await self._holding.rest(held)
        return None

    def _may_ask_again(self, payment: Payment, pending: Reversal) -> bool:
        """Tell whether asking again can't give back twice: a charge is voided once; a refund must be long settled."""
        if pending.kind is ReversalKind.VOID or payment.sent_at is None:
            return True
        return self._clock.now() - payment.sent_at >= lifecycle.SETTLED

    async def _ask(self, held: Held) -> Held | None:
        payment, pending, crash = held.payment, held.payment.pending, self._holding.crash
        assert pending is not None
        try:
            gateway, account = await self._gateways.of(held.bill, payment)
            crash.reached("before reversal")
            async with self._holding.kept(held):
                if pending.kind is ReversalKind.VOID:
                    result = await gateway.void(account, payment.gateway_id, pending.external_id)
                else:
                    result = await gateway.refund(
                        account, payment.gateway_id, pending.external_id, pending.amount_cents
                    )
            crash.reached("after reversal")
        except (GatewayRefused, GatewayUnavailable, OrderBuddyError) as error:
            log.warning("reversal_not_asked_for", payment=payment.id, error=type(error).__name__)
            await self._holding.rest(held)
            return None
        match result.outcome:
            case Outcome.APPROVED:
                return await self._done(held, result.message)
            case Outcome.DECLINED:
                return await self._refused(held, result.message)
        await self._holding.rest(held)
        return None

    async def _done(self, held: Held, message: str) -> Held:
        payment_id, actor = held.payment_id, held.payment.reversals[-1].actor
        return await self._holding.step(
            held, "REVERSED", lambda b, now: lifecycle.finish_reversal(b, payment_id, now, actor, message)
        )

    async def _refused(self, held: Held, message: str) -> Held:
        payment_id = held.payment_id
        return await self._holding.step(
            held, "reversal refused", lambda b, now: lifecycle.refuse_reversal(b, payment_id, now, message)
        )
