"""Short links for QR codes: from a service that is configured, or of our own, which the edge serves under `/q`."""

from __future__ import annotations

import secrets
import string
from typing import Final, Protocol

import httpx

from services.kit.errors import Unavailable
from services.kit.telemetry import log

_ALPHABET: Final = string.ascii_letters + string.digits
_LENGTH: Final = 10
_SECONDS: Final = 3.0
_LONGEST_ID: Final = 200


class ShortLinks(Protocol):
    """Makes short links."""

    async def make(self, target: str) -> str:
        """Return the id of a new short link to a URL. Raises Unavailable."""
        ...

    def link(self, short_id: str) -> str:
        """Return the short link itself."""
        ...

    async def close(self) -> None:
        """End the connections."""
        ...


class OwnShortLinks:
    """Short links that the edge serves: the id is random, and the origin that has it is the target."""

    def __init__(self, api_endpoint: str) -> None:
        self._base = api_endpoint.rstrip("/")

    async def make(self, target: str) -> str:  # noqa: ARG002  where it leads is looked up when it is used
        """Return an id that nobody can guess or count."""
        return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))

    def link(self, short_id: str) -> str:
        """Return the short link."""
        return f"{self._base}/q/{short_id}"

    async def close(self) -> None:
        """Nothing is open."""


class SmartScanLinks:
    """Short links of the service at SMART_SCAN_URL (contract part B, 5.2)."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")
        self._client = httpx.AsyncClient(timeout=_SECONDS)

    async def make(self, target: str) -> str:
        """Return the id that the service gives. Raises Unavailable. Not repeated: each call makes a link."""
        try:
            response = await self._client.post(f"{self._base}/add-qrdata", json={"redirectUrl": target})
        except httpx.HTTPError as error:
            log.warning("short_link_not_made", kind=type(error).__name__)
            raise Unavailable("NO_SHORT_LINK", "the short-link service is away", retry_after_seconds=1) from error
        short_id = response.text.strip()
        if response.status_code != httpx.codes.CREATED or not 0 < len(short_id) <= _LONGEST_ID:
            log.warning("short_link_not_made", status=response.status_code)
            raise Unavailable("NO_SHORT_LINK", "the short-link service refused")
        return short_id

    def link(self, short_id: str) -> str:
        """Return the short link."""
        return f"{self._base}/{short_id}"

    async def close(self) -> None:
        """End the connections."""
        await self._client.aclose()
