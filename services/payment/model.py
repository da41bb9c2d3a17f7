"""A bill and its payments, as values. All amounts are whole cents.

A bill is what has to be paid for one order, and the payments towards it: one document, so that however many phones pay
at once, each change is one guarded write and the sums are right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a payment stands, as stored; the same as orderbuddy.payment.v1.PaymentState."""

    INTENDED = "INTENDED"
    AUTHORISING = "AUTHORISING"
    PAID = "PAID"
    ORDERED = "ORDERED"
    DECLINED = "DECLINED"
    VOIDED = "VOIDED"
    REFUNDED = "REFUNDED"
    UNKNOWN = "UNKNOWN"


RUNNING = frozenset({State.INTENDED, State.AUTHORISING, State.UNKNOWN})
"""It may still take money."""

TAKEN = frozenset({State.PAID, State.ORDERED})
"""The money is with us."""


class Method(StrEnum):
    """How is paid, as stored."""

    CARD = "CARD"
    WALLET = "WALLET"
    CASH = "CASH"
    CARD_AT_TILL = "CARD_AT_TILL"


class Fate(StrEnum):
    """What becomes of the money of a bill: decided once, changed only when the order can't be placed for certain."""

    ORDER = "ORDER"
    RETURN = "RETURN"


class ReversalKind(StrEnum):
    """How money goes back."""

    VOID = "VOID"
    REFUND = "REFUND"


class ReversalState(StrEnum):
    """Where a reversal stands, as stored."""

    PENDING = "PENDING"
    DONE = "DONE"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """Money on its way back, or given back."""

    id: str
    kind: ReversalKind
    state: ReversalState
    amount_cents: int
    line_ids: tuple[str, ...]
    reason: str
    external_id: str
    actor: str
    created_at: datetime
    request_key: str = ""
    """Of the call that asked for it, so that a repeated one finds it."""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry of a payment's history."""

    before: str
    after: State
    at: datetime
    actor: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment towards a bill."""

    id: str
    key: str
    """Digest of what is paid with; a repeated call is recognised by it."""
    gateway: str
    method: Method
    external_id: str
    amount_cents: int
    tip_cents: int
    reference: str
    """What the order's `paymentId` becomes."""
    actor: str
    correlation_id: str
    created_at: datetime
    updated_at: datetime
    state: State = State.INTENDED
    version: int = 1
    counts: bool = True
    """False for money that came when the bill had no need of it any more: it goes back."""
    gateway_id: str = ""
    message: str = ""
    transaction: Mapping[str, Any] = field(default_factory=dict)
    """The gateway's answer in its own field names, as clients are told."""
    card_last_digits: str = ""
    card_brand: str = ""
    refunded_cents: int = 0
    organisation_id: str = ""
    """Whose account at the gateway was charged: what goes back has to go through the same one."""
    sealed_token: str = field(default="", repr=False)
    """The account's token when it was charged, sealed."""
    sent_at: datetime | None = None
    """When the gateway was asked last to charge, or to give back."""
    holder: str = ""
    """Who has it in hand, until `next_at`."""
    next_at: datetime | None = None
    """From when on anybody may take the payment in hand; None when nothing is left to do."""
    tries: int = 0
    reversals: tuple[Reversal, ...] = ()
    history: tuple[Step, ...] = ()

    @property
    def charged_cents(self) -> int:
        """What the gateway takes: the amount and the tip."""
        return self.amount_cents + self.tip_cents

    @property
    def pending(self) -> Reversal | None:
        """The reversal whose end is open, if any: there is at most one."""
        return next((r for r in self.reversals if r.state is ReversalState.PENDING), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What has to be paid for one order; its id is the order's. `version` 0 is one that is not stored yet."""

    id: str
    restaurant_id: str
    location_id: str
    total_cents: int
    created_at: datetime
    version: int = 0
    fate: Fate | None = None
    placed: bool = False
    payments: tuple[Payment, ...] = ()

    def payment(self, payment_id: str) -> Payment:
        """Return one of the payments. Raises KeyError."""
        for payment in self.payments:
            if payment.id == payment_id:
                return payment
        raise KeyError(payment_id)

    @property
    def paid_cents(self) -> int:
        """What is paid and counts."""
        return sum(p.amount_cents for p in self.payments if p.state in TAKEN and p.counts)

    @property
    def reserved_cents(self) -> int:
        """What is paid or may be about to be."""
        return self.paid_cents + sum(p.amount_cents for p in self.payments if p.state in RUNNING)

    @property
    def remaining_cents(self) -> int:
        """What is still to be paid."""
        return max(0, self.total_cents - self.paid_cents)
