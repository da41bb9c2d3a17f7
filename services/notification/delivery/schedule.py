"""When a message is tried again. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

_FIRST: Final = timedelta(seconds=1)
_LONGEST: Final = timedelta(minutes=5)
_LONGEST_WISH: Final = timedelta(hours=1)


def pause_after(tries: int, wish: timedelta | None, chance: float) -> timedelta:
    """Return how long to wait after so many failed tries: twice as long each time, up to five minutes.

    Half of it is by chance (`chance` is between 0 and 1), so that what failed together does not come back together.
    `wish` is what the provider asked for: it can make a pause longer, up to an hour.
    """
    doubled: timedelta = min(_FIRST * 2 ** min(tries - 1, 10), _LONGEST)
    pause = doubled * (0.5 + chance / 2)
    return pause if wish is None else max(pause, min(wish, _LONGEST_WISH))
