"""When an event is sent again: the schedule that Standard Webhooks recommends. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

RETRIES: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long after each failure the next try comes; after the last of them an event is given up."""

MOST_TRIES: Final = len(RETRIES) + 1
JITTER: Final = 0.1
"""By what share of itself a pause can be longer, so that endpoints that failed together don't come back together."""

GIVEN_UP_AFTER: Final = timedelta(days=5)
"""How long an endpoint may fail before it is disabled."""

_LONGEST_WISH: Final = timedelta(hours=24)


def pause_after(tries: int, wish: timedelta | None, chance: float) -> timedelta | None:
    """Return how long to wait after so many failed tries; None: the event is given up.

    `wish` is what the endpoint asked for: it can make a pause longer, up to a day, but not shorter, or the tries would
    be used up at once. `chance` is between 0 and 1.
    """
    if tries >= MOST_TRIES:
        return None
    pause = RETRIES[tries - 1] * (1 + JITTER * chance)
    return pause if wish is None else max(pause, min(wish, _LONGEST_WISH))
