"""Make a new mongod the replica set that OrderBuddy needs, with a user for it: `python -m tools.found_database`.

For docker-compose.yml, once at each start: what is there already is left alone. A database that others run has both.
Reads files: MONGODB_ROOT_FILE (connection string of the administrator, to the one mongod) and DB_CONN_STRING_FILE (what
the services use: the replica set's name, the member's address and the user's name and password are taken from there).
"""

from __future__ import annotations

import os
import pathlib
import sys
import time
from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.uri_parser import parse_uri

_SECONDS: Final = 60.0
_NOT_INITIALISED: Final = 94
_USER_EXISTS: Final = 51003


def found(root_uri: str, services_uri: str, db_name: str) -> None:
    """Found the replica set of one, wait for its primary, create the user. Raises PyMongoError, TimeoutError."""
    wanted = parse_uri(services_uri)
    until = time.monotonic() + _SECONDS
    with MongoClient[dict[str, Any]](root_uri, directConnection=True, serverSelectionTimeoutMS=10_000) as client:
        host, port = wanted["nodelist"][0]
        _initiate(client, wanted["options"]["replicaSet"], f"{host}:{port}")
        while not client.admin.command("hello")["isWritablePrimary"]:
            if time.monotonic() > until:
                raise TimeoutError("it did not become primary")
            time.sleep(0.1)
        _create_user(client, wanted["username"], wanted["password"], db_name)


def _initiate(client: MongoClient[dict[str, Any]], name: str, address: str) -> None:
    try:
        client.admin.command("replSetGetStatus")
    except OperationFailure as error:
        if error.code != _NOT_INITIALISED:
            raise
        client.admin.command("replSetInitiate", {"_id": name, "members": [{"_id": 0, "host": address}]})


def _create_user(client: MongoClient[dict[str, Any]], user: str, password: str, db_name: str) -> None:
    """Create the services' user, who may use their database and nothing else; or give the one there is the password."""
    rights: dict[str, Any] = {"pwd": password, "roles": [{"role": "readWrite", "db": db_name}]}
    try:
        client.admin.command("createUser", user, **rights)
    except OperationFailure as error:
        if error.code != _USER_EXISTS:
            raise
        client.admin.command("updateUser", user, **rights)


def main() -> int:
    """Found it; exit 1 with what went wrong."""
    try:
        root, services = (
            pathlib.Path(os.environ[name]).read_text(encoding="utf-8").strip()
            for name in ("MONGODB_ROOT_FILE", "DB_CONN_STRING_FILE")
        )
        found(root, services, os.environ.get("DB_NAME", "orderbuddy"))
    except KeyError as error:
        print(f"{error.args[0]} is not set", file=sys.stderr)
    except (OSError, TimeoutError, PyMongoError) as error:
        print(f"the database could not be founded: {error}", file=sys.stderr)
    else:
        print("the database is a replica set, and its user is there")
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
