"""How late the event loop is: while it is, nobody is served."""

from __future__ import annotations

import asyncio
from typing import Final

from prometheus_client import Histogram

LOOP_LAG = Histogram(
    "orderbuddy_loop_lag_seconds",
    "By how much a timer of the event loop was late",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
_EVERY_SECONDS: Final = 0.5
"""A loop that is held up for so long is seen for certain; shorter ones by chance, as often as they hold somebody up."""


async def watch_loop() -> None:
    """Measure for ever."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _EVERY_SECONDS
        await asyncio.sleep(_EVERY_SECONDS)
        LOOP_LAG.observe(max(0.0, loop.time() - due))
