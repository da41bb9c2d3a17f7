"""Text messages through Twilio."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from services.kit.errors import Unavailable
from services.notification.outbound import Arrival, Fate, Result, Sms
from services.notification.retry_after import retry_after

_TIMEOUT_SECONDS: Final = 10.0
_NOT_THE_RECIPIENTS: Final = frozenset({401, 403, 408, 429})
"""Our credentials, our pace: another try may do."""
_ARRIVALS: Final = {
    "delivered": Arrival.DELIVERED,
    "read": Arrival.DELIVERED,
    "undelivered": Arrival.FAILED,
    "failed": Arrival.FAILED,
    "canceled": Arrival.FAILED,
}
_wish: ContextVar[timedelta | None] = ContextVar("retry_after", default=None)


class _Http(AsyncTwilioHttpClient):  # type: ignore[misc]  # Twilio ships no types
    """Twilio's client, which has no setting for its URL (a test's server has another one) and forgets Retry-After."""

    def __init__(self, base_url: str | None) -> None:
        super().__init__(timeout=_TIMEOUT_SECONDS)
        self._base = urlsplit(base_url) if base_url else None

    async def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        if self._base is not None:
            url = urlunsplit(urlsplit(url)._replace(scheme=self._base.scheme, netloc=self._base.netloc))
        response = await super().request(method, url, *args, **kwargs)
        _wish.set(retry_after((response.headers or {}).get("Retry-After", ""), datetime.now(UTC)))
        return response


class TwilioTexts:
    """Sends text messages. Make it in the loop that it serves."""

    provider = "twilio"
    most = 1

    def __init__(self, account_sid: str, auth_token: str, sender: str, base_url: str | None = None) -> None:
        self._http = _Http(base_url)
        self._client = Client(account_sid, auth_token, http_client=self._http)
        self._sender = sender

    async def send(self, messages: Sequence[Sms]) -> list[Result]:
        """Hand text messages over."""
        return [await self._send(sms) for sms in messages]

    async def _send(self, sms: Sms) -> Result:
        _wish.set(None)
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                sent = await self._client.messages.create_async(to=sms.to, from_=self._sender, body=sms.text)
        except TwilioRestException as error:
            # The error's text names the number; its code says enough.
            passes = error.status in _NOT_THE_RECIPIENTS or error.status >= 500
            fate = Fate.LATER if passes else Fate.REFUSED
            return Result(fate, code=str(error.code or error.status), retry_after=_wish.get())
        except aiohttp.ClientConnectorError as error:
            return Result(Fate.LATER, code=type(error).__name__)
        except (TwilioException, aiohttp.ClientError, TimeoutError, OSError) as error:
            return Result(Fate.UNHEARD, code=type(error).__name__)
        return Result(Fate.ACCEPTED, sent.sid or "")

    async def arrival(self, provider_id: str) -> tuple[Arrival, str]:
        """Return what became of a text message. Raises Unavailable."""
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                found = await self._client.messages(provider_id).fetch_async()
        except (TwilioException, aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable("SMS_PROVIDER_AWAY", "the SMS provider is away") from error
        code = str(found.error_code) if found.error_code else ""
        return _ARRIVALS.get(str(found.status), Arrival.PENDING), code

    async def close(self) -> None:
        """End the connections."""
        await self._http.close()
