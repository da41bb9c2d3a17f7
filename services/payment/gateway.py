"""What a payment gateway is asked and what it says. All amounts are whole cents.

A gateway never raises for a charge, void or refund that it may have carried out: what was not heard, or can't be
trusted, is Outcome.UNKNOWN, and is found out by asking for it (`find`) by our own external id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class GatewayUnavailable(Exception):
    """The gateway does not answer; nothing was done."""


class GatewayRefused(Exception):
    """The gateway refuses the request itself: wrong credentials, unknown account. Nothing was done."""


class Outcome(StrEnum):
    """How a request ended."""

    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    """For certain nothing was done."""
    UNKNOWN = "UNKNOWN"
    """The answer was not heard, or can't be trusted."""
    NOT_SENT = "NOT_SENT"
    """Not a byte of it reached the gateway: for certain nothing was done, and it may be sent again."""


@dataclass(frozen=True, slots=True)
class Account:
    """A location's account at the gateway."""

    organisation_id: str
    auth_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What is to be charged. The guest pays `amount_cents` and `tip_cents`."""

    external_id: str
    amount_cents: int
    tip_cents: int = 0
    reference: str = ""
    """For people, at the gateway: which order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """What a wallet released."""

    type: str
    token: Mapping[str, Any] = field(repr=False)
    billing: Mapping[str, Any] | None = field(default=None, repr=False)
    card: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What may be known of a card."""

    last_digits: str = ""
    brand: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a charge, void or refund ended. `raw` is the answer in the gateway's own names, fit to be kept and shown."""

    outcome: Outcome
    external_id: str
    gateway_id: str = ""
    amount_cents: int | None = None
    """What was charged or given back; None: the gateway did not say."""
    message: str = ""
    card: Card | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


class Finding(StrEnum):
    """What a gateway knows of a charge, void or refund."""

    NOT_FOUND = "NOT_FOUND"
    """For certain it has none under this id."""
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    VOIDED = "VOIDED"
    REFUNDED = "REFUNDED"
    UNKNOWN = "UNKNOWN"
    """It did not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer to a look-up."""

    finding: Finding
    result: Result | None = None
    refunded_cents: int = 0


class PaymentGateway(Protocol):
    """Takes and returns money. Every request carries an external id of ours; the same id is the same request."""

    needs_account: bool
    """Whether a location needs an account there; if not, any will do."""

    async def start(self, account: Account) -> str:
        """Return a token for hosted fields. Raises GatewayUnavailable, GatewayRefused."""
        ...

    async def charge(self, account: Account, token: str, charge: Charge) -> Result:
        """Charge the card behind a token."""
        ...

    async def charge_wallet(self, account: Account, wallet: Wallet, charge: Charge) -> Result:
        """Charge what a wallet released."""
        ...

    async def void(self, account: Account, gateway_id: str, external_id: str) -> Result:
        """Take a whole charge back before it is settled."""
        ...

    async def refund(self, account: Account, gateway_id: str, external_id: str, amount_cents: int) -> Result:
        """Pay a sum of a charge back."""
        ...

    async def find(self, account: Account, external_id: str) -> Found:
        """Look a charge, void or refund up by our id."""
        ...
