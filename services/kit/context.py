"""The call that is being served, for everything beneath the servicer."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from services.kit.errors import Forbidden
from services.kit.principal import CallerKind, Principal, Role


@dataclass(slots=True)
class Call:
    """One RPC under way: its full name, its caller and the request id that links logs, orders and traces."""

    method: str
    principal: Principal
    request_id: str
    least_role: Role = Role.STAFF
    tenant_checked: bool = False
    location_checked: bool = False

    def require(self, restaurant_id: str) -> None:
        """Raise Forbidden unless the caller may do what this method does for that restaurant.

        For methods that know their tenant only from what they read (TENANCY_RESOURCE).
        """
        self.tenant_checked = True
        if not self.principal.may_act_for(restaurant_id):
            raise Forbidden("FOREIGN_RESTAURANT", "not one of the caller's restaurants (or it might not exist)")
        if not self.principal.may_act_for(restaurant_id, self.least_role):
            name = self.least_role.name.lower()
            raise Forbidden("ROLE_TOO_LOW", f"this needs the role {name} or more", metadata={"least_role": name})

    def require_location(self, location_id: str) -> None:
        """Raise Forbidden when the caller is a device of another location.

        For methods whose request names no location: after reading the document, before anything else.
        """
        self.location_checked = True
        if not self.principal.may_act_at(location_id):
            raise Forbidden("FOREIGN_LOCATION", "not the device's location (or it might not exist)")

    @property
    def owes_location_check(self) -> bool:
        """Whether a device called and nobody has looked yet whether the location is its own."""
        return self.principal.kind is CallerKind.DEVICE and not self.location_checked


CURRENT: ContextVar[Call | None] = ContextVar("call", default=None)
"""The call that this task serves; None in background tasks."""


def current_call() -> Call:
    """Return the call being served. Only beneath a servicer."""
    call = CURRENT.get()
    assert call is not None
    return call
