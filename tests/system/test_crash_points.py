"""Real processes die in the middle of a checkout; all steps: `make faults` (in one process: test_payment_crashes)."""

from __future__ import annotations

import asyncio
import pathlib

import pytest

from tools.crash_points import STEPS, play
from tools.processes import Stack

SOME = [
    step
    for step in STEPS
    if step[2] in {"after charge", "after PAID", "after order"} or step[::2] == ("card", "before charge")
]
"""Without those after which a wallet has to wait for a minute."""


@pytest.mark.timeout(240)
def test_a_checkout_that_dies_anywhere_ends_with_one_paid_order(tmp_path: pathlib.Path) -> None:
    with Stack(tmp_path, {"ORDERBUDDY_DEMO": "0"}) as stack:
        found = asyncio.run(play(stack, SOME))
        logs = {path.name: path.read_text(errors="replace") for path in (tmp_path / "logs").iterdir()}
    print(found)
    assert len(found.tokens) == len(SOME) - 1
    assert logs.keys() >= {"payment.log", "edge.log", "ordering.log", "menu.log", "emergepay_local.log"}
    for secret in (*found.tokens, "no-real-money"):
        assert [name for name, text in logs.items() if secret in text] == []
    assert (found.wrong, found.covered, found.money.good()) == ([], len(SOME), True)
