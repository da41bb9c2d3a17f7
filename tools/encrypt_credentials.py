"""Seal the gateway tokens that the old system left in plain text: `python -m tools.encrypt_credentials [--dry-run]`.

Only once the old system is off, which can't read what is sealed. Also seals again what an older key sealed. Reads the
settings of the Payment service (DB_CONN_STRING, DB_NAME, ORDERBUDDY_CREDENTIAL_KEYS). Safe to repeat, to interrupt and
to run beside itself and beside everything else: each token is replaced only if it still is the one that was read.
Prints how many there are of each kind and nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from typing import Any, Final

from services.kit.mongo import Database, connect, database
from services.kit.settings import load
from services.payment.credentials import Unreadable, Vault, is_sealed
from services.payment.settings import PaymentSettings

PLAIN: Final = "plain"
OLDER: Final = "older key"
CURRENT: Final = "current key"
UNREADABLE: Final = "unreadable"
_TRIES: Final = 5


async def encrypt_all(db: Database, vault: Vault, *, dry_run: bool) -> Counter[str]:
    """Seal all tokens with the newest key; return how many locations there were of each kind."""
    counts: Counter[str] = Counter()
    ids = [d["_id"] async for d in db["locations"].find({"payment.auth": {"$type": "string", "$gt": ""}}, {"_id": 1})]
    for location_id in ids:
        counts[await _encrypt(db, vault, location_id, dry_run=dry_run)] += 1
    return counts


async def _encrypt(db: Database, vault: Vault, location_id: Any, *, dry_run: bool) -> str:
    """Seal one location's token; return what it was."""
    locations = db["locations"]
    for _ in range(_TRIES):
        found = await locations.find_one({"_id": location_id}, {"payment.auth": 1})
        stored = found["payment"].get("auth") if found and isinstance(found.get("payment"), dict) else None
        if not isinstance(stored, str) or not stored or vault.is_current(stored):
            return CURRENT
        try:
            token = vault.open(stored, str(location_id))
        except Unreadable:
            return UNREADABLE
        kind = OLDER if is_sealed(stored) else PLAIN
        if dry_run:
            return kind
        # Somebody may set another token in between: that one is looked at in the next round.
        same = {"_id": location_id, "payment.auth": stored}
        sealed = {"$set": {"payment.auth": vault.seal(token, str(location_id))}}
        if (await locations.update_one(same, sealed)).modified_count:
            return kind
    raise RuntimeError("a location's token keeps changing; try again")


async def _run(settings: PaymentSettings, *, dry_run: bool) -> Counter[str]:
    client = connect(settings)
    try:
        return await encrypt_all(database(client, settings.db_name), Vault(settings.keys()), dry_run=dry_run)
    finally:
        await client.close()


def main() -> int:
    """Seal, or count with --dry-run; exit 1 when there are tokens that no key opens."""
    parser = argparse.ArgumentParser(prog="encrypt_credentials", description="Seal gateway tokens.")
    parser.add_argument("--dry-run", action="store_true", help="only count")
    dry_run = parser.parse_args().dry_run
    counts = asyncio.run(_run(load(PaymentSettings), dry_run=dry_run))
    verb = "would be sealed" if dry_run else "sealed"
    print(f"{counts[PLAIN]} plain and {counts[OLDER]} of older keys {verb}, {counts[CURRENT]} were sealed already")
    if counts[UNREADABLE]:
        print(f"{counts[UNREADABLE]} can't be read: no key opens them; set these accounts anew", file=sys.stderr)
    return 1 if counts[UNREADABLE] else 0


if __name__ == "__main__":
    sys.exit(main())
