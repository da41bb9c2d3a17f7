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
    """Does not answer as long as this is set."""
    share: float = 0.0
    """Of requests, answered 429, 500 or 503, by chance."""
    answered: int = 0
    """How many requests were failed."""
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    async def before(self) -> Response | None:
        """Return the failure that answers a request, if any."""
        while self.hanging:  # noqa: ASYNC110  it is set from another thread
            await asyncio.sleep(0.05)
        if self.down or self.chance.random() < self.share:
            self.answered += 1
            headers = {"retry-after": self.retry_after} if self.retry_after else {}
            status = 503 if self.down else self.chance.choice((429, 500, 503))
            return Response(b'{"code": 20503, "message": "Service unavailable"}', status, headers, "application/json")
        return None
