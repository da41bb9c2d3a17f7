"""Our EmergePay client against the local server, in good times: what is sent, what it becomes."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from services.emergepay_local.faults import FaultKind
from services.emergepay_local.ledger import CARD, FormState, Habits, Totals
from services.kit.ports import free_port
from services.payment.adapters.emergepay import EmergePay
from services.payment.adapters.emergepay_answers import TRY_AGAIN
from services.payment.adapters.emergepay_wire import Limits
from services.payment.gateway import (
    Account,
    Card,
    Charge,
    Finding,
    Found,
    GatewayRefused,
    GatewayUnavailable,
    Outcome,
    PaymentGateway,
    Result,
    Wallet,
)
from tests.servers.emergepay import ACCOUNT, AUTH, OID, OTHER, RECORDINGS, EmergePayServer, serve_emergepay
from tests.support import eventually

QUICK = Limits(connect=1.0, silence=1.0, whole=2.0, pauses=(0.0, 0.0))
WALLET = Wallet(type="applePay", token={"data": "opaque"}, billing={"name": "Ana"}, card={"last4": "1111"})
NOT_FOUND = Found(finding=Finding.NOT_FOUND)


@pytest.fixture
async def server() -> AsyncIterator[EmergePayServer]:
    async with serve_emergepay() as server:
        yield server


@pytest.fixture
async def emergepay(server: EmergePayServer) -> AsyncIterator[EmergePay]:
    emergepay = EmergePay(server.url, limits=QUICK)
    yield emergepay
    await emergepay.close()


def charge(external_id: str, cents: int = 799, tip: int = 0, reference: str = "") -> Charge:
    return Charge(external_id=external_id, amount_cents=cents, tip_cents=tip, reference=reference)


async def form(server: EmergePayServer, emergepay: EmergePay, number: str = CARD) -> str:
    """Start a form and enter a card."""
    token = await emergepay.start(ACCOUNT)
    server.ledger.enter_card(token, number)
    return token


async def sale(server: EmergePayServer, emergepay: EmergePay, cents: int = 1200) -> str:
    """Charge a card; return the gateway's id."""
    result = await emergepay.charge(ACCOUNT, await form(server, emergepay), charge("sale", cents))
    assert result.outcome is Outcome.APPROVED
    return result.gateway_id


def outcome(result: Result) -> tuple[Outcome, str]:
    return result.outcome, result.message


async def test_a_card_is_charged(server: EmergePayServer, emergepay: EmergePay) -> None:
    gateway: PaymentGateway = emergepay  # what mypy makes of this line is a part of the test
    assert gateway.needs_account
    result = await gateway.charge(ACCOUNT, await form(server, emergepay), charge("sale", reference="order-7"))
    assert outcome(result) == (Outcome.APPROVED, "Approved")
    assert (result.external_id, result.amount_cents) == ("sale", 799)
    assert result.gateway_id == server.ledger.records[0].unique_id
    assert result.card == Card(last_digits="1111", brand="Visa")
    assert (result.raw["maskedAccount"], result.raw["resultStatus"]) == ("************1111", "true")
    assert result.raw["transactionReference"] == "order-7"
    assert result.raw.keys().isdisjoint({"billingName", "accountExpiryDate", "signature"})
    assert await emergepay.find(ACCOUNT, "sale") == Found(finding=Finding.APPROVED, result=result)
    assert server.moved() == [("CreditSale", "sale", 799)]


async def test_the_guest_pays_the_tip_too(server: EmergePayServer, emergepay: EmergePay) -> None:
    result = await emergepay.charge(ACCOUNT, await form(server, emergepay), charge("sale", 1000, 150))
    assert (result.outcome, result.amount_cents) == (Outcome.APPROVED, 1150)
    wallet = await emergepay.charge_wallet(ACCOUNT, WALLET, charge("w", 0, 150))
    assert (wallet.outcome, wallet.amount_cents) == (Outcome.APPROVED, 150)
    assert server.moved() == [("CreditSale", "sale", 1150), ("CreditSale", "w", 150)]


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("4000000000000002", "Do not honor"),
        ("4000000000009995", "Insufficient funds"),
        ("4000000000000127", "Decline"),
    ],
)
async def test_a_card_is_declined(server: EmergePayServer, emergepay: EmergePay, number: str, message: str) -> None:
    token = await form(server, emergepay, number)
    result = await emergepay.charge(ACCOUNT, token, charge("sale"))
    assert outcome(result) == (Outcome.DECLINED, message)
    assert await emergepay.find(ACCOUNT, "sale") == Found(finding=Finding.DECLINED, result=result)
    assert server.moved() == []
    server.ledger.enter_card(token, CARD)
    again = await emergepay.charge(ACCOUNT, token, charge("another"))
    assert again.outcome is Outcome.APPROVED


