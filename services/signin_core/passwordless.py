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

from pymongo import IndexModel, ReturnDocument

from services.kit.clock import Clock
from services.kit.mongo import Database, Document, Index
from services.signin_core.reading import CONTACTS, BadInput, contact, optional_text, text
from services.signin_core.users import Users, as_json

CODE_LIFETIME_MS: Final = 900_000
MOST_ATTEMPTS: Final = 5
INDEXES: Final = (
    *(Index("devices", IndexModel([(name, 1)], sparse=True), "sign-ins under way of a contact") for name in CONTACTS),
    Index("devices", IndexModel([("codes.id", 1)]), "the sign-in of a code"),
)

_RESTART: Final = {"status": "RESTART_FLOW_ERROR"}
Json = dict[str, Any]


def pre_auth_session_id(device_id: str) -> str:
    """Return what names a device in public: the hash of its secret id, unpadded."""
    return base64.urlsafe_b64encode(hashlib.sha256(device_id.encode()).digest()).decode().rstrip("=")


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

    async def create(self, whose: Mapping[str, str], wanted: str | None) -> Json:
        """Begin a sign-in; return its first code."""
        device_id = base64.b64encode(secrets.token_bytes(32)).decode()
        answer, code = self._code(device_id, wanted)
        device = {"_id": answer["preAuthSessionId"], **whose, "attempts": 0, "codes": [code]}
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
        code = wanted or self._fixed_code or f"{secrets.randbelow(1_000_000):06d}"
        code_id, link, now = str(uuid.uuid4()), secrets.token_urlsafe(32), self._now()
        answer = {
            "status": "OK",
            "preAuthSessionId": pre_auth_session_id(device_id),
            "codeId": code_id,
            "deviceId": device_id,
            "userInputCode": code,
            "linkCode": link,
            "timeCreated": now,
            "codeLifetime": CODE_LIFETIME_MS,
        }
        kept = {"id": code_id, "hash": _hash(device_id, code), "linkHash": _link_hash(link), "createdAt": now}
        return answer, kept

    async def consume(self, body: Mapping[str, Any], *, check_only: bool = False) -> Json:
        """Take a code (or only look at it): its account, or what is wrong with it. Raises BadInput."""
        device = await self._devices.find_one({"_id": text(body, "preAuthSessionId")})
        link = optional_text(body, "linkCode")
        device_id, code = ("", "") if link is not None else (text(body, "deviceId"), text(body, "userInputCode"))
        if device is None or (link is None and pre_auth_session_id(device_id) != device["_id"]):
            return _RESTART
        if link is not None:
            matching = [c for c in device["codes"] if c["linkHash"] == _link_hash(link)]
        else:
            matching = [c for c in device["codes"] if c["hash"] == _hash(device_id, code)]
        fresh = [c["id"] for c in matching if c["createdAt"] + CODE_LIFETIME_MS > self._now()]
        if not fresh:
            problem = "EXPIRED_USER_INPUT_CODE_ERROR" if matching else "INCORRECT_USER_INPUT_CODE_ERROR"
            return _RESTART if link is not None else await self._count(device["_id"], problem)
        if check_only:
            return {"status": "OK", "consumedDevice": _consumed(device)}
        return await self._take(device["_id"], fresh)

    async def _take(self, device: str, code_ids: list[str]) -> Json:
        taken = await self._devices.find_one_and_delete({"_id": device, "codes.id": {"$in": code_ids}})
        if taken is None:
            return _RESTART  # somebody beside us used or revoked the code, or guessed once too often
        whose = _contact_of(taken)
        await self._devices.delete_many(whose)
        account, is_new = await self._users.sign_in_up(whose)
        await self.remove_all_of(account, but=whose)
        return {
            "status": "OK",
            "createdNewUser": is_new,
            "recipeUserId": account["_id"],
            "user": as_json(account),
            "consumedDevice": _consumed(taken),
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
        """Return sign-ins under way. Raises BadInput."""
        if len({"deviceId", "preAuthSessionId", *CONTACTS} & query.keys()) != 1:
            raise BadInput("Please provide exactly one of email, phoneNumber, deviceId or preAuthSessionId")
        if "deviceId" in query:
            wanted = {"_id": pre_auth_session_id(query["deviceId"])}
        elif "preAuthSessionId" in query:
            wanted = {"_id": query["preAuthSessionId"]}
        else:
            wanted = contact(query)
        return [_shown(device) for device in await self._devices.find(wanted).to_list()]

    async def remove(self, whose: Mapping[str, str]) -> None:
        """End the sign-ins of a contact."""
        assert whose  # a filter without any field would end everybody's
        await self._devices.delete_many(dict(whose))

    async def remove_all_of(self, account: Document, *, but: Mapping[str, str] | None = None) -> None:
        """End the sign-ins of all contacts of an account."""
        for name, value in _contact_of(account).items():
            if name not in (but or {}):
                await self.remove({name: value})

    async def remove_code(self, code_id: str) -> None:
        """Make one code useless; the last one takes its sign-in with it."""
        changed = await self._devices.find_one_and_update(
            {"codes.id": code_id}, {"$pull": {"codes": {"id": code_id}}}, return_document=ReturnDocument.AFTER
        )
        if changed is not None:
            await self._devices.delete_one({"_id": changed["_id"], "codes": []})


def _link_hash(link: str) -> str:
    return hashlib.sha256(link.encode()).hexdigest()


def _contact_of(document: Document) -> dict[str, str]:
    return {name: document[name] for name in CONTACTS if name in document}


def _consumed(device: Document) -> Json:
    return {
        "preAuthSessionId": device["_id"],
        "failedCodeInputAttemptCount": device["attempts"],
        **_contact_of(device),
    }


def _shown(device: Document) -> Json:
    codes = [
        {"codeId": c["id"], "timeCreated": c["createdAt"], "codeLifetime": CODE_LIFETIME_MS} for c in device["codes"]
    ]
    return {**_consumed(device), "codes": codes}
