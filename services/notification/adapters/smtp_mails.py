"""Mails by SMTP, for those who run a mail server of their own, and for a developer's mail catcher."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import (
    SMTPConnectError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from services.notification.outbound import Fate, Mail, Result

_TIMEOUT_SECONDS: Final = 10.0
_AUTHENTICATION: Final = frozenset({530, 534, 535})
"""Our credentials, not the recipient: another try may do."""


class SmtpMails:
    """Sends mails, each over a connection of its own."""

    provider = "smtp"
    most = 1

    def __init__(self, url: str, sender: str) -> None:
        """`url`: smtp://user:password@host:port, or smtps://; with smtp:// TLS is begun when the server offers it."""
        parts = urlsplit(url)
        self._host = parts.hostname or "localhost"
        self._tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 587)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._sender = sender

    async def send(self, messages: Sequence[Mail]) -> list[Result]:
        """Hand mails over."""
        return [await self._send(mail) for mail in messages]

    async def _send(self, mail: Mail) -> Result:
        message = _message(mail, self._sender)
        try:
            await aiosmtplib.send(
                message,
                hostname=self._host,
                port=self._port,
                use_tls=self._tls,
                username=self._user,
                password=self._password,
                timeout=_TIMEOUT_SECONDS,
            )
        except SMTPConnectError as error:
            return Result(Fate.LATER, code=type(error).__name__)
        except SMTPRecipientsRefused as error:
            return _answered(error.recipients[0].code)
        except SMTPResponseException as error:
            return _answered(error.code)
        except (SMTPServerDisconnected, SMTPTimeoutError, SMTPException, OSError, TimeoutError) as error:
            return Result(Fate.UNHEARD, code=type(error).__name__)
        return Result(Fate.ACCEPTED, str(message["Message-ID"]).strip("<>"))

    async def close(self) -> None:
        """Nothing stays open."""


def _answered(code: int) -> Result:
    passes = code < 500 or code in _AUTHENTICATION
    return Result(Fate.LATER if passes else Fate.REFUSED, code=str(code))


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for attachment in mail.attachments:
        main, _, sub = attachment.media_type.partition("/")
        name, inline = attachment.file_name, attachment.content_id
        if inline and mail.html:
            html = message.get_payload()[1]  # type: ignore[index]  # a list, now that there are alternatives
            html.add_related(attachment.content, main, sub, cid=f"<{inline}>", filename=name)  # type: ignore[union-attr]
        else:
            message.add_attachment(attachment.content, maintype=main, subtype=sub, filename=name)
    return message
