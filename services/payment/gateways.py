"""Which gateway a payment goes through, and with whose account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

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
        return gateway, await self._accounts.of(bill.restaurant_id, bill.location_id, payment.correlation_id)
