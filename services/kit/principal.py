"""Who is calling, as one part of OrderBuddy tells another: a short-lived signed assertion in gRPC metadata.

Its life and signature concern the transport, so it is measured by the machine's clock, not by the set one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import jwt

METADATA_KEY: Final = "authorization"
"""gRPC metadata key; the value is `Bearer <assertion>`."""

LIFETIME_SECONDS: Final = 60
"""Long enough for a call and its retries, short enough that a revoked right ends soon."""

_ISSUER: Final = "orderbuddy"


class CallerKind(StrEnum):
    """What kind of caller; the same as orderbuddy.options.v1.Caller."""

    ANYONE = "anyone"
    STAFF = "staff"
    DEVICE = "device"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller.

    `subject` is a user id, device id or service name; `restaurants` are those it may act for (staff, devices); a
    service may act for all.
    """

    kind: CallerKind
    subject: str = ""
    restaurants: frozenset[str] = frozenset()

    def may_act_for(self, restaurant_id: str) -> bool:
        """Tell whether this caller may act for a restaurant."""
        return self.kind is CallerKind.SERVICE or restaurant_id in self.restaurants

    def __str__(self) -> str:
        return f"{self.kind}:{self.subject}" if self.subject else str(self.kind)


GUEST: Final = Principal(CallerKind.ANYONE)
"""Whoever does not say who they are."""


class InvalidAssertion(Exception):
    """The assertion is not ours, or no longer valid."""


class Assertions:
    """Signs and checks assertions with the secret that edge and services share."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def sign(self, principal: Principal, lifetime_seconds: int = LIFETIME_SECONDS) -> str:
        """Return an assertion that is valid from now."""
        now = int(time.time())
        claims = {
            "iss": _ISSUER,
            "sub": principal.subject,
            "kind": principal.kind.value,
            "restaurants": sorted(principal.restaurants),
            "iat": now,
            "exp": now + lifetime_seconds,
        }
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def verify(self, assertion: str) -> Principal:
        """Return who the assertion names. Raises InvalidAssertion."""
        try:
            claims = jwt.decode(
                assertion,
                self._secret,
                algorithms=["HS256"],
                issuer=_ISSUER,
                options={"require": ["exp", "iat", "sub", "kind", "restaurants"]},
            )
            return Principal(CallerKind(claims["kind"]), claims["sub"], frozenset(claims["restaurants"]))
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise InvalidAssertion(str(error)) from error
