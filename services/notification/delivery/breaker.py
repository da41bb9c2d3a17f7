"""A circuit breaker: a provider that is away is asked seldom, instead of by every message. Pure but for its state.

Each process has its own. Nothing is lost with it: what waits is in the database.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

FAILURES: Final = 5
"""In a row, after which it opens."""
OPEN: Final = timedelta(seconds=15)
"""For how long, at first; twice as long after each probe that failed."""
LONGEST: Final = timedelta(minutes=2)


class Circuit(StrEnum):
    """Whether a provider is asked."""

    CLOSED = "closed"
    """Always."""
    OPEN = "open"
    """Not now."""
    HALF_OPEN = "half_open"
    """By one message, to see."""


class Breaker:
    """The breaker of one provider."""

    def __init__(self) -> None:
        self._failures = 0
        self._opened = 0
        self._until: datetime | None = None
        self._probing = False

    def state(self, now: datetime) -> Circuit:
        """Return whether the provider is asked now."""
        if self._until is None:
            return Circuit.CLOSED
        return Circuit.OPEN if now < self._until or self._probing else Circuit.HALF_OPEN

    def probe(self) -> None:
        """Note that one message is on its way to see; until it is back the circuit counts as open."""
        self._probing = True

    def succeeded(self) -> None:
        """Note that the provider answered as it should, be it by a refusal."""
        self._failures, self._opened, self._until, self._probing = 0, 0, None, False

    def failed(self, now: datetime, wish: timedelta | None = None) -> None:
        """Note that the provider did not answer as it should; `wish`: for how long it asked to be left alone."""
        self._failures += 1
        probed, self._probing = self._probing, False
        if self._failures < FAILURES and not probed:
            return
        if self._until is not None and now < self._until:
            return  # one of those that were on their way when it opened
        pause = min(OPEN * 2**self._opened, LONGEST)
        self._until = now + (max(pause, min(wish, LONGEST)) if wish else pause)
        self._opened += 1
