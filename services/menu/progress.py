"""How far the catalog's followers have been told of menus."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

_LONGEST_WAIT_SECONDS: Final = 0.5


class Progress:
    """Knows the version of each menu that was sent last, and lets others wait for one."""

    def __init__(self) -> None:
        self._versions: dict[str, int] = {}
        self._waiting: dict[str, list[tuple[int, asyncio.Event]]] = {}

    def note(self, menu_id: str, version: int) -> None:
        """Note that a version has been sent."""
        self._versions[menu_id] = version
        still = []
        for wanted, event in self._waiting.pop(menu_id, ()):
            if wanted <= version:
                event.set()
            else:
                still.append((wanted, event))
        if still:
            self._waiting[menu_id] = still

    async def reached(self, menu_id: str, version: int) -> None:
        """Return when followers have been sent a version, or after a moment.

        Whoever edits a menu is answered after that, so that a preview asked for next is priced by the edit. Followers
        of another replica may learn of it some milliseconds later.
        """
        if self._versions.get(menu_id, 0) >= version:
            return
        event = asyncio.Event()
        self._waiting.setdefault(menu_id, []).append((version, event))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_WAIT_SECONDS):
                await event.wait()
