"""Displays and Socket.IO clients are cut while orders move; longer runs: `make reconnects`."""

from __future__ import annotations

import asyncio
import pathlib

import pytest

from tools.processes import Stack
from tools.reconnects import play


@pytest.mark.timeout(180)
def test_cut_clients_hear_everything_once_and_one_that_never_reads_disturbs_nobody(tmp_path: pathlib.Path) -> None:
    with Stack(tmp_path, {"ORDERBUDDY_DEMO": "0"}) as stack:
        report = asyncio.run(play(stack, orders=60, cuts=100, calm_orders=20, seed=7))
    print(report)
    assert report.problems == []
    assert report.cuts >= 100
    assert report.cut_off == 1
    assert len(report.beside_sleeper) > 0
