"""What the local EmergePay keeps: forms, transactions, and the rules for voids and refunds. No network here.

Transactions are only ever added; what became of a sale is told by the voids and refunds that were added after it.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from services.emergepay_local.journal import Journal

SALES: Final = {"CreditSale": "CreditReturn", "AchSale": "AchReturn"}
"""Sales, and what their refunds are called."""

VOID: Final = "Void"
APPROVED: Final = "Approved"

CARDS: Final = {
    "4111111111111111": APPROVED,
    "5555555555554444": APPROVED,
    "4000000000000002": "Do not honor",
    "4000000000009995": "Insufficient funds",
    "4000000000000127": "Decline",
}
"""Numbers that may be entered; with any other the form stays as it is."""
CARD: Final = "4111111111111111"

_AMOUNT: Final = re.compile(r"([0-9]{1,6})\.([0-9]{2})")


class Problem(Exception):
    """A call that the vendor refuses."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Habits:
    """How obliging it is."""

    any_token: bool = False
    """Take tokens that were never given out, as if a card had been entered: for recordings."""
    auto_card: bool = False
    """Enter a card as soon as a form is started."""
    decline_cents: int | None = None
    """Charges whose amount ends so are declined."""


class FormState(StrEnum):
    """Where a form stands."""

    STARTED = "STARTED"
    CARD_ENTERED = "CARD_ENTERED"
    CONSUMED = "CONSUMED"
    CANCELLED = "CANCELLED"


@dataclass
class Form:
    """A hosted form or a modal."""

    token: str
    organisation: str
    sale: str
    state: FormState = FormState.STARTED
    card: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a charge is to be."""

    organisation: str
    external_id: str
    amount: str
    tip: str = "0.00"
    reference: str = ""
    decline: str | None = None
    """Declined with this message, whatever else speaks for it."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A transaction: approved, or declined with a message."""

    organisation: str
    kind: str
    external_id: str
    cents: int
    message: str
    tip_cents: int = 0
    account: str = CARD[-4:]
    reference: str = ""
    of: str = ""
    """The sale that a void or refund is about."""
    unique_id: str = field(default_factory=lambda: f"local-{uuid.uuid4().hex}")

    @property
    def approved(self) -> bool:
        """Tell whether it moved money."""
        return self.message == APPROVED


@dataclass
class Sale:
    """An approved sale, and what has gone back of it."""

    record: Record
    refunded: int = 0
    voided: bool = False


@dataclass(frozen=True)
class Totals:
    """What moved, in cents."""

    charged: int = 0
    voided: int = 0
    refunded: int = 0

    @property
    def kept(self) -> int:
        """What the merchants have in the end."""
        return self.charged - self.voided - self.refunded