async def test_a_form_that_is_not_ready_is_a_no(server: EmergePayServer, emergepay: EmergePay) -> None:
    token = await emergepay.start(ACCOUNT)
    result = await emergepay.charge(ACCOUNT, token, charge("a"))
    assert outcome(result) == (Outcome.DECLINED, TRY_AGAIN)
    assert await emergepay.find(ACCOUNT, "a") == NOT_FOUND
    server.ledger.enter_card(token, CARD)
    assert (await emergepay.charge(ACCOUNT, token, charge("a"))).outcome is Outcome.APPROVED
    assert server.moved() == [("CreditSale", "a", 799)]


async def test_a_used_form_is_a_no_to_others_and_a_yes_to_who_used_it(
    server: EmergePayServer, emergepay: EmergePay
) -> None:
    token = await form(server, emergepay)
    first = await emergepay.charge(ACCOUNT, token, charge("a"))
    server.local.calls._done.clear()  # a gateway that does not remember keys for ever
    assert server.ledger.forms[token].state is FormState.CONSUMED
    assert await emergepay.charge(ACCOUNT, token, charge("a")) == first
    other = await emergepay.charge(ACCOUNT, token, charge("b"))
    assert outcome(other) == (Outcome.DECLINED, TRY_AGAIN)
    assert server.moved() == [("CreditSale", "a", 799)]


@pytest.mark.parametrize("token", ["../void", "..", "a/../b", "a?b", "a#b", "a%2fb", "a b", "", "x" * 513, ".a", "a\n"])
async def test_a_token_never_chooses_the_address(server: EmergePayServer, emergepay: EmergePay, token: str) -> None:
    result = await emergepay.charge(ACCOUNT, token, charge("a"))
    assert outcome(result) == (Outcome.DECLINED, TRY_AGAIN)
    assert server.calls == []


@pytest.mark.parametrize(
    "account",
    [
        Account("../void", AUTH),
        Account("", AUTH),
        Account("a/b", AUTH),
        Account(OID, ""),
        Account(OID, "a b"),
        Account(OID, "a\r\nx-evil: 1"),
        Account(OID, "ü"),
    ],
)
async def test_an_account_that_would_change_the_request_is_not_used(
    server: EmergePayServer, emergepay: EmergePay, account: Account
) -> None:
    for call in every_call(emergepay, account, "a"):
        with pytest.raises(GatewayRefused) as refusal:
            await call()
        assert "evil" not in str(refusal.value)
    assert server.calls == []


@pytest.mark.parametrize("external_id", ["", "a/b", "..", "a b", "x" * 65, "-a"])
async def test_what_is_no_id_is_not_sent(server: EmergePayServer, emergepay: EmergePay, external_id: str) -> None:
    for call in every_call(emergepay, ACCOUNT, external_id)[1:]:
        with pytest.raises(ValueError, match="external id"):
            await call()
    assert server.calls == []


def every_call(emergepay: EmergePay, account: Account, external_id: str) -> list[Callable[[], Awaitable[object]]]:
    return [
        lambda: emergepay.start(account),
        lambda: emergepay.charge(account, "token", charge(external_id)),
        lambda: emergepay.charge_wallet(account, WALLET, charge(external_id)),
        lambda: emergepay.refund(account, "x", external_id, 799),
        lambda: emergepay.void(account, "x", external_id),
        lambda: emergepay.find(account, external_id),
    ]


async def test_a_wallet_is_charged(server: EmergePayServer, emergepay: EmergePay) -> None:
    result = await emergepay.charge_wallet(ACCOUNT, WALLET, charge("w"))
    assert outcome(result) == (Outcome.APPROVED, "Approved")
    declined = Wallet(type="googlePay", token={"data": "declined"})
    assert outcome(await emergepay.charge_wallet(ACCOUNT, declined, charge("w2"))) == (Outcome.DECLINED, "Declined")
    assert server.moved() == [("CreditSale", "w", 799)]


@pytest.mark.parametrize(
    "wallet",
    [
        Wallet(type="", token={"data": "x"}),
        Wallet(type="a/b", token={"data": "x"}),
        Wallet(type="applePay", token={}),
    ],
)
async def test_what_is_no_wallet_is_not_sent(server: EmergePayServer, emergepay: EmergePay, wallet: Wallet) -> None:
    result = await emergepay.charge_wallet(ACCOUNT, wallet, charge("w"))
    assert outcome(result) == (Outcome.DECLINED, TRY_AGAIN)
    assert server.calls == []


