"""Waiting only so long, for what is mostly done at once: a clock is set only when there is something to wait for.

A timer for each message costs as much as writing the message to its socket does.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Awaitable, Generator
from typing import Any


async def within(seconds: float, work: Awaitable[None]) -> None:
    """Await some work. Raises TimeoutError when it takes longer, and what it raises."""
    steps = work.__await__()
    try:
        waits_for = next(steps)
    except StopIteration:
        return
    async with asyncio.timeout(seconds):
        await _go_on(steps, waits_for)


@types.coroutine
def _go_on(steps: Generator[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """Go on with work that has begun: hand its futures up, and what comes of them (or a cancellation) down."""
    try:
        while True:
            try:
                came = yield waits_for
            except GeneratorExit:
                steps.close()
                raise
            except BaseException as error:  # noqa: BLE001  a cancellation too: the work hears of it and decides
                waits_for = steps.throw(error)
            else:
                waits_for = steps.send(came)
    except StopIteration:
        return
