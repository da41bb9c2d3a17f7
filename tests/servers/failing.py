"""What a vendor's server does when a test wants it to fail."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from starlette.responses import Response


@dataclass
class Failures:
    """Told by a test; read by a server before it takes anything."""

    down: bool = False
    """Answers 503 to all."""
    retry_after: str = ""
    """With that, as a header."""
    hanging: bool = False
    """Never answers."""
    share: float = 0.0
    """Of requests, answered 503 or 429 or not at all, by chance; the last kind after taking the message."""
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    async def before(self) -> Response | None:
        """Return the failure that answers a request, if any."""
        if self.hanging:
            await asyncio.sleep(3_600)
        if self.down or self.chance.random() < self.share:
            headers = {"retry-after": self.retry_after} if self.retry_after else {}
            status = 503 if self.down else self.chance.choice((429, 500, 503))
            return Response(b'{"code": 20503, "message": "Service unavailable"}', status, headers, "application/json")
        return None
