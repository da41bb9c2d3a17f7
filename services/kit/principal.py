"""Who is calling, as one part of OrderBuddy tells another: a short-lived signed assertion in gRPC metadata.

Its life and signature concern the transport, so it is measured by the machine's clock, not by the set one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
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


class DeviceKind(StrEnum):
    """What a device is for; the same as orderbuddy.options.v1.Device."""

    POS = "pos"
    PRINTER = "printer"
    DISPLAY = "display"


class Role(IntEnum):
    """What a person is to a restaurant; the same as orderbuddy.options.v1.Role. Ordered: more may do more."""

    STAFF = 1
    MANAGER = 2
    OWNER = 3


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller.

    `subject` is a user id, device id or service name; `restaurants` are those it may act for, with its role there
    (staff; a device has the role STAFF); a service may act for all. Devices are of a kind and belong to one location.
    """

    kind: CallerKind
    subject: str = ""
    restaurants: Mapping[str, Role] = field(default_factory=dict)
    location_id: str = ""
    device: DeviceKind | None = None

    def may_act_for(self, restaurant_id: str, least: Role = Role.STAFF) -> bool:
        """Tell whether this caller may act for a restaurant, as `least` or more. Roles are for people only."""
        if self.kind is CallerKind.SERVICE:
            return True
        role = self.restaurants.get(restaurant_id)
        return role is not None and (role >= least or self.kind is CallerKind.DEVICE)

    def may_act_at(self, location_id: str) -> bool:
        """Tell whether this caller may act at a location of its restaurants: devices only at their own.

        A device that belongs nowhere may act nowhere, and not where a document or a request names no location.
        """
        return self.kind is not CallerKind.DEVICE or (bool(location_id) and location_id.lower() == self.location_id)

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
            "restaurants": {name: int(role) for name, role in principal.restaurants.items()},
            "location": principal.location_id,
            "device": principal.device,
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
            restaurants = {str(name): Role(role) for name, role in claims["restaurants"].items()}
            device = claims.get("device")
            return Principal(
                CallerKind(claims["kind"]),
                claims["sub"],
                restaurants,
                str(claims.get("location", "")),
                None if device is None else DeviceKind(device),
            )
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError) as error:
            raise InvalidAssertion(str(error)) from error
