"""What EmergePay's answers mean. Whatever is not understood is UNKNOWN, never a success and never a decline."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

import orjson

from services.kit.telemetry import log
from services.payment.adapters.emergepay_wire import Answer, Heard, Lost, NotSent
from services.payment.gateway import (
    Card,
    Finding,
    Found,
    GatewayRefused,
    GatewayUnavailable,
    Outcome,
    Result,
)
from services.payment.money import to_cents

TRY_AGAIN: Final = "The payment was not accepted. Enter the card again, or another one."

_LONGEST_TEXT: Final = 200
_CARD_NUMBER: Final = re.compile(r"\d(?:[ -]?\d){12,18}")
_ACCOUNT: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_NOT_CARRIED_OUT: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}
)
"""With an error object of the gateway's own. Other 4xx (408, 409, 429 …) may speak of a call that is under way."""

_KEPT: Final = (
    "resultStatus",
    "resultMessage",
    "externalTransactionId",
    "uniqueTransId",
    "transactionType",
    "transactionReference",
    "approvalNumberResult",
    "amount",
    "amountBalance",
    "amountProcessed",
    "amountTaxed",
    "amountTipped",
    "maskedAccount",
    "accountCardType",
    "cardType",
    "accountEntryMethod",
    "avsResponseCode",
    "avsResponseText",
    "cvvResponseCode",
    "cvvResponseText",
    "batchNumber",
)
"""What of an answer is kept and shown: all that the Order App reads; no name, no expiry date, no signature."""
_FREE_TEXTS: Final = frozenset({"resultMessage", "transactionReference", "avsResponseText", "cvvResponseText"})


class Movement(StrEnum):
    """What a call does with money."""

    SALE = "SALE"
    REFUND = "REFUND"
    VOID = "VOID"


