"""Mails through SendGrid: its own builders of the message, sent by an async client (SendGrid's is blocking)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from services.notification.outbound import Attachment, Fate, Mail, Result
from services.notification.retry_after import retry_after

_TIMEOUT_SECONDS: Final = 10.0
_URL: Final = "https://api.sendgrid.com"
_NOT_THE_RECIPIENTS: Final = frozenset({401, 403, 408, 429})
"""Our credentials, our pace: another try may do."""
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class SendGridMails:
    """Sends mails."""

    provider = "sendgrid"
    most = 1

    def __init__(self, api_key: str, sender: str, base_url: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {api_key}"}
        self._client = httpx.AsyncClient(base_url=base_url or _URL, headers=headers, timeout=_TIMEOUT_SECONDS)
        self._sender = sender

    async def send(self, messages: Sequence[Mail]) -> list[Result]:
        """Hand mails over."""
        return [await self._send(mail) for mail in messages]

    async def _send(self, mail: Mail) -> Result:
        try:
            response = await self._client.post("/v3/mail/send", json=_body(mail, self._sender))
        except httpx.HTTPError as error:
            return Result(Fate.LATER if isinstance(error, _NOT_SENT) else Fate.UNHEARD, code=type(error).__name__)
        status = response.status_code
        if response.is_success:
            return Result(Fate.ACCEPTED, response.headers.get("x-message-id", ""))
        passes = status in _NOT_THE_RECIPIENTS or status >= 500
        wish = retry_after(response.headers.get("retry-after", ""), datetime.now(UTC))
        return Result(Fate.LATER if passes else Fate.REFUSED, code=str(status), retry_after=wish)

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
        body["attachments"] = [_attached(attachment) for attachment in mail.attachments]
    return body


def _attached(attachment: Attachment) -> dict[str, str]:
    content = base64.b64encode(attachment.content).decode("ascii")
    body = {"content": content, "type": attachment.media_type, "filename": attachment.file_name}
    if attachment.content_id:
        return body | {"disposition": "inline", "content_id": attachment.content_id}
    return body | {"disposition": "attachment"}