async def test_refunds(server: EmergePayServer, emergepay: EmergePay) -> None:
    of = await sale(server, emergepay)
    first = await emergepay.refund(ACCOUNT, of, "r1", 500)
    assert (first.outcome, first.amount_cents) == (Outcome.APPROVED, 500)
    assert await emergepay.find(ACCOUNT, "r1") == Found(finding=Finding.APPROVED, result=first)
    over = await emergepay.refund(ACCOUNT, of, "r2", 701)
    assert outcome(over) == (Outcome.DECLINED, "Refund exceeds original amount")
    assert (await emergepay.refund(ACCOUNT, of, "r3", 700)).outcome is Outcome.APPROVED
    nobodys = await emergepay.refund(ACCOUNT, "nobodys", "r4", 700)
    assert outcome(nobodys) == (Outcome.DECLINED, "Original transaction not found")
    assert server.ledger.totals() == Totals(charged=1200, refunded=1200)


async def test_voids(server: EmergePayServer, emergepay: EmergePay) -> None:
    of = await sale(server, emergepay)
    first = await emergepay.void(ACCOUNT, of, "v1")
    assert first.outcome is Outcome.APPROVED
    again = await emergepay.void(ACCOUNT, of, "v2")
    assert outcome(again) == (Outcome.DECLINED, "Transaction has already been voided")
    server.local.calls._done.clear()
    repeated = await emergepay.void(ACCOUNT, of, "v1")  # refused this time, and yet done
    assert (repeated.outcome, repeated.gateway_id) == (Outcome.APPROVED, first.gateway_id)
    # of the sale itself the gateway says what it said before: see docs/emergepay.md
    assert (await emergepay.find(ACCOUNT, "sale")).finding is Finding.APPROVED
    assert server.ledger.totals() == Totals(charged=1200, voided=1200)


async def test_the_same_request_happens_once(server: EmergePayServer, emergepay: EmergePay) -> None:
    token = await form(server, emergepay)
    results = [await emergepay.charge(ACCOUNT, token, charge("sale")) for _ in range(3)]
    assert results[0].outcome is Outcome.APPROVED
    assert results == results[:1] * 3
    wallets = [await emergepay.charge_wallet(ACCOUNT, WALLET, charge("w", 500)) for _ in range(3)]
    assert wallets[0].outcome is Outcome.APPROVED
    assert wallets == wallets[:1] * 3
    assert server.moved() == [("CreditSale", "sale", 799), ("CreditSale", "w", 500)]


async def test_fifty_at_once_are_one_charge(server: EmergePayServer, emergepay: EmergePay) -> None:
    token = await form(server, emergepay)
    results = await asyncio.gather(*(emergepay.charge(ACCOUNT, token, charge("sale")) for _ in range(50)))
    assert {r.outcome for r in results} <= {Outcome.APPROVED, Outcome.UNKNOWN}
    assert (await emergepay.find(ACCOUNT, "sale")).finding is Finding.APPROVED
    assert server.moved() == [("CreditSale", "sale", 799)]


async def test_a_call_that_is_still_running_tells_nothing(server: EmergePayServer, emergepay: EmergePay) -> None:
    token = await form(server, emergepay)
    server.next(FaultKind.NO_ANSWER)
    first = asyncio.create_task(emergepay.charge(ACCOUNT, token, charge("sale")))
    await eventually(lambda: server.calls.count("checkout") == 1)
    assert (await emergepay.charge(ACCOUNT, token, charge("sale"))).outcome is Outcome.UNKNOWN
    assert (await first).outcome is Outcome.UNKNOWN
    assert server.moved() == []


@pytest.mark.parametrize("account", [Account(OID, "wrong"), Account("unknown", AUTH)])
async def test_wrong_credentials(server: EmergePayServer, emergepay: EmergePay, account: Account) -> None:
    for call in every_call(emergepay, account, "a")[:-1]:
        with pytest.raises(GatewayRefused, match="HTTP status 401"):
            await call()
    # Whether there is one, nobody was told.
    assert await emergepay.find(account, "a") == Found(finding=Finding.UNKNOWN)
    assert server.moved() == []


async def test_locations_share_nothing(server: EmergePayServer, emergepay: EmergePay) -> None:
    of = await sale(server, emergepay)
    assert await emergepay.find(OTHER, "sale") == NOT_FOUND
    assert (await emergepay.refund(OTHER, of, "r", 100)).outcome is Outcome.DECLINED
    token = await form(server, emergepay)
    assert (await emergepay.charge(OTHER, token, charge("x", 100))).outcome is Outcome.DECLINED
    assert server.ledger.totals() == Totals(charged=1200)


