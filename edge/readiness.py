"""Whether the edge can do its work, dependency by dependency."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.descriptor import ServiceDescriptor

from edge.caller import Caller
from edge.following import Follower

OK: Final = "ok"


class Readiness:
    """Asks everything that the edge needs."""

    def __init__(
        self, caller: Caller, services: Mapping[str, ServiceDescriptor], streams: Mapping[str, Follower[Any]]
    ) -> None:
        self._caller = caller
        self._services = services
        self._streams = streams
        self.stopping = False
        """Set when this replica is about to stop: requests should go to others."""

    async def check(self) -> dict[str, str]:
        """Return each dependency's name with `ok` or what is wrong with it."""
        if self.stopping:
            return {"this replica": "stopping"}
        troubles = await asyncio.gather(*(self._caller.trouble(service) for service in self._services.values()))
        found = {name: trouble or OK for name, trouble in zip(self._services, troubles, strict=True)}
        return found | {name: _state(follower) for name, follower in self._streams.items()}


def _state(follower: Follower[Any]) -> str:
    if follower.live:
        return OK
    stale = follower.stale_seconds()
    return "not yet up to date" if stale is None else f"broken, stale for {stale:.0f} s"
