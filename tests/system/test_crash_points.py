"""Real processes die in the middle of a checkout; all steps: `make faults` (in one process: test_payment_crashes)."""

from __future__ import annotations

import asyncio
import pathlib

import pytest

from tools.crash_points import STEPS, play
from tools.processes import Stack

SOME = [step for step in STEPS if step[2] in {"before charge", "after charge", "after PAID", "after order"}]


@pytest.mark.timeout(240)
def test_a_checkout_that_dies_anywhere_ends_with_one_paid_order(tmp_path: pathlib.Path) -> None:
    with Stack(tmp_path, {"ORDERBUDDY_DEMO": "0"}) as stack:
        found = asyncio.run(play(stack, SOME))
    print(found)
    assert (found.wrong, found.covered, found.money.good()) == ([], len(SOME), True)
