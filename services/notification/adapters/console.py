"""Shows messages on the terminal instead of sending them.

For the embedded profile only: they hold codes and addresses.
"""

from __future__ import annotations

import sys

from services.notification.adapters.channels import Mail, Sms


class ConsoleMails:
    """Prints mails."""

    async def send(self, mail: Mail) -> None:
        """Print a mail."""
        files = "".join(f"\n  [{a.file_name}, {a.media_type}, {len(a.content)} bytes]" for a in mail.attachments)
        _show(f"mail to {mail.to}: {mail.subject}\n  {mail.text}{files}")

    async def close(self) -> None:
        """Nothing is open."""


class ConsoleTexts:
    """Prints text messages."""

    async def send(self, sms: Sms) -> None:
        """Print a text message."""
        _show(f"SMS to {sms.to}: {sms.text}")

    async def close(self) -> None:
        """Nothing is open."""


def _show(message: str) -> None:
    """Write past the log, whose lines must never hold what people are sent."""
    print(f"[not sent, shown only] {message}", file=sys.stdout, flush=True)
