"""The command that seals what the old system left in plain text."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from bson import ObjectId
from pymongo import MongoClient

from services.kit.mongo import Database
from services.kit.vault import Vault
from services.payment.settings import PaymentSettings
from tests.support import SECRET
from tools.processes import ROOT
from tools.seal_credentials import seal_all

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


PLAIN, OLDER, CURRENT = "plain", "sealed with an older key", "sealed already"
UNREADABLE = "sealed with a key that is not here"
BEFORE = Counter({PLAIN: 2, OLDER: 1, CURRENT: 1, UNREADABLE: 1})
AFTER = Counter({CURRENT: 4, UNREADABLE: 1})


@pytest.fixture
def variables(db: Database, mongo_uri: str) -> dict[str, str]:
    return {
        "ORDERBUDDY_ASSERTION_SECRET": SECRET,
        "ORDERBUDDY_CREDENTIAL_KEYS": ",".join(base64.b64encode(key).decode() for key in (NEW_KEY, OLD_KEY)),
        "DB_CONN_STRING": mongo_uri,
        "DB_NAME": db.name,
    }


@pytest.fixture
def settings(variables: dict[str, str]) -> PaymentSettings:
    return PaymentSettings.model_validate(variables)


async def test_everything_is_sealed_once(db: Database, settings: PaymentSettings) -> None:
    await fill(db)
    before = await stored(db)
    assert await seal_all(settings, dry_run=True) == BEFORE
    assert await stored(db) == before
    assert await seal_all(settings, dry_run=False) == BEFORE
    after = await stored(db)
    assert [VAULT.open(after[IDS[n]], str(IDS[n])) for n in range(4)] == TOKENS[:4]
    assert all(VAULT.is_current(after[IDS[n]]) for n in range(4))
    assert [after[IDS[n]] for n in range(4, 8)] == [before[IDS[n]] for n in range(4, 8)]
    assert after[IDS[2]] == before[IDS[2]]
    assert await seal_all(settings, dry_run=False) == AFTER
    assert await stored(db) == after


async def test_beside_itself_it_does_no_harm(db: Database, settings: PaymentSettings) -> None:
    await fill(db)
    await asyncio.gather(*(seal_all(settings, dry_run=False) for _ in range(8)))
    after = await stored(db)
    assert [VAULT.open(after[IDS[n]], str(IDS[n])) for n in range(4)] == TOKENS[:4]
    assert await seal_all(settings, dry_run=True) == AFTER


async def test_a_token_that_is_set_meanwhile_is_the_one_that_stays(
    db: Database, settings: PaymentSettings, mongo_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = Vault.seal

    def meddling(vault: Vault, token: str, location_id: str) -> str:
        """Somebody sets another token while the first one is being sealed."""
        if token == "first":
            with MongoClient[dict[str, Any]](mongo_uri) as client:
                client[db.name]["locations"].update_one({"_id": IDS[0]}, {"$set": {"payment.auth": "second"}})
        return seal(vault, token, location_id)

    monkeypatch.setattr(Vault, "seal", meddling)
    await db["locations"].insert_one(location(0, "first"))
    await seal_all(settings, dry_run=False)
    assert await stored(db) == {IDS[0]: "second"}
    await seal_all(settings, dry_run=False)
    assert VAULT.open((await stored(db))[IDS[0]], str(IDS[0])) == "second"


async def test_the_command_prints_counts_and_nothing_else(db: Database, variables: dict[str, str]) -> None:
    await fill(db)
    environment = os.environ | variables | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "gen")])}

    async def run(*arguments: str) -> tuple[int, list[str], str]:
        command = [sys.executable, "-m", "tools.seal_credentials", *arguments]
        done = await asyncio.to_thread(
            subprocess.run, command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.returncode, [line.strip() for line in done.stdout.splitlines()], done.stderr

    counts = [f"2 {PLAIN}", f"1 {CURRENT}", f"1 {UNREADABLE}", f"1 {OLDER}"]
    assert await run() == (1, [*counts, "nothing was changed; run it with --seal"], "")
    assert await run("--seal") == (1, [*counts, "done"], "")
    assert await run("--seal") == (1, [f"4 {CURRENT}", f"1 {UNREADABLE}", "done"], "")
