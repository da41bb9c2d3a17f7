"""Money in an evening of faults: guests who pay by card and wallet at a gateway that fails at random.

In the end the gateway's ledger is held against the orders, to the cent: charged without order, charged twice, ordered
without charge. What is not decided yet is waited for: the reconciler brings it to its end.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, Final

import httpx
from pymongo.asynchronous.database import AsyncDatabase

from tools.demo_data import DEMO
from tools.processes import Stack

START: Final = f"/payments/start-transaction/{DEMO.restaurant_id}"
CARD: Final = "/payments/complete-transaction"
WALLET: Final = "/payments/complete-upi-transaction"
FAILING: Final = 0.15
"""Share of the gateway's calls that go wrong while the evening lasts."""

_PATIENCE_SECONDS: Final = 150.0
"""For the end of all payments. A charge that the gateway knows nothing of is given up after a minute."""

_TRIES: Final = 4
Ask = Callable[[Callable[[], Awaitable[httpx.Response]]], Awaitable[dict[str, Any]]]


@dataclass
class Money:
    """What became of it."""

    charged: int = 0
    without_order: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unpaid: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    kept_cents: int = 0

    def good(self) -> bool:
        """Tell whether gateway and orders agree."""
        return not (self.without_order or self.twice or self.unpaid or self.unsettled or self.differing)

    def __str__(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        return (
            f"payments {states}; charges {self.charged}, kept ${self.kept_cents / 100:.2f}; charged without order "
            f"{len(self.without_order)}, charged twice {len(self.twice)}, ordered without charge {len(self.unpaid)}, "
            f"not settled {len(self.unsettled)}, books that differ from the gateway's {len(self.differing)}"
        )


async def misbehave(stack: Stack, seed: int, share: float = FAILING) -> None:
    """Have the local gateway fail at random; a share of 0: behave again."""
    async with httpx.AsyncClient(base_url=stack.emergepay_url, timeout=5) as client:
        answer = await client.post("/control/faults", json={"share": share, "seed": seed})
        answer.raise_for_status()


async def pay(
    client: httpx.AsyncClient, ask: Ask, preview_id: str, random: Random, at_once: int, *, wallets: bool = True
) -> list[str]:
    """Pay for a preview, each try asked for several times at once; return the order ids that were answered.

    Empty: it was declined each time, and the guest has left.
    """
    for _ in range(_TRIES):
        if not wallets or random.random() < 0.5:
            token = (await ask(partial(client.post, START, json={})))["transactionToken"]
            path, body = CARD, {"previewOrderId": preview_id, "transactionToken": token}
        else:
            details = {"type": "applePay", "token": {"data": uuid.UUID(int=random.getrandbits(128)).hex}}
            path, body = WALLET, {"previewOrderId": preview_id, "transactionDetails": details}
        answers = await asyncio.gather(*(ask(partial(client.post, path, json=body)) for _ in range(at_once)))
        ordered = [answer["orderId"] for answer in answers if answer["orderId"]]
        if ordered:
            return ordered
    return []


async def settled(stack: Stack, db: AsyncDatabase[dict[str, Any]]) -> Money:
    """Wait until every payment has come to its end, and count."""
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while (money := await _count(stack, db)).unsettled and time.monotonic() < give_up:  # noqa: ASYNC110
        await asyncio.sleep(0.5)
    return money


async def _count(stack: Stack, db: AsyncDatabase[dict[str, Any]]) -> Money:
    async with httpx.AsyncClient(base_url=stack.emergepay_url, timeout=10) as client:
        found = (await client.get("/control/ledger")).json()
    orders = {str(order["_id"]): order async for order in db["orders"].find({}, {"paymentId": 1, "totalPriceCents": 1})}
    kept = _kept(found["transactions"])
    money = Money(kept_cents=found["totals"]["kept"])
    by_order: Counter[str] = Counter()
    known: set[str] = set()
    async for bill in db["payments"].find():
        for payment in bill["payments"]:
            known.add(payment["externalId"])
            _hold_against(money, bill, payment, kept.get(payment["externalId"], 0))
            cents = kept.get(payment["externalId"], 0)
            by_order[str(bill["_id"])] += cents
            money.charged += bool(cents)
            if cents and str(bill["_id"]) not in orders:
                money.without_order.append(payment["id"])
    money.without_order += [f"{name} (not ours)" for name in kept.keys() - known if kept[name]]
    for order_id, order in orders.items():
        if order["paymentId"] and by_order[order_id] != order["totalPriceCents"]:
            (money.twice if by_order[order_id] else money.unpaid).append(order_id)
    return money


def _hold_against(money: Money, bill: Mapping[str, Any], payment: Mapping[str, Any], kept_cents: int) -> None:
    """Hold one payment of our books against what the gateway has kept of it."""
    state = payment["state"]
    money.states[state] += 1
    if state in {"INTENDED", "AUTHORISING", "UNKNOWN", "PAID"}:
        money.unsettled.append(payment["id"])
    ours = payment["amountCents"] + payment["tipCents"] - payment["refundedCents"] if state == "ORDERED" else 0
    if ours != kept_cents:
        money.differing.append(f"{payment['id']} of {bill['_id']}: {state}, {ours} by our books, {kept_cents} there")


def _kept(transactions: list[dict[str, Any]]) -> dict[str, int]:
    """Return what the gateway has kept of each charge, by our id."""
    charges = {t["unique_id"]: t for t in transactions if t["kind"] == "CreditSale" and t["approved"]}
    kept = Counter({t["external_id"]: t["cents"] for t in charges.values()})
    for back in transactions:
        if back["of"] in charges and back["approved"]:
            kept[charges[back["of"]]["external_id"]] -= back["cents"]
    return dict(kept)
