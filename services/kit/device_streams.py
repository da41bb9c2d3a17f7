"""Streams that devices have open end when their keys do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, Final, cast

from services.kit.devices import DeviceKeys
from services.kit.errors import Unavailable
from services.kit.status import translate

CHECK_SECONDS: Final = 5.0
"""How often an open stream's key is looked at."""

UNCONFIRMED_SECONDS: Final = 60.0
"""How long a stream goes on while nobody can tell whether its key is still valid: a kitchen should outlive a restart
of the Station service, but a key must not outlive everything."""


async def while_valid(
    stream: AsyncIterator[Any],
    key: str,
    devices: DeviceKeys,
    *,
    check_seconds: float = CHECK_SECONDS,
    unconfirmed_seconds: float = UNCONFIRMED_SECONDS,
) -> AsyncIterator[Any]:
    """Yield what the stream yields for as long as the key is valid. Raises Unauthenticated, Unavailable.

    The key is looked at by time, not by message: a stream that has nothing to tell ends as well.
    """
    confirmed = time.monotonic()
    due = confirmed + check_seconds
    following = _next(stream)
    try:
        while True:
            await asyncio.wait([following], timeout=max(0.0, due - time.monotonic()))
            if time.monotonic() >= due:
                if await _is_known(devices, key, last_chance=time.monotonic() - confirmed >= unconfirmed_seconds):
                    confirmed = time.monotonic()
                due = time.monotonic() + check_seconds
            if following.done():
                try:
                    message = following.result()
                except StopAsyncIteration:
                    return
                yield message
                following = _next(stream)
    finally:
        following.cancel()
        await asyncio.wait([following])
        if not following.cancelled():
            following.exception()
        await cast("Any", stream).aclose()


async def _is_known(devices: DeviceKeys, key: str, *, last_chance: bool) -> bool:
    """Tell whether the key is known to be valid. Raises Unauthenticated; when nobody can tell, at the end only."""
    try:
        await devices.principal(key)
    except Exception as error:
        if last_chance or not isinstance(translate(error), Unavailable):
            raise
        return False
    return True


def _next(stream: AsyncIterator[Any]) -> asyncio.Task[Any]:
    async def following() -> Any:
        return await anext(stream)

    return asyncio.create_task(following())
