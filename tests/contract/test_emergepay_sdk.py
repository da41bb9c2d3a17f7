"""The local EmergePay is faithful: the vendor's own SDK works with it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.emergepay_local.faults import FaultKind
from services.emergepay_local.ledger import CARD, Habits, Totals
from tests.servers.emergepay import EmergePayServer, serve_emergepay
from tests.servers.emergepay_sdk import EmergePaySdk, SdkError, emergepay_sdk

FORM = {"transactionType": "CreditSale", "method": "hostedFields", "submissionType": "manual"}


@pytest.fixture
async def server() -> AsyncIterator[EmergePayServer]:
    async with serve_emergepay(Habits(decline_cents=13)) as server:
        yield server


@pytest.fixture
async def sdk(server: EmergePayServer) -> AsyncIterator[EmergePaySdk]:
    async with emergepay_sdk(server.url) as sdk:
        yield sdk


async def charged(server: EmergePayServer, sdk: EmergePaySdk, amount: str, external_id: str, **more: Any) -> Any:
    token = await sdk.call("startTransaction", FORM)
    server.ledger.enter_card(token, CARD)
    return (await sdk.call("checkoutTransaction", sale(token, amount, external_id) | more))["data"]


def sale(token: str, amount: str, external_id: str) -> dict[str, str]:
    return {
        "transactionToken": token,
        "transactionType": "CreditSale",
        "amount": amount,
        "externalTransactionId": external_id,
    }


async def test_a_sale_is_charged_and_found(server: EmergePayServer, sdk: EmergePaySdk) -> None:
    told = await charged(server, sdk, "12.00", "sale-1")
    assert (told["resultStatus"], told["resultMessage"]) == ("true", "Approved")
    assert (told["amount"], told["amountProcessed"], told["transactionType"]) == ("12.00", "12.00", "CreditSale")
    assert told["accountCardType"] == "Visa (no real money)"
    assert (await sdk.call("retrieveTransaction", "sale-1"))["data"] == told
    assert await sdk.call("acknowledge", "sale-1") == {}
    assert server.moved() == [("CreditSale", "sale-1", 1200)]


async def test_a_form_goes_through_its_states(server: EmergePayServer, sdk: EmergePaySdk) -> None:
    token = await sdk.call("startTransaction", FORM)
    with pytest.raises(SdkError, match="No card has been entered"):
        await sdk.call("checkoutTransaction", sale(token, "12.00", "a"))
    async with httpx.AsyncClient() as browser:
        answer = await browser.post(f"{server.origin}/control/forms/{token}", json={"number": CARD})
    assert (answer.status_code, answer.json()) == (200, {"state": "CARD_ENTERED"})
    await sdk.call("checkoutTransaction", sale(token, "12.00", "b"))
    with pytest.raises(SdkError, match="already been used"):
        await sdk.call("checkoutTransaction", sale(token, "12.00", "c"))
    with pytest.raises(SdkError, match="not found"):
        await sdk.call("checkoutTransaction", sale("of-nobody", "12.00", "d"))
    assert server.moved() == [("CreditSale", "b", 1200)]


async def test_a_cancelled_form_charges_nothing(server: EmergePayServer, sdk: EmergePaySdk) -> None:
    token = await sdk.call("startTransaction", FORM)
    server.ledger.enter_card(token, CARD)
    assert await sdk.call("cancelTransaction", token) == {}
    with pytest.raises(SdkError, match="cancelled"):
        await sdk.call("checkoutTransaction", sale(token, "12.00", "a"))
    assert server.moved() == []


async def test_a_modal_needs_its_amount_and_id(sdk: EmergePaySdk) -> None:
    modal = {"transactionType": "AchSale", "method": "modal"}
    with pytest.raises(SdkError, match="base_amount"):
        await sdk.call("startTransaction", modal)
    fields = [{"id": "base_amount", "value": "1.00"}, {"id": "external_tran_id", "value": "m"}]
    assert re.fullmatch("[0-9a-f]{32}", await sdk.call("startTransaction", modal | {"fields": fields}))


@pytest.mark.parametrize(
    ("number", "amount", "message"),
    [
        ("4000000000000002", "12.00", "Do not honor"),
        ("4000000000009995", "12.00", "Insufficient funds"),
        (CARD, "12.13", "Decline"),
    ],
)
async def test_declines(server: EmergePayServer, sdk: EmergePaySdk, number: str, amount: str, message: str) -> None:
    token = await sdk.call("startTransaction", FORM)
    server.ledger.enter_card(token, number)
    told = (await sdk.call("checkoutTransaction", sale(token, amount, "a")))["data"]
    assert (told["resultStatus"], told["resultMessage"], told["amountProcessed"]) == ("false", message, "0.00")
    assert (await sdk.call("retrieveTransaction", "a"))["data"]["resultStatus"] == "false"
    assert server.moved() == []
    server.ledger.enter_card(token, CARD)
    again = (await sdk.call("checkoutTransaction", sale(token, "12.00", "b")))["data"]
    assert again["resultStatus"] == "true"


async def test_refunds_up_to_what_was_paid(server: EmergePayServer, sdk: EmergePaySdk) -> None:
    of = (await charged(server, sdk, "12.00", "sale"))["uniqueTransId"]

    async def refund(amount: str, external_id: str) -> Any:
        data = {"uniqueTransId": of, "amount": amount, "externalTransactionId": external_id}
        return (await sdk.call("tokenizedRefundTransaction", data))["data"]

    first = await refund("5.00", "r1")
    assert (first["resultStatus"], first["transactionType"], first["amountProcessed"]) == (
        "true",
        "CreditReturn",
        "5.00",
    )
    assert (await refund("7.01", "r2"))["resultMessage"] == "Refund exceeds original amount"
    assert (await refund("7.00", "r3"))["resultStatus"] == "true"
    void = {"uniqueTransId": of, "externalTransactionId": "v"}
    assert (await sdk.call("voidTransaction", void))["data"]["resultMessage"] == "Transaction has already been refunded"
    assert server.ledger.totals() == Totals(charged=1200, refunded=1200)


async def test_a_void_happens_once(server: EmergePayServer, sdk: EmergePaySdk) -> None:
    of = (await charged(server, sdk, "12.00", "sale"))["uniqueTransId"]
    void = {"uniqueTransId": of, "externalTransactionId": "v1"}
    assert (await sdk.call("voidTransaction", void))["data"]["resultStatus"] == "true"
    again = (await sdk.call("voidTransaction", void | {"externalTransactionId": "v2"}))["data"]
    assert (again["resultStatus"], again["resultMessage"]) == ("false", "Transaction has already been voided")
    with pytest.raises(SdkError, match="Original transaction not found"):
        await sdk.call("voidTransaction", void | {"uniqueTransId": "nobody's"})
    assert server.ledger.totals() == Totals(charged=1200, voided=1200)


async def test_a_wallet(server: EmergePayServer, sdk: EmergePaySdk) -> None:
    data = {
        "type": "applePay",
        "token": {"data": "opaque"},
        "amount": "7.99",
        "transactionType": "CreditSale",
        "externalTransactionId": "w",
    }
    assert (await sdk.call("wallet", data))["data"]["resultMessage"] == "Approved"
    declined = data | {"token": {"data": "declined"}, "externalTransactionId": "w2"}
    assert (await sdk.call("wallet", declined))["data"]["resultStatus"] == "false"
    assert server.moved() == [("CreditSale", "w", 799)]


async def test_the_same_key_is_carried_out_once(server: EmergePayServer, sdk: EmergePaySdk) -> None:
    first = await charged(server, sdk, "12.00", "sale", idempotencyKey="k")
    refund = {
        "uniqueTransId": first["uniqueTransId"],
        "amount": "5.00",
        "externalTransactionId": "r",
        "idempotencyKey": "k2",
    }
    assert await sdk.call("tokenizedRefundTransaction", refund) == await sdk.call("tokenizedRefundTransaction", refund)
    with pytest.raises(SdkError, match="another request"):
        await sdk.call("tokenizedRefundTransaction", refund | {"amount": "6.00"})
    assert server.ledger.totals() == Totals(charged=1200, refunded=500)


async def test_each_location_has_its_own_token(server: EmergePayServer, sdk: EmergePaySdk) -> None:
    await charged(server, sdk, "12.00", "sale")
    with pytest.raises(SdkError, match="Unauthorized"):
        await sdk.call("retrieveTransaction", "sale", authToken="wrong")
    with pytest.raises(SdkError, match="not found"):
        await sdk.call("retrieveTransaction", "sale", oid="9876543210", authToken="another-locations-secret-token")
    with pytest.raises(SdkError, match="not found"):
        await sdk.call("retrieveTransaction", "nobody's")


async def test_it_tells_and_forgets_over_http(server: EmergePayServer, sdk: EmergePaySdk) -> None:
    await charged(server, sdk, "12.00", "sale")
    async with httpx.AsyncClient(base_url=server.origin) as control:
        ledger = (await control.get("/control/ledger")).json()
        assert ledger["totals"] == {"charged": 1200, "voided": 0, "refunded": 0, "kept": 1200}
        assert [t["external_id"] for t in ledger["transactions"]] == ["sale"]
        assert (await control.post("/control/faults", json=[{"kind": "NONSENSE"}])).status_code == 400
        await control.post("/control/faults", json=[{"kind": "SERVER_ERROR", "call": "start"}])
        with pytest.raises(SdkError, match="Internal Server Error"):
            await sdk.call("startTransaction", FORM)
        await control.post("/control/reset")
        assert (await control.get("/control/ledger")).json()["transactions"] == []


async def test_what_tips_and_references_become(server: EmergePayServer, sdk: EmergePaySdk) -> None:
    told = await charged(server, sdk, "12.00", "sale", tipAmount="2.00", transactionReference="order-7")
    assert (told["amount"], told["amountTipped"], told["transactionReference"]) == ("12.00", "2.00", "order-7")
    with pytest.raises(SdkError, match="tipAmount is a part of amount"):
        await charged(server, sdk, "1.00", "more", tipAmount="2.00")
    assert server.moved() == [("CreditSale", "sale", 1200)]


async def test_the_sdk_meets_the_faults(server: EmergePayServer, sdk: EmergePaySdk) -> None:
    await charged(server, sdk, "12.00", "sale")
    server.next(FaultKind.RATE_LIMIT, call="find")
    with pytest.raises(SdkError, match="Rate limit exceeded"):
        await sdk.call("retrieveTransaction", "sale")
    server.next(FaultKind.RESET, after=True)
    with pytest.raises(SdkError, match="ECONNRESET"):
        await charged(server, sdk, "7.00", "lost")
    assert (await sdk.call("retrieveTransaction", "lost"))["data"]["amountProcessed"] == "7.00"
    assert server.moved() == [("CreditSale", "sale", 1200), ("CreditSale", "lost", 700)]
