"""Sessions: short access tokens, long refresh tokens that are exchanged for new ones, and theft found by it.

A session knows the hash of the refresh token that is in use. Refreshing hands out a child token and writes nothing: the
child counts only when it, or an access token that came with it, is used; then its parent is dead. So a lost answer does
no harm (the parent still works), while a parent that is used after its child has been stolen, or its child has.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
import uuid
from collections.abc import Mapping
from typing import Any, Final

import jwt
from pymongo import IndexModel, ReturnDocument

from services.kit.clock import Clock
from services.kit.mongo import Database, Document, Index
from services.signin_core.keys import Keys
from services.signin_core.users import TENANT

ACCESS_SECONDS: Final = 3600
REFRESH_SECONDS: Final = 100 * 24 * 3600
INDEXES: Final = (Index("sessions", IndexModel([("userId", 1)]), "sessions of an account"),)
SET_CLOCK_EXPIRY: Final = "setClockExpiry"
"""Claim: when the token expires by the set clock, ms since 1970. The SDK knows only the machine's clock (`exp`)."""

_UNAUTHORISED: Final = {"status": "UNAUTHORISED", "message": "the session does not exist (any more)"}
_OWN_CLAIMS: Final = frozenset(
    {"sub", "rsub", "tId", "sessionHandle", "refreshTokenHash1", "parentRefreshTokenHash1", "antiCsrfToken"}
    | {"iat", "exp", "iss", "stt", SET_CLOCK_EXPIRY}
)
Json = dict[str, Any]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Sessions:
    """Makes, checks, exchanges and ends sessions. `clock_is_set`: tokens say when they expire by it, too."""

    def __init__(self, db: Database, keys: Keys, clock: Clock, *, clock_is_set: bool) -> None:
        self._sessions = db["sessions"]
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

    async def create(self, body: Mapping[str, Any]) -> Json:
        """Begin a session."""
        handle = str(uuid.uuid4())
        refresh = self._refresh_token(handle, None)
        anti_csrf = str(uuid.uuid4()) if body.get("enableAntiCsrf") else None
        session: Document = {
            "_id": handle,
            "userId": body["userId"],
            "jwt": dict(body.get("userDataInJWT") or {}),
            "data": dict(body.get("userDataInDatabase") or {}),
            "inUse": _hash(_hash(refresh)),
            "dynamic": bool(body.get("useDynamicSigningKey", True)),
            "createdAt": self._now(),
            "expiresAt": self._now() + REFRESH_SECONDS * 1000,
        }
        await self._sessions.insert_one(session)
        return self._tokens(session, refresh, None, anti_csrf)

    async def refresh(self, body: Mapping[str, Any]) -> Json:
        """Exchange a refresh token."""
        token = str(body.get("refreshToken"))
        known = self._opened(token)
        session = await self._sessions.find_one({"_id": known["handle"]}) if known else None
        if known is None or session is None or session["expiresAt"] <= self._now():
            return _UNAUTHORISED
        if session["inUse"] != _hash(_hash(token)):
            session = await self._promote(session, known["parent"], _hash(token))
            if session is None:
                return {"status": "TOKEN_THEFT_DETECTED", "session": _owner(known["handle"], await self._user(known))}
        anti_csrf = str(uuid.uuid4()) if body.get("enableAntiCsrf") else None
        return self._tokens(session, self._refresh_token(session["_id"], _hash(token)), _hash(token), anti_csrf)

    async def _user(self, known: Json) -> str:
        session = await self._sessions.find_one({"_id": known["handle"]})
        return session["userId"] if session else ""

    async def _promote(self, session: Document, parent: str | None, child: str) -> Document | None:
        """Let a child take its parent's place; None when the parent is not the one in use."""
        if parent is None:
            return None
        return await self._sessions.find_one_and_update(
            {"_id": session["_id"], "inUse": _hash(parent)},
            {"$set": {"inUse": _hash(child), "expiresAt": self._now() + REFRESH_SECONDS * 1000}},
            return_document=ReturnDocument.AFTER,
        )

    async def verify(self, body: Mapping[str, Any]) -> Json:
        """Check an access token against the session; the first use of a refreshed one makes its refresh token count."""
        try:
            claims = self._keys.verify(str(body.get("accessToken")))
        except jwt.InvalidTokenError as error:
            return {"status": "TRY_REFRESH_TOKEN", "message": str(error)}
        if claims["exp"] <= time.time():
            return {"status": "TRY_REFRESH_TOKEN", "message": "the access token has expired"}
        session = await self._sessions.find_one({"_id": claims["sessionHandle"]})
        if session is None:
            return _UNAUTHORISED
        shown = _shown(session)
        parent = claims.get("parentRefreshTokenHash1")
        if parent is None:
            return {"status": "OK", "session": shown}
        child = claims["refreshTokenHash1"]
        if session["inUse"] != _hash(child):
            session = await self._promote(session, parent, child)
            if session is None:
                return _UNAUTHORISED
        token = self._access_token(session, child, None, claims.get("antiCsrfToken"))
        return {"status": "OK", "session": shown, "accessToken": token}

    async def regenerate(self, body: Mapping[str, Any]) -> Json:
        """Put other data into a session's access token."""
        claims = self._keys.verify(str(body.get("accessToken")))
        data = {k: v for k, v in dict(body.get("userDataInJWT") or {}).items() if k not in _OWN_CLAIMS}
        session = await self._sessions.find_one_and_update(
            {"_id": claims["sessionHandle"]}, {"$set": {"jwt": data}}, return_document=ReturnDocument.AFTER
        )
        if session is None:
            return _UNAUTHORISED
        token = self._access_token(
            session, claims["refreshTokenHash1"], claims.get("parentRefreshTokenHash1"), claims.get("antiCsrfToken")
        )
        return {"status": "OK", "session": _shown(session), "accessToken": token}

    async def get(self, handle: str) -> Json:
        """Return a session."""
        session = await self._sessions.find_one({"_id": handle})
        if session is None:
            return _UNAUTHORISED
        return {
            "status": "OK",
            **_shown(session),
            "userDataInDatabase": session["data"],
            "expiry": session["expiresAt"],
            "timeCreated": session["createdAt"],
        }

    async def of_user(self, user_id: str) -> list[str]:
        """Return the handles of an account's sessions."""
        return [s["_id"] for s in await self._sessions.find({"userId": user_id}, {"_id": 1}).to_list()]

    async def remove(self, body: Mapping[str, Any]) -> list[str]:
        """End sessions, by handle or all of an account."""
        handles = list(body.get("sessionHandles") or await self.of_user(str(body.get("userId"))))
        return [h for h in handles if (await self._sessions.delete_one({"_id": h})).deleted_count]

    async def set_data(self, handle: str, field: str, value: object) -> Json:
        """Replace a session's data (`data`, or `jwt`, which goes into its next access token)."""
        changed = await self._sessions.update_one({"_id": handle}, {"$set": {field: value}})
        return {"status": "OK"} if changed.matched_count else _UNAUTHORISED

    def _tokens(self, session: Document, refresh: str, parent: str | None, anti_csrf: str | None) -> Json:
        now = _machine_ms()
        answer: Json = {
            "status": "OK",
            "session": _shown(session),
            "accessToken": self._access_token(session, _hash(refresh), parent, anti_csrf),
            "refreshToken": {"token": refresh, "expiry": now + REFRESH_SECONDS * 1000, "createdTime": now},
        }
        return answer | ({"antiCsrfToken": anti_csrf} if anti_csrf else {})

    def _access_token(self, session: Document, refresh_hash: str, parent: str | None, anti_csrf: str | None) -> Json:
        now = int(time.time())
        claims = {
            **{k: v for k, v in session["jwt"].items() if k not in _OWN_CLAIMS - {"iss"}},
            "sub": session["userId"],
            "rsub": session["userId"],
            "tId": TENANT,
            "sessionHandle": session["_id"],
            "refreshTokenHash1": refresh_hash,
            "parentRefreshTokenHash1": parent,
            "antiCsrfToken": anti_csrf,
            "iat": now,
            "exp": now + ACCESS_SECONDS,
            "stt": 0,
        }
        if self._clock_is_set:
            claims[SET_CLOCK_EXPIRY] = self._now() + ACCESS_SECONDS * 1000
        token = self._keys.sign(claims, dynamic=session["dynamic"])
        return {"token": token, "expiry": (now + ACCESS_SECONDS) * 1000, "createdTime": now * 1000}

    def _refresh_token(self, handle: str, parent: str | None) -> str:
        content = json.dumps({"handle": handle, "parent": parent, "nonce": secrets.token_hex(16)}).encode()
        return f"{_text(content)}.{_text(hmac.digest(self._secret, content, 'sha256'))}"

    def _opened(self, token: str) -> Json | None:
        """Return what a refresh token says; None when it is not ours."""
        content, _, seal = token.partition(".")
        try:
            raw = _bytes(content)
            if not hmac.compare_digest(_bytes(seal), hmac.digest(self._secret, raw, "sha256")):
                return None
        except ValueError:
            return None
        opened: Json = json.loads(raw)
        return opened

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


def _machine_ms() -> int:
    """Tokens concern the transport: browsers and the SDK measure them by their machine's clock."""
    return int(time.time() * 1000)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _owner(handle: str, user_id: str) -> Json:
    return {"handle": handle, "userId": user_id, "recipeUserId": user_id}


def _shown(session: Document) -> Json:
    return {**_owner(session["_id"], session["userId"]), "userDataInJWT": session["jwt"], "tenantId": TENANT}
