"""Which gateway a payment goes through, and with whose account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.kit.errors import NotFound, Refused
from services.kit.vault import Unreadable
from services.payment.adapters.accounts import Accounts
from services.payment.gateway import Account, PaymentGateway
from services.payment.model import Bill, Payment

NO_ACCOUNT: Final = Account("", "")


class Gateways:
    """Finds the gateway of a payment and the account of its location there."""

    def __init__(self, known: Mapping[str, PaymentGateway], accounts: Accounts) -> None:
        self._known = known
        self._accounts = accounts

    def __getitem__(self, name: str) -> PaymentGateway:
        """Return a gateway by its name."""
        return self._known[name]

    async def of(self, bill: Bill, payment: Payment) -> tuple[PaymentGateway, Account]:
        """Return a payment's gateway and account. Raises NotFound, Refused, Unavailable."""
        gateway = self._known[payment.gateway]
        if not gateway.needs_account:
            return gateway, NO_ACCOUNT
        try:
            account = await self._accounts.of(bill.restaurant_id, bill.location_id, payment.correlation_id)
        except (NotFound, Refused):
            if not payment.organisation_id:
                raise
            return gateway, self._kept(bill, payment)
        if payment.organisation_id in {"", account.organisation_id}:
            return gateway, account
        return gateway, self._kept(bill, payment)

    def to_keep(self, bill: Bill, account: Account) -> tuple[str, str]:
        """Return an account as it is kept with a payment: its id and its token, sealed."""
        sealed = self._accounts.vault.seal(account.auth_token, bill.location_id) if account.auth_token else ""
        return account.organisation_id, sealed

    def _kept(self, bill: Bill, payment: Payment) -> Account:
        """Return the account that was charged, which the location does not have any more."""
        try:
            return Account(payment.organisation_id, self._accounts.vault.open(payment.sealed_token, bill.location_id))
        except Unreadable as error:
            raise Refused("PAYMENT_ACCOUNT_UNREADABLE", "the account that was charged can't be read") from error
