"""How a message leaves: one small protocol per kind, whoever carries it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail."""

    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, ready to send."""

    to: str
    subject: str
    text: str
    html: str = ""
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class Sms:
    """A text message; `to` is E.164."""

    to: str
    text: str


class Mails(Protocol):
    """Carries mails."""

    async def send(self, mail: Mail) -> None:
        """Hand a mail over. Raises services.kit.errors.Unavailable when the provider is away or refuses."""
        ...

    async def close(self) -> None:
        """End the connections."""
        ...


class Texts(Protocol):
    """Carries text messages."""

    async def send(self, sms: Sms) -> None:
        """Hand a text message over. Raises services.kit.errors.Unavailable when the provider is away or refuses."""
        ...

    async def close(self) -> None:
        """End the connections."""
        ...
