"""Notifications to browsers by the push service of each browser's maker (RFC 8030, 8291 and 8292)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import orjson
from cryptography.hazmat.primitives import serialization
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush_async

from services.notification.outbound import BrowserPush, Fate, Result
from services.notification.retry_after import retry_after

_TIMEOUT_SECONDS: Final = 10.0
_KEPT_SECONDS: Final = 3600
"""How long the push service keeps it for a browser that is not there: later it is no news."""
_GONE: Final = frozenset({404, 410})
_NOT_THE_RECIPIENTS: Final = frozenset({408, 429})
_HOSTS: Final = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "notify.windows.com",
    "push.apple.com",
)
"""Push services of the browsers, and their subdomains. An endpoint is what a client says: we post to no other host."""


def is_push_service(endpoint: str, *, loopback: bool = False) -> bool:
    """Tell whether an endpoint is one of a browser's push service. `loopback`: or on this machine, for tests."""
    try:
        parts = urlsplit(endpoint)
        host, _ = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if loopback and host in ("127.0.0.1", "localhost"):
        return parts.scheme in ("http", "https")
    known = any(host == each or host.endswith(f".{each}") for each in _HOSTS)
    return parts.scheme == "https" and known and parts.username is None


def public_key(private_key: str) -> str:
    """Return the public half of a VAPID key, as browsers want it: an uncompressed point, base64url."""
    form = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    point: bytes = Vapid02.from_string(private_key).public_key.public_bytes(*form)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


class WebPushes:
    """Sends notifications. Make it in the loop that it serves."""

    provider = "web-push"
    most = 1

    def __init__(self, private_key: str, subject: str) -> None:
        """`private_key`: the VAPID key, raw, base64url; `subject`: a mailto: or https: address of who runs this."""
        self._vapid = Vapid02.from_string(private_key)
        self._subject = subject
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS))

    async def send(self, messages: Sequence[BrowserPush]) -> list[Result]:
        """Hand notifications over."""
        return [await self._send(push) for push in messages]

    async def _send(self, push: BrowserPush) -> Result:
        subscription = {"endpoint": push.endpoint, "keys": {"p256dh": push.p256dh, "auth": push.auth}}
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                response = await webpush_async(
                    subscription,
                    orjson.dumps({"notification": {"title": push.title, "body": push.body}}).decode(),
                    vapid_private_key=self._vapid,
                    vapid_claims={"sub": self._subject},
                    ttl=_KEPT_SECONDS,
                    timeout=_TIMEOUT_SECONDS,
                    aiohttp_session=self._session,
                )
        except WebPushException as error:
            return _answered(error.response)
        except aiohttp.ClientConnectorError as error:
            return Result(Fate.LATER, code=type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Result(Fate.UNHEARD, code=type(error).__name__)
        except ValueError as error:
            return Result(Fate.REFUSED, code=type(error).__name__)  # keys that are none
        location = response.headers.get("location", "") if not isinstance(response, str) else ""
        return Result(Fate.ACCEPTED, location.rpartition("/")[2])

    async def close(self) -> None:
        """End the connections."""
        await self._session.close()


def _answered(response: object) -> Result:
    status: int = getattr(response, "status", 0)
    if not status:
        return Result(Fate.REFUSED, code="SUBSCRIPTION")  # the library could not make anything of it
    if status in _GONE:
        return Result(Fate.GONE, code=str(status))
    passes = status in _NOT_THE_RECIPIENTS or status >= 500
    headers: dict[str, str] = getattr(response, "headers", {})
    wish = retry_after(headers.get("retry-after", ""), datetime.now(UTC))
    return Result(Fate.LATER if passes else Fate.REFUSED, code=str(status), retry_after=wish)
