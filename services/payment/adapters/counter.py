"""The till as a gateway: whoever stands there has the money in hand, so there is nobody to ask."""

from __future__ import annotations

from services.payment.gateway import Account, Charge, Finding, Found, GatewayRefused, Outcome, Result, Wallet


class Counter:
    """Notes what was taken and given back at the till."""

    needs_account = False

    async def start(self, account: Account) -> str:
        """Refuse: a till has no hosted fields."""
        raise GatewayRefused("a till has no hosted fields")

    async def charge(self, account: Account, token: str, charge: Charge) -> Result:
        """Note that it was taken; `token` is the till's own number of it."""
        return Result(
            outcome=Outcome.APPROVED,
            external_id=charge.external_id,
            gateway_id=token,
            amount_cents=charge.amount_cents + charge.tip_cents,
            message="taken at the till",
        )

    async def charge_wallet(self, account: Account, wallet: Wallet, charge: Charge) -> Result:
        """Refuse: a till has no wallets."""
        raise GatewayRefused("a till has no wallets")

    async def void(self, account: Account, gateway_id: str, external_id: str) -> Result:
        """Note that it was given back."""
        return Result(outcome=Outcome.APPROVED, external_id=external_id, message="given back at the till")

    async def refund(self, account: Account, gateway_id: str, external_id: str, amount_cents: int) -> Result:
        """Note that a sum was given back."""
        return Result(
            outcome=Outcome.APPROVED,
            external_id=external_id,
            amount_cents=amount_cents,
            message="given back at the till",
        )

    async def find(self, account: Account, external_id: str) -> Found:
        """Say that it is so: what our books say of a till is all that there is."""
        result = Result(outcome=Outcome.APPROVED, external_id=external_id, message="taken at the till")
        return Found(finding=Finding.APPROVED, result=result)
