"""Who is calling: nobody in particular, a person with a session or a device with its key, and what services are told.

Only routes that are not open to guests ask. What a person may act for is read from the database for each request, never
from the session's claims: those are empty right after sign-up, and stale after every change.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from orderbuddy.menu.v1 import user_service_pb2

from edge.answers import Header, Problem, problem
from edge.bodies import Scope
from edge.caller import REQUEST_ID_KEY, Caller, Metadata
from edge.devices import StationDevices, cookie_key, header_key
from edge.errors import UNAUTHENTICATED, RpcError, answer_for
from edge.http_rules import Route
from services.kit.devices import DeviceKeys
from services.kit.errors import Unauthenticated, Unavailable
from services.kit.principal import GUEST, METADATA_KEY, Assertions, CallerKind, Principal, Role

USERS: Final = user_service_pb2.DESCRIPTOR.services_by_name["UserService"]

_GET_ACCESS: Final = USERS.methods_by_name["GetUserAccess"]
INVALID_KEY: Final = problem(401, "the device key is not valid (any more)")
_KEYS_AWAY: Final = problem(503, "device keys can't be checked just now; try again", ((b"retry-after", b"1"),))
_SELF: Final = Principal(CallerKind.SERVICE, "edge")


class Session(NamedTuple):
    """A valid session."""

    user_id: str
    headers: Sequence[Header]
    """What goes back to the client with the answer: a token that replaces the one it sent."""


class Sessions(Protocol):
    """Finds the session of a request."""

    async def find(self, scope: Scope) -> Session | None:
        """Return the session; None when there is none, or it is not valid (any more). Raises Problem (503)."""
        ...


class Who(NamedTuple):
    """A caller, for a service."""

    metadata: Metadata
    headers: Sequence[Header] = ()
    user_id: str = ""
    principal: Principal = GUEST


class Identity:
    """Turns sessions and device keys into signed assertions."""

    def __init__(self, caller: Caller, assertions: Assertions, sessions: Sessions) -> None:
        self._caller = caller
        self._assertions = assertions
        self._sessions = sessions
        self._devices = DeviceKeys(StationDevices(caller, self.own))

    def own(self) -> Metadata:
        """Return the edge's own assertion."""
        return ((METADATA_KEY, f"Bearer {self._assertions.sign(_SELF)}"),)

    async def for_route(self, route: Route, scope: Scope, request_id: str) -> Who:
        """Return who calls a route. Raises Problem: 401 for nobody where somebody is needed, 503 in an outage."""
        if route.open_to_guests:
            return Who(((REQUEST_ID_KEY, request_id),))
        return await self.known(scope, request_id)

    async def known(self, scope: Scope, request_id: str) -> Who:
        """Return the device or person who calls. Raises Problem (401, 503).

        A device key goes before a session; but the cookie of a device whose key is not valid any more does not hide a
        session that is: browsers send what they once got. Whoever holds a connection open for a device asks again
        every few seconds: a revoked key is Problem (401) then.
        """
        named, kept = header_key(scope), cookie_key(scope)
        if named is None and kept is not None:
            try:
                return self._device(await self.device(kept), request_id)
            except Problem as problem:
                if problem.answer is not INVALID_KEY:
                    raise
        if named is not None:
            return self._device(await self.device(named), request_id)
        return await self.person(scope, request_id)

    def _device(self, principal: Principal, request_id: str) -> Who:
        return Who(self._metadata(principal, request_id), principal=principal)

    async def device(self, key: str) -> Principal:
        """Return the device whose key it is. Raises Problem (401, 503)."""
        try:
            return await self._devices.principal(key)
        except Unauthenticated as error:
            raise Problem(INVALID_KEY) from error
        except Unavailable as error:
            raise Problem(_KEYS_AWAY) from error

    async def session(self, scope: Scope) -> Session:
        """Return the session with which somebody calls. Raises Problem (401, 503).

        It may have outlived its account; `person` looks after that.
        """
        session = await self._sessions.find(scope)
        if session is None:
            raise Problem(UNAUTHENTICATED)
        return session

    async def person(self, scope: Scope, request_id: str) -> Who:
        """Return the person who calls. Raises Problem (401, 503)."""
        session = await self.session(scope)
        principal = await self._principal(session.user_id)
        return Who(self._metadata(principal, request_id), session.headers, session.user_id, principal)

    def _metadata(self, principal: Principal, request_id: str) -> Metadata:
        return ((METADATA_KEY, f"Bearer {self._assertions.sign(principal)}"), (REQUEST_ID_KEY, request_id))

    async def _principal(self, user_id: str) -> Principal:
        access = await self.access(user_id)
        roles = {m.restaurant_id: Role(m.role) for m in access.memberships}
        return Principal(CallerKind.STAFF, user_id, roles)

    async def access(self, user_id: str) -> user_service_pb2.GetUserAccessResponse:
        """Return what a person may act for. Raises Problem: 401 when the account was deleted, or Menu can't say."""
        request = user_service_pb2.GetUserAccessRequest(user_id=user_id)
        try:
            response = await self._caller.call(_GET_ACCESS, request, metadata=self.own())
        except RpcError as error:
            raise Problem(answer_for(error.status, _GET_ACCESS.input_type)) from error
        assert isinstance(response, user_service_pb2.GetUserAccessResponse)
        return response
