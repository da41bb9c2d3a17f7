"""Token buckets by key, in bounded memory: how often something may happen, and how long until it may again.

A bucket is one number, the instant at which it will be full again (the "generic cell rate algorithm"): taking a token
is two look-ups, and nothing runs beside it. Why no library: docs/dependencies.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST_KEYS: Final = 20_000
"""Some 3 MB for each kind of bucket, however many keys strangers make up."""

_ROUNDING_SECONDS: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Rate:
    """How much is let through: a burst at once, and so much per second for ever."""

    per_second: float
    burst: int

    @property
    def refill_seconds(self) -> float:
        """How long an empty bucket takes to fill."""
        return self.burst / self.per_second


class Buckets:
    """One bucket for each key.

    Keys are kept in two halves, each of `most_keys` at most; when one is full the other, older one is dropped. So
    memory is bounded, and who floods with keys gains full buckets, never locks anybody out.
    """

    __slots__ = ("_most_keys", "_old", "_span", "_step", "_young", "rate")

    def __init__(self, rate: Rate, most_keys: int = MOST_KEYS) -> None:
        self.rate = rate
        self._step = 1 / rate.per_second
        self._span = rate.burst * self._step
        self._most_keys = most_keys
        self._young: dict[str, float] = {}
        self._old: dict[str, float] = {}

    def __len__(self) -> int:
        """Return how many keys are kept."""
        return len(self._young) + len(self._old)

    def take(self, key: str, now: float) -> float:
        """Take a token; return 0 when there was one, else the seconds until there is. `now`: any steady clock."""
        full_at = self._young.get(key)
        if full_at is None:
            full_at = self._old.get(key, now)
            if len(self._young) >= self._most_keys:
                self._old, self._young = self._young, {}
        full_at = max(full_at, now)
        wait = full_at + self._step - now - self._span
        if wait > _ROUNDING_SECONDS:
            self._young[key] = full_at
            return wait
        self._young[key] = full_at + self._step
        return 0.0
