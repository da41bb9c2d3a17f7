"""Waiting until followers have been told of an edit."""

from __future__ import annotations

import asyncio

from services.menu.progress import Progress


async def test_what_was_sent_already_is_not_waited_for() -> None:
    progress = Progress()
    progress.note("m", 3)
    await progress.reached("m", 3)


async def test_each_waits_for_their_own_version() -> None:
    progress = Progress()
    waiting = [asyncio.create_task(progress.reached("m", version)) for version in (1, 2)]
    await asyncio.sleep(0)
    progress.note("other", 9)
    progress.note("m", 1)
    await waiting[0]
    assert not waiting[1].done()
    progress.note("m", 2)
    await waiting[1]