async def test_nobody_is_there() -> None:
    emergepay = EmergePay(f"http://127.0.0.1:{free_port()}", limits=QUICK)
    not_sent = Result(outcome=Outcome.NOT_SENT, external_id="a")
    assert await emergepay.charge(ACCOUNT, "token", charge("a")) == not_sent
    assert await emergepay.charge_wallet(ACCOUNT, WALLET, charge("a")) == not_sent
    assert await emergepay.refund(ACCOUNT, "x", "a", 799) == not_sent
    assert await emergepay.void(ACCOUNT, "x", "a") == not_sent
    assert await emergepay.find(ACCOUNT, "a") == Found(finding=Finding.UNKNOWN)
    with pytest.raises(GatewayUnavailable):
        await emergepay.start(ACCOUNT)
    await emergepay.close()


async def test_it_tries_again_while_nothing_was_sent() -> None:
    port = free_port()
    patient = Limits(connect=1.0, silence=1.0, whole=2.0, pauses=(0.05,) * 200)
    emergepay = EmergePay(f"http://127.0.0.1:{port}/virtualterminal/v1", limits=patient)
    paying = asyncio.create_task(emergepay.charge_wallet(ACCOUNT, WALLET, charge("w")))
    async with serve_emergepay(port=port) as server:
        assert (await paying).outcome is Outcome.APPROVED
        assert (server.calls, server.moved()) == (["wallets"], [("CreditSale", "w", 799)])
    await emergepay.close()


@pytest.mark.parametrize("cents", [0, -1, 100_000_000])
async def test_what_is_no_amount_is_not_sent(server: EmergePayServer, emergepay: EmergePay, cents: int) -> None:
    for call in (
        emergepay.charge(ACCOUNT, "token", charge("a", cents)),
        emergepay.charge_wallet(ACCOUNT, WALLET, charge("a", cents)),
        emergepay.charge(ACCOUNT, "token", charge("a", cents, -1)),
        emergepay.refund(ACCOUNT, "x", "a", cents),
    ):
        with pytest.raises(ValueError, match=r"amount"):
            await call
    assert server.calls == []


async def test_the_recordings_need_no_forms() -> None:
    async with serve_emergepay(RECORDINGS, trusting=True) as server:
        emergepay = EmergePay(server.url, limits=QUICK)
        account = Account("1234567890", "stub-auth-token")
        results = [
            await emergepay.charge(account, token, charge(name))
            for name, token in (
                ("a", "tok-approved"),
                ("b", "tok-approved"),
                ("c", "tok-declined"),
                ("d", "tok-error"),
                ("e", "tok-noresp"),
            )
        ]
        declined, failing = (Wallet(type="googlePay", token={"data": data}) for data in ("declined", "error"))
        results += [await emergepay.charge_wallet(account, declined, charge("f"))]
        results += [await emergepay.charge_wallet(account, failing, charge("g"))]
        yes, no, unknown = Outcome.APPROVED, Outcome.DECLINED, Outcome.UNKNOWN
        assert [r.outcome for r in results] == [yes, yes, no, unknown, unknown, no, unknown]
        assert results[2].message == "Declined"
        with pytest.raises(GatewayRefused, match="HTTP status 400"):
            await emergepay.start(Account("org-error", "x"))
        assert server.moved() == [("CreditSale", "a", 799), ("CreditSale", "b", 799)]
        await emergepay.close()


async def test_nobody_has_to_play_the_guest() -> None:
    async with serve_emergepay(Habits(auto_card=True), trusting=True) as server:
        emergepay = EmergePay(server.url, limits=QUICK)
        account = Account("anybody", "who-comes-first")
        result = await emergepay.charge(account, await emergepay.start(account), charge("a"))
        assert result.outcome is Outcome.APPROVED
        with pytest.raises(GatewayRefused):
            await emergepay.start(dataclasses.replace(account, auth_token="another"))
        await emergepay.close()


async def test_its_answers_say_that_no_money_is_real() -> None:
    async with serve_emergepay(RECORDINGS) as server, httpx.AsyncClient() as client:
        body = {"transactionData": {"amount": "1.00", "externalTransactionId": "x"}}
        url = f"{server.url}/orgs/{OID}/transactions/checkout/t"
        answer = await client.put(url, json=body, headers={"authorization": f"Bearer {AUTH}"})
        assert answer.headers["x-no-real-money"] == "true"
        assert answer.json()["message"] == "no real money: this is a local EmergePay"
        assert answer.json()["transactionResponse"]["accountCardType"] == "Visa (no real money)"
