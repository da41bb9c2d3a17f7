"""The local EmergePay by itself: its ledger outlives it, its faults hit whom they are meant for, its page tells."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import ValidationError

from services.emergepay_local.faults import LIKELY, Fault, FaultKind, Faults
from services.emergepay_local.journal import Journal
from services.emergepay_local.ledger import CARD, FormState, Habits, Totals
from services.emergepay_local.settings import LocalEmergePaySettings
from services.payment.adapters.emergepay import EmergePay
from services.payment.adapters.emergepay_wire import Limits
from services.payment.gateway import Charge, Finding, Outcome, Wallet
from tests.servers.emergepay import ACCOUNT, EmergePayServer, emergepay_process, serve_emergepay
from tests.support import SECRET

QUICK = Limits(connect=1.0, silence=2.0, whole=4.0, pauses=())
WALLET = Wallet(type="applePay", token={"data": "opaque"})


@pytest.fixture
async def server() -> AsyncIterator[EmergePayServer]:
    async with serve_emergepay() as server:
        yield server


def charge(external_id: str, cents: int = 800) -> Charge:
    return Charge(external_id=external_id, amount_cents=cents)


async def test_a_killed_server_knows_everything_when_it_is_back(tmp_path: pathlib.Path) -> None:
    with emergepay_process(tmp_path) as process:
        emergepay = EmergePay(process.url, limits=QUICK)
        token = await emergepay.start(ACCOUNT)
        charged = await emergepay.charge(ACCOUNT, token, charge("a"))
        await emergepay.refund(ACCOUNT, charged.gateway_id, "r", 300)
        waiting = await emergepay.start(ACCOUNT)
        before = process.ledger()
        process.kill()
        assert (await emergepay.charge(ACCOUNT, token, charge("a"))).outcome is Outcome.NOT_SENT
        with process.ledger_path.open("ab") as file:
            file.write(b'{"transaction": {"cut off by the ki')
        process.start()
        assert process.ledger() == before
        assert await emergepay.charge(ACCOUNT, token, charge("a")) == charged
        over = await emergepay.refund(ACCOUNT, charged.gateway_id, "r2", 501)
        assert (over.outcome, over.message) == (Outcome.DECLINED, "Refund exceeds original amount")
        assert (await emergepay.charge(ACCOUNT, waiting, charge("b"))).outcome is Outcome.APPROVED
        process.kill()
        process.start()
        totals = process.ledger()["totals"]
        assert totals == {"charged": 1600, "voided": 0, "refunded": 300, "kept": 1300}
        process.reset()
        process.kill()
        process.start()
        assert process.ledger()["transactions"] == []
        await emergepay.close()


async def test_a_process_takes_faults_over_http(tmp_path: pathlib.Path) -> None:
    with emergepay_process(tmp_path, ORDERBUDDY_EMERGEPAY_DECLINE_CENTS="13") as process:
        emergepay = EmergePay(process.url, limits=QUICK)
        declined = await emergepay.charge_wallet(ACCOUNT, WALLET, charge("a", 813))
        assert (declined.outcome, declined.message) == (Outcome.DECLINED, "Decline")
        process.faults({"kind": "SERVER_ERROR", "after": True, "external_id": "b"})
        assert (await emergepay.charge_wallet(ACCOUNT, WALLET, charge("c"))).outcome is Outcome.APPROVED
        assert (await emergepay.charge_wallet(ACCOUNT, WALLET, charge("b"))).outcome is Outcome.UNKNOWN
        assert (await emergepay.find(ACCOUNT, "b")).finding is Finding.APPROVED
        process.at_random(1.0, seed=1)
        process.behave()
        assert (await emergepay.charge_wallet(ACCOUNT, WALLET, charge("d"))).outcome is Outcome.APPROVED
        assert process.ledger()["totals"]["charged"] == 2400
        await emergepay.close()


async def test_a_journal_is_taken_in_by_the_next_server(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "deeper" / "ledger.jsonl"
    journal = Journal(path)
    async with serve_emergepay(Habits(auto_card=True), journal) as server:
        emergepay = EmergePay(server.url, limits=QUICK)
        charged = await emergepay.charge(ACCOUNT, await emergepay.start(ACCOUNT), charge("a"))
        await emergepay.void(ACCOUNT, charged.gateway_id, "v")
        cancelled = await emergepay.start(ACCOUNT)
        server.ledger.cancel(cancelled)
        await emergepay.close()
    journal.close()
    async with serve_emergepay(journal=Journal(path)) as again:
        assert again.ledger.records == server.ledger.records
        assert again.ledger.forms == server.ledger.forms
        assert again.ledger.forms[cancelled].state is FormState.CANCELLED
        assert again.ledger.totals() == Totals(charged=800, voided=800)


@pytest.mark.parametrize(
    "body",
    [
        b"[{}]",
        b'[{"kind": "NONSENSE"}]',
        b'[{"kind": "RESET", "call": "nothing"}]',
        b'[{"kind": "RESET", "when": "now"}]',
        b'{"share": 0.5}',
        b"{",
        b"3",
    ],
)
async def test_what_is_no_fault_is_refused(server: EmergePayServer, body: bytes) -> None:
    async with httpx.AsyncClient() as control:
        answer = await control.post(f"{server.origin}/control/faults", content=body)
    assert answer.status_code == 400
    assert server.faults.script == []


def test_faults_hit_whom_they_are_meant_for() -> None:
    faults = Faults()
    anybody = Fault(FaultKind.RESET, times=2)
    one, finding = Fault(FaultKind.DECLINE, external_id="x"), Fault(FaultKind.GARBAGE, call="find")
    faults.script = [one, finding, anybody]
    assert [faults.take("checkout", "y"), faults.take("start", ""), faults.take("find", "y")] == [
        anybody,
        None,
        finding,
    ]
    taken = faults.take("void", "x"), faults.take("refund", "x"), faults.take("refund", "x")
    assert (taken[0], taken[1] and taken[1].kind, taken[2]) == (one, FaultKind.RESET, None)
    assert faults.script == []


def test_chance_depends_on_who_is_hit_and_not_on_the_order() -> None:
    names = [f"n{number}" for number in range(200)]

    def drawn(seed: int, order: list[str]) -> dict[str, Fault | None]:
        faults = Faults()
        faults.at_random(0.5, seed)
        return {name: faults.take("checkout", name) for name in order}

    assert drawn(1, names) == drawn(1, names[::-1]) != drawn(2, names)
    assert 60 < sum(fault is not None for fault in drawn(1, names).values()) < 140
    assert {fault for fault in drawn(1, names).values() if fault} == set(LIKELY)
    only = Faults()
    only.at_random(1.0, 1, [Fault(FaultKind.GARBAGE, call="find")])
    assert (only.take("checkout", "a"), only.take("find", "a")) == (None, Fault(FaultKind.GARBAGE, call="find"))


async def test_the_page_says_that_no_money_is_real_and_takes_cards(server: EmergePayServer) -> None:
    emergepay = EmergePay(server.url, limits=QUICK)
    token = await emergepay.start(ACCOUNT)
    async with httpx.AsyncClient(base_url=server.origin) as browser:
        page = (await browser.get("/")).text
        assert "NO REAL MONEY" in page
        assert f'action="/forms/{token}"' in page
        entered = await browser.post(f"/forms/{token}", data={"number": CARD})
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        assert (await browser.post(f"/forms/{token}", data={"number": "4242"})).status_code == 400
        assert (await browser.post("/forms/nobodys", data={"number": CARD})).status_code == 404
        await emergepay.charge(ACCOUNT, token, charge("a"))
        await emergepay.charge_wallet(ACCOUNT, Wallet(type="x", token={"data": "declined"}), charge("b"))
        server.ledger.records[-1] = type(server.ledger.records[-1])(
            organisation="o", kind="CreditSale", external_id="<script>", cents=1, message="Decline"
        )
        page = (await browser.get("/")).text
    assert "Charged 8.00, voided 0.00, refunded 0.00: kept 8.00." in page
    assert "<script>" not in page
    assert token not in page
    await emergepay.close()


async def test_many_charges_at_once_stay_apart(server: EmergePayServer) -> None:
    emergepay = EmergePay(server.url, limits=QUICK)
    cents = range(100, 140)
    results = await asyncio.gather(*(emergepay.charge_wallet(ACCOUNT, WALLET, charge(f"n{c}", c)) for c in cents))
    assert [r.amount_cents for r in results] == list(cents)
    assert server.ledger.totals() == Totals(charged=sum(cents))
    await emergepay.close()


def test_production_has_no_place_for_it() -> None:
    settings = {"ORDERBUDDY_ASSERTION_SECRET": SECRET, "ORDERBUDDY_PROFILE": "production"}
    with pytest.raises(ValidationError, match="moves no real money"):
        LocalEmergePaySettings.model_validate(settings)
