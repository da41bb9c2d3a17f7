"""Secrets of endpoints and what is signed with them, as standardwebhooks.com says."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from standardwebhooks.webhooks import Webhook

from services.kit.mongo import Document
from services.kit.vault import Vault

GRACE: Final = timedelta(hours=24)
"""How long events are signed with a secret that was replaced, too."""

MOST_SECRETS: Final = 5
_BYTES: Final = 32


def new_secret() -> str:
    """Return a secret as its owner is shown it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def event_id(key: str, endpoint_id: str) -> str:
    """Return the id of an event: the same for the same happening and endpoint, whoever makes it."""
    return "msg_" + hashlib.sha256(f"{key}\n{endpoint_id}".encode()).hexdigest()[:32]


class Seals:
    """Keeps endpoints' secrets sealed; the newest is the first."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def add(self, endpoint_id: str, secret: str, stored: Sequence[Document], now: datetime) -> list[Document]:
        """Return the secrets to store when there is a new one; those before it end after GRACE."""
        sealed = {"sealed": self._vault.seal(secret, endpoint_id)}
        return [sealed, *({"until": now + GRACE, **old} for old in in_use(stored, now))]

    def headers(
        self, endpoint_id: str, stored: Sequence[Document], message: tuple[str, str], now: datetime, sent_at: datetime
    ) -> dict[str, str]:
        """Return the headers that go with a message, its id and its body; `sent_at` by the machine's clock.

        Raises services.kit.vault.Unreadable.
        """
        message_id, text = message
        opened = [self._vault.open(each["sealed"], endpoint_id) for each in in_use(stored, now)]
        signatures = [Webhook(secret).sign(message_id, sent_at, text) for secret in opened]
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": " ".join(signatures),
        }


def in_use(stored: Sequence[Mapping[str, Any]], now: datetime) -> list[Mapping[str, Any]]:
    """Return the secrets that events are signed with."""
    return [each for each in stored if "until" not in each or each["until"] > now]
