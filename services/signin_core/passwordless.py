"""One-time codes. A device is one sign-in under way; it has a code for each time that one was asked for.

Codes are kept only as hashes together with the secret id of their device. Wrong guesses are counted by one guarded
write, and a right one is taken by deleting the device, so that guesses made at once can neither exceed the limit nor
use a code twice.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import uuid
from collections.abc import Mapping
from typing import Any, Final

from pymongo import IndexModel

from services.kit.clock import Clock
from services.kit.mongo import Database, Document, Index
from services.signin_core.users import CONTACTS, Users, as_json, normalised

CODE_LIFETIME_MS: Final = 900_000
MOST_ATTEMPTS: Final = 5
INDEXES: Final = tuple(
    Index("devices", IndexModel([(contact, 1)], sparse=True), "sign-ins under way of a contact") for contact in CONTACTS
)

_RESTART: Final = {"status": "RESTART_FLOW_ERROR"}
Json = dict[str, Any]


def pre_auth_session_id(device_id: str) -> str:
    """Return what names a device in public: the hash of its secret id, unpadded."""
    return base64.urlsafe_b64encode(hashlib.sha256(_decoded(device_id)).digest()).decode().rstrip("=")


def _decoded(device_id: str) -> bytes:
    return device_id.encode()


def _hash(device_id: str, code: str) -> str:
    return hashlib.sha256(f"{device_id}\n{code}".encode()).hexdigest()


class Passwordless:
    """Makes, checks and takes one-time codes."""

    def __init__(self, db: Database, users: Users, clock: Clock, fixed_code: str | None) -> None:
        self._devices = db["devices"]
        self._users = users
        self._clock = clock
        self._fixed_code = fixed_code

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    async def create(self, contact: Mapping[str, str], wanted: str | None) -> Json:
        """Begin a sign-in; return its first code."""
        device_id = base64.b64encode(secrets.token_bytes(32)).decode()
        answer, code = self._code(device_id, wanted)
        device = {"_id": answer["preAuthSessionId"], **normalised(contact), "attempts": 0, "codes": [code]}
        await self._devices.insert_one(device)
        return answer

    async def another(self, device_id: str, wanted: str | None) -> Json:
        """Return a further code for a sign-in under way."""
        answer, code = self._code(device_id, wanted)
        query: Document = {"_id": answer["preAuthSessionId"]}
        if wanted is not None:
            query["codes.hash"] = {"$ne": code["hash"]}
        changed = await self._devices.find_one_and_update(query, {"$push": {"codes": code}})
        if changed is not None:
            return answer
        known = await self._devices.find_one({"_id": answer["preAuthSessionId"]})
        return {"status": "USER_INPUT_CODE_ALREADY_USED_ERROR"} if known else _RESTART

    def _code(self, device_id: str, wanted: str | None) -> tuple[Json, Document]:
        """Return a new code as it is answered and as it is kept."""
        text = wanted or self._fixed_code or f"{secrets.randbelow(1_000_000):06d}"
        code_id, link, now = str(uuid.uuid4()), secrets.token_urlsafe(32), self._now()
        answer = {
            "status": "OK",
            "preAuthSessionId": pre_auth_session_id(device_id),
            "codeId": code_id,
            "deviceId": device_id,
            "userInputCode": text,
            "linkCode": link,
            "timeCreated": now,
            "codeLifetime": CODE_LIFETIME_MS,
        }
        link_hash = hashlib.sha256(link.encode()).hexdigest()
        return answer, {"id": code_id, "hash": _hash(device_id, text), "linkHash": link_hash, "createdAt": now}

    async def consume(self, body: Mapping[str, Any], *, check_only: bool = False) -> Json:
        """Take a code (or only look at it): its account, or what is wrong with it."""
        device = await self._devices.find_one({"_id": body.get("preAuthSessionId")})
        if device is None:
            return _RESTART
        link, device_id, text = body.get("linkCode"), body.get("deviceId"), body.get("userInputCode")
        if link is not None:
            given = hashlib.sha256(str(link).encode()).hexdigest()
            matching = [code for code in device["codes"] if code["linkHash"] == given]
        elif pre_auth_session_id(str(device_id)) != device["_id"]:
            return _RESTART
        else:
            given = _hash(str(device_id), str(text))
            matching = [code for code in device["codes"] if code["hash"] == given]
        fresh = [code for code in matching if code["createdAt"] + CODE_LIFETIME_MS > self._now()]
        if not fresh:
            problem = "EXPIRED_USER_INPUT_CODE_ERROR" if matching else "INCORRECT_USER_INPUT_CODE_ERROR"
            return _RESTART if link is not None else await self._count(device["_id"], problem)
        contact: dict[str, str] = {name: device[name] for name in CONTACTS if name in device}
        consumed: Json = {
            "preAuthSessionId": device["_id"],
            "failedCodeInputAttemptCount": device["attempts"],
            **contact,
        }
        if check_only:
            return {"status": "OK", "consumedDevice": consumed}
        return await self._take(device["_id"], contact, consumed)

    async def _take(self, device: str, contact: Mapping[str, str], consumed: Json) -> Json:
        if await self._devices.find_one_and_delete({"_id": device}) is None:
            return _RESTART  # the same code beside us was faster
        await self._devices.delete_many(contact)
        account, is_new = await self._users.sign_in_up(contact)
        return {
            "status": "OK",
            "createdNewUser": is_new,
            "recipeUserId": account["_id"],
            "user": as_json(account),
            "consumedDevice": consumed,
        }

    async def _count(self, device: str, problem: str) -> Json:
        """Count a failed attempt; the last one ends the sign-in."""
        counted = await self._devices.find_one_and_update(
            {"_id": device, "attempts": {"$lt": MOST_ATTEMPTS - 1}}, {"$inc": {"attempts": 1}}
        )
        if counted is None:
            await self._devices.delete_one({"_id": device})
            return _RESTART
        return {
            "status": problem,
            "failedCodeInputAttemptCount": counted["attempts"] + 1,
            "maximumCodeInputAttempts": MOST_ATTEMPTS,
        }

    async def devices(self, query: Mapping[str, str]) -> list[Json]:
        """Return sign-ins under way."""
        if "deviceId" in query:
            wanted: Document = {"_id": pre_auth_session_id(query["deviceId"])}
        elif "preAuthSessionId" in query:
            wanted = {"_id": query["preAuthSessionId"]}
        else:
            wanted = dict(normalised({name: query[name] for name in CONTACTS if name in query}))
        return [_shown(device) for device in await self._devices.find(wanted).to_list()]

    async def remove(self, contact: Mapping[str, str]) -> None:
        """End the sign-ins of a contact."""
        await self._devices.delete_many(normalised(contact))

    async def remove_code(self, code_id: str) -> None:
        """Make one code useless."""
        await self._devices.update_one({"codes.id": code_id}, {"$pull": {"codes": {"id": code_id}}})
        await self._devices.delete_many({"codes": []})


def _shown(device: Document) -> Json:
    codes = [
        {"codeId": c["id"], "timeCreated": c["createdAt"], "codeLifetime": CODE_LIFETIME_MS} for c in device["codes"]
    ]
    return {
        "preAuthSessionId": device["_id"],
        "failedCodeInputAttemptCount": device["attempts"],
        "codes": codes,
        **{name: device[name] for name in CONTACTS if name in device},
    }
