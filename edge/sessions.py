"""The session that a request carries: SuperTokens' SDK verifies it, with what the old clients need around it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from supertokens_python.framework.fastapi.fastapi_request import FastApiRequest
from supertokens_python.framework.fastapi.fastapi_response import FastApiResponse
from supertokens_python.recipe.session import SessionContainer, SessionRecipe
from supertokens_python.recipe.session.asyncio import get_session
from supertokens_python.recipe.session.exceptions import SuperTokensSessionError
from supertokens_python.recipe.session.jwks import find_matching_keys_in_cache, get_latest_keys
from supertokens_python.recipe.session.jwt import parse_jwt_without_signature_verification

from edge.answers import Header, Problem, problem
from edge.bodies import Scope
from edge.identity import Session
from services.kit.clock import Clock
from services.kit.telemetry import log

SET_CLOCK_EXPIRY: Final = "setClockExpiry"
"""Claim of the local core's tokens, for tests that set the clock: when the token expires by it, in ms since 1970."""

_COOKIE: Final = "sAccessToken"
_LENGTH_IS_ANSWERS: Final = b"content-length"
AWAY: Final = problem(503, "signing in is not possible now", ((b"retry-after", b"1"),))


class SuperTokensSessions:
    """Finds sessions. The SDK must have been set up (SignIn)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def find(self, scope: Scope) -> Session | None:
        """Return the request's session, or None. Raises Problem (503) when it can't be told.

        A bearer token that is no longer valid must not hide a cookie that is: the Manage App goes on sending its stale
        token after its SDK has refreshed the cookie (contract part B, defect 11).
        """
        found = await self._verify(scope)
        if found is None and has_both(scope):
            return await self._verify(without_bearer(scope))
        return found

    async def _verify(self, scope: Scope) -> Session | None:
        request = FastApiRequest(Request(scope))
        try:
            await fetch_keys(request)
            found = await get_session(request, session_required=False)
        except SuperTokensSessionError:
            return None
        except Exception as error:  # the SDK has no type of its own for a core that is away
            log.warning("session_not_verified", kind=type(error).__name__)
            raise Problem(AWAY) from error
        if found is None or self._has_expired(found):
            return None
        return Session(found.get_user_id(), _handed_back(found))

    def _has_expired(self, found: SessionContainer) -> bool:
        expiry = found.get_access_token_payload().get(SET_CLOCK_EXPIRY)
        return expiry is not None and expiry <= self._clock.now().timestamp() * 1000


def has_both(scope: Scope) -> bool:
    """Tell whether a request carries a bearer token and a session cookie."""
    request = Request(scope)
    return "authorization" in request.headers and _COOKIE in request.cookies


def without_bearer(scope: Scope) -> Scope:
    """Return the same request with its cookie alone."""
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"authorization"]}


async def fetch_keys(request: FastApiRequest) -> None:
    """Fetch the signing keys in a thread when they are not known: the SDK would do so in the loop, with all waiting."""
    for token in _tokens(request):
        try:
            kid = parse_jwt_without_signature_verification(token).kid
            if find_matching_keys_in_cache(kid) is None:
                await asyncio.to_thread(get_latest_keys, SessionRecipe.get_instance().config, kid)
        except OSError:
            raise
        except Exception:  # noqa: BLE001, S112  whatever is wrong with the token, the SDK says so itself
            continue


def _tokens(request: FastApiRequest) -> Sequence[str]:
    scheme, _, bearer = (request.get_header("authorization") or "").partition(" ")
    cookie = request.get_cookie(_COOKIE)
    return [token for token in (bearer if scheme == "Bearer" else "", cookie) if token]


def _handed_back(found: SessionContainer) -> Sequence[Header]:
    """Return the headers and cookies with which the SDK tells the client of a new access token."""
    mutators: list[Any] = getattr(found, "response_mutators", [])
    if not mutators:
        return ()
    response = Response()
    for mutator in mutators:
        mutator(FastApiResponse(response), {})
    return [(name, value) for name, value in response.raw_headers if name != _LENGTH_IS_ANSWERS]
