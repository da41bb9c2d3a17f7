"""Keys of devices: what they look like, and whose they are, asked once and remembered for seconds.

A key is 256 random bits, so a plain hash of it can be stored: there is nothing to guess, and a slow hash would only
make every call of every device slow. What is remembered here is known by that hash alone.
"""

from __future__ import annotations

import asyncio
import contextvars
import hashlib
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from orderbuddy.station.v1 import device_service_pb2

from services.kit.errors import Unauthenticated, Unavailable
from services.kit.principal import CallerKind, DeviceKind, Principal, Role

INVALID: Final = "DEVICE_KEY_INVALID"
"""`ErrorInfo.reason` for a key that is nobody's, or revoked."""

MEMORY_SECONDS: Final = 5.0
"""How long an answer counts, from when it was asked for: a revoked key ends everywhere within this."""

_SCHEME: Final = "device"
_PREFIX: Final = "obd_"
_RANDOM_BYTES: Final = 32
_FORM: Final = re.compile(r"obd_[A-Za-z0-9_-]{43}")
_ASK_SECONDS: Final = 2.0
_MOST_REMEMBERED: Final = 10_000


def new_key() -> str:
    """Make a key: `obd_` and 43 characters that are safe in URLs, headers and cookies."""
    return _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def digest(key: str) -> bytes:
    """Return the hash by which a key is known."""
    return hashlib.sha256(key.encode()).digest()


def key_in(authorization: str | None) -> str | None:
    """Return the key in an `authorization` of the scheme Device; None when it is of another, or missing."""
    if not authorization:
        return None
    scheme, _, key = authorization.partition(" ")
    return key.strip() if scheme.lower() == _SCHEME else None


def principal_of(device: device_service_pb2.DeviceRecord) -> Principal:
    """Return the caller that a device is."""
    return Principal(
        CallerKind.DEVICE,
        device.id,
        {device.restaurant_id: Role.STAFF},
        device.location_id.lower(),
        DeviceKind(device.kind),
    )


def invalid_key() -> Unauthenticated:
    """Make the refusal of a key."""
    return Unauthenticated(INVALID, "the device key is not valid (any more)")


def away() -> Unavailable:
    """Make the refusal while nobody can tell whose a key is."""
    return Unavailable("DEVICES_AWAY", "device keys can't be checked just now; try again", retry_after_seconds=1)


class DeviceLookup(Protocol):
    """Knows all keys."""

    async def find(self, key: str) -> Principal | None:
        """Return the device whose key it is; None when it is nobody's, or revoked. Raises Unavailable."""
        ...


class _Known(NamedTuple):
    principal: Principal | None
    until: float


class DeviceKeys:
    """Asks a DeviceLookup, and remembers its answers for MEMORY_SECONDS, refusals too.

    Time is the machine's: like the life of an assertion it is no business of the set clock.
    """

    def __init__(
        self,
        lookup: DeviceLookup,
        *,
        now: Callable[[], float] = time.monotonic,
        most_remembered: int = _MOST_REMEMBERED,
        ask_seconds: float = _ASK_SECONDS,
    ) -> None:
        self._lookup = lookup
        self._now = now
        self._most_remembered = most_remembered
        self._ask_seconds = ask_seconds
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Principal | None]] = {}

    async def principal(self, key: str) -> Principal:
        """Return the device whose key it is. Raises Unauthenticated, Unavailable, or what else the lookup raises."""
        if _FORM.fullmatch(key) is None:
            raise invalid_key()
        name = digest(key)
        known = self._known.get(name)
        found = known.principal if known is not None and self._now() < known.until else await self._ask(name, key)
        if found is None:
            raise invalid_key()
        return found

    async def close(self) -> None:
        """Give up what is being asked."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _ask(self, name: bytes, key: str) -> Principal | None:
        """Ask, or wait for the answer to the same question; a caller that goes away does not end it for the others."""
        task = self._asking.get(name)
        if task is None:
            # In a context of its own: the question must not have the deadline of the caller that came first.
            task = asyncio.create_task(self._find(name, key), context=contextvars.Context())
            self._asking[name] = task
            task.add_done_callback(lambda done: self._asked(name, done))
        return await asyncio.shield(task)

    async def _find(self, name: bytes, key: str) -> Principal | None:
        asked = self._now()
        try:
            async with asyncio.timeout(self._ask_seconds):
                found = await self._lookup.find(key)
        except TimeoutError as error:
            raise away() from error
        self._known[name] = _Known(found, asked + MEMORY_SECONDS)
        self._known.move_to_end(name)
        while len(self._known) > self._most_remembered:
            self._known.popitem(last=False)
        return found

    def _asked(self, name: bytes, done: asyncio.Task[Principal | None]) -> None:
        del self._asking[name]
        if not done.cancelled():
            done.exception()  # looked at, for the case that everybody who waited has gone
