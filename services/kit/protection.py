"""What a service refuses before it looks at a call: more at a time than it can soon serve, too many of one device."""

from __future__ import annotations

import time
from typing import Final

from prometheus_client import Counter

from services.kit.buckets import Buckets, Rate
from services.kit.errors import Exhausted

OVERLOADED: Final = "OVERLOADED"
"""RESOURCE_EXHAUSTED for the sake of all, and no UNAVAILABLE: gRPC clients would make the same call again at once."""

TOO_MANY_CALLS: Final = "TOO_MANY_CALLS"

_RESERVED: Final = 1.25
"""Those who say who they are (staff, devices, other services that finish something) still get in when guests do not."""
_AGAIN_SECONDS: Final = 1.0
_BURST_SECONDS: Final = 10

REFUSED: Final = Counter("orderbuddy_rpc_refused_total", "Calls beyond a limit", ["reason"])


class Protection:
    """The limits of one server."""

    def __init__(self, most_calls: int, device_calls_per_second: float) -> None:
        self._most_calls = most_calls
        self._most_of_known = int(most_calls * _RESERVED)
        burst = max(1, int(device_calls_per_second * _BURST_SECONDS))
        self._devices = Buckets(Rate(device_calls_per_second, burst))
        self.under_way = 0

    def enter(self, *, is_guest: bool) -> bool:
        """Begin a unary call; `leave` ends it. Returns True. Raises Exhausted."""
        if self.under_way >= (self._most_calls if is_guest else self._most_of_known):
            REFUSED.labels(OVERLOADED).inc()
            raise Exhausted(OVERLOADED, "too busy just now; try again", retry_after_seconds=_AGAIN_SECONDS)
        self.under_way += 1
        return True

    def leave(self) -> None:
        """End a call."""
        self.under_way -= 1

    def count_device(self, device_id: str) -> None:
        """Count a call, or the begin of a stream, of a device. Raises Exhausted."""
        wait = self._devices.take(device_id, time.monotonic())
        if wait:
            REFUSED.labels(TOO_MANY_CALLS).inc()
            raise Exhausted(
                TOO_MANY_CALLS,
                f"a device may make {self._devices.rate.per_second:g} calls per second",
                retry_after_seconds=wait,
            )
