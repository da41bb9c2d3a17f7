"""What EmergePay's answers mean, word by word, and what of them is kept."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payment.adapters.emergepay_answers import Expected, Movement, found_of, result_of, token_of
from services.payment.adapters.emergepay_wire import Answer
from services.payment.gateway import Finding, GatewayRefused, GatewayUnavailable, Outcome, Result
from services.payment.money import MOST_CENTS, to_decimal

SECRET = "the-locations-own-secret-token"
SALE = Expected(Movement.SALE, "this", 800, SECRET)
REFUND = Expected(Movement.REFUND, "this", 800, SECRET)
VOID = Expected(Movement.VOID, "this", None, SECRET)
UNKNOWN = Result(outcome=Outcome.UNKNOWN, external_id="this")
GOOD = {
    "externalTransactionId": "this",
    "transactionType": "CreditSale",
    "resultStatus": "true",
    "resultMessage": "Approved",
    "uniqueTransId": "u",
    "amount": "8.00",
    "amountProcessed": "8.00",
    "maskedAccount": "************1111",
    "cardType": "Visa",
    "billingName": "Ana Holder",
    "accountExpiryDate": "1299",
    "signature": "data:image/png",
}


def answer(status: int = 200, **fields: Any) -> Answer:
    told = {name: value for name, value in (GOOD | fields).items() if value is not None}
    return Answer(status, orjson.dumps({"transactionResponse": told}))


def test_what_is_kept_is_fit_to_be_shown() -> None:
    raw = result_of(answer(), SALE).raw
    assert raw == {n: v for n, v in GOOD.items() if n not in ("billingName", "accountExpiryDate", "signature")}


@pytest.mark.parametrize("status", ["true", "false"])
def test_no_secret_and_no_card_number_is_kept(status: str) -> None:
    message = f"card 4111 1111 1111 1111 of {SECRET}\nrefused" + "x" * 500
    result = result_of(answer(resultStatus=status, resultMessage=message, maskedAccount="4111111111111111"), SALE)
    assert (result.outcome is Outcome.APPROVED) == (status == "true")
    assert result.message == ("card *** of *** refused" + "x" * 500)[: len(result.message)]
    assert result.raw["maskedAccount"] == "************1111"
    assert len(result.message) <= 200
    assert "4111" not in repr(result)
    assert SECRET not in repr(result)
    assert result.card is not None
    assert result.card.last_digits == "1111"


@pytest.mark.parametrize("told", [True, False, None, "TRUE", "True", "yes", 1, ""])
def test_only_the_two_words_are_a_verdict(told: Any) -> None:
    assert result_of(answer(resultStatus=told), SALE) == UNKNOWN
    assert found_of(answer(resultStatus=told), "this", SECRET).finding is Finding.UNKNOWN


@pytest.mark.parametrize("amount", ["7.99", "8.01", "800", "-8.00", "8,00", "", " 8.00", "8.000", 8.0, 800, None])
def test_only_the_amount_that_was_asked_for_is_a_yes(amount: Any) -> None:
    assert result_of(answer(amountProcessed=amount, amount=amount), SALE) == UNKNOWN


@given(st.integers(1, MOST_CENTS), st.integers(1, MOST_CENTS))
def test_cents_are_told_from_cents(asked: int, told: int) -> None:
    expected = Expected(Movement.SALE, "this", asked, SECRET)
    result = result_of(answer(amountProcessed=to_decimal(told)), expected)
    assert result.outcome is (Outcome.APPROVED if asked == told else Outcome.UNKNOWN)
    found = found_of(answer(amountProcessed=to_decimal(told)), "this", SECRET)
    assert found.result is not None
    assert (found.finding, found.result.amount_cents) == (Finding.APPROVED, told)


def test_what_goes_back_may_be_written_as_less_than_nothing() -> None:
    result = result_of(answer(transactionType="CreditReturn", amountProcessed="-8.00"), REFUND)
    assert (result.outcome, result.amount_cents) == (Outcome.APPROVED, 800)


@pytest.mark.parametrize("external_id", ["that", "", None, 7])
def test_only_an_answer_about_ours_is_one(external_id: Any) -> None:
    assert result_of(answer(externalTransactionId=external_id), SALE) == UNKNOWN
    assert result_of(answer(externalTransactionId=external_id, resultStatus="false"), SALE) == UNKNOWN
    assert found_of(answer(externalTransactionId=external_id), "this", SECRET).finding is Finding.UNKNOWN


def test_another_kind_of_transaction_is_not_ours() -> None:
    assert result_of(answer(transactionType="CreditReturn"), SALE) == UNKNOWN
    assert result_of(answer(), REFUND) == UNKNOWN
    assert result_of(answer(transactionType="CreditSale"), VOID).outcome is Outcome.APPROVED
    assert result_of(answer(transactionType="SomethingNew"), SALE).outcome is Outcome.APPROVED


@pytest.mark.parametrize("status", [400, 402, 404, 422])
def test_a_refusal_in_the_gateways_words_is_a_no(status: int) -> None:
    refusal = Answer(status, orjson.dumps({"message": f"no: {SECRET}"}))
    assert result_of(refusal, SALE).outcome is Outcome.DECLINED
    refunded = result_of(refusal, REFUND)
    assert (refunded.outcome, refunded.message) == (Outcome.DECLINED, "no: ***")
    assert result_of(Answer(status, b"<h1>no</h1>"), SALE) == UNKNOWN


@pytest.mark.parametrize("status", [301, 307, 408, 409, 418, 425, 429, 500, 502, 503, 504])
def test_any_other_status_tells_nothing(status: int) -> None:
    assert result_of(Answer(status, b'{"message": "no"}'), SALE) == UNKNOWN
    assert found_of(Answer(status, b'{"message": "no"}'), "this", SECRET).finding is Finding.UNKNOWN


@pytest.mark.parametrize("status", [401, 403])
def test_an_account_that_is_not_taken(status: int) -> None:
    refusal = Answer(status, orjson.dumps({"message": f"no: {SECRET}"}))
    with pytest.raises(GatewayRefused) as caught:
        result_of(refusal, SALE)
    assert SECRET not in repr(caught.value)
    assert result_of(Answer(status, b"<h1>no</h1>"), SALE) == UNKNOWN
    with pytest.raises(GatewayRefused):
        token_of(refusal)


def test_an_approval_in_an_error_tells_nothing() -> None:
    assert result_of(answer(400), SALE) == UNKNOWN
    assert result_of(answer(500), SALE) == UNKNOWN
    assert result_of(answer(400, resultStatus="false", resultMessage="Decline"), SALE).outcome is Outcome.DECLINED
    assert result_of(answer(500, resultStatus="false"), SALE) == UNKNOWN


def test_only_the_gateway_itself_can_say_that_there_is_nothing() -> None:
    assert found_of(Answer(404, b'{"message": "Transaction not found"}'), "this", SECRET).finding is Finding.NOT_FOUND
    for body in (b"", b"<h1>not found</h1>", b"{}", b"[]", b'{"error": "not found"}'):
        assert found_of(Answer(404, body), "this", SECRET).finding is Finding.UNKNOWN


@given(st.integers(100, 599), st.binary(max_size=60))
def test_noise_is_never_a_verdict(status: int, body: bytes) -> None:
    assert result_of(Answer(status, body), SALE) == UNKNOWN
    assert found_of(Answer(status, body), "this", SECRET).finding is Finding.UNKNOWN


@pytest.mark.parametrize("body", [b"", b"{}", b'{"transactionToken": ""}', b'{"transactionToken": 7}', b"[]"])
def test_a_form_needs_a_token(body: bytes) -> None:
    with pytest.raises(GatewayUnavailable):
        token_of(Answer(200, body))
    assert token_of(Answer(200, b'{"transactionToken": "t"}')) == "t"
