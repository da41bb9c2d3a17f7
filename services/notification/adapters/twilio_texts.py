"""Text messages through Twilio."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from services.kit.errors import Unavailable
from services.kit.telemetry import log
from services.notification.adapters.channels import Sms

_TIMEOUT_SECONDS = 5.0


class _Redirected(AsyncTwilioHttpClient):  # type: ignore[misc]  # Twilio ships no types
    """Twilio's client has no setting for its URL; a test's server has another one."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=_TIMEOUT_SECONDS)
        self._base = urlsplit(base_url)

    async def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        parts = urlsplit(url)._replace(scheme=self._base.scheme, netloc=self._base.netloc)
        return await super().request(method, urlunsplit(parts), *args, **kwargs)


class TwilioTexts:
    """Sends text messages. Make it in the loop that it serves."""

    def __init__(self, account_sid: str, auth_token: str, sender: str, base_url: str | None = None) -> None:
        http = _Redirected(base_url) if base_url else AsyncTwilioHttpClient(timeout=_TIMEOUT_SECONDS)
        self._http = http
        self._client = Client(account_sid, auth_token, http_client=http)
        self._sender = sender

    async def send(self, sms: Sms) -> None:
        """Hand a text message over. Raises Unavailable."""
        try:
            await self._client.messages.create_async(to=sms.to, from_=self._sender, body=sms.text)
        except (TwilioException, aiohttp.ClientError, TimeoutError, OSError) as error:
            # The error's text names the number; its code says enough.
            log.warning("sms_refused", code=getattr(error, "code", None), kind=type(error).__name__)
            raise Unavailable("SMS_NOT_SENT", "the SMS provider is away or refuses the number") from None

    async def close(self) -> None:
        """End the connections."""
        await self._http.close()
