"""Seal the gateway credentials that the old system wrote in plain text: `python -m tools.seal_credentials [--seal]`.

Run it once the old system is off: it could not read them any more. Reads DB_CONN_STRING, DB_NAME and
ORDERBUDDY_CREDENTIAL_KEYS as the Payment service does. Without --seal it only counts. May be run again at any time, and
after a change of keys: what an older key has sealed is sealed anew.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter

from pymongo import AsyncMongoClient

from services.kit.mongo import Document, database
from services.kit.settings import load
from services.kit.vault import Unreadable, Vault, is_sealed
from services.payment.settings import PaymentSettings

_FIELD = "payment.auth"


async def seal_all(settings: PaymentSettings, *, dry_run: bool) -> Counter[str]:
    """Seal what is plain, or sealed with an older key. Returns how many locations were found in which state."""
    vault, found = Vault(settings.keys()), Counter[str]()
    async with AsyncMongoClient[Document](settings.db_conn_string.get_secret_value()) as client:
        locations = database(client, settings.db_name)["locations"]
        async for location in locations.find({_FIELD: {"$type": "string", "$ne": ""}}, {_FIELD: 1}):
            stored: str = location["payment"]["auth"]
            if vault.is_current(stored):
                found["sealed already"] += 1
                continue
            kind = "sealed with an older key" if is_sealed(stored) else "plain"
            try:
                sealed = vault.seal(vault.open(stored, str(location["_id"])), str(location["_id"]))
            except Unreadable:
                found["sealed with a key that is not here"] += 1
                continue
            if not dry_run:
                # Only what was read: somebody may set another one meanwhile.
                guard = {"_id": location["_id"], _FIELD: stored}
                written = await locations.update_one(guard, {"$set": {_FIELD: sealed}})
                kind = kind if written.matched_count else "changed meanwhile"
            found[kind] += 1
    return found


def main() -> int:
    """Seal or count; exit 1 when something could not be read."""
    dry_run = "--seal" not in sys.argv[1:]
    found = asyncio.run(seal_all(load(PaymentSettings), dry_run=dry_run))
    for kind, count in sorted(found.items()):
        print(f"{count:6} {kind}")
    print("nothing was changed; run it with --seal" if dry_run else "done")
    return 1 if found["sealed with a key that is not here"] else 0


if __name__ == "__main__":
    sys.exit(main())
