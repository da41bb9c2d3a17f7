"""`/kitchen/session`: a display in a browser hands its key over once, and its cookie speaks for it from then on.

Pages can't read the cookie, and other sites can't have it sent (SameSite=Strict; the edge refuses their origins too).
"""

from __future__ import annotations

from typing import Final

import orjson

from edge.answers import VARY_ORIGIN, Answer, Problem, json_answer, problem
from edge.bodies import Receive, Scope, read_object
from edge.devices import COOKIE, cookie_key
from edge.identity import INVALID_KEY, Identity
from edge.routing import no_route
from services.kit.principal import DeviceKind, Principal

PATH: Final = "/kitchen/session"

_YEAR_SECONDS: Final = 365 * 24 * 60 * 60
_FIELD: Final = "deviceKey"
_ATTRIBUTES: Final = "; Path=/; HttpOnly; SameSite=Strict"
_WITH_SCREENS: Final = frozenset({DeviceKind.DISPLAY, DeviceKind.POS})


class KitchenSession:
    """Sets and clears the cookie of a display or POS, and tells whose it is."""

    def __init__(self, identity: Identity, base_url: str, body_limit_bytes: int) -> None:
        """`base_url` is where clients reach the edge: what is reached by TLS gets a cookie for TLS only."""
        self._identity = identity
        self._attributes = _ATTRIBUTES + ("; Secure" if base_url.lower().startswith("https://") else "")
        self._body_limit_bytes = body_limit_bytes

    async def answer(self, scope: Scope, receive: Receive, _request_id: str) -> Answer:
        """Answer a request at or below the path. Raises Problem or ClientGone."""
        body = await read_object(dict(scope["headers"]), receive, self._body_limit_bytes)
        raw_path, verb = scope["raw_path"].decode("latin-1"), scope["method"]
        if raw_path.lower().removesuffix("/") != PATH:
            raise no_route(verb, raw_path)
        match verb:
            case "GET":
                return _whose(await self._screen(cookie_key(scope) or ""))
            case "POST":
                key = body.get(_FIELD)
                if not isinstance(key, str) or not key:
                    raise Problem(problem(400, [f"{_FIELD} must be a string"]))
                await self._screen(key)
                return self._with_cookie(key, _YEAR_SECONDS)
            case "DELETE":
                return self._with_cookie("", 0)
        raise no_route(verb, raw_path)

    async def _screen(self, key: str) -> Principal:
        """Return the display or POS whose key it is. Raises Problem."""
        principal = await self._identity.device(key)
        if principal.device not in _WITH_SCREENS:
            raise Problem(INVALID_KEY)
        return principal

    def _with_cookie(self, value: str, seconds: int) -> Answer:
        cookie = f"{COOKIE}={value}{self._attributes}; Max-Age={seconds}"
        headers = ((b"set-cookie", cookie.encode("ascii")), (b"cache-control", b"no-store"), VARY_ORIGIN)
        return Answer(204, headers, b"")


def _whose(device: Principal) -> Answer:
    """Return whose the cookie is: the page opens the sockets of that location."""
    (restaurant_id,) = device.restaurants
    whose = {"restaurantId": restaurant_id, "locationId": device.location_id, "kind": device.device}
    return json_answer(200, orjson.dumps(whose), ((b"cache-control", b"no-store"), VARY_ORIGIN))
