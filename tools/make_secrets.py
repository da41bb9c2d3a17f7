"""Make the secrets of docker-compose.yml as files: `python -m tools.make_secrets [FOLDER]` (default: secrets).

What is there is left alone, so it may be run again. What only vendors can give is asked for by name. Nobody else may
enter the folder; the files in it can be read, because the containers' users are not ours.
"""

from __future__ import annotations

import base64
import pathlib
import secrets
import sys
from collections.abc import Callable, Mapping
from typing import Final

from tools.certificates import Authority

FROM_VENDORS: Final[Mapping[str, str]] = {
    "twilio_auth_token": "Twilio's auth token",
    "sendgrid_api_key": "SendGrid's API key",
}
"""Files that whoever runs it writes."""


def _hex() -> str:
    return secrets.token_hex(32)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


RANDOM: Final[Mapping[str, Callable[[], str]]] = {
    "assertion_secret": _hex,
    "credential_keys": _key,
    "mongodb_root_password": _hex,
    "mongodb_password": _hex,
    "mongodb_key_file": lambda: base64.b64encode(secrets.token_bytes(384)).decode(),
    "postgres_password": _hex,
    "supertokens_api_key": _hex,
    "azurite_account_key": _key,
}

COMPOSED: Final[Mapping[str, str]] = {
    "mongodb_root": "mongodb://root:{mongodb_root_password}@mongodb:27017/?authSource=admin",
    "db_conn_string": "mongodb://orderbuddy:{mongodb_password}@mongodb:27017/?replicaSet=rs0&authSource=admin",
    "azurite_accounts": "orderbuddy:{azurite_account_key}",
    "azure_storage_connection_string": (
        "DefaultEndpointsProtocol=http;AccountName=orderbuddy;AccountKey={azurite_account_key};"
        "BlobEndpoint=http://azurite:10000/orderbuddy;"
    ),
}
"""Made of the random ones. Whoever has a database or a storage account of their own writes these files first."""


CERTIFICATES: Final = ("tls_ca", "tls_cert", "tls_key")
SERVER_NAME: Final = "services.orderbuddy.internal"
"""ORDERBUDDY_TLS_SERVER_NAME of docker-compose.yml and the Kubernetes files: one certificate is enough for all."""

_DAYS: Final = 825


def make(folder: pathlib.Path) -> list[str]:
    """Write what is missing; return the names of those that only vendors can give and that are not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, value in RANDOM.items():
        _write(folder / name, value())
    known = {name: (folder / name).read_text(encoding="ascii") for name in RANDOM}
    for name, form in COMPOSED.items():
        _write(folder / name, form.format_map(known))
    if not any((folder / name).exists() for name in CERTIFICATES):
        authority = Authority("OrderBuddy", _DAYS)
        for name, pem in zip(CERTIFICATES, (authority.pem, *authority.sign("OrderBuddy", SERVER_NAME)), strict=True):
            _write(folder / name, pem.decode("ascii"))
    return [name for name in FROM_VENDORS if not (folder / name).exists()]


def _write(path: pathlib.Path, text: str) -> None:
    if not path.exists():
        path.touch(mode=0o644)
        path.write_text(text, encoding="ascii")


def main() -> int:
    """Make them; exit 1 while a vendor's is missing."""
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "secrets")
    missing = make(folder)
    for name in missing:
        print(f"write {FROM_VENDORS[name]} into {folder / name}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
