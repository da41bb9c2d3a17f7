"""A payment gateway in memory, which does what a test tells it, and keeps a ledger of what it did."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from services.payment.gateway import (
    Account,
    Card,
    Charge,
    Finding,
    Found,
    GatewayUnavailable,
    Outcome,
    Result,
    Wallet,
)


class Fault(Enum):
    """What goes wrong with a request."""

    NONE = auto()
    DECLINE = auto()
    LOST_BEFORE = auto()
    """It never arrives, and nobody can tell."""
    LOST_AFTER = auto()
    """It is done, the answer gets lost."""
    NOT_SENT = auto()


@dataclass
class Entry:
    """What happened under one external id."""

    kind: str
    cents: int
    state: Finding
    gateway_id: str
    of: str = ""
    """A reversal's: the gateway id of the charge."""


@dataclass
class FakeGateway:
    """Charges whatever token it gets."""

    faults: deque[Fault] = field(default_factory=deque)
    """For the next requests that move money, in order."""
    ledger: dict[str, Entry] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    """(kind, external id) of everything that arrived."""
    is_away: bool = False
    """Whether look-ups go unanswered."""
    refuses_voids: bool = False
    short_by_cents: int = 0
    """How much less than it was asked to it charges."""
    hold: asyncio.Event | None = None
    """What charges wait for before they are carried out."""
    needs_account: bool = True

    @property
    def kept_cents(self) -> int:
        """What it has taken and not given back."""
        charged = sum(e.cents for e in self.ledger.values() if e.kind == "charge" and e.state is Finding.APPROVED)
        return charged - sum(
            e.cents for e in self.ledger.values() if e.kind == "refund" and e.state is Finding.APPROVED
        )

    def charges(self) -> list[Entry]:
        """Return the charges that were approved, voided ones included."""
        return [e for e in self.ledger.values() if e.kind == "charge" and e.state is not Finding.DECLINED]

    async def start(self, account: Account) -> str:
        if self.is_away:
            raise GatewayUnavailable
        return f"token-{len(self.requests)}"

    async def charge(self, account: Account, token: str, charge: Charge) -> Result:
        if self.hold is not None:
            await self.hold.wait()
        cents = charge.amount_cents + charge.tip_cents - self.short_by_cents
        return self._do("charge", charge.external_id, cents, "")

    async def charge_wallet(self, account: Account, wallet: Wallet, charge: Charge) -> Result:
        return self._do("charge", charge.external_id, charge.amount_cents + charge.tip_cents, "")

    async def void(self, account: Account, gateway_id: str, external_id: str) -> Result:
        charge = self._charge(gateway_id)
        if charge is None or charge.state is not Finding.APPROVED or self.refuses_voids:
            return Result(outcome=Outcome.DECLINED, external_id=external_id, message="can't be voided")
        result = self._do("void", external_id, charge.cents, gateway_id)
        if external_id in self.ledger and self.ledger[external_id].state is Finding.APPROVED:
            charge.state = Finding.VOIDED
        return result

    async def refund(self, account: Account, gateway_id: str, external_id: str, amount_cents: int) -> Result:
        charge = self._charge(gateway_id)
        given = sum(e.cents for e in self.ledger.values() if e.kind == "refund" and e.of == gateway_id)
        known = self.ledger.get(external_id)
        if charge is None or (known is None and given + amount_cents > charge.cents):
            return Result(outcome=Outcome.DECLINED, external_id=external_id, message="exceeds the original amount")
        return self._do("refund", external_id, amount_cents, gateway_id)

    async def find(self, account: Account, external_id: str) -> Found:
        if self.is_away:
            return Found(finding=Finding.UNKNOWN)
        entry = self.ledger.get(external_id)
        if entry is None:
            return Found(finding=Finding.NOT_FOUND)
        return Found(finding=entry.state, result=self._result(external_id, entry))

    def _charge(self, gateway_id: str) -> Entry | None:
        return next((e for e in self.ledger.values() if e.kind == "charge" and e.gateway_id == gateway_id), None)

    def _do(self, kind: str, external_id: str, cents: int, of: str) -> Result:
        fault = self.faults.popleft() if self.faults else Fault.NONE
        if fault is Fault.NOT_SENT:
            return Result(outcome=Outcome.NOT_SENT, external_id=external_id)
        if fault is Fault.LOST_BEFORE:
            return Result(outcome=Outcome.UNKNOWN, external_id=external_id)
        self.requests.append((kind, external_id))
        state = Finding.DECLINED if fault is Fault.DECLINE else Finding.APPROVED
        entry = self.ledger.setdefault(external_id, Entry(kind, cents, state, f"g-{len(self.ledger) + 1}", of))
        if fault is Fault.LOST_AFTER:
            return Result(outcome=Outcome.UNKNOWN, external_id=external_id)
        return self._result(external_id, entry)

    @staticmethod
    def _result(external_id: str, entry: Entry) -> Result:
        approved = entry.state is not Finding.DECLINED
        raw: Mapping[str, str] = {
            "resultStatus": "true" if approved else "false",
            "resultMessage": "Approved" if approved else "Insufficient funds",
            "amountProcessed": f"{entry.cents / 100:.2f}",
            "uniqueTransId": entry.gateway_id,
            "externalTransactionId": external_id,
        }
        return Result(
            outcome=Outcome.APPROVED if approved else Outcome.DECLINED,
            external_id=external_id,
            gateway_id=entry.gateway_id,
            amount_cents=entry.cents,
            message=str(raw["resultMessage"]),
            card=Card(last_digits="1111", brand="Visa"),
            raw=raw,
        )
