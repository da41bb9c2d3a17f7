"""The saga is killed at every place that it comes by: after it, one paid order, or the money back and no order."""

from __future__ import annotations

import contextlib

import grpc
import pytest

from services.payment.lifecycle import LATE, SETTLED
from tests.integration.payments import Killed, Till, till
from tests.servers.fake_gateway import Fault
from tests.support import eventually

__all__ = ["till"]

WAY = (
    *("before INTENDED", "after INTENDED", "before AUTHORISING", "after AUTHORISING", "before charge", "after charge"),
    *("before PAID", "after PAID", "before place", "after place", "before ORDERED", "after ORDERED"),
)
BACK = ("before RETURN", "after RETURN", "before REVERSING", "after REVERSING", "before reversal", "after reversal")
BACK_END = ("before REVERSED", "after REVERSED")


async def _pay(till: Till, kind: str, preview: str) -> str:
    answer = await (till.pay(preview) if kind == "card" else till.pay_by_wallet(preview))
    return str(answer.order_id)


async def _dies(till: Till, kind: str, preview: str, at: str) -> None:
    till.crash.at = at
    with pytest.raises(grpc.aio.AioRpcError):
        await _pay(till, kind, preview)
    assert till.crash.at == ""


async def _reconciled(till: Till) -> None:
    """Let everything come to its end, as time goes by."""
    for seconds in (7, 7, SETTLED.total_seconds(), 61, 61):
        till.wait(seconds)
        await till.reconciler.round()


async def test_the_way_is_what_it_is_said_to_be(till: Till) -> None:
    await till.pay(await till.preview())
    assert tuple(till.crash.passed) == WAY


@pytest.mark.parametrize("kind", ["card", "wallet"])
@pytest.mark.parametrize("at", WAY)
async def test_killed_anywhere_and_tried_again_it_is_one_paid_order(till: Till, at: str, kind: str) -> None:
    preview = await till.preview()
    await _dies(till, kind, preview, at)
    till.wait(7)
    if kind == "wallet" and at in {"after AUTHORISING", "before charge"}:
        # It may be on its way still: the guest is asked to wait, and then to hold the phone to it once more.
        till.wait(SETTLED.total_seconds())
        assert await _pay(till, kind, preview) == ""
    assert await _pay(till, kind, preview) == preview
    (order,) = await till.orders()
    assert till.gateway.kept_cents == order["totalPriceCents"] == 551
    assert len(till.gateway.charges()) == 1
    assert (await till.states(preview))[-1] == "ORDERED"


@pytest.mark.parametrize("kind", ["card", "wallet"])
@pytest.mark.parametrize("at", WAY)
async def test_killed_anywhere_and_left_alone_it_is_one_paid_order_or_none_and_nothing_taken(
    till: Till, at: str, kind: str
) -> None:
    preview = await till.preview()
    await _dies(till, kind, preview, at)
    await _reconciled(till)
    charged = WAY.index(at) >= WAY.index("after charge")
    assert len(await till.orders()) == (1 if charged else 0)
    assert till.gateway.kept_cents == (551 if charged else 0)
    assert set(await till.states(preview)) <= ({"ORDERED"} if charged else {"DECLINED"})


@pytest.mark.parametrize("at", [*BACK, *BACK_END])
@pytest.mark.parametrize("retried", [True, False])
async def test_an_order_that_cannot_be_placed_gives_the_money_back_wherever_it_is_killed(
    till: Till, at: str, retried: bool
) -> None:
    preview = await till.preview()
    till.crash.at = "after PAID"
    with pytest.raises(grpc.aio.AioRpcError):
        await till.pay(preview)
    await till.db["locations"].delete_many({})
    till.wait(7)
    till.crash.at = at
    await eventually(lambda: _died(till))
    if retried:
        till.wait(7)
        await eventually(lambda: _says_declined(till, preview))
    else:
        await _reconciled(till)
    assert await till.orders() == []
    assert till.gateway.kept_cents == 0
    assert await till.states(preview) == ["VOIDED"]


async def _died(till: Till) -> bool:
    """Run the reconciler until it has died: it tries on while Ordering has not heard that the location is gone."""
    with contextlib.suppress(Killed):
        await till.reconciler.round()
    till.wait(0.6 if till.crash.at else 0)
    return till.crash.at == ""


async def _says_declined(till: Till, preview: str) -> bool:
    try:
        answer = await till.pay(preview)
    except grpc.aio.AioRpcError:
        return False
    return answer.order_id == "" and answer.transaction.fields["resultStatus"].string_value == "false"


async def test_a_late_approval_goes_back(till: Till) -> None:
    preview = await till.preview()
    till.gateway.faults.append(Fault.LOST_AFTER)
    await _dies(till, "card", preview, "after charge")
    till.wait(LATE.total_seconds() + 1)
    await till.reconciler.round()
    assert await till.states(preview) == ["VOIDED"]
    assert await till.orders() == []
    assert till.gateway.kept_cents == 0


async def test_a_void_that_is_refused_becomes_a_refund(till: Till) -> None:
    preview = await till.preview()
    await _dies(till, "card", preview, "after charge")
    till.gateway.refuses_voids = True
    till.wait(LATE.total_seconds() + 1)
    await till.reconciler.round()
    assert await till.states(preview) == ["REFUNDED"]
    assert till.gateway.kept_cents == 0


async def test_a_charge_that_turns_up_after_it_was_given_up_goes_back(till: Till) -> None:
    preview = await till.preview()
    await _dies(till, "card", preview, "before charge")
    await _reconciled(till)
    assert await till.states(preview) == ["DECLINED"]
    # The gateway has had it in its pipes all the time.
    external_id = (await till.bill(preview))["payments"][0]["externalId"]
    till.gateway._do("charge", external_id, 551, "")
    assert await _pay(till, "wallet", preview) == preview
    till.wait(601)
    await till.reconciler.round()
    assert await till.states(preview) == ["VOIDED", "ORDERED"]
    assert till.gateway.kept_cents == 551
    assert len(await till.orders()) == 1


async def test_while_the_gateway_is_silent_nothing_is_decided(till: Till) -> None:
    preview = await till.preview()
    await _dies(till, "card", preview, "after charge")
    till.gateway.is_away = True
    await _reconciled(till)
    assert await till.states(preview) == ["UNKNOWN"]
    till.gateway.is_away = False
    till.wait(61)
    await till.reconciler.round()
    assert await till.states(preview) == ["ORDERED"]
