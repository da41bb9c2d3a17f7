"""Sessions: short access tokens, long refresh tokens that are exchanged for new ones, and theft found by it.

A session knows the hash of the refresh token that is in use. Refreshing hands out a child token and writes nothing: the
child counts only when it, or an access token that came with it, is used; then its parent is dead. So a lost answer does
no harm (the parent still works), while a parent that is used after its child has been stolen, or its child has.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

import jwt
from pymongo import IndexModel, ReturnDocument

from services.kit.mongo import Database, Document, Index
from services.signin_core.reading import optional_object, optional_text, text, texts
from services.signin_core.tokens import REFRESH_SECONDS, Lineage, Tokens, custom, digest, shown
from services.signin_core.users import TENANT

INDEXES: Final = (Index("sessions", IndexModel([("userId", 1)]), "sessions of an account"),)

_UNAUTHORISED: Final = {"status": "UNAUTHORISED", "message": "the session does not exist (any more)"}
_NO_ANTI_CSRF: Final = {"status": "UNAUTHORISED", "message": "Anti CSRF token missing, or not matching"}
Json = dict[str, Any]


class Sessions:
    """Makes, checks, exchanges and ends sessions. Bodies that can't be read raise BadInput."""

    def __init__(self, db: Database, tokens: Tokens) -> None:
        self._sessions = db["sessions"]
        self._tokens = tokens

    async def create(self, body: Mapping[str, Any]) -> Json:
        """Begin a session."""
        handle, anti_csrf = str(uuid.uuid4()), _new_anti_csrf(body)
        refresh = self._tokens.refresh(handle, None, anti_csrf)
        session: Document = {
            "_id": handle,
            "userId": text(body, "userId"),
            "jwt": custom(optional_object(body, "userDataInJWT") or {}),
            "data": optional_object(body, "userDataInDatabase") or {},
            "inUse": digest(digest(refresh)),
            "dynamic": bool(body.get("useDynamicSigningKey", True)),
            "createdAt": self._tokens.now(),
            "expiresAt": self._tokens.now() + REFRESH_SECONDS * 1000,
        }
        await self._sessions.insert_one(session)
        return self._handed_out(session, refresh, None, anti_csrf)

    async def refresh(self, body: Mapping[str, Any]) -> Json:
        """Exchange a refresh token."""
        opened = self._tokens.opened(text(body, "refreshToken"))
        if opened is None:
            return _UNAUTHORISED
        lineage = opened.lineage
        if body.get("enableAntiCsrf") and lineage.anti_csrf not in (None, body.get("antiCsrfToken")):
            return _NO_ANTI_CSRF
        session = await self._living(opened.handle)
        session = session and await self._use(session, lineage)
        if session is None:
            return _UNAUTHORISED
        if session["inUse"] != digest(lineage.child):
            return {"status": "TOKEN_THEFT_DETECTED", "session": _owner(session)}
        session = await self._sign_with(session, body.get("useDynamicSigningKey"))
        anti_csrf = _new_anti_csrf(body)
        refresh = self._tokens.refresh(session["_id"], lineage.child, anti_csrf)
        return self._handed_out(session, refresh, lineage.child, anti_csrf)

    async def _living(self, handle: str) -> Document | None:
        return await self._sessions.find_one({"_id": handle, "expiresAt": {"$gt": self._tokens.now()}})

    async def _use(self, session: Document, lineage: Lineage) -> Document | None:
        """Let a refresh token take its parent's place, if that is in use; return the session as it is then.

        It is read again when the write finds nothing: the same token beside us may have been faster, which is no theft.
        """
        if lineage.parent is None or session["inUse"] == digest(lineage.child):
            return session
        used = await self._sessions.find_one_and_update(
            {"_id": session["_id"], "inUse": digest(lineage.parent)},
            {"$set": {"inUse": digest(lineage.child), "expiresAt": self._tokens.now() + REFRESH_SECONDS * 1000}},
            return_document=ReturnDocument.AFTER,
        )
        return used or await self._sessions.find_one({"_id": session["_id"]})

    async def _sign_with(self, session: Document, dynamic: object) -> Document:
        """Keep which key the SDK wants from now on."""
        if dynamic is None or bool(dynamic) == session["dynamic"]:
            return session
        await self._sessions.update_one({"_id": session["_id"]}, {"$set": {"dynamic": bool(dynamic)}})
        return {**session, "dynamic": bool(dynamic)}

    async def verify(self, body: Mapping[str, Any]) -> Json:
        """Check an access token; the first use of a refreshed one makes its refresh token count."""
        try:
            claims = self._tokens.verified(text(body, "accessToken"))
        except jwt.InvalidTokenError as error:
            return _try_refresh(str(error))
        if self._tokens.has_expired(claims):
            return _try_refresh("the access token has expired")
        lineage = _lineage(claims)
        if body.get("enableAntiCsrf") and body.get("doAntiCsrfCheck"):
            given = optional_text(body, "antiCsrfToken")
            if given is None or given != lineage.anti_csrf:
                return _try_refresh("anti-csrf check failed")
        if lineage.parent is None and not body.get("checkDatabase"):
            return {"status": "OK", "session": _shown_as(claims)}
        return await self._verify_stored(claims, lineage, may_be_stale=bool(body.get("checkDatabase")))

    async def _verify_stored(self, claims: Json, lineage: Lineage, *, may_be_stale: bool) -> Json:
        session = await self._sessions.find_one({"_id": claims["sessionHandle"]})
        session = session and await self._use(session, lineage)
        if session is None:
            return _UNAUTHORISED
        counts = lineage.parent is not None and session["inUse"] == digest(lineage.child)
        stale = may_be_stale and session["jwt"] != custom(claims)
        if not counts and not stale:
            return {"status": "OK", "session": _shown_as(claims)}
        token = self._tokens.access(session, lineage._replace(parent=None))
        return {"status": "OK", "session": _shown(session), "accessToken": token}

    async def regenerate(self, body: Mapping[str, Any]) -> Json:
        """Put other data into a session, and into its access token unless that has expired."""
        try:
            claims = self._tokens.verified(text(body, "accessToken"))
        except jwt.InvalidTokenError as error:
            return _UNAUTHORISED | {"message": str(error)}
        session = await self._living(claims["sessionHandle"])
        data = optional_object(body, "userDataInJWT")
        if session is not None and data is not None:
            session = await self._sessions.find_one_and_update(
                {"_id": session["_id"]}, {"$set": {"jwt": custom(data)}}, return_document=ReturnDocument.AFTER
            )
        if session is None:
            return _UNAUTHORISED
        answer: Json = {"status": "OK", "session": _shown(session)}
        if self._tokens.has_expired(claims):
            return answer
        return answer | {"accessToken": self._tokens.access(session, _lineage(claims), like=claims)}

    async def get(self, handle: str) -> Json:
        """Return a session."""
        session = await self._living(handle)
        if session is None:
            return _UNAUTHORISED
        return {
            "status": "OK",
            "sessionHandle": handle,
            "userId": session["userId"],
            "recipeUserId": session["userId"],
            "userDataInJWT": session["jwt"],
            "userDataInDatabase": session["data"],
            "expiry": session["expiresAt"],
            "timeCreated": session["createdAt"],
            "tenantId": TENANT,
        }

    async def of_user(self, user_id: str) -> list[str]:
        """Return the handles of an account's living sessions."""
        query = {"userId": user_id, "expiresAt": {"$gt": self._tokens.now()}}
        return [s["_id"] for s in await self._sessions.find(query, {"_id": 1}).to_list()]

    async def remove(self, body: Mapping[str, Any]) -> list[str]:
        """End sessions, by handle or all of an account; return which."""
        handles = texts(body, "sessionHandles") if "userId" not in body else await self.of_user(text(body, "userId"))
        return [h for h in handles if (await self._sessions.delete_one({"_id": h})).deleted_count]

    async def set_data(self, handle: str, data: Json) -> Json:
        """Replace a session's data."""
        return await self._set(handle, {"data": data})

    async def set_claims(self, handle: str, claims: Json) -> Json:
        """Replace what goes into a session's next access token."""
        return await self._set(handle, {"jwt": custom(claims)})

    async def _set(self, handle: str, fields: Json) -> Json:
        changed = await self._sessions.update_one({"_id": handle}, {"$set": fields})
        return {"status": "OK"} if changed.matched_count else _UNAUTHORISED

    def _handed_out(self, session: Document, refresh: str, parent: str | None, anti_csrf: str | None) -> Json:
        answer: Json = {
            "status": "OK",
            "session": _shown(session),
            "accessToken": self._tokens.access(session, Lineage(digest(refresh), parent, anti_csrf)),
            "refreshToken": shown(refresh),
        }
        return answer | ({"antiCsrfToken": anti_csrf} if anti_csrf else {})


def _new_anti_csrf(body: Mapping[str, Any]) -> str | None:
    return str(uuid.uuid4()) if body.get("enableAntiCsrf") else None


def _try_refresh(message: str) -> Json:
    return {"status": "TRY_REFRESH_TOKEN", "message": message}


def _lineage(claims: Json) -> Lineage:
    return Lineage(claims["refreshTokenHash1"], claims.get("parentRefreshTokenHash1"), claims.get("antiCsrfToken"))


def _owner(session: Document) -> Json:
    return {"handle": session["_id"], "userId": session["userId"], "recipeUserId": session["userId"]}


def _shown(session: Document) -> Json:
    return {**_owner(session), "userDataInJWT": session["jwt"], "tenantId": TENANT}


def _shown_as(claims: Json) -> Json:
    """Return the session as its token describes it; the stored data belong to the next token."""
    return _shown({"_id": claims["sessionHandle"], "userId": claims["sub"], "jwt": custom(claims)})
