"""Whatever happens in whatever order: a bill is never paid twice, and what is given back was taken."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payment import lifecycle
from services.payment.gateway import Outcome, Result
from services.payment.lifecycle import FOLLOWERS, StepRefused
from services.payment.model import (
    TAKEN,
    Bill,
    Fate,
    Method,
    Payment,
    Reversal,
    ReversalKind,
    ReversalState,
    State,
)
from services.payment.refund_shares import shares

NOW = datetime(2026, 1, 15, 20, 30, tzinfo=UTC)
STEPS = ("send", "approve", "approve short", "decline", "not heard", "ordered", "void", "refund", "done", "refused")


def bill(total_cents: int = 1000) -> Bill:
    return Bill(id="o", restaurant_id="r", location_id="l", total_cents=total_cents, created_at=NOW)


def payment(number: int, amount_cents: int, tip_cents: int = 0) -> Payment:
    return Payment(
        id=f"p{number}",
        key=str(number),
        gateway="emergepay",
        method=Method.CARD,
        external_id=f"e{number}",
        amount_cents=amount_cents,
        tip_cents=tip_cents,
        reference="t",
        actor="guest",
        correlation_id="c",
        created_at=NOW,
        updated_at=NOW,
    )


def result(cents: int | None = None) -> Result:
    return Result(outcome=Outcome.APPROVED, external_id="e", gateway_id="g", amount_cents=cents)


def reversal(kind: ReversalKind, cents: int) -> Reversal:
    return Reversal(
        id="x",
        kind=kind,
        state=ReversalState.PENDING,
        amount_cents=cents,
        line_ids=(),
        reason="",
        external_id="x",
        actor="a",
        created_at=NOW,
    )


def take(found: Bill, name: str, payment_id: str, cents: int, now: datetime) -> Bill:
    """Take a step that anybody might try. Raises StepRefused."""
    its = found.payment(payment_id)
    match name:
        case "send":
            return lifecycle.send(found, payment_id, ("", ""), now, "a")
        case "approve":
            return lifecycle.approve(found, payment_id, result(its.charged_cents), now, "a")
        case "approve short":
            return lifecycle.approve(found, payment_id, result(its.charged_cents - 1), now, "a")
        case "decline":
            return lifecycle.decline(found, payment_id, now, "a", "no")
        case "not heard":
            return lifecycle.not_heard(found, payment_id, now, "a", "")
        case "ordered":
            return lifecycle.ordered(found, now, "a") if found.fate is Fate.ORDER else found
        case "void":
            return lifecycle.reverse(found, payment_id, reversal(ReversalKind.VOID, its.charged_cents), now)
        case "refund":
            return lifecycle.reverse(found, payment_id, reversal(ReversalKind.REFUND, cents), now)
        case "done":
            return lifecycle.finish_reversal(found, payment_id, now, "a", "")
    return lifecycle.refuse_reversal(found, payment_id, now, "")


def check(before: Bill, after: Bill) -> None:
    assert after.paid_cents <= after.total_cents
    assert after.reserved_cents <= after.total_cents
    if after.fate is Fate.ORDER and before.fate is None:
        assert after.paid_cents == after.total_cents
    known = {p.id: p for p in before.payments}
    for now in after.payments:
        was = known.get(now.id)
        assert 0 <= now.refunded_cents <= now.charged_cents
        assert now.refunded_cents == sum(r.amount_cents for r in now.reversals if r.state is ReversalState.DONE)
        assert [s.after for s in now.history][-1] == now.state
        assert sum(r.state is ReversalState.PENDING for r in now.reversals) <= 1
        if was is not None and was.state is not now.state:
            assert now.state in FOLLOWERS[was.state]
            assert now.version == was.version + 1
        if now.state in {State.VOIDED, State.REFUNDED}:
            assert now.refunded_cents == now.charged_cents


@given(
    parts=st.lists(st.tuples(st.integers(1, 1200), st.integers(0, 300)), min_size=1, max_size=4),
    steps=st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(0, 3), st.integers(1, 1500), st.sampled_from([0, 0, 0, 1000])),
        max_size=40,
    ),
)
def test_any_steps_keep_the_sums(parts: Sequence[tuple[int, int]], steps: Sequence[tuple[str, int, int, int]]) -> None:
    found, now = bill(), NOW
    for number, (amount, tip) in enumerate(parts):
        with contextlib.suppress(StepRefused):
            before, found = found, lifecycle.intend(found, payment(number, amount, tip), now)
            check(before, found)
    for name, number, cents, seconds in steps:
        now += timedelta(seconds=seconds)
        if number >= len(found.payments):
            continue
        with contextlib.suppress(StepRefused):
            before, found = found, take(found, name, found.payments[number].id, cents, now)
            check(before, found)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=10))
def test_parts_that_sum_up_to_the_total_pay_it_and_the_order_is_decided_with_the_last(parts: Sequence[int]) -> None:
    found = bill(sum(parts))
    for number, amount in enumerate(parts):
        assert found.fate is None
        found = lifecycle.intend(found, payment(number, amount, 5), NOW)
        found = lifecycle.send(found, f"p{number}", ("", ""), NOW, "a")
        found = lifecycle.approve(found, f"p{number}", result(amount + 5), NOW, "a")
        assert found.remaining_cents == sum(parts[number + 1 :])
    assert found.fate is Fate.ORDER
    assert {p.state for p in lifecycle.ordered(found, NOW, "a").payments} == {State.ORDERED}


def test_money_that_is_late_or_not_what_was_asked_for_does_not_count() -> None:
    begun = lifecycle.send(lifecycle.intend(bill(), payment(1, 1000), NOW), "p1", ("", ""), NOW, "a")
    late = lifecycle.approve(begun, "p1", result(1000), NOW + lifecycle.LATE + timedelta(seconds=1), "a")
    short = lifecycle.approve(begun, "p1", result(999), NOW, "a")
    for found in (late, short):
        (its,) = found.payments
        assert (found.fate, its.counts, lifecycle.goes_back(found, its)) == (None, False, True)
        assert its.state in TAKEN


def test_a_bill_takes_only_so_many_attempts() -> None:
    found = bill()
    for number in range(lifecycle.MOST_PAYMENTS):
        found = lifecycle.decline(lifecycle.intend(found, payment(number, 1000), NOW), f"p{number}", NOW, "a", "no")
    with pytest.raises(StepRefused):
        lifecycle.intend(found, payment(99, 1000), NOW)


def test_a_part_may_be_given_back_in_parts_but_no_line_twice() -> None:
    paid = replace(payment(1, 1000), state=State.ORDERED)
    one = replace(reversal(ReversalKind.REFUND, 300), line_ids=("a",))
    found = replace(bill(), payments=(paid,), fate=Fate.ORDER)
    found = lifecycle.finish_reversal(lifecycle.reverse(found, "p1", one, NOW), "p1", NOW, "a", "")
    with pytest.raises(StepRefused, match="'a' was given back already"):
        lifecycle.reverse(found, "p1", replace(one, line_ids=("b", "a")), NOW)
    with pytest.raises(StepRefused, match="700 cents are left"):
        lifecycle.reverse(found, "p1", reversal(ReversalKind.REFUND, 701), NOW)


@given(st.lists(st.integers(-500, 10_000), min_size=1, max_size=30), st.integers(0, 1_000_000))
def test_the_shares_of_lines_sum_up_to_what_was_paid(prices: Sequence[int], paid_cents: int) -> None:
    found = shares(prices, paid_cents)
    assert sum(found) == paid_cents
    assert all(share >= 0 for share in found)
    weight = sum(max(0, price) for price in prices)
    if weight:
        for price, share in zip(prices, found, strict=True):
            assert abs(share - paid_cents * max(0, price) / weight) <= 1
