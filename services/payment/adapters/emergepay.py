"""EmergePay, by its HTTP interface (there is no SDK for Python). What is promised: services/payment/gateway.py.

The sandbox and the real thing differ by their address alone; who decides is our settings, never the guest's browser.
More in docs/emergepay.md.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit

from services.payment.adapters.emergepay_answers import (
    TRY_AGAIN,
    Expected,
    Movement,
    found_of,
    result_of,
    token_of,
)
from services.payment.adapters.emergepay_wire import Answer, Heard, Limits, NotSent, Wire
from services.payment.gateway import (
    Account,
    Charge,
    Finding,
    Found,
    GatewayRefused,
    Outcome,
    Result,
    Wallet,
)
from services.payment.money import to_decimal

# No "/", "?", "#", no leading dot: the old system let a guest choose the address of an authorised call this way.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_~=-][A-Za-z0-9_.~=-]{0,511}")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_SECRET: Final = re.compile(r"[\x21-\x7e]{1,4096}")
_WALLET_TYPE: Final = re.compile(r"[A-Za-z][A-Za-z _-]{0,31}")
_SALE: Final = "CreditSale"


class EmergePay:
    """PaymentGateway of all locations. Make one in the loop that it serves."""

    needs_account = True

    def __init__(self, base_url: str, *, limits: Limits | None = None) -> None:
        self._wire = Wire(base_url, limits)
        parts = urlsplit(base_url)
        # By the address, for that decides about money: the vendor's sandbox, or a gateway without encryption.
        self._sandbox = parts.scheme == "http" or "sandbox" in (parts.hostname or "")

    async def close(self) -> None:
        """End the connections."""
        await self._wire.close()

    async def start(self, account: Account) -> str:
        """Return a token for hosted fields. Raises GatewayUnavailable, GatewayRefused."""
        data = {"transactionType": _SALE, "method": "hostedFields", "submissionType": "manual"}
        heard = await self._patiently("POST", _path(account, "start"), _headers(account), {"transactionData": data})
        return token_of(heard)

    async def charge(self, account: Account, token: str, charge: Charge) -> Result:
        """Charge the card behind a token. Raises GatewayRefused."""
        expected = _sale(account, charge)
        if _TOKEN.fullmatch(token) is None:
            return replace(expected.nothing_heard(Outcome.DECLINED), message=TRY_AGAIN)
        data = {"amount": _total(charge), "externalTransactionId": charge.external_id}
        if charge.reference:
            data["transactionReference"] = charge.reference
        return await self._move("PUT", f"checkout/{quote(token, safe='')}", account, data, expected)

    async def charge_wallet(self, account: Account, wallet: Wallet, charge: Charge) -> Result:
        """Charge what a wallet released. Raises GatewayRefused."""
        expected = _sale(account, charge)
        if _WALLET_TYPE.fullmatch(wallet.type) is None or not wallet.token:
            return replace(expected.nothing_heard(Outcome.DECLINED), message=TRY_AGAIN)
        details = {"billing": wallet.billing, "card": wallet.card}
        data = {
            "type": wallet.type,
            "isSandbox": self._sandbox,
            **{name: value for name, value in details.items() if value is not None},
            "token": wallet.token,
            "amount": _total(charge),
            "transactionType": _SALE,
            "externalTransactionId": charge.external_id,
            "transactionReference": charge.reference or charge.external_id,
        }
        return await self._move("POST", "wallets", account, data, expected)

    async def void(self, account: Account, gateway_id: str, external_id: str) -> Result:
        """Take a whole charge back before it is settled. Raises GatewayRefused."""
        expected = Expected(Movement.VOID, _checked(external_id), None, account.auth_token)
        data = {"uniqueTransId": gateway_id, "externalTransactionId": external_id}
        return await self._move("PUT", "void", account, data, expected)

    async def refund(self, account: Account, gateway_id: str, external_id: str, amount_cents: int) -> Result:
        """Pay a sum of a charge back. Raises GatewayRefused."""
        expected = Expected(Movement.REFUND, _checked(external_id), amount_cents, account.auth_token)
        data = {"uniqueTransId": gateway_id, "amount": _asked(amount_cents), "externalTransactionId": external_id}
        return await self._move("PUT", "tokenizedRefund", account, data, expected)

    async def find(self, account: Account, external_id: str) -> Found:
        """Look a charge, void or refund up by our id. Raises GatewayRefused for an account that can't be one.

        EmergePay does not say of a charge whether it was voided or refunded since; voids and refunds are found by
        their own ids.
        """
        heard = await self._patiently("GET", _path(account, _checked(external_id)), _headers(account))
        return found_of(heard, external_id, account.auth_token)

    async def _move(
        self, method: str, call: str, account: Account, data: Mapping[str, Any], expected: Expected
    ) -> Result:
        """Make a call that moves money. It is made again only when nothing was sent."""
        path, headers = _path(account, call), _headers(account) | {"idempotency-key": expected.external_id}
        body = {"transactionData": data}
        heard = await self._wire.send(method, path, headers, body)
        for pause in self._wire.limits.pauses:
            if not isinstance(heard, NotSent):
                break
            await asyncio.sleep(pause)
            heard = await self._wire.send(method, path, headers, body)
        result = result_of(heard, expected)
        return await self._confirmed(account, result, expected) if result.outcome is Outcome.DECLINED else result

    async def _confirmed(self, account: Account, declined: Result, expected: Expected) -> Result:
        """Make sure that a "no" is not about the repetition of what an earlier call with this id has done.

        A form that is used up and a duplicate are refused, too, and then the money has moved. It is asked once only:
        a guest is waiting.
        """
        heard = await self._wire.send("GET", _path(account, expected.external_id), _headers(account))
        found = found_of(heard, expected.external_id, account.auth_token)
        match found.finding:
            case Finding.APPROVED if found.result is not None:
                as_asked = expected.amount_cents in {None, found.result.amount_cents}
                return found.result if as_asked else expected.nothing_heard(Outcome.UNKNOWN)
            case Finding.UNKNOWN if not declined.raw:
                # It was not even a verdict on a transaction.
                return expected.nothing_heard(Outcome.UNKNOWN)
        return declined

    async def _patiently(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> Heard:
        """Make a call that moves nothing: it is made again whenever no sensible answer came."""
        heard = await self._wire.send(method, path, headers, body)
        for pause in self._wire.limits.pauses:
            if isinstance(heard, Answer) and _is_final(heard.status):
                break
            await asyncio.sleep(pause)
            heard = await self._wire.send(method, path, headers, body)
        return heard


def _sale(account: Account, charge: Charge) -> Expected:
    total = charge.amount_cents + charge.tip_cents
    return Expected(Movement.SALE, _checked(charge.external_id), total, account.auth_token)


def _total(charge: Charge) -> str:
    """Write what the guest pays. The tip is in it, and not sent beside it: see docs/emergepay.md."""
    if charge.tip_cents < 0 or charge.amount_cents < 0:
        raise ValueError("neither amount nor tip can be less than nothing")
    return _asked(charge.amount_cents + charge.tip_cents)


def _asked(amount_cents: int) -> str:
    """Write an amount that somebody is to pay or get. Raises ValueError."""
    if amount_cents == 0:
        raise ValueError("an amount of nothing needs no gateway")
    return to_decimal(amount_cents)


def _checked(external_id: str) -> str:
    """Return an id that may stand in an address. Raises ValueError for any other."""
    if _ID.fullmatch(external_id) is None:
        raise ValueError("an external id has 1 to 64 letters, digits, - and _, and begins with a letter or digit")
    return external_id


def _path(account: Account, call: str) -> str:
    if _ID.fullmatch(account.organisation_id) is None:
        raise GatewayRefused("the location's organisation id can't be one")
    return f"/orgs/{account.organisation_id}/transactions/{call}"


def _headers(account: Account) -> dict[str, str]:
    if _SECRET.fullmatch(account.auth_token) is None:
        raise GatewayRefused("the location's token can't be one")
    return {"authorization": f"Bearer {account.auth_token}"}


def _is_final(status: int) -> bool:
    return status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.TOO_MANY_REQUESTS
