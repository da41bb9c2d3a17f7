"""Parts are killed under load; longer runs: `make faults`."""

from __future__ import annotations

import asyncio
import pathlib

import pytest

from tools.faults import play
from tools.processes import Stack


@pytest.mark.timeout(300)
def test_killed_parts_lose_and_double_nothing_and_no_watcher_misses_a_step(tmp_path: pathlib.Path) -> None:
    with Stack(tmp_path, {"ORDERBUDDY_DEMO": "0"}) as stack:
        report = asyncio.run(play(stack, seconds=15, seed=7, wallets=False))
    print(report)
    assert len(report.kills) >= 2
    assert report.money.charged >= 1
    assert report.money.good()
    assert len(report.watched) >= 1
    assert (report.lost, report.doubled, report.gaps, report.repeats, report.unexpected) == (0, 0, 0, 0, [])
