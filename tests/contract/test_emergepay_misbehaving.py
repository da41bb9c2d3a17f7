"""Our EmergePay client against a gateway that misbehaves: each outcome and each cent, exactly.

Every fault is tried with every call that moves money. What the client says must never be more than it can know: where
money may have moved it is UNKNOWN, and `find` tells the truth afterwards.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from services.emergepay_local.faults import Fault, FaultKind
from services.emergepay_local.ledger import CARD, Totals
from services.payment.adapters.emergepay import EmergePay
from services.payment.adapters.emergepay_wire import Limits
from services.payment.gateway import (
    Charge,
    Finding,
    Found,
    GatewayRefused,
    GatewayUnavailable,
    Outcome,
    Result,
    Wallet,
)
from tests.servers.emergepay import ACCOUNT, AUTH, EmergePayServer, serve_emergepay
from tests.support import eventually

IMPATIENT = Limits(connect=1.0, silence=0.25, whole=0.5, pauses=(0.0, 0.0))
CALLS = ("checkout", "wallet", "refund", "void")
MOVED = {
    "checkout": ("CreditSale", "this", 800),
    "wallet": ("CreditSale", "this", 800),
    "refund": ("CreditReturn", "this", 800),
    "void": ("Void", "this", 2000),
}
WALLET = Wallet(type="applePay", token={"data": "opaque-token-of-a-wallet"}, billing={"name": "Ana Holder"})
UNKNOWN = Result(outcome=Outcome.UNKNOWN, external_id="this")


@pytest.fixture
async def server() -> AsyncIterator[EmergePayServer]:
    async with serve_emergepay() as server:
        yield server


@pytest.fixture
async def emergepay(server: EmergePayServer) -> AsyncIterator[EmergePay]:
    emergepay = EmergePay(server.url, limits=IMPATIENT)
    yield emergepay
    await emergepay.close()


def charge(external_id: str = "this", cents: int = 800) -> Charge:
    return Charge(external_id=external_id, amount_cents=cents)


@dataclass
class Movement:
    """A call that moves money, ready to be made, and made again."""

    emergepay: EmergePay
    call: str
    token: str = ""
    sale: str = ""

    async def make(self) -> Result:
        match self.call:
            case "checkout":
                return await self.emergepay.charge(ACCOUNT, self.token, charge())
            case "wallet":
                return await self.emergepay.charge_wallet(ACCOUNT, WALLET, charge())
            case "refund":
                return await self.emergepay.refund(ACCOUNT, self.sale, "this", 800)
        return await self.emergepay.void(ACCOUNT, self.sale, "this")

    async def find(self) -> Found:
        return await self.emergepay.find(ACCOUNT, "this")


@pytest.fixture(params=CALLS)
async def movement(request: pytest.FixtureRequest, server: EmergePayServer, emergepay: EmergePay) -> Movement:
    movement = Movement(emergepay, request.param)
    if movement.call == "checkout":
        movement.token = await emergepay.start(ACCOUNT)
        server.ledger.enter_card(movement.token, CARD)
    elif movement.call in ("refund", "void"):
        before = await emergepay.charge_wallet(ACCOUNT, WALLET, charge("before", 2000))
        assert before.outcome is Outcome.APPROVED
        movement.sale = before.gateway_id
    server.calls.clear()
    return movement


def moved(server: EmergePayServer) -> list[tuple[str, str, int]]:
    """Return what moved since the movement was prepared."""
    return [found for found in server.moved() if found[1] != "before"]


NOT_HEARD = (
    FaultKind.NO_ANSWER,
    FaultKind.SERVER_ERROR,
    FaultKind.GARBAGE,
    FaultKind.NO_VERDICT,
    FaultKind.RESET,
    FaultKind.HALF,
    FaultKind.HUGE,
    FaultKind.SLOW,
    FaultKind.RATE_LIMIT,
)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("kind", NOT_HEARD)
async def test_what_was_not_heard_is_unknown(
    server: EmergePayServer, movement: Movement, kind: FaultKind, *, after: bool
) -> None:
    server.next(kind, after=after)
    assert await movement.make() == UNKNOWN
    assert len(server.calls) == 1, "a call that may have been heard was made again"
    assert moved(server) == ([MOVED[movement.call]] if after else [])
    found = await movement.find()
    assert found.finding is (Finding.APPROVED if after else Finding.NOT_FOUND)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("kind", NOT_HEARD)
async def test_the_same_request_again_moves_it_once(
    server: EmergePayServer, movement: Movement, kind: FaultKind, *, after: bool
) -> None:
    server.next(kind, after=after)
    assert await movement.make() == UNKNOWN
    await eventually(lambda: not server.local.calls.is_busy)
    second = await movement.make()
    assert second.outcome is Outcome.APPROVED
    assert await movement.find() == Found(finding=Finding.APPROVED, result=second) or movement.call == "void"
    assert moved(server) == [MOVED[movement.call]]


async def test_the_same_request_again_to_a_gateway_without_memory(server: EmergePayServer, movement: Movement) -> None:
    """A gateway that refuses the repetition as such has charged all the same; of wallets it alone could know."""
    server.next(FaultKind.RESET, after=True)
    assert await movement.make() == UNKNOWN
    server.local.calls._done.clear()
    if movement.call in ("checkout", "void"):
        assert (await movement.make()).outcome is Outcome.APPROVED
        assert moved(server) == [MOVED[movement.call]]


async def test_it_is_carried_out_after_we_have_given_up(server: EmergePayServer, movement: Movement) -> None:
    server.next(FaultKind.CARRIED_OUT_LATE)
    assert await movement.make() == UNKNOWN
    await eventually(lambda: moved(server) == [MOVED[movement.call]])
    assert (await movement.find()).finding is Finding.APPROVED


async def test_a_late_answer_counts_while_we_wait(server: EmergePayServer, movement: Movement) -> None:
    server.faults.script.append(Fault(FaultKind.LATE, seconds=0.05))
    assert (await movement.make()).outcome is Outcome.APPROVED
    assert moved(server) == [MOVED[movement.call]]


async def test_a_decline_is_a_decline(server: EmergePayServer, movement: Movement) -> None:
    server.next(FaultKind.DECLINE)
    result = await movement.make()
    assert (result.outcome, result.message, moved(server)) == (Outcome.DECLINED, "Decline", [])
    assert (await movement.find()).finding is Finding.DECLINED


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.GARBAGE])
async def test_a_decline_stays_one_when_it_cannot_be_looked_up(
    server: EmergePayServer, movement: Movement, kind: FaultKind
) -> None:
    server.next(FaultKind.DECLINE)
    server.next(kind, call="find")
    assert (await movement.make()).outcome is Outcome.DECLINED
    assert server.faults.script == []


async def test_a_refusal_that_cannot_be_looked_up_tells_nothing(server: EmergePayServer, emergepay: EmergePay) -> None:
    server.next(FaultKind.SERVER_ERROR, call="find")
    assert await emergepay.refund(ACCOUNT, "nobodys", "this", 800) == UNKNOWN
    assert (await emergepay.refund(ACCOUNT, "nobodys", "this", 800)).outcome is Outcome.DECLINED


async def test_delivered_and_answered_twice_it_counts_once(server: EmergePayServer, movement: Movement) -> None:
    server.next(FaultKind.TWICE)
    assert (await movement.make()).outcome is Outcome.APPROVED
    assert moved(server) == [MOVED[movement.call]]
    # the second answer is nobody's: the next question gets its own
    assert await movement.emergepay.find(ACCOUNT, "nobodys") == Found(finding=Finding.NOT_FOUND)
    assert await movement.emergepay.start(ACCOUNT) in server.ledger.forms


async def test_an_answer_about_another_transaction_is_not_ours(
    server: EmergePayServer, movement: Movement, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    server.next(FaultKind.ANOTHER)
    assert await movement.make() == UNKNOWN
    assert "gateway_contradicts" in capsys.readouterr().out + caplog.text
    assert moved(server) == [MOVED[movement.call]]
    assert (await movement.find()).finding is Finding.APPROVED


async def test_another_amount_is_not_what_was_asked(
    server: EmergePayServer, movement: Movement, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    server.next(FaultKind.OTHER_AMOUNT)
    result = await movement.make()
    if movement.call == "void":  # a void says no amount
        assert (result.outcome, moved(server)) == (Outcome.APPROVED, [MOVED["void"]])
        return
    assert result == UNKNOWN
    assert "gateway_contradicts" in capsys.readouterr().out + caplog.text
    assert moved(server) == [(*MOVED[movement.call][:2], 400)]
    found = await movement.find()
    assert found.result is not None
    assert (found.finding, found.result.amount_cents) == (Finding.APPROVED, 400)


async def test_a_cancelled_call_leaves_find_to_tell(server: EmergePayServer, movement: Movement) -> None:
    server.next(FaultKind.NO_ANSWER, after=True)
    call = asyncio.create_task(movement.make())
    await eventually(lambda: moved(server) == [MOVED[movement.call]])
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (await movement.find()).finding is Finding.APPROVED


@pytest.mark.parametrize("kind", [kind for kind in NOT_HEARD if kind is not FaultKind.NO_VERDICT])
async def test_looking_is_tried_again(server: EmergePayServer, emergepay: EmergePay, kind: FaultKind) -> None:
    charged = await emergepay.charge_wallet(ACCOUNT, WALLET, charge())
    server.next(kind, call="find")
    found = await emergepay.find(ACCOUNT, "this")
    if kind is FaultKind.GARBAGE:  # an answer, if a useless one: who asks decides when to ask again
        assert found == Found(finding=Finding.UNKNOWN)
    else:
        assert found == Found(finding=Finding.APPROVED, result=charged)
    server.next(kind, call="find", times=3)
    assert await emergepay.find(ACCOUNT, "this") == Found(finding=Finding.UNKNOWN)


async def test_looking_never_takes_anothers_transaction(server: EmergePayServer, emergepay: EmergePay) -> None:
    await emergepay.charge_wallet(ACCOUNT, WALLET, charge())
    server.next(FaultKind.ANOTHER, call="find")
    assert await emergepay.find(ACCOUNT, "this") == Found(finding=Finding.UNKNOWN)


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.SERVER_ERROR, FaultKind.NO_ANSWER, FaultKind.RATE_LIMIT])
async def test_starting_is_tried_again(server: EmergePayServer, emergepay: EmergePay, kind: FaultKind) -> None:
    server.next(kind, call="start")
    assert await emergepay.start(ACCOUNT) in server.ledger.forms
    assert server.calls == ["start", "start"]
    server.next(kind, call="start", times=3)
    with pytest.raises(GatewayUnavailable):
        await emergepay.start(ACCOUNT)


async def test_under_chance_every_cent_is_accounted_for(server: EmergePayServer, emergepay: EmergePay) -> None:
    server.faults.at_random(0.6, seed=7)
    names = [f"n{number}" for number in range(60)]
    room = asyncio.Semaphore(4)  # more at once take longer than this client waits

    async def charged(name: str) -> Result:
        async with room:
            return await emergepay.charge_wallet(ACCOUNT, WALLET, charge(name))

    results = await asyncio.gather(*map(charged, names))
    await eventually(lambda: not server.local.calls.is_busy)
    found = {name: (await emergepay.find(ACCOUNT, name)).finding for name in names}
    for name, result in zip(names, results, strict=True):
        if result.outcome is Outcome.APPROVED:
            assert found[name] is Finding.APPROVED
        elif result.outcome is Outcome.DECLINED:
            assert found[name] is Finding.DECLINED
        else:
            # What was not heard may have been a "no", too: on a busy machine it comes too late.
            assert found[name] is not Finding.UNKNOWN
    approved = [name for name in names if found[name] is Finding.APPROVED]
    assert sorted(server.moved()) == sorted(("CreditSale", name, 800) for name in approved)
    assert server.ledger.totals() == Totals(charged=800 * len(approved))
    assert {Outcome.APPROVED, Outcome.DECLINED, Outcome.UNKNOWN} == {result.outcome for result in results}


async def test_no_secret_is_shown_anywhere(
    server: EmergePayServer,
    emergepay: EmergePay,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):  # as services set them (services/kit/telemetry.py): they log addresses
        caplog.set_level(logging.WARNING, logger=name)
    token = await emergepay.start(ACCOUNT)
    server.ledger.enter_card(token, CARD)
    shown = [f"{thing!r} {thing!s}" for thing in (ACCOUNT, WALLET, emergepay, vars(emergepay))]
    for kind in FaultKind:
        for after in (False, True):
            name = f"{kind.replace('_', '-')}-{after}"
            for call, make in (
                ("wallets", emergepay.charge_wallet(ACCOUNT, WALLET, charge(f"w-{name}"))),
                ("checkout", emergepay.charge(ACCOUNT, token, charge(f"c-{name}"))),
                ("find", emergepay.find(ACCOUNT, f"w-{name}")),
                ("start", emergepay.start(ACCOUNT)),
            ):
                server.next(kind, after=after, call=call)
                try:
                    result = await make
                    shown.append("" if call == "start" else repr(result))
                except (GatewayRefused, GatewayUnavailable) as error:
                    shown += [str(error), repr(error), repr(error.__cause__), repr(error.__context__)]
                server.faults.clear()
    captured = capfd.readouterr()
    everything = "\n".join([*shown, caplog.text, captured.out, captured.err])
    assert "gateway_not_heard" in everything
    for secret in (AUTH, token, "opaque-token-of-a-wallet", "Ana Holder", CARD):
        assert secret not in everything
