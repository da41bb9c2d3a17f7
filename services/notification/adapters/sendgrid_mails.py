"""Mails through SendGrid: its own builders of the message, sent by an async client (SendGrid's is blocking)."""

from __future__ import annotations

import base64
from typing import Any, Final

import httpx

from services.kit.errors import Unavailable
from services.kit.telemetry import log
from services.notification.adapters.channels import Mail

_TIMEOUT_SECONDS: Final = 5.0
_URL: Final = "https://api.sendgrid.com"


class SendGridMails:
    """Sends mails."""

    def __init__(self, api_key: str, sender: str, base_url: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {api_key}"}
        self._client = httpx.AsyncClient(base_url=base_url or _URL, headers=headers, timeout=_TIMEOUT_SECONDS)
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Hand a mail over. Raises Unavailable."""
        try:
            response = await self._client.post("/v3/mail/send", json=_body(mail, self._sender))
            response.raise_for_status()
        except httpx.HTTPError as error:
            log.warning("mail_refused", kind=type(error).__name__)
            raise Unavailable("MAIL_NOT_SENT", "the mail provider is away or refuses the address") from None

    async def close(self) -> None:
        """End the connections."""
        await self._client.aclose()


def _body(mail: Mail, sender: str) -> dict[str, Any]:
    """Return the message in the form of SendGrid's v3 API."""
    content = [{"type": "text/plain", "value": mail.text}]
    if mail.html:
        content.append({"type": "text/html", "value": mail.html})
    body: dict[str, Any] = {
        "personalizations": [{"to": [{"email": mail.to}]}],
        "from": {"email": sender},
        "subject": mail.subject,
        "content": content,
    }
    if mail.attachments:
        body["attachments"] = [
            {
                "content": base64.b64encode(a.content).decode("ascii"),
                "type": a.media_type,
                "filename": a.file_name,
                "disposition": "attachment",
            }
            for a in mail.attachments
        ]
    return body
