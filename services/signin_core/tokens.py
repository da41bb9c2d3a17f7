"""What a session hands out: access tokens that everybody can check, refresh tokens that only a core can read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import jwt
from pymongo import ReturnDocument

from services.kit.clock import Clock
from services.kit.mongo import Database, Document
from services.signin_core.keys import Keys
from services.signin_core.users import TENANT

ACCESS_SECONDS: Final = 3600
REFRESH_SECONDS: Final = 100 * 24 * 3600
SET_CLOCK_EXPIRY: Final = "setClockExpiry"
"""Claim: when the token expires by the set clock, ms since 1970. The SDK knows only the machine's clock (`exp`)."""

_OWN_CLAIMS: Final = frozenset(
    {"sub", "rsub", "tId", "sessionHandle", "refreshTokenHash1", "parentRefreshTokenHash1", "antiCsrfToken"}
    | {"iat", "exp", "stt", SET_CLOCK_EXPIRY}
)
Json = dict[str, Any]


def digest(text: str) -> str:
    """Return the hash by which tokens are known without being kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def custom(claims: Mapping[str, Any]) -> Json:
    """Return the claims that are not the core's own."""
    return {name: value for name, value in claims.items() if name not in _OWN_CLAIMS}


class Lineage(NamedTuple):
    """Where a token stands in its session: the hashes of its refresh token and of the one that was exchanged for it."""

    child: str
    parent: str | None
    anti_csrf: str | None


class RefreshToken(NamedTuple):
    """What a refresh token says."""

    handle: str
    lineage: Lineage


class Tokens:
    """Makes and reads tokens. `clock_is_set`: access tokens say when they expire by it, too."""

    def __init__(self, db: Database, keys: Keys, clock: Clock, *, clock_is_set: bool) -> None:
        self._secrets = db["secrets"]
        self._keys = keys
        self._clock = clock
        self._clock_is_set = clock_is_set
        self._secret = b""

    async def load(self) -> None:
        """Read the secret that seals refresh tokens, or make it."""
        stored: Document | None = await self._secrets.find_one_and_update(
            {"_id": "refresh"},
            {"$setOnInsert": {"value": secrets.token_hex(32)}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        assert stored is not None
        self._secret = str(stored["value"]).encode()

    def now(self) -> int:
        """Return the present instant by the core's clock, in ms since 1970."""
        return int(self._clock.now().timestamp() * 1000)

    def access(self, session: Document, lineage: Lineage, *, like: Mapping[str, Any] | None = None) -> Json:
        """Return an access token as it is answered; it expires with the one it is `like`, or after its full time."""
        now = int(time.time())
        claims = {
            **session["jwt"],
            "sub": session["userId"],
            "rsub": session["userId"],
            "tId": TENANT,
            "sessionHandle": session["_id"],
            "refreshTokenHash1": lineage.child,
            "parentRefreshTokenHash1": lineage.parent,
            "antiCsrfToken": lineage.anti_csrf,
            "iat": now,
            "exp": now + ACCESS_SECONDS,
            "stt": 0,
        }
        if self._clock_is_set:
            claims[SET_CLOCK_EXPIRY] = self.now() + ACCESS_SECONDS * 1000
        claims |= {name: like[name] for name in ("exp", SET_CLOCK_EXPIRY) if like and name in like}
        token = self._keys.sign(claims, dynamic=session["dynamic"])
        return {"token": token, "expiry": claims["exp"] * 1000, "createdTime": now * 1000}

    def verified(self, token: str) -> Json:
        """Return the claims of an access token of ours, expired or not. Raises jwt.InvalidTokenError."""
        claims = self._keys.verify(token)
        if not {"sessionHandle", "refreshTokenHash1", "sub", "exp"} <= claims.keys():
            raise jwt.InvalidTokenError("it is not the token of a session")
        return claims

    def has_expired(self, claims: Mapping[str, Any]) -> bool:
        """Tell whether an access token has expired, by either clock."""
        return bool(claims["exp"] <= time.time() or claims.get(SET_CLOCK_EXPIRY, self.now() + 1) <= self.now())

    def refresh(self, handle: str, parent: str | None, anti_csrf: str | None) -> str:
        """Return a new refresh token."""
        fields = {"handle": handle, "parent": parent, "antiCsrf": anti_csrf, "nonce": secrets.token_hex(16)}
        content = json.dumps(fields).encode()
        return f"{_text(content)}.{_text(hmac.digest(self._secret, content, 'sha256'))}"

    def opened(self, token: str) -> RefreshToken | None:
        """Return what a refresh token says; None when it is not ours."""
        content, _, seal = token.partition(".")
        try:
            raw = _bytes(content)
            if not hmac.compare_digest(_bytes(seal), hmac.digest(self._secret, raw, "sha256")):
                return None
        except ValueError:
            return None
        fields = json.loads(raw)
        return RefreshToken(fields["handle"], Lineage(digest(token), fields["parent"], fields.get("antiCsrf")))


def shown(refresh_token: str) -> Json:
    """Return a refresh token as it is answered: browsers measure its life by the machine's clock."""
    now = int(time.time() * 1000)
    return {"token": refresh_token, "expiry": now + REFRESH_SECONDS * 1000, "createdTime": now}


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
