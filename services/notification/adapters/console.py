"""Shows messages on the terminal instead of sending them.

For the embedded profile only: they hold codes and addresses.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from services.notification.outbound import BrowserPush, Fate, Mail, Push, Result, Sms


class Console:
    """A channel for messages of any type."""

    provider = "console"
    most = 1

    async def send(self, messages: Sequence[Mail | Sms | Push | BrowserPush]) -> list[Result]:
        """Print messages."""
        for message in messages:
            # Past the log, whose lines must never hold what people are sent.
            print(f"[not sent, shown only] {_shown(message)}", file=sys.stdout, flush=True)
        return [Result(Fate.ACCEPTED) for _ in messages]

    async def close(self) -> None:
        """Nothing is open."""


def _shown(message: Mail | Sms | Push | BrowserPush) -> str:
    match message:
        case Mail():
            files = "".join(f"\n  [{a.file_name}, {a.media_type}, {len(a.content)} bytes]" for a in message.attachments)
            return f"mail to {message.to}: {message.subject}\n  {message.text}{files}"
        case Sms():
            return f"SMS to {message.to}: {message.text}"
        case Push():
            return f"push to {message.platform} {message.token[:12]}…: {message.title}: {message.body}"
        case BrowserPush():
            return f"push to a browser: {message.title}: {message.body}"
