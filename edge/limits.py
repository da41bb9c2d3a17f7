"""Published limits: how often one address, one restaurant and one recipient may do what (docs/limits.md).

They protect one process from being worn out, and people from being sent codes without end. They are no truth: each edge
process counts for itself and forgets when it ends, so with several of them clients get as many times the figures.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Final

from edge.answers import Answer, Header, problem
from edge.http_rules import Route
from edge.metrics import REFUSED
from services.kit.buckets import Buckets, Rate

MEMORY_READS: Final = "memory-reads"
GUEST_READS: Final = "guest-reads"
GUEST_WRITES: Final = "guest-writes"
STAFF: Final = "staff"
UPLOADS: Final = "uploads"
SIGN_IN: Final = "sign-in"
CODES: Final = "codes"
CODES_PER_RECIPIENT: Final = "codes-per-recipient"
PICTURES: Final = "pictures"
PAGES: Final = "pages"
SOCKETS: Final = "sockets"
LIVE: Final = "live"
LIVE_REQUESTS: Final = "live-requests"
GUEST_WRITES_PER_RESTAURANT: Final = "guest-writes-per-restaurant"
STAFF_PER_RESTAURANT: Final = "staff-per-restaurant"
UPLOADS_PER_RESTAURANT: Final = "uploads-per-restaurant"
OPEN_SOCKETS: Final = "open-sockets"
OPEN_LIVE: Final = "open-live"

# A restaurant's whole Wi-Fi is one address: 200 guests who order in the same minute, and 30 of staff. docs/limits.md
# has the arithmetic.
PUBLISHED: Final[Mapping[str, Rate]] = {
    MEMORY_READS: Rate(400, 4_000),
    GUEST_READS: Rate(80, 1_200),
    GUEST_WRITES: Rate(40, 1_200),
    STAFF: Rate(100, 1_000),
    UPLOADS: Rate(1, 100),
    SIGN_IN: Rate(5, 200),
    CODES: Rate(0.1, 30),
    CODES_PER_RECIPIENT: Rate(1 / 300, 5),
    PICTURES: Rate(1_000, 16_000),
    PAGES: Rate(50, 500),
    SOCKETS: Rate(20, 1_000),
    LIVE: Rate(20, 1_000),
    LIVE_REQUESTS: Rate(400, 4_000),
    GUEST_WRITES_PER_RESTAURANT: Rate(200, 4_000),
    STAFF_PER_RESTAURANT: Rate(200, 2_000),
    UPLOADS_PER_RESTAURANT: Rate(2, 200),
}

MOST_OPEN: Final = 1_000

_PER_RESTAURANT: Final = {
    GUEST_WRITES: GUEST_WRITES_PER_RESTAURANT,
    STAFF: STAFF_PER_RESTAURANT,
    UPLOADS: UPLOADS_PER_RESTAURANT,
}
_ALL: Final = "all"
_LONGEST_RESTAURANT: Final = 100
_SOME_SECONDS: Final = 10
"""After which one may try again when it is not time that helps, but that something is closed."""

EXPOSED: Final[Header] = (b"access-control-expose-headers", b"Retry-After, RateLimit, RateLimit-Policy")
"""Else pages of other origins can't read them."""


def parse_limits(text: str) -> Mapping[str, Rate]:
    """Read limits that differ from the published ones: `guest-writes=40/1200,staff=…`: per second, and at once.

    `all` stands for each that is not named. Raises ValueError that names the wrong one.
    """
    given: dict[str, Rate] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, figures = part.partition("=")
        if name != _ALL and name not in PUBLISHED:
            raise ValueError(f"{name!r} is no limit; there are {', '.join(PUBLISHED)}, and {_ALL}")
        per_second, _, burst = figures.partition("/")
        try:
            rate = Rate(float(per_second), int(burst))
        except ValueError as error:
            raise ValueError(f"{part!r} must be like {name}=40/1200: so many per second, so many at once") from error
        if not (0 < rate.per_second < math.inf and rate.burst >= 1):
            raise ValueError(f"{part!r}: both figures must be more than nothing")
        given[name] = rate
    default = given.pop(_ALL, None)
    return {name: given.get(name, default or rate) for name, rate in PUBLISHED.items()}


def class_of(route: Route) -> str:
    """Return the limit that a route counts under."""
    if route.upload_field:
        return UPLOADS
    if not route.open_to_guests:
        return STAFF
    return GUEST_READS if route.verb == "GET" else GUEST_WRITES


class Limits:
    """All buckets of this process."""

    def __init__(self, rates: Mapping[str, Rate] = PUBLISHED, most_open: int = MOST_OPEN) -> None:
        """`most_open`: WebSockets of an address at a time, and as many Socket.IO clients."""
        self._buckets = {name: Buckets(rate) for name, rate in rates.items()}
        self.memory_reads = self._buckets[MEMORY_READS]
        self.open_sockets = Held(OPEN_SOCKETS, most_open)
        self.open_live = Held(OPEN_LIVE, most_open)

    def refusal(self, name: str, key: str, now: float) -> Answer | None:
        """Count one under a limit; return the answer (429) when it is one too many. `now`: of time.perf_counter."""
        wait = self._buckets[name].take(key, now)
        return self.refused(name, wait) if wait else None

    def restaurant_refusal(self, name: str, restaurant: object, now: float) -> Answer | None:
        """Count one for the restaurant that a request of a class is about, if the class has such a limit."""
        per_restaurant = _PER_RESTAURANT.get(name)
        if per_restaurant is None or not isinstance(restaurant, str) or not restaurant:
            return None
        return self.refusal(per_restaurant, restaurant[:_LONGEST_RESTAURANT], now)

    def refused(self, name: str, wait_seconds: float) -> Answer:
        """Return the answer to one too many."""
        rate = self._buckets[name].rate
        REFUSED.labels(name).inc()
        return too_many(name, rate.burst, math.ceil(rate.refill_seconds), wait_seconds)


def too_many(name: str, quota: int, window_seconds: int, wait_seconds: float) -> Answer:
    """Make the answer in the old system's form, with what the IETF's draft says about limits."""
    wait = max(1, math.ceil(wait_seconds))
    headers = (
        (b"retry-after", b"%d" % wait),
        (b"ratelimit-policy", f'"{name}";q={quota};w={window_seconds}'.encode()),
        (b"ratelimit", f'"{name}";r=0;t={wait}'.encode()),
        EXPOSED,
    )
    return problem(429, f"too many requests ({name}); try again in {wait} s", headers)


class Held:
    """What each address holds open: as many keys as there are holders, so it needs no other bound."""

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._most = most
        self._held: Counter[str] = Counter()

    def __len__(self) -> int:
        """Return how many addresses hold something."""
        return len(self._held)

    def refusal(self, key: str) -> Answer | None:
        """Return the answer (429) when an address can't have one more."""
        if self._held[key] < self._most:
            return None
        REFUSED.labels(self._name).inc()
        return too_many(self._name, self._most, _SOME_SECONDS, _SOME_SECONDS)

    def take(self, key: str) -> None:
        """Count one more."""
        self._held[key] += 1

    def give_back(self, key: str) -> None:
        """Count one less."""
        self._held[key] -= 1
        if self._held[key] <= 0:
            del self._held[key]
