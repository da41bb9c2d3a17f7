"""Who has nothing: remembered for a moment, so that each order does not ask the database again for what is not there.

Most restaurants have no webhooks, no subscribed browsers, no printers of their own. Only empty answers are remembered:
what somebody has is always read as it is.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, TypeVar

SECONDS: Final = 1.0
"""For how long. Whoever subscribes at another replica is heard of so much later; at this one at once (`filled`)."""
_MOST: Final = 10_000

Found = TypeVar("Found")


class Vacancies:
    """Remembers what is empty."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._since: dict[Hashable, float] = {}

    async def ask(self, key: Hashable, find: Callable[[], Awaitable[list[Found]]]) -> list[Found]:
        """Return what `find` finds; it is not asked when it found nothing a moment ago."""
        now = time.monotonic()
        since = self._since.get(key)
        if since is not None and now - since < self._seconds:
            return []
        found = await find()
        if not found:
            if len(self._since) >= _MOST:
                self._since.clear()
            self._since[key] = now
        return found

    def filled(self, key: Hashable) -> None:
        """Forget it: something was added."""
        self._since.pop(key, None)