_MOVEMENTS: Final = {
    "CreditSale": Movement.SALE,
    "AchSale": Movement.SALE,
    "CreditReturn": Movement.REFUND,
    "AchReturn": Movement.REFUND,
    "Void": Movement.VOID,
    "CreditVoid": Movement.VOID,
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer must be about."""

    movement: Movement
    external_id: str
    amount_cents: int | None
    """None: a void says no amount of its own."""
    secret: str = field(repr=False)
    """Never to be repeated, should the gateway do so in a message."""

    def nothing_heard(self, outcome: Outcome) -> Result:
        """Return a result that tells no more than its outcome."""
        return Result(outcome=outcome, external_id=self.external_id)


def result_of(heard: Heard, expected: Expected) -> Result:
    """Say how a call that moves money ended. Raises GatewayRefused for an account that the gateway does not take."""
    match heard:
        case NotSent():
            return expected.nothing_heard(Outcome.NOT_SENT)
        case Lost(why):
            return _unknown(expected, why)
    body = _object(heard.body)
    transaction = _transaction(body)
    if transaction is not None and (_is_success(heard.status) or _is_client_error(heard.status)):
        return _told(transaction, heard.status, expected)
    if body is not None and heard.status in _ACCOUNT:
        raise GatewayRefused(f"the gateway does not take the location's account: HTTP status {heard.status}")
    if body is not None and heard.status in _NOT_CARRIED_OUT:
        log.warning("gateway_refused", external_id=expected.external_id, status=heard.status)
        said = TRY_AGAIN if expected.movement is Movement.SALE else _said(body, expected.secret)
        return Result(outcome=Outcome.DECLINED, external_id=expected.external_id, message=said)
    return _unknown(expected, f"HTTP status {heard.status}")


def found_of(heard: Heard, external_id: str, secret: str) -> Found:
    """Say what a look-up found."""
    if not isinstance(heard, Answer):
        return _not_told(external_id, "not asked" if isinstance(heard, NotSent) else heard.why)
    body = _object(heard.body)
    # The gateway's own words, for a proxy's page says nothing of transactions.
    if heard.status == HTTPStatus.NOT_FOUND and body is not None and isinstance(body.get("message"), str):
        return Found(finding=Finding.NOT_FOUND)
    transaction = _transaction(body)
    if not _is_success(heard.status) or transaction is None:
        return _not_told(external_id, f"HTTP status {heard.status}")
    result = _read(transaction, secret)
    if result is None or result.external_id != external_id:
        return _not_told(external_id, "an answer about something else")
    if result.outcome is Outcome.DECLINED:
        return Found(finding=Finding.DECLINED, result=result)
    if result.amount_cents is None:
        return _not_told(external_id, "approved, without an amount")
    return Found(finding=Finding.APPROVED, result=result)


def token_of(heard: Heard) -> str:
    """Return the token of hosted fields. Raises GatewayUnavailable, GatewayRefused."""
    if not isinstance(heard, Answer):
        raise GatewayUnavailable("the gateway does not answer")
    token = (_object(heard.body) or {}).get("transactionToken")
    if _is_success(heard.status) and isinstance(token, str) and token:
        return token
    if _is_client_error(heard.status) and heard.status != HTTPStatus.TOO_MANY_REQUESTS:
        raise GatewayRefused(f"the gateway refuses to start a payment: HTTP status {heard.status}")
    raise GatewayUnavailable(f"the gateway fails: HTTP status {heard.status}")


def _told(transaction: Mapping[str, Any], status: int, expected: Expected) -> Result:
    result = _read(transaction, expected.secret)
    if result is None:
        return _unknown(expected, "an answer that does not say whether it was approved")
    other = _MOVEMENTS.get(str(transaction.get("transactionType")), expected.movement)
    # How a void names its type is not documented: any will do, if the id is ours.
    if result.external_id != expected.external_id or (
        expected.movement is not Movement.VOID and other is not expected.movement
    ):
        return _contradicted(expected, "an answer about another transaction")
    if result.outcome is Outcome.DECLINED:
        return result
    if not _is_success(status):
        return _contradicted(expected, f"approved, with HTTP status {status}")
    if expected.amount_cents is not None and result.amount_cents != expected.amount_cents:
        # A part of it, perhaps: money moved, and not what was to move.
        told = "none" if result.amount_cents is None else result.amount_cents
        return _contradicted(expected, "approved for another amount", cents=told, asked_cents=expected.amount_cents)
    return result


def _read(transaction: Mapping[str, Any], secret: str) -> Result | None:
    """Read a transaction; None when it can't be told whether it was approved."""
    status = transaction.get("resultStatus")
    if status not in ("true", "false"):  # texts: the boolean true is no answer that we know
        return None
    kept = {name: _clean(name, transaction[name], secret) for name in _KEPT if isinstance(transaction.get(name), str)}
    digits = kept.get("maskedAccount", "")[-4:]
    return Result(
        outcome=Outcome.APPROVED if status == "true" else Outcome.DECLINED,
        external_id=kept.get("externalTransactionId", ""),
        gateway_id=kept.get("uniqueTransId", ""),
        amount_cents=_amount(transaction),
        message=kept.get("resultMessage", ""),
        card=Card(
            last_digits=digits if digits.isdecimal() else "",
            brand=kept.get("cardType") or kept.get("accountCardType", ""),
        ),
        raw=kept,
    )


def _amount(transaction: Mapping[str, Any]) -> int | None:
    """Read what was processed; without it, what was asked for."""
    text = transaction.get("amountProcessed") or transaction.get("amount")
    if not isinstance(text, str):
        return None
    if _MOVEMENTS.get(str(transaction.get("transactionType"))) is Movement.REFUND:
        text = text.removeprefix("-")  # what goes back may be written as less than nothing
    try:
        return to_cents(text)
    except ValueError:
        return None


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _transaction(body: Mapping[str, Any] | None) -> dict[str, Any] | None:
    found = body.get("transactionResponse") if body is not None else None
    return found if isinstance(found, dict) else None


def _unknown(expected: Expected, why: str) -> Result:
    log.warning("gateway_not_heard", external_id=expected.external_id, movement=expected.movement, why=why)
    return expected.nothing_heard(Outcome.UNKNOWN)


def _contradicted(expected: Expected, why: str, **facts: object) -> Result:
    log.error(
        "gateway_contradicts", external_id=expected.external_id, movement=expected.movement.value, why=why, **facts
    )
    return expected.nothing_heard(Outcome.UNKNOWN)


def _not_told(external_id: str, why: str) -> Found:
    log.warning("gateway_did_not_tell", external_id=external_id, why=why)
    return Found(finding=Finding.UNKNOWN)


def _is_success(status: int) -> bool:
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def _is_client_error(status: int) -> bool:
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR


def _said(body: Mapping[str, Any], secret: str) -> str:
    message = body.get("message")
    text = _clean("resultMessage", message, secret) if isinstance(message, str) else ""
    return text or "refused without a reason"


def _clean(name: str, text: str, secret: str) -> str:
    """Make a foreign text fit to be kept: short, in one line, without our secret and without card numbers."""
    if secret:
        text = text.replace(secret, "***")
    if name in _FREE_TEXTS:
        text = _CARD_NUMBER.sub("***", text)
    if name == "maskedAccount":
        text = re.sub(r"\d(?=.{4})", "*", text)
    return "".join(c if c.isprintable() else " " for c in text[:_LONGEST_TEXT])
