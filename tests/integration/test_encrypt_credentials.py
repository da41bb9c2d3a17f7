"""The command that seals what the old system left in plain text."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
from collections import Counter
from typing import Any

from bson import ObjectId
from pymongo import MongoClient

from services.kit.mongo import Database
from services.payment.credentials import Vault
from tests.support import SECRET
from tools.encrypt_credentials import CURRENT, OLDER, PLAIN, UNREADABLE, encrypt_all
from tools.processes import ROOT

NEW_KEY, OLD_KEY, LOST_KEY = bytes([1]) * 32, bytes([2]) * 32, bytes([3]) * 32
VAULT = Vault([NEW_KEY, OLD_KEY])
IDS = [ObjectId(f"66500000000000000000010{number}") for number in range(8)]
TOKENS = [f"plain-token-{number}" for number in range(8)]


def location(number: int, auth: Any) -> dict[str, Any]:
    return {"_id": IDS[number], "restaurantId": "luna", "payment": {"acceptPayment": True, "oid": "1", "auth": auth}}


async def fill(db: Database) -> None:
    await db["locations"].insert_many(
        [
            location(0, TOKENS[0]),
            location(1, TOKENS[1]),
            location(2, VAULT.seal(TOKENS[2], str(IDS[2]))),
            location(3, Vault([OLD_KEY]).seal(TOKENS[3], str(IDS[3]))),
            location(4, Vault([LOST_KEY]).seal(TOKENS[4], str(IDS[4]))),
            location(5, ""),
            location(6, None),
            {"_id": IDS[7], "restaurantId": "luna"},
        ]
    )


async def stored(db: Database) -> dict[ObjectId, Any]:
    return {d["_id"]: d.get("payment", {}).get("auth") async for d in db["locations"].find({})}


BEFORE = Counter({PLAIN: 2, OLDER: 1, CURRENT: 1, UNREADABLE: 1})
AFTER = Counter({CURRENT: 4, UNREADABLE: 1})


async def test_everything_is_sealed_once(db: Database) -> None:
    await fill(db)
    before = await stored(db)
    assert await encrypt_all(db, VAULT, dry_run=True) == BEFORE
    assert await stored(db) == before
    assert await encrypt_all(db, VAULT, dry_run=False) == BEFORE
    after = await stored(db)
    assert [VAULT.open(after[IDS[n]], str(IDS[n])) for n in range(4)] == TOKENS[:4]
    assert all(VAULT.is_current(after[IDS[n]]) for n in range(4))
    assert [after[IDS[n]] for n in range(4, 8)] == [before[IDS[n]] for n in range(4, 8)]
    assert after[IDS[2]] == before[IDS[2]]
    assert await encrypt_all(db, VAULT, dry_run=False) == AFTER
    assert await stored(db) == after


async def test_beside_itself_each_is_sealed_by_one(db: Database) -> None:
    await fill(db)
    found = await asyncio.gather(*(encrypt_all(db, VAULT, dry_run=False) for _ in range(8)))
    assert sum(counts[PLAIN] for counts in found) == 2
    after = await stored(db)
    assert [VAULT.open(after[IDS[n]], str(IDS[n])) for n in range(4)] == TOKENS[:4]


async def test_a_token_that_is_set_meanwhile_is_the_one_that_stays(db: Database, mongo_uri: str) -> None:
    class Meddling(Vault):
        """Somebody sets another token while the first one is being sealed."""

        def seal(self, token: str, location_id: str) -> str:
            if token == "first":
                with MongoClient[dict[str, Any]](mongo_uri) as client:
                    client[db.name]["locations"].update_one({"_id": IDS[0]}, {"$set": {"payment.auth": "second"}})
            return super().seal(token, location_id)

    await db["locations"].insert_one(location(0, "first"))
    assert await encrypt_all(db, Meddling([NEW_KEY]), dry_run=False) == Counter({PLAIN: 1})
    assert VAULT.open((await stored(db))[IDS[0]], str(IDS[0])) == "second"


async def test_the_command_prints_counts_and_nothing_else(db: Database, mongo_uri: str) -> None:
    await fill(db)
    environment = os.environ | {
        "ORDERBUDDY_ASSERTION_SECRET": SECRET,
        "ORDERBUDDY_CREDENTIAL_KEYS": ",".join(base64.b64encode(key).decode() for key in (NEW_KEY, OLD_KEY)),
        "DB_CONN_STRING": mongo_uri,
        "DB_NAME": db.name,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "gen")]),
    }

    async def run(*arguments: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "tools.encrypt_credentials", *arguments]
        done = await asyncio.to_thread(
            subprocess.run, command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    lost = "1 can't be read: no key opens them; set these accounts anew\n"
    would = "2 plain and 1 of older keys would be sealed, 1 were sealed already\n"
    assert await run("--dry-run") == (1, would, lost)
    assert await run() == (1, would.replace("would be sealed", "sealed"), lost)
    assert await run() == (1, "0 plain and 0 of older keys sealed, 4 were sealed already\n", lost)