class Ledger:
    """Forms and transactions of all organisations."""

    def __init__(self, habits: Habits | None = None, journal: Journal | None = None) -> None:
        self.habits = habits or Habits()
        self._journal = journal or Journal()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.forms: dict[str, Form] = {}
        self.records: list[Record] = []
        self._by_name: dict[tuple[str, str], list[Record]] = {}
        self._sales: dict[tuple[str, str], Sale] = {}

    def take_in(self, entry: dict[str, Any]) -> None:
        """Take in what was written to the journal before."""
        if "form" in entry:
            form = Form(**entry["form"] | {"state": FormState(entry["form"]["state"])})
            self.forms[form.token] = form
        elif "transaction" in entry:
            self._add(Record(**entry["transaction"]))

    # -- forms ---------------------------------------------------------------------------------------------------

    def start(self, organisation: str, sale: str) -> Form:
        """Make a form."""
        if sale not in SALES:
            raise Problem(400, f"transactionType {sale!r} is not supported here")
        form = Form(uuid.uuid4().hex, organisation, sale)
        if self.habits.auto_card:
            form.card, form.state = CARD, FormState.CARD_ENTERED
        return self._keep_form(form)

    def enter_card(self, token: str, number: str) -> Form:
        """Do what the guest does in the vendor's form."""
        form = self.forms.get(token)
        if form is None or form.state in (FormState.CONSUMED, FormState.CANCELLED):
            raise Problem(404, "there is no such form any more")
        if number not in CARDS:
            raise Problem(400, "the number is not valid; one of these is: " + ", ".join(CARDS))
        form.card, form.state = number, FormState.CARD_ENTERED
        return self._keep_form(form)

    def cancel(self, token: str) -> None:
        """End a form."""
        form = self.forms.get(token)
        if form is None:
            raise Problem(404, "Transaction token not found")
        if form.state is FormState.CONSUMED:
            raise Problem(400, "Transaction token has already been used")
        form.state = FormState.CANCELLED
        self._keep_form(form)

    # -- transactions --------------------------------------------------------------------------------------------

    def check_out(self, token: str, asked: Asked) -> Record:
        """Charge what was entered in a form. A decline leaves the form usable, as the guest may try another card."""
        form = self.forms.get(token)
        if form is None and self.habits.any_token:
            # Not kept: the same token may be used again and again, as the recordings do.
            form = Form(token, asked.organisation, "CreditSale", FormState.CARD_ENTERED, CARD)
        if form is None or form.organisation != asked.organisation:
            raise Problem(400, "Transaction token not found")
        if form.state is not FormState.CARD_ENTERED:
            raise Problem(400, _NOT_READY[form.state])
        record = self._charge(form.sale, form.card, token, asked)
        if record.approved and form.token in self.forms:
            form.state = FormState.CONSUMED
            self._keep_form(form)
        return self._keep(record)

    def charge_wallet(self, words: str, asked: Asked) -> Record:
        """Charge a wallet. Nothing but the idempotency key keeps one from being charged twice."""
        return self._keep(self._charge("CreditSale", CARD, words, asked))

    def void(self, organisation: str, unique_id: str, external_id: str, decline: str | None = None) -> Record:
        """Undo a sale."""
        sale, message = self._sale(organisation, unique_id), decline or APPROVED
        if sale.voided:
            message = "Transaction has already been voided"
        elif sale.refunded:
            message = "Transaction has already been refunded"
        return self._keep(_back(sale, VOID, external_id, sale.record.cents, message))

    def refund(
        self, organisation: str, unique_id: str, external_id: str, amount: str, decline: str | None = None
    ) -> Record:
        """Give back a sale, or a part of it."""
        sale, cents, message = self._sale(organisation, unique_id), cents_of(amount), decline or APPROVED
        if sale.voided:
            message = "Transaction has already been voided"
        elif sale.refunded + cents > sale.record.cents:
            message = "Refund exceeds original amount"
        return self._keep(_back(sale, SALES[sale.record.kind], external_id, cents, message))

    def find(self, organisation: str, external_id: str) -> Record:
        """Return the transaction of this name: the approved one, if there are several."""
        found = self._by_name.get((organisation, external_id))
        if not found:
            raise Problem(404, "Transaction not found")
        return next((r for r in found if r.approved), found[-1])

    def totals(self) -> Totals:
        """Add up what moved."""
        moved = [r for r in self.records if r.approved]
        return Totals(
            charged=sum(r.cents for r in moved if r.kind in SALES),
            voided=sum(r.cents for r in moved if r.kind == VOID),
            refunded=sum(r.cents for r in moved if r.kind in SALES.values()),
        )

    def _charge(self, kind: str, card: str, words: str, asked: Asked) -> Record:
        cents, tip_cents = cents_of(asked.amount), cents_of(asked.tip, least=0)
        if tip_cents > cents:
            raise Problem(400, "tipAmount is a part of amount, and can't be more")
        message = CARDS[card]
        if "declined" in words:
            message = "Declined"
        elif cents % 100 == self.habits.decline_cents:
            message = "Decline"
        return Record(
            organisation=asked.organisation,
            kind=kind,
            external_id=asked.external_id,
            cents=cents,
            tip_cents=tip_cents,
            message=asked.decline or message,
            account=card[-4:],
            reference=asked.reference,
        )

    def _sale(self, organisation: str, unique_id: str) -> Sale:
        sale = self._sales.get((organisation, unique_id))
        if sale is None:
            raise Problem(400, "Original transaction not found")
        return sale

    def _keep(self, record: Record) -> Record:
        self._journal.write({"transaction": asdict(record)})
        return self._add(record)

    def _add(self, record: Record) -> Record:
        self.records.append(record)
        self._by_name.setdefault((record.organisation, record.external_id), []).append(record)
        if not record.approved:
            return record
        if record.kind in SALES:
            self._sales[record.organisation, record.unique_id] = Sale(record)
        elif record.kind == VOID:
            self._sales[record.organisation, record.of].voided = True
        else:
            self._sales[record.organisation, record.of].refunded += record.cents
        return record

    def _keep_form(self, form: Form) -> Form:
        self.forms[form.token] = form
        self._journal.write({"form": asdict(form)})
        return form


_NOT_READY: Final = {
    FormState.STARTED: "No card has been entered for this transaction token",
    FormState.CONSUMED: "Transaction token has already been used",
    FormState.CANCELLED: "Transaction token has been cancelled",
}


def _back(sale: Sale, kind: str, external_id: str, cents: int, message: str) -> Record:
    return Record(
        organisation=sale.record.organisation,
        kind=kind,
        external_id=external_id,
        cents=cents,
        message=message,
        account=sale.record.account,
        of=sale.record.unique_id,
    )


def cents_of(amount: str, *, least: int = 1) -> int:
    """Read an amount as the vendor takes it. Raises Problem."""
    found = _AMOUNT.fullmatch(amount)
    cents = int(found[1]) * 100 + int(found[2]) if found else -1
    if cents < least:
        raise Problem(400, "amounts must be positive numbers with two decimals, as text")
    return cents
