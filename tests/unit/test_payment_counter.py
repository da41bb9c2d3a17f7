"""The till: whatever is noted is done, and costs no call to anybody."""

from __future__ import annotations

import pytest

from services.payment.adapters.counter import Counter
from services.payment.gateway import (
    Account,
    Charge,
    Finding,
    GatewayRefused,
    Outcome,
    PaymentGateway,
    Wallet,
)

NOBODY = Account("", "")


async def test_what_is_noted_at_the_till_is_done() -> None:
    till: PaymentGateway = Counter()
    assert not till.needs_account
    charge = Charge(external_id="a", amount_cents=1000, tip_cents=150)
    taken = await till.charge(NOBODY, "receipt 7", charge)
    assert (taken.outcome, taken.external_id, taken.amount_cents) == (Outcome.APPROVED, "a", 1150)
    assert await till.charge(NOBODY, "receipt 7", charge) == taken
    back = await till.refund(NOBODY, taken.gateway_id, "r", 500)
    assert (back.outcome, back.external_id, back.amount_cents) == (Outcome.APPROVED, "r", 500)
    void = await till.void(NOBODY, taken.gateway_id, "v")
    assert (void.outcome, void.external_id) == (Outcome.APPROVED, "v")


async def test_a_look_up_finds_what_was_noted_and_does_not_know_how_much() -> None:
    found = await Counter().find(NOBODY, "a")
    assert found.finding is Finding.APPROVED
    assert found.result is not None
    assert (found.result.external_id, found.result.amount_cents) == ("a", None)


async def test_there_is_nothing_to_fill_in() -> None:
    with pytest.raises(GatewayRefused):
        await Counter().start(NOBODY)
    wallet, charge = Wallet(type="applePay", token={"data": "x"}), Charge(external_id="a", amount_cents=1)
    with pytest.raises(GatewayRefused):
        await Counter().charge_wallet(NOBODY, wallet, charge)
