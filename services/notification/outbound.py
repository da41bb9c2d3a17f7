"""What leaves this service, and how it went: between those who have something to say and the providers that carry it.

A channel carries messages of one type to one provider. It never raises for what the provider does: each message gets
its own result, in the order of the messages, so that the answers to a batch can't be matched to the wrong recipients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail. With a content id its HTML shows it as `cid:<content id>`."""

    file_name: str
    media_type: str
    content: bytes
    content_id: str = ""


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


@dataclass(frozen=True, slots=True)
class Push:
    """A notification to a device of Firebase Cloud Messaging; `token` is its registration token."""

    token: str
    platform: str
    """`android` or `web`."""
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class BrowserPush:
    """A notification to a browser's own push service (RFC 8030): what `PushManager.subscribe` gave."""

    endpoint: str
    p256dh: str
    auth: str
    title: str
    body: str


class Fate(StrEnum):
    """What became of a message that was handed to a channel."""

    ACCEPTED = "ACCEPTED"
    """The provider took it."""
    REFUSED = "REFUSED"
    """The provider will never take it: a number that is none, a blocked recipient."""
    GONE = "GONE"
    """The recipient is no more: a token that was unregistered. It is to be forgotten."""
    LATER = "LATER"
    """The provider surely did not take it: away, busy, failing. To be tried again."""
    UNHEARD = "UNHEARD"
    """The answer was lost after the message went out: it may have been taken. Tried again, it may arrive twice."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one message. Holds nothing of its contents or recipient, so that it may be stored and logged."""

    fate: Fate
    provider_id: str = ""
    """The provider's own id of the message, when it took it and gave one."""
    code: str = ""
    """The provider's error code, or the kind of failure; empty when accepted."""
    retry_after: timedelta | None = None
    """How long the provider asked us to wait."""


class Arrival(StrEnum):
    """What a provider knows of a message that it took."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


Message_contra = TypeVar("Message_contra", contravariant=True)


class Channel(Protocol[Message_contra]):
    """Carries messages of one type."""

    @property
    def provider(self) -> str:
        """Who carries them: `twilio`, `sendgrid`, `smtp`, `fcm`, `web-push` or `console`."""
        ...

    @property
    def most(self) -> int:
        """How many messages one call of `send` takes."""
        ...

    async def send(self, messages: Sequence[Message_contra]) -> list[Result]:
        """Hand messages over; results in their order. Returns within 15 seconds, whatever the provider does."""
        ...

    async def close(self) -> None:
        """End the connections."""
        ...


class Tracing(Protocol):
    """A channel whose provider can be asked later."""

    async def arrival(self, provider_id: str) -> tuple[Arrival, str]:
        """Return what became of a message that it took, and its error code. Raises services.kit.errors.Unavailable."""
        ...
